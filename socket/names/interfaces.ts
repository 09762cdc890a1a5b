import { checkInteger, checkText } from "../arguments.ts";
import type { InterfaceName } from "../driver.ts";
import { driverFor } from "../drivers.ts";
import type { DriverOptions } from "./getaddrinfo.ts";

/**
 * Lists the network interfaces.
 *
 * Drivers: the sandboxed one lists all on Linux with `--allow-all`. With
 * `--allow-sys=networkInterfaces` it lists those that have an address; each of
 * them, except the loopback interface, must have an IPv6 link-local address,
 * which is where Deno tells the index.
 *
 * @param options `driver`.
 * @returns `[index, name]` of every interface.
 * @throws {PermissionError} EACCES if a permission is missing; the message names
 * the flag.
 * @throws {OSError} EOPNOTSUPP if the driver cannot find an index.
 *
 * @example Usage
 * ```ts
 * import { ifNameindex, PermissionError } from "@berkeley/socket/socket";
 *
 * try {
 *   for (const [index, name] of ifNameindex()) console.log(index, name);
 * } catch (error) {
 *   if (!(error instanceof PermissionError)) throw error;
 *   console.log(error.message); // names the flag to add
 * }
 * ```
 *
 * Port of [`socket.if_nameindex`](https://docs.python.org/3/library/socket.html#socket.if_nameindex), `if_nameindex(3)`.
 */
export function ifNameindex(options: DriverOptions = {}): InterfaceName[] {
  return driverFor(options.driver).machine.ifNameindex();
}

/**
 * Finds the index of a network interface by name. The index is the scope of the
 * interface's link-local addresses.
 *
 * Drivers: the sandboxed one knows what {@linkcode ifNameindex} lists.
 *
 * @param name The name, such as `"eth0"`.
 * @param options `driver`.
 * @returns The index, 1 or more.
 * @throws {OSError} "no interface with this name"; without `errno`, as in Python.
 * @throws {PermissionError} EACCES if a permission is missing; the message names
 * the flag.
 * @throws {TypeError} If the name is not a string, or has a NUL in it.
 *
 * @example Usage
 * ```ts
 * import { ifNametoindex, PermissionError } from "@berkeley/socket/socket";
 *
 * try {
 *   console.log(ifNametoindex("lo")); // 1
 * } catch (error) {
 *   if (!(error instanceof PermissionError)) throw error;
 *   console.log(error.message); // names the flag to add
 * }
 * ```
 *
 * Port of [`socket.if_nametoindex`](https://docs.python.org/3/library/socket.html#socket.if_nametoindex), `if_nametoindex(3)`.
 */
export function ifNametoindex(
  name: string,
  options: DriverOptions = {},
): number {
  checkText("ifNametoindex", "name", name);
  return driverFor(options.driver).machine.ifNametoindex(name);
}

/**
 * Finds the name of a network interface by index.
 *
 * Drivers: the sandboxed one knows what {@linkcode ifNameindex} lists.
 *
 * @param index The index, 1 or more.
 * @param options `driver`.
 * @returns The name, such as `"eth0"`.
 * @throws {OSError} ENXIO if the interface does not exist.
 * @throws {PermissionError} EACCES if a permission is missing; the message names
 * the flag.
 * @throws {RangeError} If the index does not fit 32 bits.
 * @throws {TypeError} If the index is not an integer.
 *
 * @example Usage
 * ```ts
 * import { ifIndextoname, PermissionError } from "@berkeley/socket/socket";
 *
 * try {
 *   console.log(ifIndextoname(1)); // "lo"
 * } catch (error) {
 *   if (!(error instanceof PermissionError)) throw error;
 *   console.log(error.message); // names the flag to add
 * }
 * ```
 *
 * Port of [`socket.if_indextoname`](https://docs.python.org/3/library/socket.html#socket.if_indextoname), `if_indextoname(3)`.
 */
export function ifIndextoname(
  index: number,
  options: DriverOptions = {},
): string {
  checkInteger("ifIndextoname", "index", index, 0, 0xffffffff);
  return driverFor(options.driver).machine.ifIndextoname(index);
}
