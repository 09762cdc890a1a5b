// An interval this long never fires; it only keeps the process alive.
const NEVER = 2 ** 31 - 1;

/** Keeps the process alive while a call waits for something that does not. */
export class ProcessHold {
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Keeps the process alive until the release. */
  hold(): void {
    this.#timer ??= setInterval(() => {}, NEVER);
  }

  /** Lets the process end. */
  release(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
