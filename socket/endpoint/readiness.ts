/** The open `whenReady` calls of one endpoint. */
export class Readiness {
  readonly #checks = new Set<() => void>();

  /**
   * Calls `ready` once, as soon as `poll` does not return 0, and never before
   * this call has returned.
   *
   * @param observe Calls its argument at every event that may change the result
   * of `poll`, until the function that it returns is called.
   * @returns A function that cancels the callback.
   */
  whenReady(
    poll: () => number,
    observe: (check: () => void) => () => void,
    ready: () => void,
  ): () => void {
    const checks = this.#checks;
    const check = () => {
      if (!checks.has(check) || poll() === 0) return;
      cancel();
      ready();
    };
    checks.add(check);
    const stop = observe(check);
    const cancel = () => {
      if (checks.delete(check)) stop();
    };
    if (poll() !== 0) queueMicrotask(check);
    return cancel;
  }

  /** Calls back every open `whenReady`, because the endpoint is closed and its `poll` returns POLLNVAL. */
  close(): void {
    for (const check of [...this.#checks]) check();
  }
}
