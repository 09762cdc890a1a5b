/** Those who are to be told of news. */
export class Observers {
  readonly #all = new Set<() => void>();

  /** Whether there is nobody. */
  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  /** Adds an observer; the returned function removes it and calls `stop`, once. */
  add(observer: () => void, stop?: () => void): () => void {
    // Of its own, for one function may observe twice.
    const observe = () => observer();
    this.#all.add(observe);
    return () => {
      if (this.#all.delete(observe)) stop?.();
    };
  }

  /** Tells all of them. */
  notify(): void {
    for (const observe of [...this.#all]) observe();
  }
}
