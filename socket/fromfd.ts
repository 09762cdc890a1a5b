import type { AddressOf, SenderOf } from "./address.ts";
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
 * @param fd For the sandboxed driver a `Deno.Conn`, `Deno.Listener` (of TCP or
 * Unix) or `Deno.DatagramConn`, for the POSIX driver a descriptor's number.
 * @param family Its address family.
 * @param type Its type.
 * @param proto Its protocol; 0 for the only one.
 * @param options `driver`.
 * @returns The socket; that of a listener listens.
 * @throws {OSError} ENOTSOCK if it is no socket of the driver's, EAFNOSUPPORT if
 * it is of another family.
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
