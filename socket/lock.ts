/** A lock that serves waiting calls in the order in which they asked for it. */
export class Lock {
  #held = false;
  readonly #waiting: PromiseWithResolvers<void>[] = [];

  /** Whether a call holds the lock. */
  get held(): boolean {
    return this.#held;
  }

  /**
   * Acquires the lock; the caller must {@linkcode Lock.release} it.
   *
   * @returns `undefined` if the caller has the lock at once.
   */
  acquire(signal: AbortSignal | undefined): Promise<void> | undefined {
    signal?.throwIfAborted();
    if (!this.#held) {
      this.#held = true;
      return undefined;
    }
    const waiter = Promise.withResolvers<void>();
    this.#waiting.push(waiter);
    if (signal === undefined) return waiter.promise;
    const onAbort = () => {
      const index = this.#waiting.indexOf(waiter);
      if (index < 0) return;
      this.#waiting.splice(index, 1);
      waiter.reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort);
    return waiter.promise.finally(() =>
      signal.removeEventListener("abort", onAbort)
    );
  }

  /** Hands the lock to the call that has waited longest. */
  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#held = false;
    else next.resolve();
  }

  /** Rejects all waiting calls. */
  rejectWaiting(error: Error): void {
    for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
  }
}
