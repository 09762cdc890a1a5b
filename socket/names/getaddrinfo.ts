import type { Address, Inet6Address, InetAddress } from "../address.ts";
import { checkInt, checkInteger, checkText, kindOf } from "../arguments.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  AI_NUMERICHOST,
  SOCK_DGRAM,
} from "../constants/mod.ts";
import type { AddressInfo, Driver } from "../driver.ts";
import { driverFor } from "../drivers.ts";
import { OSError } from "../errors.ts";
import { UnicodeEncodeError } from "../text/unicode_errors.ts";
import { encodeHost } from "../text/idna.ts";
import { waitOf, type WaitOptions } from "../wait.ts";

/** Options of the calls that a driver answers without waiting. */
export interface DriverOptions {
  /** The driver to ask; the program's default driver if omitted. */
  driver?: Driver;
}

/** Options of every look-up. */
export interface LookupOptions extends WaitOptions, DriverOptions {}

/** Options of {@linkcode getaddrinfo}. */
export interface GetaddrinfoOptions extends LookupOptions {
  /**
   * `AF_INET` or `AF_INET6`; `AF_UNSPEC` for both.
   * @default {AF_UNSPEC}
   */
  family?: number;
  /**
   * `SOCK_STREAM`, `SOCK_DGRAM` or another; 0 for all.
   * @default {0}
   */
  type?: number;
  /**
   * An `IPPROTO_*` number; 0 for the type's own.
   * @default {0}
   */
  proto?: number;
  /**
   * `AI_*` flags, combined with `|`.
   * @default {0}
   */
  flags?: number;
}

/**
 * Checks and encodes a host name for a driver.
 *
 * @throws {TypeError} If it is not a string, or has a NUL in it.
 * @throws {UnicodeEncodeError} If it is not a valid name.
 */
export function checkHost(call: string, host: unknown): string {
  checkText(call, "host", host);
  return encodeHost(host);
}

/** Checks a port or a service's name, for a driver. */
function checkPort(port: unknown): string | null {
  if (port === null) return null;
  if (typeof port === "number") {
    if (Number.isInteger(port)) return String(BigInt(port));
  } else if (typeof port === "string" && !port.includes("\0")) {
    if (port.isWellFormed()) return port;
    const start = port.search(/\p{Cs}/u);
    throw new UnicodeEncodeError(
      "utf-8",
      port,
      start,
      "surrogates not allowed",
    );
  }
  throw new TypeError(
    `Cannot getaddrinfo: the port must be an integer, a string without NUL or null, not ${
      typeof port === "string"
        ? JSON.stringify(port)
        : typeof port === "number"
        ? port
        : kindOf(port)
    }`,
  );
}

/**
 * Looks up a host and a service: returns what is needed to create a socket and
 * to connect or bind it.
 *
 * Numeric addresses, services and `localhost` need no permission and follow
 * glibc's rules on every platform. A name is looked up in the hosts file, if the
 * program may read that, then at the name server, which needs `--allow-net` for
 * that server, or else by the system's resolver, which needs `--allow-net` for
 * the name itself, without a port. `AI_CANONNAME` of a name needs the name
 * server, `AI_ADDRCONFIG` needs `--allow-sys=networkInterfaces`, and an
 * interface's name as a scope (`"fe80::1%eth0"`) needs what
 * {@linkcode ifNametoindex} needs.
 *
 * Names in other scripts are encoded by IDNA 2003, as in Python. The results are
 * sorted by the rules of RFC 3484 that look at the destination alone. Drivers:
 * the sandboxed one reports EAI_NONAME for a name without addresses, unless it
 * has addresses of the other family.
 *
 * @param host A name or a numeric address; `null` for this machine: its loopback
 * addresses, or with `AI_PASSIVE` those to bind to.
 * @param port A number or a service's name; `null` for 0.
 * @param options `family`, `type`, `proto` and `flags` narrow the result;
 * `signal` ends the call when it aborts; `driver`.
 * @returns For every address and kind of socket
 * `[family, type, proto, canonname, sockaddr]`; `canonname` is empty except in
 * the first with `AI_CANONNAME`.
 * @throws {gaierror} EAI_NONAME if host or service are not known, EAI_NODATA
 * and EAI_ADDRFAMILY if the host has no address of the family, EAI_AGAIN if the
 * name server did not answer, EAI_SERVICE, EAI_SOCKTYPE, EAI_FAMILY and
 * EAI_BADFLAGS for options that do not go together.
 * @throws {PermissionError} EACCES if a permission is missing; the message names
 * the flags of which one is enough.
 * @throws {UnicodeEncodeError} If a label of the name is empty or longer than 63
 * bytes, or has a character that names cannot have.
 * @throws {TypeError} If the host is not a string or `null`, if the port is not
 * an integer, a string or `null`, or if one has a NUL in it.
 *
 * @example Usage
 * ```ts
 * import { AF_INET, getaddrinfo, IPPROTO_TCP, SOCK_STREAM } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await getaddrinfo("127.0.0.1", "http", { type: SOCK_STREAM }), [
 *   [AF_INET, SOCK_STREAM, IPPROTO_TCP, "", ["127.0.0.1", 80]],
 * ]);
 * ```
 *
 * Port of [`socket.getaddrinfo`](https://docs.python.org/3/library/socket.html#socket.getaddrinfo), `getaddrinfo(3)`.
 */
