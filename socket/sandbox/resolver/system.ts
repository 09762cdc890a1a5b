import { AF_INET, AF_INET6 } from "../../constants/mod.ts";
import type { Numeric } from "./types.ts";

/** A host that may not be looked up. */
export class Denied extends Error {}

function resolver() {
  return globalThis.process.getBuiltinModule("node:dns/promises");
}

/** Gives Deno's refusals a class of their own. */
function denied(error: unknown): never {
  const { code, message } = error as Error & { code?: unknown };
  throw code === "EPERM" ? new Denied(message, { cause: error }) : error;
}

/**
 * Asks the system's resolver for addresses, which needs a grant for the host.
 * It cannot be interrupted: an aborted call leaves it to end by itself.
 */
export async function systemAddresses(
  host: string,
  family: number,
): Promise<Numeric[]> {
  const answers = await resolver().lookup(host, {
    all: true,
    order: "verbatim",
    family: family === AF_INET6 ? 6 : family === AF_INET ? 4 : 0,
  }).catch(denied);
  return answers.map(({ address, family }) => {
    const [host, scope] = address.split("%");
    return {
      family: family === 6 ? AF_INET6 : AF_INET,
      host,
      scopeid: Number(scope) || 0,
    };
  });
}

/** Asks the system's resolver for an address's name; see {@linkcode systemAddresses}. */
export async function systemName(address: string): Promise<string> {
  const { hostname } = await resolver().lookupService(address, 0).catch(denied);
  return hostname;
}
