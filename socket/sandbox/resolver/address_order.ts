import { AF_INET, AF_INET6, AF_UNSPEC } from "../../constants/mod.ts";
import { osError, type OSErrorFields } from "../../errors.ts";
import { isGranted } from "../../permissions.ts";
import { parseIpv4, parseIpv6 } from "../../text/ip_address.ts";
import { translate } from "../errors.ts";
import { isMapped } from "./numeric.ts";
import type { NumericAddress } from "./types.ts";

/** The precedence of glibc's default policy table; RFC 3484, section 2.1. */
function precedence(bytes: Uint8Array): number {
  if (bytes.length === 4 || isMapped(bytes)) return 10;
  if (bytes[0] === 0x20 && bytes[1] === 0x02) return 30;
  const compatible = bytes.subarray(0, 12).every((byte) => byte === 0);
  if (!compatible) return 40;
  return bytes.subarray(12).join() === "0,0,0,1" ? 50 : 20;
}

/** The scope of an address: 2 is link-local, 5 site-local, 14 global; RFC 3484, section 3.1. */
function scope(bytes: Uint8Array): number {
  if (bytes.length === 4) {
    const local = bytes[0] === 127 || (bytes[0] === 169 && bytes[1] === 254);
    return local ? 2 : 14;
  }
  if (bytes[0] === 0xff) return bytes[1] & 0x0f;
  if (bytes[0] === 0xfe && bytes[1] >= 0x80) return bytes[1] < 0xc0 ? 2 : 5;
  return precedence(bytes) === 50 ? 2 : 14;
}

/**
 * The families of this machine's addresses other than loopback; `undefined`
 * without the permission to list them.
 *
 * @throws {OSError} If they cannot be listed, such as EMFILE.
 */
function ownFamilies(fields: OSErrorFields): ReadonlySet<number> | undefined {
  if (!isGranted({ name: "sys", kind: "networkInterfaces" })) return undefined;
  let all: Deno.NetworkInterfaceInfo[];
  try {
    all = Deno.networkInterfaces();
  } catch (error) {
    throw translate(error, fields);
  }
  return new Set(
    all
      .filter(({ address }) => address !== "127.0.0.1" && address !== "::1")
      .map(({ family }) => family === "IPv6" ? AF_INET6 : AF_INET),
  );
}

/**
 * Narrows a family to those this machine has an address of, as `AI_ADDRCONFIG`
 * asks; `undefined` if none is left.
 *
 * @throws {PermissionError} If the program may not list this machine's addresses.
 */
export function configuredFamily(
  family: number,
  fields: OSErrorFields,
): number | undefined {
  const own = ownFamilies(fields);
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
 * Sorts addresses by preference: RFC 3484, by the rules that look at the
 * destination alone, since Deno does not tell the route to it. If the program
 * may list this machine's addresses, a family that has none comes last.
 */
export function sortAddresses(
  found: readonly NumericAddress[],
  fields: OSErrorFields,
): NumericAddress[] {
  if (found.length < 2) return [...found];
  const own = ownFamilies(fields);
  const ranked = found.map((address) => {
    const bytes = (parseIpv4(address.host) ?? parseIpv6(address.host))!;
    const isLocal = scope(bytes) <= 2;
    const reachable = isLocal || own === undefined || own.size === 0 ||
      own.has(address.family);
    return { address, reachable, rank: precedence(bytes), scope: scope(bytes) };
  });
  return ranked.sort((one, other) =>
    Number(other.reachable) - Number(one.reachable) ||
    other.rank - one.rank || one.scope - other.scope
  ).map(({ address }) => address);
}
