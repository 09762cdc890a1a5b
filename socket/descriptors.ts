import type { Address, AddressInput, AddressOf, SenderOf } from "./address.ts";
import {
  checkDescriptor,
  checkInteger,
  type Data,
  kindOf,
} from "./arguments.ts";
import { SCM_RIGHTS, SOL_SOCKET } from "./constants/mod.ts";
import { CMSG_LEN } from "./convert/ancillary.ts";
import { driverFor } from "./drivers.ts";
import { windowsOnly } from "./errors.ts";
import {
  type Socket,
  type SocketOptions,
  socketOver,
  type SocketResource,
} from "./socket.ts";

// The size of a C `int`, the type of a descriptor, in bytes.
const INT = 4;

/**
 * Closes a socket's descriptor. A call that waits for it rejects with EBADF.
 *
 * Drivers: POSIX, which unlike Python refuses what is no socket, as that may be
 * Deno's own; the sandboxed one, which has no descriptors, throws EOPNOTSUPP:
 * {@linkcode Socket.close} closes its sockets.
 *
 * @param fd The descriptor's number.
 * @param options `driver`: the driver to use; the program's default driver if
 * omitted.
 * @throws {OSError} EBADF if it is not open, ENOTSOCK if it is no socket,
 * EOPNOTSUPP if the driver has no descriptors.
 * @throws {TypeError} If it is not an integer.
 * @throws {RangeError} If it is negative or larger than a C `int`.
 *
 * Port of [`socket.close`](https://docs.python.org/3/library/socket.html#socket.close), `close(2)`.
 */
export function close(
  fd: number,
  options: Pick<SocketOptions, "driver"> = {},
): void {
  checkNumber("close", fd);
  driverFor(options.driver).closeDescriptor(fd);
}

/**
 * Duplicates a socket's descriptor. Child processes do not inherit the new one.
 *
 * Drivers: POSIX; the sandboxed one, which has no descriptors, throws
 * EOPNOTSUPP: {@linkcode Socket.dup} duplicates its sockets.
 *
 * @param fd The descriptor's number.
 * @param options `driver`: the driver to use; the program's default driver if
 * omitted.
 * @returns The new descriptor's number.
 * @throws {OSError} EBADF if it is not open, EMFILE if there are too many,
 * EOPNOTSUPP if the driver has no descriptors.
 * @throws {TypeError} If it is not an integer.
 * @throws {RangeError} If it is negative or larger than a C `int`.
 *
 * Port of [`socket.dup`](https://docs.python.org/3/library/socket.html#socket.socket.dup), `dup(2)`.
 */
export function dup(
  fd: number,
  options: Pick<SocketOptions, "driver"> = {},
): number {
  checkNumber("dup", fd);
  return driverFor(options.driver).dupDescriptor(fd);
}

/**
 * Sends bytes together with descriptors to the process at the other end of a
 * Unix socket.
 *
 * Drivers: POSIX; the sandboxed one throws EOPNOTSUPP.
 *
 * @param sock A Unix socket.
 * @param buffers The bytes, at least one; the call sends them as one message.
 * @param fds The descriptors' numbers; they stay open here.
 * @param flags As for {@linkcode Socket.send}.
 * @param address The destination; the peer if omitted.
 * @returns The number of bytes that the system took.
 * @throws {OSError} EOPNOTSUPP if the driver does not support ancillary data.
 * @throws {TypeError} If `buffers` is not an array of bytes, or `fds` is not an
 * array of integers.
 * @throws {RangeError} If a descriptor is negative or larger than a C `int`.
 *
 * Port of [`socket.send_fds`](https://docs.python.org/3/library/socket.html#socket.send_fds), `sendmsg(2)`, `unix(7)`.
 */
export async function sendFds<A extends Address, From>(
  sock: Socket<A, From>,
  buffers: Data[],
  fds: readonly number[],
  flags = 0,
  address?: AddressInput<A>,
): Promise<number> {
  if (!Array.isArray(fds)) {
    throw new TypeError(
      `Cannot sendFds: the descriptors must be an array, not ${kindOf(fds)}`,
    );
  }
  for (const fd of fds) checkNumber("sendFds", fd);
  const data = new Uint8Array(Int32Array.from(fds).buffer);
  return await sock.sendmsg(
    buffers,
    [[SOL_SOCKET, SCM_RIGHTS, data]],
    flags,
    address,
  );
}

/**
 * Receives bytes together with descriptors from the process at the other end of
 * a Unix socket.
 *
 * Drivers: POSIX; the sandboxed one throws EOPNOTSUPP, but {@linkcode fromfd}
 * takes over descriptors that the process was started with.
 *
 * @param sock A Unix socket.
 * @param bufsize The most bytes to receive.
 * @param maxfds The most descriptors to receive.
 * @param flags As for {@linkcode Socket.recv}.
 * @returns The bytes, the descriptors' numbers, flags such as `MSG_CTRUNC`, and
 * the sender's address.
 * @throws {OSError} EOPNOTSUPP if the driver does not support ancillary data.
 * @throws {TypeError} If a number is not an integer.
 * @throws {RangeError} If a number is negative.
 *
 * Port of [`socket.recv_fds`](https://docs.python.org/3/library/socket.html#socket.recv_fds), `recvmsg(2)`, `unix(7)`.
 */
