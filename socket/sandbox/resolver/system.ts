import { AF_INET, AF_INET6 } from "../../constants/mod.ts";
import type { NumericAddress } from "./types.ts";

/** Thrown if the program may not ask the system's resolver for a host. */
export class ResolverDenied extends Error {}

function resolver() {
  return globalThis.process.getBuiltinModule("node:dns/promises");
}

function rethrow(error: unknown): never {
  const { code, message } = error as Error & { code?: unknown };
  throw code === "EPERM"
    ? new ResolverDenied(message, { cause: error })
    : error;
}

/**
 * Asks the system's resolver for addresses, which needs net permission for the
 * host. The call cannot be stopped: after an abort it ends by itself.
 */
export async function systemAddresses(
  host: string,
  family: number,
): Promise<NumericAddress[]> {
  const answers = await resolver().lookup(host, {
    all: true,
    order: "verbatim",
    family: family === AF_INET6 ? 6 : family === AF_INET ? 4 : 0,
  }).catch(rethrow);
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
  const { hostname } = await resolver().lookupService(address, 0)
    .catch(rethrow);
  return hostname;
}
