import type { Address, Inet6Address, InetAddress } from "../../address.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  AI_ADDRCONFIG,
  AI_ALL,
  AI_CANONNAME,
  AI_NUMERICHOST,
  AI_NUMERICSERV,
  AI_PASSIVE,
  AI_V4MAPPED,
  NI_DGRAM,
  NI_IDN,
  NI_NAMEREQD,
  NI_NOFQDN,
  NI_NUMERICHOST,
  NI_NUMERICSERV,
} from "../../constants/mod.ts";
import type { AddressInfo, AddressInfoHints } from "../../driver.ts";
import { gaierror, type OSErrorFields } from "../../errors.ts";
import { findService } from "../../services.ts";
import type { Wait } from "../../wait.ts";
import { configured, inOrder } from "./address_order.ts";
import { gethostname } from "../hostname.ts";
import { type Host, type Numeric, runQuery } from "./types.ts";
import { findNames } from "./find_names.ts";
import { findHost } from "./find_host.ts";
import { ifIndextoname } from "../interfaces.ts";
import { mapped, numericHost } from "./numeric.ts";
import { serviceTuples } from "./service_tuples.ts";

const AI_KNOWN = AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_NUMERICSERV |
  AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG;
const NI_KNOWN = NI_NUMERICHOST | NI_NUMERICSERV | NI_NOFQDN | NI_NAMEREQD |
  NI_DGRAM | (NI_IDN === -1 ? 0 : NI_IDN);

/** Looks a host and a service up, as glibc's; numbers are read here, names asked for. */
export async function getaddrinfo(
  host: string | null,
  port: string | number | null,
  hints: AddressInfoHints,
  wait: Wait | undefined,
): Promise<AddressInfo[]> {
  wait?.signal?.throwIfAborted();
  const { flags } = hints;
  const subject = host === null ? `port "${port}"` : `"${host}"`;
  const fields: OSErrorFields = { syscall: "getaddrinfo", subject };
  const fail = (code: string) => new gaierror({ ...fields, code });
  const name = host === "*" ? null : host;
  const service = port === "*" || port === null ? null : String(port);
  if (name === null && service === null) throw fail("EAI_NONAME");
  if ((flags & ~AI_KNOWN) !== 0) throw fail("EAI_BADFLAGS");
  if ((flags & AI_CANONNAME) !== 0 && name === null) throw fail("EAI_BADFLAGS");
  if (![AF_UNSPEC, AF_INET, AF_INET6].includes(hints.family)) {
    throw fail("EAI_FAMILY");
  }
  const family = (flags & AI_ADDRCONFIG) === 0
    ? hints.family
    : configured(hints.family, fields);
  if (family === undefined) throw fail("EAI_NONAME");
  const narrowed = { ...hints, family };
  const tuples = serviceTuples(service === "" ? null : service, hints, fields);
  const { canonname, found } = await hostOf(name, narrowed, wait, fields);
  return found.flatMap(({ family, host, scopeid }, index) =>
    tuples.map(([type, proto, port], at): AddressInfo => {
      const address: Address = family === AF_INET6
        ? [host, port, 0, scopeid]
        : [host, port];
      const named = index === 0 && at === 0 && (flags & AI_CANONNAME) !== 0;
      return [family, type, proto, named ? canonname : "", address];
    })
  );
}

async function hostOf(
  name: string | null,
  hints: AddressInfoHints,
  wait: Wait | undefined,
  fields: OSErrorFields,
): Promise<Pick<Host, "canonname" | "found">> {
  const { family, flags } = hints;
  if (name === null) {
    const found = noHost((flags & AI_PASSIVE) !== 0).filter((address) =>
      family === AF_UNSPEC || family === address.family
    );
    return { canonname: "", found };
  }
  const numeric = numericHost(name, hints, fields);
  if (numeric !== undefined) return { canonname: name, found: [numeric] };
  if ((flags & AI_NUMERICHOST) !== 0) {
    throw new gaierror({ ...fields, code: "EAI_NONAME" });
  }
  const mapping = family === AF_INET6 && (flags & AI_V4MAPPED) !== 0;
  const named = (flags & AI_CANONNAME) !== 0;
  const host = await runQuery(
    wait,
    fields,
    (query) => findHost(name, mapping ? AF_UNSPEC : family, named, query),
  );
  const found = mapping
    ? onlyIpv6(host.found, (flags & AI_ALL) !== 0)
    : host.found;
  return { canonname: host.canonname, found: inOrder(found) };
}

