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
import { ifNametoindex } from "../interfaces.ts";
import type { NumericAddress } from "./types.ts";

/** Tells whether an address is IPv4-mapped, `::ffff:0:0/96`; RFC 4291, section 2.5.5.2. */
export function isMapped(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes[10] === 0xff && bytes[11] === 0xff &&
    bytes.subarray(0, 10).every((byte) => byte === 0);
}

/** Makes an IPv4 address an IPv4-mapped IPv6 one. */
export function toMapped({ host }: NumericAddress): NumericAddress {
  return { family: AF_INET6, host: `::ffff:${host}`, scopeid: 0 };
}

/** Tells whether an address is in `fe80::/10` or `ff?2::/16`; `::1` is not. */
function isLinkLocal(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xfe && (bytes[1] & 0xc0) === 0x80) ||
    (bytes[0] === 0xff && (bytes[1] & 0x0f) === 2);
}

/**
 * Reads a numeric host like glibc's `getaddrinfo`; `undefined` for a name.
 *
 * @throws {gaierror} EAI_ADDRFAMILY for an address of the other family,
 * EAI_NONAME for an unknown scope.
 * @throws {PermissionError} If the program may not find the index of the scope's
 * interface.
 */
export function numericHost(
  host: string,
  { family, flags }: AddressInfoHints,
  fields: OSErrorFields,
): NumericAddress | undefined {
  const fail = (code: string) => new gaierror({ ...fields, code });
  const four = parseIpv4Loose(host);
  if (four !== undefined) {
    const address = { family: AF_INET, host: formatIpv4(four), scopeid: 0 };
    if (family !== AF_INET6) return address;
    if ((flags & AI_V4MAPPED) !== 0) return toMapped(address);
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

/** Reads the part after "%": an interface's index or, for link-local addresses, its name. */
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
