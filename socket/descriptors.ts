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

// The size of a C `int`, which is what a descriptor is.
const INT = 4;

/**
 * Closes a socket's descriptor.
 *
 * Drivers: the sandboxed one, which has no descriptors, throws EOPNOTSUPP;
 * {@linkcode Socket.close} closes its sockets.
 *
 * @param fd The descriptor's number.
 * @param options `driver`: the driver to ask; the program's default one if omitted.
 * @throws {OSError} EOPNOTSUPP.
 * @throws {TypeError} If it is no integer.
 * @throws {RangeError} If it is negative or no descriptor's.
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
 * Duplicates a socket's descriptor.
 *
 * Drivers: the sandboxed one, which has no descriptors, throws EOPNOTSUPP;
 * {@linkcode Socket.dup} duplicates its sockets.
 *
 * @param fd The descriptor's number.
 * @param options `driver`: the driver to ask; the program's default one if omitted.
 * @returns The new descriptor's number.
 * @throws {OSError} EOPNOTSUPP.
 * @throws {TypeError} If it is no integer.
 * @throws {RangeError} If it is negative or no descriptor's.
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
 * Sends bytes, and with them descriptors to the process at the other end of a
 * Unix socket.
 *
 * Drivers: POSIX; the sandboxed one throws EOPNOTSUPP.
 *
 * @param sock A Unix socket.
 * @param buffers The bytes, at least one, which are sent as one message.
 * @param fds The descriptors' numbers; they stay open here.
 * @param flags As for {@linkcode Socket.send}.
 * @param address Where to send them; the peer if omitted.
 * @returns How many bytes were taken.
 * @throws {OSError} EOPNOTSUPP if the driver cannot.
 * @throws {TypeError} If the buffers are no list of bytes, or the descriptors no
 * list of integers.
 * @throws {RangeError} If a descriptor is negative or no descriptor's.
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
 * Receives bytes, and with them descriptors from the process at the other end
 * of a Unix socket.
 *
 * Drivers: POSIX; the sandboxed one throws EOPNOTSUPP, but takes over descriptors
 * that it was started with: {@linkcode fromfd}.
 *
 * @param sock A Unix socket.
 * @param bufsize How many bytes at most.
 * @param maxfds How many descriptors at most.
 * @param flags As for {@linkcode Socket.recv}.
 * @returns The bytes, the descriptors' numbers, flags such as `MSG_CTRUNC`, and
 * the sender's address.
 * @throws {OSError} EOPNOTSUPP if the driver cannot.
 * @throws {TypeError} If a number is no integer.
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
 * Makes a socket of what the system, or Deno, has open already.
 *
 * Python duplicates the descriptor; here the socket takes it over, so do not
 * use or close the original any more.
 *
 * A number is a descriptor that the process was started with, as systemd
 * passes them from 3 on (`LISTEN_FDS`); to take it over needs no permission.
 *
 * Drivers: the sandboxed one takes streams of TCP and Unix, connected ones and
 * listeners, and of a number only what Deno has not opened itself. One that has
 * not been told to listen listens from then on. It does not know the addresses
 * of a Unix socket, which are "", and its first call says what it is: `listen`
 * or `accept` makes it a listener, a receive, a send, `shutdown`, `getpeername`
 * or a wait for readiness a connection. A listener of a number takes
 * connections before they are accepted, up to 4096. It cannot be detached once
 * it is known what it is.
 *
 * @param fd A descriptor's number; for the sandboxed driver also a `Deno.Conn`,
 * a `Deno.Listener` or a `Deno.DatagramConn`.
 * @param family Its address family. That of a socket whose family is not known
 * is found out by `socket(undefined, undefined, undefined, { fileno: fd })`.
 * @param type Its type.
 * @param proto Its protocol; 0 for the only one.
 * @param options `driver`.
 * @returns The socket; that of a listener listens.
 * @throws {OSError} EBADF if no stream socket is open under the number, ENOTSOCK
 * if it is no socket of the driver's, EAFNOSUPPORT if it is of another family,
 * EOPNOTSUPP for a number of a datagram socket in the sandbox.
 * @throws {RangeError} If the number is negative or no descriptor's.
 * @throws {TypeError} If the number is no integer.
 *
 * @example Take a connection of Deno's over
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
  const endpoint = driver.adopt(fd, { family, type, proto });
  return socketOver(endpoint, driver);
}

/**
 * Makes a socket of what another process shared, on Windows only.
 *
 * Drivers: none.
 *
 * @param _data What `share` gave.
 * @throws {OSError} EOPNOTSUPP.
 *
 * Port of [`socket.fromshare`](https://docs.python.org/3/library/socket.html#socket.fromshare).
 */
export function fromshare(_data: Uint8Array): Socket {
  const instead =
    "recvFds of the POSIX driver takes sockets from other processes";
  throw windowsOnly("fromshare", "a socket", instead);
}

/** Takes descriptors out of a control message; a last one that was cut off is none. */
function numbersIn(bytes: Uint8Array): number[] {
  const whole = bytes.slice(0, bytes.length - bytes.length % INT);
  return [...new Int32Array(whole.buffer)];
}

function checkNumber(call: string, fd: number): void {
  checkInteger(call, "descriptor", fd);
  checkDescriptor(call, fd);
}
