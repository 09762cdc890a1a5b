import type { InetAddress } from "../address.ts";
import { kindOf } from "../arguments.ts";
import {
  AF_INET,
  AF_UNSPEC,
  AI_PASSIVE,
  SOCK_DGRAM,
} from "../constants/mod.ts";
import type { Driver, HostEntry } from "../driver.ts";
import { driverFor } from "../drivers.ts";
import { herror, OSError, PermissionError } from "../errors.ts";
import {
  checkHost,
  type DriverOptions,
  type LookupOptions,
} from "./getaddrinfo.ts";
import { parseIpv4Loose, parseIpv6 } from "../text/ip_address.ts";
import { type Wait, waitOf } from "../wait.ts";

/**
 * Finds an address of a host like CPython's `setipaddr`: `""` is the wildcard
 * address, `"<broadcast>"` the broadcast address.
 */
async function addressOf(
  call: string,
  name: string,
  family: number,
  driver: Driver,
  wait: Wait | undefined,
): Promise<string> {
  if (name === "<broadcast>") return "255.255.255.255";
  const isWildcard = name === "";
  const infos = await driver.names.getaddrinfo(
    isWildcard ? null : name,
    isWildcard ? "0" : null,
    {
      family,
      type: isWildcard ? SOCK_DGRAM : 0,
      proto: 0,
      flags: isWildcard ? AI_PASSIVE : 0,
    },
    wait,
  );
  if (isWildcard && infos.length > 1) {
    throw new OSError({
      syscall: call,
      subject: `""`,
      state: "wildcard resolved to multiple address",
    });
  }
  const [[, , , , sockaddr]] = infos;
  return (sockaddr as InetAddress)[0];
}

/**
 * Finds the IPv4 address of a host.
 *
 * It needs the permissions that {@linkcode getaddrinfo} needs. Use that for
 * IPv6.
 *
 * @param name A name or a numeric address; `""` is the wildcard address,
 * `"<broadcast>"` the broadcast address.
 * @param options `signal` ends the call when it aborts; `driver`.
 * @returns The address, such as `"192.0.2.1"`; the first of several.
 * @throws {gaierror} As {@linkcode getaddrinfo}.
 * @throws {PermissionError} EACCES if a permission is missing; the message names
 * the flags of which one is enough.
 * @throws {UnicodeEncodeError} If the name is not valid, as {@linkcode getaddrinfo}.
 *
 * @example Usage
 * ```ts
 * import { gethostbyname } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await gethostbyname("127.1"), "127.0.0.1");
 * ```
 *
 * Port of [`socket.gethostbyname`](https://docs.python.org/3/library/socket.html#socket.gethostbyname), `gethostbyname(3)`.
 */
export async function gethostbyname(
  name: string,
  options: LookupOptions = {},
): Promise<string> {
  return await addressOf(
    "gethostbyname",
    checkHost("gethostbyname", name),
    AF_INET,
    driverFor(options.driver),
    waitOf(null, options.signal),
  );
}

/**
 * Finds the IPv4 addresses and all names of a host.
 *
 * A name needs `--allow-net` for the name server, since the system's resolver
 * gives Deno addresses only; or `--allow-read=/etc/hosts`, if it is in that file.
 *
 * @param name A name or a numeric address.
 * @param options `signal` ends the call when it aborts; `driver`.
 * @returns `[hostname, aliaslist, ipaddrlist]`: the canonical name, the other
 * names, the addresses.
 * @throws {gaierror} As {@linkcode getaddrinfo}.
 * @throws {herror} NO_RECOVERY for `""`, HOST_NOT_FOUND for numeric addresses of
 * more than digits and dots, such as IPv6 ones.
 * @throws {PermissionError} EACCES if a permission is missing; the message names
 * the flag.
 * @throws {UnicodeEncodeError} If the name is not valid, as {@linkcode getaddrinfo}.
 *
 * @example Usage
 * ```ts
 * import { gethostbynameEx } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await gethostbynameEx("127.0.0.1"), [
 *   "127.0.0.1",
 *   [],
 *   ["127.0.0.1"],
 * ]);
 * ```
 *
 * Port of [`socket.gethostbyname_ex`](https://docs.python.org/3/library/socket.html#socket.gethostbyname_ex), `gethostbyname(3)`.
 */
export async function gethostbynameEx(
  name: string,
  options: LookupOptions = {},
): Promise<HostEntry> {
  const host = checkHost("gethostbynameEx", name);
  const driver = driverFor(options.driver);
  const wait = waitOf(null, options.signal);
  const numeric = parseIpv4Loose(host) ?? parseIpv6(host.split("%")[0]);
  const special = ["", "*", "<broadcast>"].includes(host);
  if (numeric === undefined && !special) {
    return await driver.names.gethostbyname(host, wait);
  }
  const address = await addressOf(
    "gethostbyname",
    host,
    AF_INET,
    driver,
    wait,
  );
  // glibc looks the name up again, and takes only digits and dots as numeric.
  if (/^[0-9.]+$/.test(host)) return [host, [], [address]];
  throw new herror({
    syscall: "gethostbyname",
    subject: `"${host}"`,
    code: host === "" ? "NO_RECOVERY" : "HOST_NOT_FOUND",
  });
}

