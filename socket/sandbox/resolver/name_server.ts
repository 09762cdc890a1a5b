import { gaierror, osError, type OSErrorFields } from "../../errors.ts";
import { netFlag } from "../../permissions.ts";
import { encodeHost } from "../../text/idna.ts";

/** Thrown if the program may not ask the name server. */
export class NameServerDenied extends Error {
  /** The flag that would allow it, such as `--allow-net=192.0.2.1:53`. */
  readonly flag: string;

  constructor(cause: Error) {
    super(cause.message, { cause });
    const [, target] = /access to "(.*?)"/.exec(cause.message) ?? [];
    this.flag = target === undefined ? "--allow-net" : `--allow-net=${target}`;
  }
}

/**
 * Creates the error of a look-up that needs another permission; its hint names
 * the flags of which one is enough.
 *
 * @param bySystem Whether the system's resolver can answer as well.
 */
export function lookupDenied(
  host: string,
  { flag, cause }: NameServerDenied,
  fields: OSErrorFields,
  bySystem: boolean,
): Error {
  return osError({
    ...fields,
    code: "EACCES",
    hint: bySystem
      ? `run again with ${netFlag([host])} or, for the name server, ${flag}`
      : `run again with ${flag} for the name server`,
    cause,
  });
}

/**
 * Asks the name server for records; empty if it has none.
 *
 * Deno 2.9 reports the same for a name that does not exist, a name without such
 * records, and a server that refused or failed.
 *
 * Throws a {@linkcode NameServerDenied} if the program may not ask it.
 *
 * @throws {gaierror} EAI_AGAIN if it did not answer.
 */
export async function queryRecords(
  name: string,
  type: "A" | "AAAA" | "CNAME" | "PTR",
  signal: AbortSignal,
  fields: OSErrorFields,
): Promise<string[]> {
  try {
    return await Deno.resolveDns(name, type, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof Deno.errors.NotCapable) {
      throw new NameServerDenied(error);
    }
    if (error instanceof Deno.errors.TimedOut) {
      throw new gaierror({ ...fields, code: "EAI_AGAIN", cause: error });
    }
    // No records, or not a valid name.
    return [];
  }
}

/** Encodes a record's name as it was on the wire, before Deno decoded it. */
export function wireName(name: string): string {
  try {
    return encodeHost(name.replace(/\.$/, ""));
  } catch {
    return name; // records may have names that hosts may not
  }
}

/** The name of an address's PTR record, such as `2.1.168.192.in-addr.arpa.`; RFC 1035, RFC 3596. */
export function reverseName(bytes: Uint8Array): string {
  if (bytes.length === 4) {
    return `${bytes.toReversed().join(".")}.in-addr.arpa.`;
  }
  const nibbles = Array.from(
    bytes,
    (byte) => byte.toString(16).padStart(2, "0"),
  )
    .join("");
  return `${[...nibbles].reverse().join(".")}.ip6.arpa.`;
}
