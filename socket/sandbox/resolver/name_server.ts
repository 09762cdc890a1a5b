import { gaierror, type OSErrorFields } from "../../errors.ts";
import { encodeHost } from "../../text/idna.ts";

/** A name server that may not be asked, with the flag that would allow it. */
export class Refused extends Error {
  /** As in `--allow-net=192.0.2.1:53`. */
  readonly flag: string;

  constructor(cause: Error) {
    super(cause.message, { cause });
    const [, target] = /access to "(.*?)"/.exec(cause.message) ?? [];
    this.flag = target === undefined ? "--allow-net" : `--allow-net=${target}`;
  }
}

/**
 * Asks the name server for records; empty if it has none.
 *
 * Deno 2.9 does not tell a name that does not exist from one without such
 * records, nor either from a server that refused or failed. A `Refused` is
 * thrown if the name server may not be asked.
 *
 * @throws {gaierror} EAI_AGAIN if it did not answer.
 */
export async function records(
  name: string,
  type: "A" | "AAAA" | "CNAME" | "PTR",
  signal: AbortSignal,
  fields: OSErrorFields,
): Promise<string[]> {
  try {
    return await Deno.resolveDns(name, type, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof Deno.errors.NotCapable) throw new Refused(error);
    if (error instanceof Deno.errors.TimedOut) {
      throw new gaierror({ ...fields, code: "EAI_AGAIN", cause: error });
    }
    // None, or a name that no name server takes.
    return [];
  }
}

/** Gives a name that a record holds as it went over the wire; Deno decodes it. */
export function plainName(name: string): string {
  try {
    return encodeHost(name.replace(/\.$/, ""));
  } catch {
    return name; // names of records may be what host names may not
  }
}

/** The name that has an address's PTR record; `2.1.168.192.in-addr.arpa.`, RFC 3596. */
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
