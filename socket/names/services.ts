import { checkInteger, checkText } from "../arguments.ts";
import { driverFor } from "../drivers.ts";
import { OSError } from "../errors.ts";
import type { DriverOptions } from "./getaddrinfo.ts";

/**
 * Finds the port of an Internet service by name.
 *
 * Drivers: POSIX asks libc; the sandboxed one reads `/etc/services` if read permission is already granted, otherwise its
 * own table of the names that IANA and Debian list. It never prompts for a
 * permission.
 *
 * @param name The service's name or an alias, such as `"http"`.
 * @param proto `"tcp"`, `"udp"` or another; any protocol if omitted.
 * @param options `driver`: the driver to ask; the program's default driver if
 * omitted.
 * @returns The port.
 * @throws {OSError} "service/proto not found" if it is not known; without
 * `errno`, as in Python.
 * @throws {TypeError} If an argument is not a string, or has a NUL in it.
 *
 * @example Usage
 * ```ts
 * import { getservbyname } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(getservbyname("https", "tcp"), 443);
 * ```
 *
 * Port of [`socket.getservbyname`](https://docs.python.org/3/library/socket.html#socket.getservbyname), `getservbyname(3)`.
 */
export function getservbyname(
  name: string,
  proto?: string,
  options: DriverOptions = {},
): number {
  checkText("getservbyname", "service", name);
  if (proto !== undefined) checkText("getservbyname", "protocol", proto);
  const { services } = driverFor(options.driver);
  const port = services.findPort(name, proto);
  if (port !== undefined) return port;
  throw new OSError({
    syscall: "getservbyname",
    subject: `"${proto === undefined ? name : `${name}/${proto}`}"`,
    state: "service/proto not found",
  });
}

/**
 * Finds the name of the Internet service at a port.
 *
 * It uses the same sources as {@linkcode getservbyname}.
 *
 * @param port The port, 0 to 65535.
 * @param proto `"tcp"`, `"udp"` or another; any protocol if omitted.
 * @param options `driver`: the driver to ask; the program's default driver if
 * omitted.
 * @returns The service's name.
 * @throws {OSError} "port/proto not found" if it is not known; without `errno`,
 * as in Python.
 * @throws {RangeError} If the port is not 0 to 65535.
 * @throws {TypeError} If the port is not an integer, or the protocol is not a
 * string or has a NUL in it.
 *
 * @example Usage
 * ```ts
 * import { getservbyport } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(getservbyport(53, "udp"), "domain");
 * ```
 *
 * Port of [`socket.getservbyport`](https://docs.python.org/3/library/socket.html#socket.getservbyport), `getservbyport(3)`.
 */
export function getservbyport(
  port: number,
  proto?: string,
  options: DriverOptions = {},
): string {
  checkInteger("getservbyport", "port", port, 0, 65535);
  if (proto !== undefined) checkText("getservbyport", "protocol", proto);
  const { services } = driverFor(options.driver);
  const name = services.findService(port, proto);
  if (name !== undefined) return name;
  throw new OSError({
    syscall: "getservbyport",
    subject: `port ${proto === undefined ? port : `${port}/${proto}`}`,
    state: "port/proto not found",
  });
}

/**
 * Finds the number of an Internet protocol by name, for `socket()`'s `proto`.
 *
 * It reads `/etc/protocols` if read permission is already granted, otherwise
 * its own table. It never prompts for a permission.
 *
 * @param name The protocol's name or an alias, such as `"icmp"`.
 * @param options `driver`: the driver to ask; the program's default driver if
 * omitted.
 * @returns The number.
 * @throws {OSError} "protocol not found" if it is not known; without `errno`, as
 * in Python.
 * @throws {TypeError} If the name is not a string, or has a NUL in it.
 *
 * @example Usage
 * ```ts
 * import { getprotobyname, IPPROTO_ICMP } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(getprotobyname("icmp"), IPPROTO_ICMP);
 * ```
 *
 * Port of [`socket.getprotobyname`](https://docs.python.org/3/library/socket.html#socket.getprotobyname), `getprotobyname(3)`.
 */
export function getprotobyname(
  name: string,
  options: DriverOptions = {},
): number {
  checkText("getprotobyname", "protocol", name);
  const found = driverFor(options.driver).services.findProtocol(name);
  if (found !== undefined) return found;
  throw new OSError({
    syscall: "getprotobyname",
    subject: `"${name}"`,
    state: "protocol not found",
  });
}
