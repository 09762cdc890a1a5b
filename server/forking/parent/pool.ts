import { Child, type Plan } from "./child.ts";

/** The Workers of one server: those that handle a request, and those that wait for one. */
export class Pool {
  readonly #plan: Plan;
  readonly #busy = new Set<Child>();
  readonly #ending = new Set<Promise<void>>();
  #idle: Child[] = [];
  /** How many runs of `serveForever` or `handleRequest` may want a Worker yet. */
  #runs = 0;
  #isProven = false;
  #isClosed = false;

  /** A pool without Workers. */
  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** How many Workers handle a request. */
  get busy(): number {
    return this.#busy.size;
  }

  /** Starts the first Worker, to see whether the module is what it must be. */
  async warmUp(signal: AbortSignal | undefined): Promise<void> {
    if (this.#isProven || this.#isClosed) return;
    const child = await Child.start(this.#plan, signal);
    this.#isProven = true;
    this.#rest(child);
  }

  /** Gives a Worker for one request: one that has nothing to do, or a new one. */
  async take(signal: AbortSignal): Promise<Child> {
    let child = this.#idle.pop();
    while (child?.isOver) child = this.#idle.pop();
    child ??= await Child.start(this.#plan, signal);
    child.hold(true);
    this.#busy.add(child);
    return child;
  }

  /** Takes a Worker back, for other requests unless there would be more than `most`. */
  give(child: Child, most: number): void {
    this.#busy.delete(child);
    if (this.#busy.size + this.#idle.length < most) this.#rest(child);
    else this.#end(child);
  }

  /** Ends a Worker that is of no use any more. */
  drop(child: Child): void {
    this.#busy.delete(child);
    this.#end(child);
  }

  /** Lets something run that may want Workers, which therefore wait for it. */
  async during<T>(run: () => Promise<T>): Promise<T> {
    this.#runs++;
    try {
      return await run();
    } finally {
      this.#runs--;
      for (const child of this.#idle.splice(0)) this.#rest(child);
    }
  }

  /** Ends the Workers that have nothing to do, and each other one after its request. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const child of this.#idle.splice(0)) this.#end(child);
    await Promise.all(this.#ending);
  }

  /** Keeps a Worker that has nothing to do, unless it would keep the process alive for nothing. */
  #rest(child: Child): void {
    const isWanted = !this.#isClosed && !child.isOver &&
      (child.canRest || this.#runs > 0);
    if (!isWanted) return this.#end(child);
    child.hold(false);
    this.#idle.push(child);
  }

  #end(child: Child): void {
    const ending = child.end().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }
}
