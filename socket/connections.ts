import { delay } from "@std/async/delay";
import { ConnectionAbortedError, OSError } from "./errors.ts";
import type { WaitOptions } from "./timeout.ts";

// What `accept(2)` gives for a connection that failed before it was taken, and
// for resources that others may free again.
const PASSING = new Set([
  "EMFILE",
  "ENFILE",
  "ENOBUFS",
  "ENOMEM",
  "EPROTO",
  "ENETDOWN",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EPERM",
]);

// How long to wait before accepting again; milliseconds.
const FIRST_PAUSE = 5;
const LONGEST_PAUSE = 1000;

/**
 * Accepts for ever: pauses and goes on where `accept` fails for a passing
 * reason, ends quietly when the socket is closed or the signal aborts.
 */
export async function* acceptAll<T>(
  accept: (options: WaitOptions) => Promise<T>,
  { signal }: WaitOptions,
): AsyncGenerator<T, void, void> {
  let pause = FIRST_PAUSE;
  while (!signal?.aborted) {
    try {
      const accepted = await accept({ signal });
      pause = FIRST_PAUSE;
      yield accepted;
    } catch (error) {
      if (signal?.aborted && error === signal.reason) return;
      if (error instanceof ConnectionAbortedError) continue;
      if (!(error instanceof OSError)) throw error;
      if (error.code === "EBADF") return;
      if (!PASSING.has(error.code)) throw error;
      // An abort ends the loop, not the pause alone.
      await delay(pause, { signal }).catch(() => {});
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }
}