export async function recvFds<A extends Address, From>(
  sock: Socket<A, From>,
  bufsize: number,
  maxfds: number,
  flags = 0,
): Promise<[data: Uint8Array, fds: number[], flags: number, address: From]> {
  checkInteger("recvFds", "size", bufsize, 0);
  checkInteger("recvFds", "number of descriptors", maxfds, 0);
  const [data, ancillary, got, address] = await sock.recvmsg(
    bufsize,
    CMSG_LEN(maxfds * INT),
    flags,
  );
  const fds = ancillary
    .filter(([level, type]) => level === SOL_SOCKET && type === SCM_RIGHTS)
    .flatMap(([, , bytes]) => numbersIn(bytes));
  return [data, fds, got, address];
}

/**
 * Makes a socket from a descriptor, or from an open object of Deno.
 *
 * Drivers: POSIX duplicates the descriptor, as Python does, and makes it
 * non-blocking; to take the descriptor itself over, call
 * `socket(family, type, proto, { fileno: fd })`.
 *
 * The sandboxed one always takes over what it is given, so do not use or close
 * the original afterwards. A number names a descriptor that the process was
 * started with, as systemd passes them from 3 on (`LISTEN_FDS`); taking it over
 * needs no permission. It takes connected and listening TCP and Unix
 * streams, and a number only if Deno has not opened that descriptor itself. A
 * bound TCP socket that does not listen yet starts listening. For a Unix
 * descriptor the addresses are unknown and read "", and the first call decides
 * what it is: `listen` or `accept` makes it a listener; a receive, a send,
 * `shutdown`, `getpeername` or a wait for readiness makes it a connection. A
 * listener from a number takes up to 4096 connections before `accept` asks for
 * them, and once the process has run out of descriptors it takes none again
 * (Deno 2.9): let whatever passed it start the program anew. An option that its
 * former owner may have set, and that nothing tells, is ENOPROTOOPT until it is
 * set. Once it is known what the descriptor is, `detach` throws EOPNOTSUPP.
 *
 * @param fd A descriptor's number; for the sandboxed driver also a `Deno.Conn`,
 * a `Deno.Listener` or a `Deno.DatagramConn`.
 * @param family Its address family. To have the driver detect it, call
 * `socket(undefined, undefined, undefined, { fileno: fd })`, which takes it over.
 * @param type Its type.
 * @param proto Its protocol; 0 for the default of family and type.
 * @param options `driver`.
 * @returns The socket; it listens if the descriptor does.
 * @throws {OSError} EBADF if no stream socket is open under the number,
 * ENOTSOCK if it is not a socket that the driver can take over, EAFNOSUPPORT if
 * it has another family, EOPNOTSUPP for the number of a datagram socket in the
 * sandbox, EPERM for a number in a handler of a forking server with `permissions`.
 * @throws {RangeError} If the number is negative or larger than a C `int`.
 * @throws {TypeError} If the number is not an integer.
 *
 * @example Take over a listener of Deno
 * ```ts
 * import { AF_INET, fromfd, SOCK_STREAM } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * using server = fromfd(listener, AF_INET, SOCK_STREAM);
 * assertEquals(server.getsockname()[0], "127.0.0.1");
 * ```
 *
 * Port of [`socket.fromfd`](https://docs.python.org/3/library/socket.html#socket.fromfd).
 */
export function fromfd<F extends number, T extends number>(
  fd: SocketResource,
  family: F,
  type: T,
  proto = 0,
  options: Pick<SocketOptions, "driver"> = {},
): Socket<AddressOf<F>, SenderOf<F, T>> {
  checkDescriptor("fromfd", fd);
  const driver = driverFor(options.driver);
  const endpoint = driver.adopt(fd, {
    family,
    type,
    proto,
    duplicate: true,
  });
  return socketOver(endpoint, driver);
}

/**
 * Makes a socket from what another process shared, on Windows only.
 *
 * Drivers: none.
 *
 * @param _data What `share` returned.
 * @throws {OSError} EOPNOTSUPP.
 *
 * Port of [`socket.fromshare`](https://docs.python.org/3/library/socket.html#socket.fromshare).
 */
export function fromshare(_data: Uint8Array): Socket {
  const instead =
    "recvFds of the POSIX driver takes sockets from other processes";
  throw windowsOnly("fromshare", "a socket", instead);
}

/** Reads the descriptors of a control message; ignores a truncated last one. */
function numbersIn(bytes: Uint8Array): number[] {
  const whole = bytes.slice(0, bytes.length - bytes.length % INT);
  return [...new Int32Array(whole.buffer)];
}

function checkNumber(call: string, fd: number): void {
  checkInteger(call, "descriptor", fd);
  checkDescriptor(call, fd);
}
