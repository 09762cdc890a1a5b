/** How many bytes may be on their way over a port, in one direction. */
export const WINDOW = 262144;

/** The most bytes of one message. */
export const CHUNK = 65536;

/**
 * Flow control for a MessagePort, which has none of its own: limits how many bytes
 * are sent and not yet acknowledged.
 */
export class Credit {
  #left = WINDOW;
  #isOpen = true;
  #wake: (() => void) | undefined;

  /** Waits until at least one byte may be sent; returns how many, 0 once it is closed. */
  async available(): Promise<number> {
    while (this.#isOpen && this.#left === 0) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.#isOpen ? this.#left : 0;
  }

  /** Counts bytes that were sent. */
  spend(count: number): void {
    this.#left -= count;
  }

  /** Counts bytes that the other side has acknowledged; it cannot acknowledge more than it got. */
  earn(count: number): void {
    this.#left = Math.min(this.#left + count, WINDOW);
    this.#wake?.();
  }

  /** Ends every wait. */
  close(): void {
    this.#isOpen = false;
    this.#wake?.();
  }
}

/** Acknowledges received bytes to their sender, many pieces at a time. */
export class Acknowledgements {
  readonly #send: (count: number) => void;
  #pending = 0;
  /** How many bytes have come that are not acknowledged. */
  #open = 0;

  constructor(send: (count: number) => void) {
    this.#send = send;
  }

  /** Counts bytes that have come; tells whether the other side was allowed to send them. */
  receive(count: number): boolean {
    this.#open += count;
    return this.#open <= WINDOW;
  }

  /** Counts bytes that were taken. */
  add(count: number): void {
    this.#pending += count;
    // What is pending must be less than the window, or both sides would wait.
    if (this.#pending < WINDOW / 4) return;
    this.#open -= this.#pending;
    this.#send(this.#pending);
    this.#pending = 0;
  }
}
