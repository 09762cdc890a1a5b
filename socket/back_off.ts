import { delay } from "@std/async/delay";
import { ConnectionAbortedError, type OSError } from "./errors.ts";
import type { WaitOptions } from "./wait.ts";

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

/** Whether accepting may succeed again after an error. */
export function isPassing(error: OSError): boolean {
  return error instanceof ConnectionAbortedError || PASSING.has(error.code);
}

/** The pauses of an accept loop between attempts that fail: each twice as long as the one before it. */
export class BackOff {
  #pause = FIRST_PAUSE;

  /** Begins anew, after a success. */
  reset(): void {
    this.#pause = FIRST_PAUSE;
  }

  /** Pauses after an error, unless the next attempt may be made at once; an abort ends the pause. */
  async pause(error: OSError, { signal }: WaitOptions): Promise<void> {
    // It is gone, and the next one is as good.
    if (error instanceof ConnectionAbortedError) return;
    const pause = this.#pause;
    this.#pause = Math.min(pause * 2, LONGEST_PAUSE);
    await delay(pause, { signal }).catch(() => {});
  }
}
