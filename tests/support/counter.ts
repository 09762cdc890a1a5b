/** Counts something, and tells when it has come to a number. */
export class Counter {
  #value = 0;
  #most = 0;
  readonly #waiting = new Set<() => void>();

  /** How many there are. */
  get value(): number {
    return this.#value;
  }

  /** How many there have been at most. */
  get most(): number {
    return this.#most;
  }

  /** Counts that many more, or fewer. */
  add(count = 1): void {
    this.#value += count;
    this.#most = Math.max(this.#most, this.#value);
    for (const look of this.#waiting) look();
  }

  /** Resolves when there are just that many. */
  async reached(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (this.#value === count) resolve();
    };
    this.#waiting.add(look);
    look();
    await promise;
    this.#waiting.delete(look);
  }
}
