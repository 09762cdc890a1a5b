import type { Address } from "../address.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  AI_NUMERICHOST,
  AI_PASSIVE,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
} from "../constants/mod.ts";
import type { AddressInfo, AddressInfoHints } from "../driver.ts";
import { gaierror, type OSErrorFields } from "../errors.ts";
import {
  formatIpv4,
  formatIpv6,
  parseIpv4Loose,
  parseIpv6,
} from "../ip_address.ts";
import type { Wait } from "../timeout.ts";
import { translate } from "./errors.ts";
import { within } from "./within.ts";

/** A numeric address and its family. */
type Found = readonly [family: number, host: string, scopeid: number];

/** The kinds of socket a look-up answers for, in glibc's order. */
const kinds: readonly (readonly [type: number, proto: number])[] = [
  [SOCK_STREAM, IPPROTO_TCP],
  [SOCK_DGRAM, IPPROTO_UDP],
  [SOCK_RAW, 0],
];

/** Looks a host up: numbers are read here, names are asked of the name server or of the system. */
export async function getaddrinfo(
  host: string | null,
  port: string | number | null,
  hints: AddressInfoHints,
  wait: Wait | undefined,
): Promise<AddressInfo[]> {
  const fields: OSErrorFields = {
    syscall: "getaddrinfo",
    subject: `"${host ?? ""}"`,
  };
  const found = (await hosts(host, hints, wait, fields)).filter(([family]) =>
    hints.family === AF_UNSPEC || hints.family === family
  );
  if (found.length === 0) {
    throw new gaierror({ ...fields, code: "EAI_ADDRFAMILY" });
  }
  const number = portNumber(port, fields);
  const wanted = kinds.filter(([type, proto]) =>
    (hints.type === 0 || hints.type === type) &&
    (hints.proto === 0 || proto === 0 || hints.proto === proto)
  );
  if (wanted.length === 0) {
    throw new gaierror({ ...fields, code: "EAI_SOCKTYPE" });
  }
  return found.flatMap(([family, host, scopeid]) =>
    wanted.map(([type, proto]): AddressInfo => {
      const address: Address = family === AF_INET6
        ? [host, number, 0, scopeid]
        : [host, number];
      return [family, type, proto || hints.proto, "", address];
    })
  );
}

async function hosts(
  host: string | null,
  { family, flags }: AddressInfoHints,
  wait: Wait | undefined,
  fields: OSErrorFields,
): Promise<Found[]> {
  if (host === null || host === "") {
    return (flags & AI_PASSIVE) !== 0
      ? [[AF_INET, "0.0.0.0", 0], [AF_INET6, "::", 0]]
      : [[AF_INET6, "::1", 0], [AF_INET, "127.0.0.1", 0]];
  }
  const four = parseIpv4Loose(host);
  if (four !== undefined) return [[AF_INET, formatIpv4(four), 0]];
  const [bare, scope] = host.split("%");
  const six = parseIpv6(bare);
  if (six !== undefined) {
    return [[AF_INET6, formatIpv6(six), Number(scope) || 0]];
  }
  if ((flags & AI_NUMERICHOST) !== 0) {
    throw new gaierror({ ...fields, code: "EAI_NONAME" });
  }
  let found: Found[] = [];
  const search = lookUp(host, family).then((answer) => {
    found = answer;
  });
  try {
    await within(search, wait, fields);
  } catch (error) {
    if (wait?.signal?.aborted) throw error;
    throw translate(error, fields);
  }
  return found;
}

async function lookUp(host: string, family: number): Promise<Found[]> {
  try {
    const answers = await Promise.allSettled([
      family === AF_INET ? [] : Deno.resolveDns(host, "AAAA"),
      family === AF_INET6 ? [] : Deno.resolveDns(host, "A"),
    ]);
    const [six, four] = answers.map((answer) =>
      answer.status === "fulfilled" ? answer.value : []
    );
    const found: Found[] = [
      ...six.map((host): Found => [AF_INET6, host, 0]),
      ...four.map((host): Found => [AF_INET, host, 0]),
    ];
    if (found.length > 0) return found;
    throw (answers.find((answer) => answer.status === "rejected"))?.reason;
  } catch (error) {
    if (!isRefused(error)) throw error;
    return await systemLookUp(host, family);
  }
}

/** Where the name server is not granted: the system's own resolver, which needs a grant for the name. */
function systemLookUp(host: string, family: number): Promise<Found[]> {
  const dns = globalThis.process.getBuiltinModule("node:dns/promises");
  return dns.lookup(host, {
    all: true,
    order: "verbatim",
    family: family === AF_INET6 ? 6 : family === AF_INET ? 4 : 0,
  }).then(
    (answers) =>
      answers.map(({ address, family }): Found => [
        family === 6 ? AF_INET6 : AF_INET,
        address,
        0,
      ]),
    (error) => {
      if (error?.code !== "EPERM") throw error;
      throw new Deno.errors.NotCapable(
        `Requires net access to "${host}", run again with the --allow-net flag`,
      );
    },
  );
}

function isRefused(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable;
}

function portNumber(
  port: string | number | null,
  fields: OSErrorFields,
): number {
  const number = Number(port ?? 0);
  if (!Number.isInteger(number) || port === "") {
    throw new gaierror({ ...fields, code: "EAI_SERVICE" });
  }
  return number & 0xffff;
}
