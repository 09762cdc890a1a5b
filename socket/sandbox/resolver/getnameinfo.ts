import type { Inet6Address, InetAddress } from "../../address.ts";
import {
  NI_DGRAM,
  NI_IDN,
  NI_NAMEREQD,
  NI_NOFQDN,
  NI_NUMERICHOST,
  NI_NUMERICSERV,
} from "../../constants/mod.ts";
import { gaierror, type OSErrorFields } from "../../errors.ts";
import { findService } from "../services.ts";
import type { Wait } from "../../wait.ts";
import { gethostname } from "../hostname.ts";
import { ifIndextoname } from "../interfaces.ts";
import { findNames } from "./find_names.ts";
import { runQuery } from "./query.ts";

const NI_KNOWN = NI_NUMERICHOST | NI_NUMERICSERV | NI_NOFQDN | NI_NAMEREQD |
  NI_DGRAM | (NI_IDN === -1 ? 0 : NI_IDN);

/** Finds the names of an address and of its port. */
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
  const name = await hostName(address, flags, wait, fields);
  const service = (flags & NI_NUMERICSERV) !== 0
    ? undefined
    : findService(port, (flags & NI_DGRAM) !== 0 ? "udp" : "tcp");
  return [name, service ?? String(port)];
}

async function hostName(
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
      // As in glibc, the number is the answer unless a name may exist.
      if (!(error instanceof gaierror)) throw error;
      if ((flags & NI_NAMEREQD) !== 0 || error.code === "EAI_AGAIN") {
        throw error;
      }
      return [];
    });
    if (name !== undefined) return formatName(name, flags);
  }
  if ((flags & NI_NAMEREQD) !== 0) {
    throw new gaierror({ ...fields, code: "EAI_NONAME" });
  }
  return scopeid === 0 ? host : `${host}%${scopeName(host, scopeid)}`;
}

/** Applies `NI_NOFQDN` and `NI_IDN`. */
function formatName(name: string, flags: number): string {
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

/** Writes a scope as glibc does: as the interface's name for link-local addresses if it is known, else as a number. */
function scopeName(host: string, scopeid: number): string {
  if (!/^(?:fe[89ab]|ff.2:)/.test(host)) return String(scopeid);
  try {
    return ifIndextoname(scopeid);
  } catch {
    return String(scopeid);
  }
}
