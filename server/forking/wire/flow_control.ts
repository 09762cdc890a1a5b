/** How many bytes may be on their way over a port, in one direction. */
export const WINDOW = 262144;

/** The most bytes of one message. */
export const PIECE = 65536;

/**
 * What keeps who sends over a port from sending more than the other side takes: a
 * port itself takes everything.
 */
export class Credit {
  #left = WINDOW;
  #open = true;
  #wake: (() => void) | undefined;

  /** Waits until at least one byte may be sent; gives how many, 0 once it is closed. */
  async some(): Promise<number> {
    while (this.#open && this.#left === 0) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.#open ? this.#left : 0;
  }

  /** Counts bytes that were sent. */
  spend(count: number): void {
    this.#left -= count;
  }

  /** Counts bytes that the other side has taken. */
  earn(count: number): void {
    this.#left += count;
    this.#wake?.();
  }

  /** Lets nobody wait any more. */
  close(): void {
    this.#open = false;
    this.#wake?.();
  }
}

/** Tells the sender of what was taken, many pieces at a time. */
export class Takings {
  readonly #tell: (count: number) => void;
  #untold = 0;

  /** Tells by a function. */
  constructor(tell: (count: number) => void) {
    this.#tell = tell;
  }

  /** Counts bytes that were taken. */
  add(count: number): void {
    this.#untold += count;
    // What stays untold must be less than the window, or both sides would wait.
    if (this.#untold < WINDOW / 4) return;
    this.#tell(this.#untold);
    this.#untold = 0;
  }
}
