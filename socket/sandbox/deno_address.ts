import type { Address, Inet6Address, InetAddress } from "../address.ts";
import { AF_INET, AF_INET6, AF_UNIX } from "../constants/mod.ts";
import { gaierror } from "../errors.ts";
import { parseIpv4Loose, parseIpv6 } from "../text/ip_address.ts";

/** Converts Deno's form of an address to ours; `asked` is the address that the caller gave. */
export function addressOf(addr: Deno.Addr, asked?: Address): Address {
  if (!("hostname" in addr)) return "path" in addr ? addr.path ?? "" : "";
  const { hostname, port } = addr;
  return hostname.includes(":")
    ? inet6Address(hostname, port, asked)
    : [hostname, port];
}

/** Converts Deno's or node's form of an IPv6 address to ours. */
export function inet6Address(
  hostname: string,
  port: number,
  asked?: Address,
): Inet6Address {
  const [host, scope] = hostname.split("%");
  if (scope !== undefined) return [host, port, 0, Number(scope) || 0];
  // Deno omits a stream's scope; it is that of the address asked for.
  const isLinkLocal = /^fe[89ab]/i.test(host);
  const scopeid = isLinkLocal ? (asked as Inet6Address | undefined)?.[3] : 0;
  return [host, port, 0, scopeid ?? 0];
}

/** Returns the family of an address by its shape. */
export function familyOf(address: Address): number {
  if (!Array.isArray(address)) return AF_UNIX;
  return address.length === 4 ? AF_INET6 : AF_INET;
}

/** Returns the host of an address in Deno's form; throws for a number of the other family. */
export function denoHost(
  family: number,
  syscall: string,
  address: InetAddress | Inet6Address,
): string {
  const [host, , , scopeid] = address;
  // Deno takes brackets off, in a socket of either family; no name has them.
  if (host.startsWith("[")) {
    throw new gaierror({ code: "EAI_NONAME", syscall, address });
  }
  const [bare] = host.split("%");
  if (family === AF_INET6) {
    // IPv6 has no broadcast, and it is not a name either.
    if (parseIpv4Loose(host) || host === "<broadcast>") {
      throw otherFamily(syscall, address);
    }
    return scopeid && !host.includes("%") && parseIpv6(bare)
      ? `${host}%${scopeid}`
      : host;
  }
  if (parseIpv6(bare)) throw otherFamily(syscall, address);
  return host;
}

/** Creates the error for a host that has no address of the socket's family. */
export function otherFamily(
  syscall: string,
  address: InetAddress | Inet6Address,
): gaierror {
  return new gaierror({ code: "EAI_ADDRFAMILY", syscall, address });
}

/** Gives the address of "localhost", however it is written, in a family; `undefined` for other names. */
export function localhost(family: number, name: string): string | undefined {
  if (name.toLowerCase() !== "localhost") return undefined;
  return family === AF_INET6 ? "::1" : "127.0.0.1";
}

/** Whether a host is this machine, in numbers or as "localhost". */
export function isLoopback(host: string): boolean {
  return host === "::1" || /^(::ffff:)?127\.|^localhost$/i.test(host);
}
