/** One run of `serveForever`: whether it is to stop, and when it has ended. */
export class Loop implements Disposable {
  /** Resolves when the run has ended. */
  readonly ended: Promise<void>;
  readonly #stopping = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #end: () => void;

  /** Begins a run that also stops when a signal aborts. */
  constructor(signal: AbortSignal | undefined) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
    this.#outer = signal;
    signal?.addEventListener("abort", this.stop);
    if (signal?.aborted) this.stop();
  }

  /** Aborts what the loop waits for when it is to stop. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Whether it is to stop, or has. */
  get stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Lets it stop. */
  readonly stop = (): void => this.#stopping.abort();

  [Symbol.dispose](): void {
    this.#outer?.removeEventListener("abort", this.stop);
    this.#end();
  }
}
