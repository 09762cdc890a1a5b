/** The observers of one endpoint, which may close while others share its socket. */
export class Observers {
  readonly #all = new Set<() => void>();

  /** Adds an observer; the returned function removes it and calls `stop`. */
  add(observer: () => void, stop: () => void): () => void {
    // Of its own, for one function may observe twice.
    const observe = () => observer();
    this.#all.add(observe);
    return () => {
      if (this.#all.delete(observe)) stop();
    };
  }

  /** Tells all observers that the endpoint is closed. */
  close(): void {
    for (const observe of [...this.#all]) observe();
  }
}