/**
 * Finds the names of a host by its address.
 *
 * It asks what {@linkcode getnameinfo} asks, and needs the same permissions; a
 * name is first looked up as by {@linkcode getaddrinfo}.
 *
 * @param ip An address, or a name.
 * @param options `signal` ends the call when it aborts; `driver`.
 * @returns `[hostname, aliaslist, ipaddrlist]`: the canonical name, the other
 * names, the address.
 * @throws {herror} HOST_NOT_FOUND if the address has no name, TRY_AGAIN if the
 * name server did not answer.
 * @throws {gaierror} As {@linkcode getaddrinfo}, for a name.
 * @throws {PermissionError} EACCES if a permission is missing; the message names
 * the flags of which one is enough.
 * @throws {OSError} For `""`; without `errno`, as in Python.
 * @throws {UnicodeEncodeError} If the name is not valid, as {@linkcode getaddrinfo}.
 *
 * @example Usage
 * ```ts
 * import { gethostbyaddr, herror } from "@berkeley/socket/socket";
 *
 * try {
 *   const [name] = await gethostbyaddr("127.0.0.1");
 *   console.log(name); // "localhost", mostly
 * } catch (error) {
 *   if (!(error instanceof herror)) throw error; // the address has no name
 * }
 * ```
 *
 * Port of [`socket.gethostbyaddr`](https://docs.python.org/3/library/socket.html#socket.gethostbyaddr), `gethostbyaddr(3)`.
 */
export async function gethostbyaddr(
  ip: string,
  options: LookupOptions = {},
): Promise<HostEntry> {
  const host = checkHost("gethostbyaddr", ip);
  const driver = driverFor(options.driver);
  const wait = waitOf(null, options.signal);
  const address = await addressOf(
    "gethostbyaddr",
    host,
    AF_UNSPEC,
    driver,
    wait,
  );
  return await driver.names.gethostbyaddr(address, wait);
}

/**
 * Finds the fully qualified name of a host: the first of its names that has a
 * dot, or else its canonical name. If the host has no name, it returns the
 * argument.
 *
 * It needs what {@linkcode gethostbyaddr} needs, and without an argument what
 * {@linkcode gethostname} needs. Python ignores every error of the look-up; here
 * a missing permission is an error.
 *
 * @param name A name or an address; `""`, `"0.0.0.0"` and `"::"` are this
 * machine.
 * @param options `signal` ends the call when it aborts; `driver`.
 * @returns The name.
 * @throws {PermissionError} EACCES if a permission is missing; the message names
 * the flags of which one is enough.
 * @throws {UnicodeEncodeError} If the name is not valid, as {@linkcode getaddrinfo}.
 *
 * @example Usage
 * ```ts
 * import { getfqdn } from "@berkeley/socket/socket";
 *
 * console.log(await getfqdn("127.0.0.1")); // "localhost", mostly
 * ```
 *
 * Port of [`socket.getfqdn`](https://docs.python.org/3/library/socket.html#socket.getfqdn).
 */
export async function getfqdn(
  name: string = "",
  options: LookupOptions = {},
): Promise<string> {
  if (typeof name !== "string") {
    throw new TypeError(
      `Cannot getfqdn: the name must be a string, not ${kindOf(name)}`,
    );
  }
  const given = name.trim();
  const host = ["", "0.0.0.0", "::"].includes(given)
    ? gethostname(options)
    : given;
  try {
    const [hostname, aliases] = await gethostbyaddr(host, options);
    return [hostname, ...aliases].find((one) => one.includes(".")) ?? hostname;
  } catch (error) {
    if (!(error instanceof OSError) || error instanceof PermissionError) {
      throw error;
    }
    return host;
  }
}

/**
 * Returns the name of this machine.
 *
 * Drivers: the sandboxed one needs `--allow-sys=hostname`, or on Linux
 * `--allow-read=/etc/hostname`, which sets the name at the machine's start.
 *
 * @param options `driver`.
 * @returns The name. It may be unqualified; see {@linkcode getfqdn}.
 * @throws {PermissionError} EACCES if a permission is missing; the message names
 * the flag.
 *
 * @example Usage
 * ```ts
 * import { gethostname, PermissionError } from "@berkeley/socket/socket";
 *
 * try {
 *   console.log(gethostname());
 * } catch (error) {
 *   if (!(error instanceof PermissionError)) throw error;
 *   console.log(error.message); // names the flag to add
 * }
 * ```
 *
 * Port of [`socket.gethostname`](https://docs.python.org/3/library/socket.html#socket.gethostname), `gethostname(2)`.
 */
export function gethostname(options: DriverOptions = {}): string {
  return driverFor(options.driver).machine.gethostname();
}

/**
 * Sets the name of this machine, until its next start.
 *
 * Drivers: the sandboxed one can do it on Linux only, and needs `--allow-all`,
 * without which Deno does not write to `/proc`.
 *
 * @param name The name, 64 bytes at most.
 * @param options `driver`.
 * @throws {PermissionError} EPERM if the user is not the superuser; EACCES if
 * Deno does not allow it: the message names the flag.
 * @throws {OSError} EINVAL if the name is too long; EOPNOTSUPP if the driver
 * cannot set it.
 * @throws {TypeError} If the name is not a string.
 *
 * @example Usage
 * ```ts
 * import { gethostname, PermissionError, sethostname } from "@berkeley/socket/socket";
 *
 * try {
 *   sethostname(gethostname()); // changes nothing
 * } catch (error) {
 *   if (!(error instanceof PermissionError)) throw error;
 *   console.log(error.message); // names the flag to add
 * }
 * ```
 *
 * Port of [`socket.sethostname`](https://docs.python.org/3/library/socket.html#socket.sethostname), `sethostname(2)`.
 */
export function sethostname(name: string, options: DriverOptions = {}): void {
  if (typeof name !== "string") {
    throw new TypeError(
      `Cannot sethostname: the name must be a string, not ${kindOf(name)}`,
    );
  }
  driverFor(options.driver).machine.sethostname(name);
}
