import type { HostEntry } from "../../driver.ts";
import { gaierror, herror } from "../../errors.ts";
import { isNetGranted } from "../../permissions.ts";
import { parseIpv4, parseIpv6 } from "../../text/ip_address.ts";
import type { Wait } from "../../wait.ts";
import { translate } from "../errors.ts";
import { HostsFile } from "./hosts_file.ts";
import {
  lookupDenied,
  NameServerDenied,
  queryRecords,
  reverseName,
  wireName,
} from "./name_server.ts";
import { type Query, runQuery } from "./query.ts";
import { ResolverDenied, systemName } from "./system.ts";

/**
 * Finds the names of a numeric address, the canonical one first; empty if it
 * has none.
 */
export async function findNames(
  address: string,
  { signal, fields }: Query,
): Promise<string[]> {
  const bytes = (parseIpv4(address) ?? parseIpv6(address))!;
  const listed = (await HostsFile.open())?.byAddress(address);
  if (listed !== undefined) return [...listed];
  let denied: NameServerDenied | undefined;
  try {
    const name = reverseName(bytes);
    const answers = await queryRecords(name, "PTR", signal, fields);
    const names = answers.map(wireName);
    // Deno 2.9 gives the names of the hosts file in no particular order.
    if (names.length > 1) return await canonicalFirst(names, address);
    if (names.length > 0) return names;
  } catch (error) {
    if (!(error instanceof NameServerDenied)) throw error;
    denied = error;
  }
  signal.throwIfAborted();
  try {
    return [await systemName(address)];
  } catch (error) {
    if (error instanceof ResolverDenied) {
      if (denied === undefined) return [];
      throw lookupDenied(address, denied, fields, true);
    }
    const ours = translate(error, fields);
    if (ours.code === "EAI_NONAME") return [];
    throw ours;
  }
}

/** Puts the name first that the system's resolver gives, if the program may ask it. */
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
