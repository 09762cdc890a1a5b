import { abortable } from "@std/async/abortable";
import { Child, type WorkerOptions } from "./child.ts";

/** The Workers of one server: those that handle a request, and those that wait for one. */
export class Pool {
  readonly #options: WorkerOptions;
  readonly #busy = new Set<Child>();
  readonly #ending = new Set<Promise<void>>();
  #idle: Child[] = [];
  /** How many requests are getting a Worker. */
  #starting = 0;
  /** Those that wait until fewer Workers are busy. */
  #waiting: (() => void)[] = [];
  /** How many runs of `serveForever` or `handleRequest` may still need a Worker. */
  #runs = 0;
  #isWarm = false;
  #isClosed = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** How many Workers handle a request. */
  get busy(): number {
    return this.#busy.size;
  }

  /** Starts the first Worker, which shows whether the module can be used. */
  async warmUp(signal: AbortSignal | undefined): Promise<void> {
    if (this.#isWarm || this.#isClosed) return;
    const child = await Child.start(this.#options, signal);
    this.#isWarm = true;
    this.#keep(child);
  }

  /**
   * Returns a Worker for one request, an idle one or a new one. It waits while `most`
   * are busy: so many clients may have ended their handshakes at once.
   */
  async acquire(most: number, signal: AbortSignal): Promise<Child> {
    while (this.#busy.size + this.#starting >= most) {
      const vacancy = new Promise<void>((resolve) =>
        this.#waiting.push(resolve)
      );
      await abortable(vacancy, signal);
    }
    this.#starting++;
    try {
      const child = this.#takeIdle() ??
        await Child.start(this.#options, signal);
      child.ref();
      this.#busy.add(child);
      return child;
    } finally {
      this.#starting--;
      this.#wake();
    }
  }

  /** Takes a Worker back for other requests; ends it if there would be more than `most`. */
  release(child: Child, most: number): void {
    this.#busy.delete(child);
    this.#wake();
    if (this.#busy.size + this.#idle.length < most) this.#keep(child);
    else this.#end(child);
  }

  /** Ends a Worker that cannot be used again. */
  discard(child: Child): void {
    this.#busy.delete(child);
    this.#wake();
    this.#end(child);
  }

  /** Runs something that may need Workers: idle ones are kept until it ends. */
  async during<T>(run: () => Promise<T>): Promise<T> {
    this.#runs++;
    try {
      return await run();
    } finally {
      this.#runs--;
      for (const child of this.#idle.splice(0)) this.#keep(child);
    }
  }

  /** Ends the idle Workers now, and each other one after its request. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const child of this.#idle.splice(0)) this.#end(child);
    await Promise.all(this.#ending);
  }

  /** Takes an idle Worker out of the pool. */
  #takeIdle(): Child | undefined {
    let child = this.#idle.pop();
    while (child?.hasEnded) {
      // It may only have said so.
      this.#end(child);
      child = this.#idle.pop();
    }
    return child;
  }

  /** Lets those that wait look again; they keep their order. */
  #wake(): void {
    for (const look of this.#waiting.splice(0)) look();
  }

  /** Returns an idle Worker to the pool, or ends it if it would keep the process alive. */
  #keep(child: Child): void {
    const isWanted = !this.#isClosed && !child.hasEnded &&
      (child.canIdle || this.#runs > 0);
    if (!isWanted) return this.#end(child);
    child.unref();
    this.#idle.push(child);
  }

  #end(child: Child): void {
    const ending = child.end().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
