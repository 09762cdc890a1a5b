import type { Address } from "../../address.ts";
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
} from "../../constants/mod.ts";
import type { AddressInfo, AddressInfoHints } from "../../driver.ts";
import { gaierror, type OSErrorFields } from "../../errors.ts";
import type { Wait } from "../../wait.ts";
import { configuredFamily, sortAddresses } from "./address_order.ts";
import { findHost } from "./find_host.ts";
import { numericHost, toMapped } from "./numeric.ts";
import { runQuery } from "./query.ts";
import { serviceTuples } from "./service_tuples.ts";
import type { Host, NumericAddress } from "./types.ts";

const AI_KNOWN = AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_NUMERICSERV |
  AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG;

/** Looks up a host and a service like glibc; only names are asked of others. */
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
    : configuredFamily(hints.family, fields);
  if (family === undefined) throw fail("EAI_NONAME");
  const narrowed = { ...hints, family };
  const tuples = serviceTuples(service === "" ? null : service, hints, fields);
  const { canonname, found } = await findAddresses(
    name,
    narrowed,
    wait,
    fields,
  );
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

async function findAddresses(
  name: string | null,
  hints: AddressInfoHints,
  wait: Wait | undefined,
  fields: OSErrorFields,
): Promise<Pick<Host, "canonname" | "found">> {
  const { family, flags } = hints;
  if (name === null) {
    const found = nullHost((flags & AI_PASSIVE) !== 0).filter((address) =>
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
  const withNames = (flags & AI_CANONNAME) !== 0;
  const host = await runQuery(
    wait,
    fields,
    (query) => findHost(name, mapping ? AF_UNSPEC : family, withNames, query),
  );
  const found = mapping
    ? mapToIpv6(host.found, (flags & AI_ALL) !== 0)
    : host.found;
  return { canonname: host.canonname, found: sortAddresses(found, fields) };
}

/** Addresses for a null host: the wildcard with AI_PASSIVE, else loopback. */
function nullHost(passive: boolean): NumericAddress[] {
  const [four, six] = passive ? ["0.0.0.0", "::"] : ["127.0.0.1", "::1"];
  const both = [
    { family: AF_INET6, host: six, scopeid: 0 },
    { family: AF_INET, host: four, scopeid: 0 },
  ];
  return passive ? both.reverse() : both;
}

/** Keeps the IPv6 addresses; maps the IPv4 ones if there are no others or `all` is set. */
function mapToIpv6(
  found: readonly NumericAddress[],
  all: boolean,
): NumericAddress[] {
  const six = found.filter(({ family }) => family === AF_INET6);
  if (six.length > 0 && !all) return six;
  return found.map((one) => one.family === AF_INET ? toMapped(one) : one);
}
