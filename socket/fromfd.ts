import type { AddressOf, SenderOf } from "./address.ts";
import { checkDescriptor } from "./arguments.ts";
import { driverFor } from "./drivers.ts";
import { osError } from "./errors.ts";
import type { SocketOptions } from "./base_socket.ts";
import { Socket } from "./socket.ts";

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
  fd: unknown,
  family: F,
  type: T,
  proto = 0,
  options: Pick<SocketOptions, "driver"> = {},
): Socket<AddressOf<F>, SenderOf<F, T>> {
  checkDescriptor("fromfd", fd);
  const driver = driverFor(options.driver);
  const endpoint = driver.adopt(fd, family, type, proto);
  return new Socket(family, type, proto, { endpoint, driver });
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
  throw osError({
    code: "EOPNOTSUPP",
    syscall: "fromshare",
    subject: "a socket",
    hint:
      "Python has it on Windows only; recvFds of the POSIX driver takes sockets from other processes",
  });
}
