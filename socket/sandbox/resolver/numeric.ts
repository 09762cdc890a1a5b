import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  AI_V4MAPPED,
} from "../../constants/mod.ts";
import type { AddressInfoHints } from "../../driver.ts";
import { gaierror, type OSErrorFields, PermissionError } from "../../errors.ts";
import {
  formatIpv4,
  formatIpv6,
  parseIpv4Loose,
  parseIpv6,
} from "../../text/ip_address.ts";
import type { Numeric } from "./types.ts";
import { ifNametoindex } from "../interfaces.ts";

/** Whether it is `::ffff:0:0/96`, an IPv4 address in IPv6's clothes. */
export function isMapped(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes[10] === 0xff && bytes[11] === 0xff &&
    bytes.subarray(0, 10).every((byte) => byte === 0);
}

/** Gives an IPv4 address as an IPv6 one. */
export function mapped({ host }: Numeric): Numeric {
  return { family: AF_INET6, host: `::ffff:${host}`, scopeid: 0 };
}

/** Whether its scope is one link: `fe80::/10` and `ff02::/16`, but not `::1`. */
function isLinkLocal(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xfe && (bytes[1] & 0xc0) === 0x80) ||
    (bytes[0] === 0xff && (bytes[1] & 0x0f) === 2);
}

/**
 * Reads a numeric host as glibc's `getaddrinfo`; `undefined` for a name.
 *
 * @throws {gaierror} EAI_ADDRFAMILY for an address of the other family,
 * EAI_NONAME for a scope that there is not.
 * @throws {PermissionError} If the index of the scope's interface may not be known.
 */
export function numericHost(
  host: string,
  { family, flags }: AddressInfoHints,
  fields: OSErrorFields,
): Numeric | undefined {
  const fail = (code: string) => new gaierror({ ...fields, code });
  const four = parseIpv4Loose(host);
  if (four !== undefined) {
    const address = { family: AF_INET, host: formatIpv4(four), scopeid: 0 };
    if (family !== AF_INET6) return address;
    if ((flags & AI_V4MAPPED) !== 0) return mapped(address);
    throw fail("EAI_ADDRFAMILY");
  }
  const [bare, ...scope] = host.split("%");
  const six = parseIpv6(bare);
  if (six === undefined) return undefined;
  if (family === AF_INET && !isMapped(six)) throw fail("EAI_ADDRFAMILY");
  const scopeid = scope.length === 0
    ? 0
    : scopeIndex(scope.join("%"), six, fields);
  return family === AF_UNSPEC || family === AF_INET6
    ? { family: AF_INET6, host: formatIpv6(six), scopeid }
    : { family: AF_INET, host: formatIpv4(six.subarray(12)), scopeid: 0 };
}

/** Reads what follows the "%": an interface's number or, within a link, its name. */
function scopeIndex(
  scope: string,
  address: Uint8Array,
  fields: OSErrorFields,
): number {
  if (/^[0-9]+$/.test(scope)) {
    if (Number(scope) <= 0xffffffff) return Number(scope);
  } else if (isLinkLocal(address)) {
    try {
      return ifNametoindex(scope);
    } catch (error) {
      if (error instanceof PermissionError) throw error;
    }
  }
  throw new gaierror({ ...fields, code: "EAI_NONAME" });
}
