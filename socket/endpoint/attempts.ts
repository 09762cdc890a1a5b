import type { OSError } from "../errors.ts";

/** A socket's attempts to connect, one at a time. */
export class Attempts {
  /** Resolves when the attempt in progress has ended. */
  ended: Promise<void> | undefined;
  /** Whether an attempt that continued in the background has failed, reported or not. */
  hasFailed = false;
  #abort: AbortController | undefined;
  /** The error of an attempt that continued in the background, until SO_ERROR or a call reports it. */
  #error: OSError | undefined;
  /** Whether an attempt has ended in the background and no `connect` has reported that yet. */
  #hasOutcome = false;

  /** Whether an attempt is in progress. */
  get isInProgress(): boolean {
    return this.#abort !== undefined;
  }

  /** Whether an attempt that continued in the background has failed, and nothing has reported that yet. */
  get hasError(): boolean {
    return this.#error !== undefined;
  }

  /** Returns that error, once. */
  takeError(): OSError | undefined {
    const error = this.#error;
    this.#error = undefined;
    return error;
  }

  /** Tells, once, whether an attempt has ended in the background. */
  takeOutcome(): boolean {
    const hasOutcome = this.#hasOutcome;
    this.#hasOutcome = false;
    return hasOutcome;
  }

  /** Begins an attempt, which the signal cancels. */
  begin(connect: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.hasFailed = false;
    this.#abort = new AbortController();
    const attempt = connect(this.#abort.signal)
      .finally(() => this.#abort = undefined);
    this.ended = attempt.catch(() => {}).finally(() => this.ended = undefined);
    return attempt;
  }

  /** Cancels the attempt in progress. */
  abort(reason: unknown): void {
    this.#abort?.abort(reason);
  }

  /** Lets an attempt continue in the background; keeps its error for SO_ERROR. */
  continueInBackground(attempt: Promise<void>): void {
    attempt.catch((error) => {
      this.#error = error;
      this.hasFailed = true;
    })
      .finally(() => this.#hasOutcome = true);
  }
}
