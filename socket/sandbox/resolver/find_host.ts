import { AF_INET, AF_INET6, AF_UNSPEC } from "../../constants/mod.ts";
import type { HostEntry } from "../../driver.ts";
import { gaierror, type OSErrorFields } from "../../errors.ts";
import { isNetGranted } from "../../permissions.ts";
import type { Wait } from "../../wait.ts";
import { translate } from "../errors.ts";
import { type Host, type Numeric, type Query, runQuery } from "./types.ts";
import { HostsFile } from "./hosts_file.ts";
import { plainName, records, Refused } from "./name_server.ts";
import { refused } from "./refused.ts";
import { Denied, systemAddresses } from "./system.ts";

// A chain of aliases that is longer is a circle.
const LONGEST_CHAIN = 16;
// RFC 1035's 255 bytes, less the first label's length and the root.
const LONGEST_NAME = 253;

const loopback: readonly Numeric[] = [
  { family: AF_INET6, host: "::1", scopeid: 0 },
  { family: AF_INET, host: "127.0.0.1", scopeid: 0 },
];

/**
 * Finds what a name stands for: in the hosts file, of the name server, and of
 * the system's own resolver where the name server may not be asked or does not
 * know (it has other sources, and tells a server's failure from "no").
 *
 * @param named Whether the canonical name and the aliases are wanted as well.
 */
export async function findHost(
  name: string,
  family: number,
  named: boolean,
  query: Query,
): Promise<Host> {
  const { fields } = query;
  const bare = name.replace(/\.$/, "");
  if (bare === "" || bare.length > LONGEST_NAME) {
    throw new gaierror({ ...fields, code: "EAI_NONAME" });
  }
  const file = await HostsFile.open();
  const filed = file?.byName(name, family);
  if (filed !== undefined) return filed;
  // RFC 6761, section 6.3: never anybody else's to answer.
  if (/^(?:.*\.)?localhost$/i.test(bare)) {
    const found = loopback.filter((address) =>
      family === AF_UNSPEC || family === address.family
    );
    return { canonname: bare, aliases: [], found };
  }
  try {
    // With a search list, Deno 2.9 finds a name without dots in the hosts file
    // only if it is said to be whole.
    const names = file === undefined && !name.includes(".")
      ? [`${name}.`, name]
      : [name];
    for (const asked of names) {
      const found = await addresses(asked, family, query);
      if (found.length === 0) continue;
      const chain = named ? await aliases(bare, query) : [bare];
      return { canonname: chain.pop()!, aliases: chain, found };
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (named) throw refused(name, error, fields, false);
    return await askSystem(name, family, fields, error);
  }
  const isFiled = file?.byName(name, AF_UNSPEC) !== undefined;
  return await secondOpinion(name, family, isFiled, query);
}

/** The other families that a name may have addresses of. */
const other = (family: number) => family === AF_INET ? AF_INET6 : AF_INET;

async function addresses(
  name: string,
  family: number,
  { signal, fields }: Query,
): Promise<Numeric[]> {
  const ask = async (its: number, type: "A" | "AAAA") =>
    family !== AF_UNSPEC && family !== its
      ? []
      : (await records(name, type, signal, fields))
        .map((host): Numeric => ({ family: its, host, scopeid: 0 }));
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

/** The name and what it is an alias of, one after another. */
async function aliases(name: string, query: Query): Promise<string[]> {
  const chain = [name];
  while (chain.length < LONGEST_CHAIN) {
    const last = chain[chain.length - 1];
    const [next] = await records(last, "CNAME", query.signal, query.fields);
    if (next === undefined) break;
    chain.push(plainName(next));
  }
  return chain;
}

/** Asks the system's resolver because the name server may not be asked. */
async function askSystem(
  name: string,
  family: number,
  fields: OSErrorFields,
  first: Refused,
): Promise<Host> {
  try {
    const found = await systemAddresses(name, family);
    return { canonname: name, aliases: [], found };
  } catch (error) {
    if (error instanceof Denied) throw refused(name, first, fields, true);
    throw translate(error, fields);
  }
}

/**
 * Asks again for a name that the name server does not know.
 *
 * @param isFiled Whether the hosts file has it in another family, which then
 * does not count.
 */
async function secondOpinion(
  name: string,
  family: number,
  isFiled: boolean,
  query: Query,
): Promise<Host> {
  const { fields, signal } = query;
  if (family !== AF_UNSPEC && !isFiled) {
    const elsewhere = await addresses(name, other(family), query);
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
    throw error instanceof Denied ? none : translate(error, fields);
  }
}

/** Finds the IPv4 addresses of a host with all its names. */
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
