import type { Address, AddressInput } from "./address.ts";
import { CMSG_LEN } from "./convert/ancillary.ts";
import {
  checkDescriptor,
  checkInteger,
  type Data,
  kindOf,
} from "./arguments.ts";
import { SCM_RIGHTS, SOL_SOCKET } from "./constants/mod.ts";
import { type OSError, osError } from "./errors.ts";
import type { Socket } from "./socket.ts";

// The size of a C `int`, which is what a descriptor is.
const INT = 4;

/**
 * Closes a socket's descriptor.
 *
 * Drivers: the sandboxed one, which has no descriptors, throws EOPNOTSUPP;
 * {@linkcode Socket.close} closes its sockets.
 *
 * @param fd The descriptor's number.
 * @throws {OSError} EOPNOTSUPP.
 * @throws {TypeError} If it is no integer.
 * @throws {RangeError} If it is negative or no descriptor's.
 *
 * Port of [`socket.close`](https://docs.python.org/3/library/socket.html#socket.close), `close(2)`.
 */
export function close(fd: number): void {
  checkNumber("close", fd);
  throw unsupported("close", fd, "use close() of the Socket");
}

/**
 * Duplicates a socket's descriptor.
 *
 * Drivers: the sandboxed one, which has no descriptors, throws EOPNOTSUPP;
 * {@linkcode Socket.dup} duplicates its sockets.
 *
 * @param fd The descriptor's number.
 * @returns The new descriptor's number.
 * @throws {OSError} EOPNOTSUPP.
 * @throws {TypeError} If it is no integer.
 * @throws {RangeError} If it is negative or no descriptor's.
 *
 * Port of [`socket.dup`](https://docs.python.org/3/library/socket.html#socket.socket.dup), `dup(2)`.
 */
export function dup(fd: number): number {
  checkNumber("dup", fd);
  throw unsupported("dup", fd, "use dup() of the Socket");
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

/** Takes descriptors out of a control message; a last one that was cut off is none. */
function numbersIn(bytes: Uint8Array): number[] {
  const whole = bytes.slice(0, bytes.length - bytes.length % INT);
  return [...new Int32Array(whole.buffer)];
}

function checkNumber(call: string, fd: number): void {
  checkInteger(call, "descriptor", fd);
  checkDescriptor(call, fd);
}

function unsupported(syscall: string, fd: number, instead: string): OSError {
  return osError({
    code: "EOPNOTSUPP",
    syscall,
    subject: `descriptor ${fd}`,
    hint:
      `${instead}; descriptors are the POSIX driver's (@berkeley/socket/posix, --allow-ffi)`,
  });
}
