import {
  AI_NUMERICSERV,
  IPPROTO_SCTP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPPROTO_UDPLITE,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
} from "../../constants/mod.ts";
import type { AddressInfoHints } from "../../driver.ts";
import { gaierror, type OSErrorFields } from "../../errors.ts";
import { findPort } from "../services.ts";

/** A kind of socket that a look-up can return. */
interface Kind {
  readonly type: number;
  readonly proto: number;
  readonly name: string;
  /** Whether it is returned when neither type nor protocol is given. */
  readonly isDefault: boolean;
  /** Whether it takes any protocol, and no service. */
  readonly raw: boolean;
}

function kind(
  type: number,
  proto: number,
  name: string,
  isDefault = false,
  raw = false,
): Kind {
  return { type, proto, name, isDefault, raw };
}

// glibc's table, in its order. Python has no constants for DCCP.
const kinds: readonly Kind[] = [
  kind(SOCK_STREAM, IPPROTO_TCP, "tcp", true),
  kind(SOCK_DGRAM, IPPROTO_UDP, "udp", true),
  kind(6, 33, "dccp"),
  kind(SOCK_DGRAM, IPPROTO_UDPLITE, "udplite"),
  kind(SOCK_STREAM, IPPROTO_SCTP, "sctp"),
  kind(SOCK_SEQPACKET, IPPROTO_SCTP, "sctp"),
  kind(SOCK_RAW, 0, "raw", true, true),
].filter(({ type, proto }) => type >= 0 && proto >= 0);

export type ServiceTuple = readonly [type: number, proto: number, port: number];

/**
 * Reads a port as glibc does, by `strtoul` into an `int`; `undefined` for a
 * name. A number that does not fit becomes -1, or wraps.
 */
function numericPort(service: string): number | undefined {
  if (!/^[ \t\n\v\f\r]*[+-]?[0-9]+$/.test(service)) return undefined;
  const [, sign, digits] = /([+-]?)([0-9]+)$/.exec(service)!;
  const value = BigInt(digits);
  if (value > 0xffff_ffff_ffff_ffffn) return -1;
  return Number(BigInt.asIntN(32, sign === "-" ? -value : value));
}

/**
 * Lists the kinds of socket that fit type, protocol and service, with the port.
 *
 * @param service `null` for port 0.
 * @throws {gaierror} EAI_SOCKTYPE or EAI_SERVICE if none fits.
 */
export function serviceTuples(
  service: string | null,
  hints: AddressInfoHints,
  fields: OSErrorFields,
): ServiceTuple[] {
  const { type, proto, flags } = hints;
  const fail = (code: string) => new gaierror({ ...fields, code });
  const number = service === null ? 0 : numericPort(service);
  if (number === undefined && (flags & AI_NUMERICSERV) !== 0) {
    throw fail("EAI_NONAME");
  }
  const any = type === 0 && proto === 0;
  const fitting = kinds.find((kind) =>
    (type === 0 || type === kind.type) &&
    (proto === 0 || kind.raw || proto === kind.proto)
  );
  if (fitting === undefined) {
    throw fail(type !== 0 ? "EAI_SOCKTYPE" : "EAI_SERVICE");
  }
  if (!any && service !== null && fitting.raw) throw fail("EAI_SERVICE");
  const wanted = any ? kinds : [fitting];
  const protoOf = (kind: Kind) => kind.raw ? proto : kind.proto;
  if (service === null || (number !== undefined && number >= 0)) {
    return wanted.filter((kind) => !any || kind.isDefault)
      .map((kind) => [kind.type, protoOf(kind), number! & 0xffff]);
  }
  const named = wanted.flatMap((kind): ServiceTuple[] => {
    const port = kind.raw ? undefined : findPort(service, kind.name);
    return port === undefined ? [] : [[kind.type, kind.proto, port]];
  });
  if (named.length === 0) throw fail("EAI_SERVICE");
  return named;
}