export async function getaddrinfo(
  host: string | null,
  port: string | number | null,
  options: GetaddrinfoOptions = {},
): Promise<AddressInfo[]> {
  const { family = AF_UNSPEC, type = 0, proto = 0, flags = 0 } = options;
  const name = host === null ? null : checkHost("getaddrinfo", host);
  const service = checkPort(port);
  checkInt("getaddrinfo", "family", family);
  checkInt("getaddrinfo", "type", type);
  checkInt("getaddrinfo", "protocol", proto);
  checkInt("getaddrinfo", "flags", flags);
  return await driverFor(options.driver).names.getaddrinfo(
    name,
    service,
    { family, type, proto, flags },
    waitOf(null, options.signal),
  );
}

/**
 * Looks up the names of a numeric address and of its port.
 *
 * A host or port without a name is returned as a number. The address is looked
 * up in the hosts file, if the program may read that, then at the name server,
 * which needs `--allow-net` for that server, or else by the system's resolver,
 * which needs `--allow-net` for the address. `NI_NUMERICHOST` needs no
 * permission; `NI_NOFQDN` needs what {@linkcode gethostname} needs. The scope of
 * a link-local address is written as the interface's name if
 * {@linkcode ifIndextoname} finds it.
 *
 * @param sockaddr `[host, port]`, with IPv6 also `[host, port, flowinfo,
 * scopeid]`; the host is a numeric address.
 * @param flags `NI_*` flags, combined with `|`; 0 for none.
 * @param options `signal` ends the call when it aborts; `driver`.
 * @returns The host's and the service's name.
 * @throws {gaierror} EAI_NONAME if the host is not numeric, or with
 * `NI_NAMEREQD` if it has no name; EAI_AGAIN if the name server did not answer;
 * EAI_SERVICE for a negative port; EAI_BADFLAGS for unknown flags.
 * @throws {PermissionError} EACCES if a permission is missing; the message names
 * the flags of which one is enough.
 * @throws {OSError} If an IPv4 address is given with more than a port; without
 * `errno`, as in Python.
 * @throws {TypeError} If `sockaddr` is not an address, or the flags are not an
 * integer.
 * @throws {RangeError} If the flow label is not 0 to 1048575, the scope is not 0
 * to 4294967295, or the port or the flags do not fit 32 bits.
 *
 * @example Usage
 * ```ts
 * import { getnameinfo, NI_NUMERICHOST } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await getnameinfo(["127.0.0.1", 80], NI_NUMERICHOST), [
 *   "127.0.0.1",
 *   "http",
 * ]);
 * ```
 *
 * Port of [`socket.getnameinfo`](https://docs.python.org/3/library/socket.html#socket.getnameinfo), `getnameinfo(3)`.
 */
export async function getnameinfo(
  sockaddr:
    | Readonly<InetAddress>
    | readonly [
      host: string,
      port: number,
      flowinfo: number,
      scopeid?: number,
    ],
  flags: number,
  options: LookupOptions = {},
): Promise<[host: string, service: string]> {
  if (
    !Array.isArray(sockaddr) || sockaddr.length < 2 || sockaddr.length > 4
  ) {
    throw new TypeError(
      `Cannot getnameinfo: the address must be [host, port] or [host, port, flowinfo, scopeid], not ${
        kindOf(sockaddr)
      }`,
    );
  }
  const [host, port, flowinfo = 0, scopeid = 0] = sockaddr;
  checkText("getnameinfo", "host", host);
  checkInt("getnameinfo", "port", port);
  checkInteger("getnameinfo", "flow label", flowinfo, 0, 0xfffff);
  checkInteger("getnameinfo", "scope", scopeid, 0, 0xffffffff);
  checkInt("getnameinfo", "flags", flags);
  const driver = driverFor(options.driver);
  const wait = waitOf(null, options.signal);
  const infos = await driver.names.getaddrinfo(host, String(port), {
    family: AF_UNSPEC,
    type: SOCK_DGRAM,
    proto: 0,
    flags: AI_NUMERICHOST,
  }, wait);
  const fail = (state: string) =>
    new OSError({ syscall: "getnameinfo", subject: `"${host}"`, state });
  if (infos.length > 1) throw fail("sockaddr resolved to multiple addresses");
  const [family, , , , found] = infos[0];
  const [address, number] = found as Address as InetAddress;
  if (family === AF_INET && sockaddr.length !== 2) {
    throw fail("IPv4 sockaddr must be 2 tuple");
  }
  const whole: InetAddress | Inet6Address = family === AF_INET6
    ? [address, number, flowinfo, scopeid]
    : [address, number];
  return await driver.names.getnameinfo(whole, flags, wait);
}
