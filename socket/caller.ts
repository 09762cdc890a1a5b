// An error's stack is to show the program's own lines: those that await the call
// that failed, and not only what ran when it did.
import { OSError } from "./errors.ts";

/**
 * Rejects with an error whose stack shows the program's lines: those that await
 * the promise resolved with this one. It costs nothing if the call succeeds.
 * Other reasons than an OSError, such as a signal's, stay unchanged.
 *
 * @param after What the rejection waits for.
 */
export async function failure(
  error: unknown,
  after?: Promise<void>,
): Promise<never> {
  if (after !== undefined) await after;
  // V8 follows the promises to the functions that await them, which are linked
  // two turns later.
  await undefined;
  await undefined;
  throw withCaller(error);
}

/** Makes an error's stack show the program's lines that await the running function. */
export function withCaller(error: unknown): unknown {
  if (error instanceof OSError) Error.captureStackTrace(error, withCaller);
  return error;
}

/**
 * Remembers where the running call was made, for a promise that may be awaited
 * late or never. Unlike {@linkcode failure} it costs 2 µs even if the call succeeds.
 *
 * @returns What gives an OSError the stack of that place.
 */
export function callSite(): (error: unknown) => unknown {
  const place: { stack?: string } = {};
  Error.captureStackTrace(place, callSite);
  return (error) => {
    if (error instanceof OSError) {
      const [, ...lines] = place.stack!.split("\n");
      const value = [`${error.name}: ${error.message}`, ...lines].join("\n");
      Object.defineProperty(error, "stack", {
        value,
        configurable: true,
        writable: true,
      });
    }
    return error;
  };
}
