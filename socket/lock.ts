/** Lets calls have a thing one at a time, in the order in which they came. */
export class Turns {
  #taken = false;
  readonly #waiting: PromiseWithResolvers<void>[] = [];

  /** Whether nobody has the turn. */
  get free(): boolean {
    return !this.#taken;
  }

  /**
   * Takes the turn; who has it must {@linkcode Turns.pass} it on.
   *
   * @returns `undefined` if the turn is the caller's at once.
   */
  take(signal: AbortSignal | undefined): Promise<void> | undefined {
    signal?.throwIfAborted();
    if (!this.#taken) {
      this.#taken = true;
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

  /** Gives the turn to who has waited longest. */
  pass(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken = false;
    else next.resolve();
  }

  /** Rejects all who wait. */
  end(error: Error): void {
    for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
  }
}
