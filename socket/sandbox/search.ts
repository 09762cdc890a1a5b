import type { OSErrorFields } from "../errors.ts";
import type { Wait } from "../wait.ts";
import { within } from "./within.ts";

/**
 * Waits for a search, no longer than `wait`; one that is given up is stopped by
 * its signal.
 */
export async function search<T>(
  wait: Wait | undefined,
  fields: OSErrorFields,
  begin: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  wait?.signal?.throwIfAborted();
  const stop = new AbortController();
  let found: T;
  try {
    const done = begin(stop.signal).then((result) => {
      found = result;
    });
    await within(done, wait, fields);
  } catch (error) {
    stop.abort();
    throw error;
  }
  return found!;
}
