import { AF_INET, AF_INET6, AF_UNSPEC } from "../../constants/mod.ts";
import { osError, type OSErrorFields } from "../../errors.ts";
import { isGranted } from "../../permissions.ts";
import { parseIpv4, parseIpv6 } from "../../text/ip_address.ts";
import type { Numeric } from "./types.ts";
import { isMapped } from "./numeric.ts";

/** glibc's default preferences, RFC 3484 section 2.1. */
function precedence(bytes: Uint8Array): number {
  if (bytes.length === 4 || isMapped(bytes)) return 10;
  if (bytes[0] === 0x20 && bytes[1] === 0x02) return 30;
  const compatible = bytes.subarray(0, 12).every((byte) => byte === 0);
  if (!compatible) return 40;
  return bytes.subarray(12).join() === "0,0,0,1" ? 50 : 20;
}

/** How far an address reaches: 2 for a link, 5 for a site, 14 for the world. */
function scope(bytes: Uint8Array): number {
  if (bytes.length === 4) {
    const local = bytes[0] === 127 || (bytes[0] === 169 && bytes[1] === 254);
    return local ? 2 : 14;
  }
  if (bytes[0] === 0xff) return bytes[1] & 0x0f;
  if (bytes[0] === 0xfe && bytes[1] >= 0x80) return bytes[1] < 0xc0 ? 2 : 5;
  return precedence(bytes) === 50 ? 2 : 14;
}

/** The families of this machine's own addresses, the loopback ones apart; `undefined` where Deno may not tell. */
function families(): ReadonlySet<number> | undefined {
  if (!isGranted({ name: "sys", kind: "networkInterfaces" })) return undefined;
  return new Set(
    Deno.networkInterfaces()
      .filter(({ address }) => address !== "127.0.0.1" && address !== "::1")
      .map(({ family }) => family === "IPv6" ? AF_INET6 : AF_INET),
  );
}

/**
 * Gives the family that `AI_ADDRCONFIG` leaves; `undefined` for none.
 *
 * @throws {PermissionError} If this machine's addresses may not be known.
 */
export function configured(
  family: number,
  fields: OSErrorFields,
): number | undefined {
  const own = families();
  if (own === undefined) {
    throw osError({
      ...fields,
      code: "EACCES",
      subject: `${fields.subject} with AI_ADDRCONFIG`,
      hint: "run again with --allow-sys=networkInterfaces",
    });
  }
  if (family !== AF_UNSPEC) return own.has(family) ? family : undefined;
  if (own.has(AF_INET) === own.has(AF_INET6)) return AF_UNSPEC;
  return own.has(AF_INET) ? AF_INET : AF_INET6;
}

/**
 * Puts addresses into the order in which to try them: RFC 3484, by those of
 * its rules that look at the destination alone. The sandbox does not know the
 * route to it; but where it may know this machine's addresses, a family that
 * has none comes last.
 */
export function inOrder(found: readonly Numeric[]): Numeric[] {
  if (found.length < 2) return [...found];
  const own = families();
  const ranked = found.map((address) => {
    const bytes = (parseIpv4(address.host) ?? parseIpv6(address.host))!;
    const far = scope(bytes) > 2;
    const reachable = !far || own === undefined || own.size === 0 ||
      own.has(address.family);
    return { address, reachable, rank: precedence(bytes), scope: scope(bytes) };
  });
  return ranked.sort((one, other) =>
    Number(other.reachable) - Number(one.reachable) ||
    other.rank - one.rank || one.scope - other.scope
  ).map(({ address }) => address);
}
