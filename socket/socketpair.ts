import type { Address, AddressOf } from "./address.ts";
import { SOCK_STREAM } from "./constants/mod.ts";
import type { Driver } from "./driver.ts";
import { driverFor } from "./drivers.ts";
import { type Socket, socketOver } from "./socket.ts";
import { waitOf, type WaitOptions } from "./wait.ts";

/** Options of {@linkcode socketpair}. */
export interface SocketpairOptions extends WaitOptions {
  /** The driver to use; the program's default driver if omitted. */
  driver?: Driver;
}

/**
 * Creates two sockets that are connected to each other.
 *
 * Drivers: the sandboxed one connects them over TCP on the loopback interface,
 * which needs `--allow-net=127.0.0.1`; Python's default is a Unix pair. With
 * `AF_UNIX` it uses an abstract name, on Linux only and with `--allow-net`. Two
 * `SOCK_DGRAM` sockets of these families are each other's peers.
 *
 * @param family The family; the driver chooses one if omitted.
 * @param type `SOCK_STREAM`, or another that the driver supports.
 * @param proto The protocol; 0 for the default of family and type.
 * @param options `driver`; `signal` cancels the call when it aborts.
 * @returns The two connected sockets.
 * @throws {OSError} As {@linkcode socket}.
 * @throws {PermissionError} EACCES if permission is not granted; the message
 * names the flag.
 *
 * @example Usage
 * ```ts
 * import { socketpair } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = await socketpair();
 * using _a = a, _b = b;
 * await a.sendall(new Uint8Array([1, 2, 3]));
 * assertEquals((await b.recv(8)).length, 3);
 * ```
 *
 * Port of [`socket.socketpair`](https://docs.python.org/3/library/socket.html#socket.socketpair), `socketpair(2)`.
 */
export function socketpair(): Promise<
  [Socket<Address, null>, Socket<Address, null>]
>;
/** Creates two sockets of the given family. */
export function socketpair<F extends number>(
  family: F | undefined,
  type?: number,
  proto?: number,
  options?: SocketpairOptions,
): Promise<[Socket<AddressOf<F>>, Socket<AddressOf<F>>]>;
export async function socketpair(
  family?: number,
  type: number = SOCK_STREAM,
  proto = 0,
  options: SocketpairOptions = {},
): Promise<[Socket<Address, null>, Socket<Address, null>]> {
  const driver = driverFor(options.driver);
  const ends = await driver.pair(
    family,
    type,
    proto,
    waitOf(null, options.signal),
  );
  const [one, other] = ends;
  return [socketOver(one, driver), socketOver(other, driver)];
}