/** The addresses of who names no host: any to bind to, loopback to connect to. */
function noHost(passive: boolean): Numeric[] {
  const [four, six] = passive ? ["0.0.0.0", "::"] : ["127.0.0.1", "::1"];
  const both = [
    { family: AF_INET6, host: six, scopeid: 0 },
    { family: AF_INET, host: four, scopeid: 0 },
  ];
  return passive ? both.reverse() : both;
}

/** IPv6 addresses, and mapped IPv4 ones where there are none or all are wanted. */
function onlyIpv6(found: readonly Numeric[], all: boolean): Numeric[] {
  const six = found.filter(({ family }) => family === AF_INET6);
  if (six.length > 0 && !all) return six;
  return found.map((one) => one.family === AF_INET ? mapped(one) : one);
}

/** Looks the names of an address and of its port up. */
export async function getnameinfo(
  address: InetAddress | Inet6Address,
  flags: number,
  wait: Wait | undefined,
): Promise<[host: string, service: string]> {
  const [host, port] = address;
  const fields: OSErrorFields = {
    syscall: "getnameinfo",
    subject: `"${host}"`,
  };
  if ((flags & ~NI_KNOWN) !== 0) {
    throw new gaierror({ ...fields, code: "EAI_BADFLAGS" });
  }
  const name = await nameOf(address, flags, wait, fields);
  const service = (flags & NI_NUMERICSERV) !== 0
    ? undefined
    : findService(port, (flags & NI_DGRAM) !== 0 ? "udp" : "tcp");
  return [name, service ?? String(port)];
}

async function nameOf(
  [host, , , scopeid = 0]: InetAddress | Inet6Address,
  flags: number,
  wait: Wait | undefined,
  fields: OSErrorFields,
): Promise<string> {
  if ((flags & NI_NUMERICHOST) === 0) {
    const [name] = await runQuery(
      wait,
      fields,
      (query) => findNames(host, query),
    ).catch((error) => {
      // As glibc: the number is an answer, unless there may be a name.
      if (!(error instanceof gaierror)) throw error;
      if ((flags & NI_NAMEREQD) !== 0 || error.code === "EAI_AGAIN") {
        throw error;
      }
      return [];
    });
    if (name !== undefined) return written(name, flags);
  }
  if ((flags & NI_NAMEREQD) !== 0) {
    throw new gaierror({ ...fields, code: "EAI_NONAME" });
  }
  return scopeid === 0 ? host : `${host}%${scopeName(host, scopeid)}`;
}

/** Writes a name as the flags have it. */
function written(name: string, flags: number): string {
  let short = name;
  if ((flags & NI_NOFQDN) !== 0 && name.includes(".")) {
    const [, ...domain] = gethostname().split(".");
    const suffix = `.${domain.join(".")}`;
    if (domain.length > 0 && name.endsWith(suffix)) {
      short = name.slice(0, -suffix.length);
    }
  }
  if (NI_IDN === -1 || (flags & NI_IDN) === 0) return short;
  const url = globalThis.process.getBuiltinModule("node:url");
  return url.domainToUnicode(short) || short;
}

/** A scope as glibc writes it: the interface's name within a link if it can be had, else its number. */
function scopeName(host: string, scopeid: number): string {
  if (!/^(?:fe[89ab]|ff.2:)/.test(host)) return String(scopeid);
  try {
    return ifIndextoname(scopeid);
  } catch {
    return String(scopeid);
  }
}
