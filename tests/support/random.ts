/** Random numbers that a seed repeats, so that a failure can be seen again. */
export class Random {
  /** Where the numbers begin; print it in every failure. */
  readonly seed: number;
  #state: number;

  /** Begins at `seed`, or at SEED in the environment, or anywhere. */
  constructor(
    seed: number = Number(Deno.env.get("SEED")) ||
      crypto.getRandomValues(new Uint32Array(1))[0],
  ) {
    this.seed = seed;
    this.#state = seed;
  }

  /** Gives a number from 0 to 1, without 1 (mulberry32). */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let n = this.#state;
    n = Math.imul(n ^ (n >>> 15), n | 1);
    n ^= n + Math.imul(n ^ (n >>> 7), n | 61);
    return ((n ^ (n >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Gives an integer from `least` to `most`, both among them. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  /** Gives an integer from 1 to `most`, small ones as likely as large ones. */
  size(most: number): number {
    return Math.floor(most ** this.fraction());
  }

  /** Is true that often. */
  chance(share: number): boolean {
    return this.fraction() < share;
  }

  /** Gives one of them. */
  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)];
  }

  /** Gives `length` bytes. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    const words = new Uint32Array(Math.ceil(length / 4));
    for (let i = 0; i < words.length; i++) words[i] = this.fraction() * 2 ** 32;
    return new Uint8Array(words.buffer, 0, length);
  }
}
