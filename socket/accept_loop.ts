import { delay } from "@std/async/delay";
import { ConnectionAbortedError, OSError } from "./errors.ts";
import type { WaitOptions } from "./wait.ts";

// After these errors accept(2) may succeed later: the connection failed before
// it was accepted, or the system is short of resources.
const TRANSIENT = new Set([
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

// Pauses before accepting again; milliseconds.
const FIRST_PAUSE = 5;
const LONGEST_PAUSE = 1000;

/** Tells whether accepting may succeed again after an error. */
export function isTransient(error: OSError): boolean {
  return error instanceof ConnectionAbortedError || TRANSIENT.has(error.code);
}

/** Exponential back-off between failed attempts to accept. */
export class BackOff {
  #pause = FIRST_PAUSE;

  /** Starts again with the shortest pause, after a success. */
  reset(): void {
    this.#pause = FIRST_PAUSE;
  }

  /** Pauses after an error, until the signal aborts at the latest. */
  async pause(error: OSError, { signal }: WaitOptions): Promise<void> {
    // Only that connection failed; the next one can be accepted at once.
    if (error instanceof ConnectionAbortedError) return;
    const pause = this.#pause;
    this.#pause = Math.min(pause * 2, LONGEST_PAUSE);
    await delay(pause, { signal }).catch(() => {});
  }
}

/**
 * Accepts until the socket is closed or the signal aborts, and then ends
 * without an error. After a transient error it pauses and goes on.
 */
export async function* acceptAll<T>(
  accept: (options: WaitOptions) => Promise<T>,
  { signal }: WaitOptions,
): AsyncGenerator<T, void, void> {
  const backOff = new BackOff();
  while (!signal?.aborted) {
    try {
      const accepted = await accept({ signal });
      backOff.reset();
      yield accepted;
    } catch (error) {
      if (signal?.aborted && error === signal.reason) return;
      if (!(error instanceof OSError)) throw error;
      if (error.code === "EBADF") return;
      if (!isTransient(error)) throw error;
      await backOff.pause(error, { signal });
    }
  }
}
