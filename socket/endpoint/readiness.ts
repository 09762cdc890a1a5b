/** The `whenReady` calls that stand on one endpoint. */
export class Readiness {
  readonly #checks = new Set<() => void>();

  /**
   * Calls `ready` once, as soon as `poll` does not give 0, and never before
   * this call has returned.
   *
   * @param observe Has its argument called at every event that may change what
   * `poll` gives, until its result is called.
   * @returns Takes it back.
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

  /** Answers all that stand; for an endpoint that is closed, whose `poll` gives POLLNVAL. */
  close(): void {
    for (const check of [...this.#checks]) check();
  }
}
