// A clock that only the test moves, in place of setTimeout and performance.now().

interface Timer {
  readonly due: number;
  readonly call: () => void;
}

/** Lets what has become possible happen: promises, and callbacks after them. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Stands in for the timers until the end of the block. */
export class FakeClock implements Disposable {
  /** The longest delay that a timer was asked for. */
  longest = 0;
  #now = 1_000_000;
  #next = 1;
  readonly #timers = new Map<number, Timer>();
  readonly #real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    now: performance.now,
  };

  constructor() {
    globalThis.setTimeout = ((call: () => void, delay = 0) => {
      this.longest = Math.max(this.longest, delay);
      // As the real one, whose delay is a signed number of 32 bits.
      const real = delay > 2 ** 31 - 1 ? 1 : Math.max(0, delay);
      this.#timers.set(this.#next, { due: this.#now + real, call });
      return this.#next++;
    }) as unknown as typeof setTimeout;
    globalThis.clearTimeout = ((id: number) => {
      this.#timers.delete(id);
    }) as unknown as typeof clearTimeout;
    performance.now = () => this.#now;
  }

  /** How many timers run. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Milliseconds since some time. */
  get now(): number {
    return this.#now;
  }

  /** Lets time pass, and all happen that it brings. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    while (true) {
      const [first] = [...this.#timers]
        .filter(([, { due }]) => due <= end)
        .sort(([, one], [, other]) => one.due - other.due);
      if (first === undefined) break;
      const [id, { due, call }] = first;
      this.#now = due;
      this.#timers.delete(id);
      call();
      await settle();
    }
    this.#now = end;
    await settle();
  }

  [Symbol.dispose](): void {
    const { setTimeout, clearTimeout, now } = this.#real;
    Object.assign(globalThis, { setTimeout, clearTimeout });
    performance.now = now;
  }
}
