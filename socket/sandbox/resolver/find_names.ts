import type { HostEntry } from "../../driver.ts";
import { gaierror, herror } from "../../errors.ts";
import { isNetGranted } from "../../permissions.ts";
import { parseIpv4, parseIpv6 } from "../../text/ip_address.ts";
import type { Wait } from "../../wait.ts";
import { translate } from "../errors.ts";
import { type Query, runQuery } from "./types.ts";
import { HostsFile } from "./hosts_file.ts";
import { plainName, records, Refused, reverseName } from "./name_server.ts";
import { refused } from "./refused.ts";
import { Denied, systemName } from "./system.ts";

/**
 * Finds the names of a numeric address, the canonical one first; empty if it
 * has none.
 */
export async function findNames(
  address: string,
  { signal, fields }: Query,
): Promise<string[]> {
  const bytes = (parseIpv4(address) ?? parseIpv6(address))!;
  const filed = (await HostsFile.open())?.byAddress(address);
  if (filed !== undefined) return [...filed];
  let first: Refused | undefined;
  try {
    const answers = await records(reverseName(bytes), "PTR", signal, fields);
    const names = answers.map(plainName);
    // Deno 2.9 gives those of the hosts file in no order.
    if (names.length > 1) return await canonicalFirst(names, address);
    if (names.length > 0) return names;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    first = error;
  }
  signal.throwIfAborted();
  try {
    return [await systemName(address)];
  } catch (error) {
    if (error instanceof Denied) {
      if (first === undefined) return [];
      throw refused(address, first, fields, true);
    }
    const ours = translate(error, fields);
    if (ours.code === "EAI_NONAME") return [];
    throw ours;
  }
}

/** Puts the name first that the system's resolver gives, where it may be asked. */
async function canonicalFirst(
  names: readonly string[],
  address: string,
): Promise<string[]> {
  let first = address === "127.0.0.1" || address === "::1"
    ? "localhost"
    : undefined;
  if (isNetGranted(address)) {
    first = await systemName(address).catch(() => first);
  }
  return names.toSorted((one, other) =>
    Number(other === first) - Number(one === first)
  );
}

/** Finds the host of a numeric address. */
export async function gethostbyaddr(
  address: string,
  wait: Wait | undefined,
): Promise<HostEntry> {
  const fields = { syscall: "gethostbyaddr", subject: `"${address}"` };
  try {
    const [hostname, ...aliases] = await runQuery(
      wait,
      fields,
      (query) => findNames(address, query),
    );
    if (hostname !== undefined) return [hostname, aliases, [address]];
  } catch (error) {
    if (!(error instanceof gaierror)) throw error;
    const code = error.code === "EAI_AGAIN" ? "TRY_AGAIN" : "NO_RECOVERY";
    throw new herror({ ...fields, code, cause: error });
  }
  throw new herror({ ...fields, code: "HOST_NOT_FOUND" });
}
