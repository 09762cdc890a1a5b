import { AF_INET, AF_INET6, AF_UNSPEC } from "../../constants/mod.ts";
import type { HostEntry } from "../../driver.ts";
import { gaierror, type OSErrorFields } from "../../errors.ts";
import { isNetGranted } from "../../permissions.ts";
import type { Wait } from "../../wait.ts";
import { translate } from "../errors.ts";
import { HostsFile } from "./hosts_file.ts";
import {
  lookupDenied,
  NameServerDenied,
  queryRecords,
  wireName,
} from "./name_server.ts";
import { type Query, runQuery } from "./query.ts";
import { ResolverDenied, systemAddresses } from "./system.ts";
import type { Host, NumericAddress } from "./types.ts";

// A longer chain of aliases is taken for a loop.
const LONGEST_CHAIN = 16;
// RFC 1035's 255 bytes without the first length byte and the root label.
const LONGEST_NAME = 253;

const loopback: readonly NumericAddress[] = [
  { family: AF_INET6, host: "::1", scopeid: 0 },
  { family: AF_INET, host: "127.0.0.1", scopeid: 0 },
];

/**
 * Looks a name up in the hosts file, then at the name server. If the program
 * may not ask the name server, or it does not know the name, the system's
 * resolver is asked: that has more sources, and reports a server's failure.
 *
 * @param withNames Whether to find the canonical name and the aliases as well.
 */
export async function findHost(
  name: string,
  family: number,
  withNames: boolean,
  query: Query,
): Promise<Host> {
  const { fields } = query;
  const bare = name.replace(/\.$/, "");
  if (bare === "" || bare.length > LONGEST_NAME) {
    throw new gaierror({ ...fields, code: "EAI_NONAME" });
  }
  const file = await HostsFile.open();
  const listed = file?.byName(name, family);
  if (listed !== undefined) return listed;
  // RFC 6761, section 6.3: no name server may be asked for it.
  if (/^(?:.*\.)?localhost$/i.test(bare)) {
    const found = loopback.filter((address) =>
      family === AF_UNSPEC || family === address.family
    );
    return { canonname: bare, aliases: [], found };
  }
  try {
    // With a search list, Deno 2.9 finds a name without dots in the hosts file
    // only if the name ends in a dot.
    const names = file === undefined && !name.includes(".")
      ? [`${name}.`, name]
      : [name];
    for (const asked of names) {
      const found = await queryAddresses(asked, family, query);
      if (found.length === 0) continue;
      const chain = withNames ? await queryAliases(bare, query) : [bare];
      return { canonname: chain.pop()!, aliases: chain, found };
    }
  } catch (error) {
    if (!(error instanceof NameServerDenied)) throw error;
    if (withNames) throw lookupDenied(name, error, fields, false);
    return await fallBackToSystem(name, family, fields, error);
  }
  const isListed = file?.byName(name, AF_UNSPEC) !== undefined;
  return await askSystemResolver(name, family, isListed, query);
}

function otherFamily(family: number): number {
  return family === AF_INET ? AF_INET6 : AF_INET;
}

async function queryAddresses(
  name: string,
  family: number,
  { signal, fields }: Query,
): Promise<NumericAddress[]> {
  const ask = async (queried: number, type: "A" | "AAAA") =>
    family !== AF_UNSPEC && family !== queried
      ? []
      : (await queryRecords(name, type, signal, fields))
        .map((host): NumericAddress => ({ family: queried, host, scopeid: 0 }));
  const answers = await Promise.allSettled([
    ask(AF_INET6, "AAAA"),
    ask(AF_INET, "A"),
  ]);
  const found = answers.flatMap((answer) =>
    answer.status === "fulfilled" ? answer.value : []
  );
  if (found.length > 0) return found;
  const failed = answers.find((answer) => answer.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return [];
}

/** Follows a name's aliases: the name first, the canonical name last. */
async function queryAliases(name: string, query: Query): Promise<string[]> {
  const chain = [name];
  while (chain.length < LONGEST_CHAIN) {
    const last = chain[chain.length - 1];
    const [next] = await queryRecords(
      last,
      "CNAME",
      query.signal,
      query.fields,
    );
    if (next === undefined) break;
    chain.push(wireName(next));
  }
  return chain;
}

/** Asks the system's resolver in place of a name server that the program may not ask. */
async function fallBackToSystem(
  name: string,
  family: number,
  fields: OSErrorFields,
  denied: NameServerDenied,
): Promise<Host> {
  try {
    const found = await systemAddresses(name, family);
    return { canonname: name, aliases: [], found };
  } catch (error) {
    if (error instanceof ResolverDenied) {
      throw lookupDenied(name, denied, fields, true);
    }
    throw translate(error, fields);
  }
}

/**
 * Asks the system's resolver for a name that the name server does not know.
 *
 * @param isListed Whether the hosts file has the name in the other family. The
 * name server's addresses of that family do not count then.
 */
async function askSystemResolver(
  name: string,
  family: number,
  isListed: boolean,
  query: Query,
): Promise<Host> {
  const { fields, signal } = query;
  if (family !== AF_UNSPEC && !isListed) {
    const elsewhere = await queryAddresses(name, otherFamily(family), query);
    if (elsewhere.length > 0) {
      throw new gaierror({ ...fields, code: "EAI_NODATA" });
    }
  }
  const none = new gaierror({ ...fields, code: "EAI_NONAME" });
  signal.throwIfAborted();
  if (!isNetGranted(name)) throw none;
  try {
    const found = await systemAddresses(name, family);
    return { canonname: name, aliases: [], found };
  } catch (error) {
    throw error instanceof ResolverDenied ? none : translate(error, fields);
  }
}

/** Finds the IPv4 addresses and all names of a host. */
export async function gethostbyname(
  name: string,
  wait: Wait | undefined,
): Promise<HostEntry> {
  const fields = { syscall: "gethostbyname", subject: `"${name}"` };
  const { canonname, aliases, found } = await runQuery(
    wait,
    fields,
    (query) => findHost(name, AF_INET, true, query),
  );
  return [canonname, [...aliases], found.map(({ host }) => host)];
}
