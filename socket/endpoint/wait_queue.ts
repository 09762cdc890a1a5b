import { failure } from "../errors.ts";
import { type Wait, watch } from "../wait.ts";
import { type Linked, LinkedQueue } from "./linked_queue.ts";

/** One call that waits for something to come in. */
export interface PendingCall extends Linked {
  /** The endpoint that called; it may be closed while others share the socket. */
  readonly owner: object;
  /** Settles the call's promise: here with a {@linkcode failure}. */
  readonly resolve: (failed: Promise<never>) => void;
  /** Ends the watch over the call's deadline and signal, where it has them. */
  stop?: () => void;
}

/** What keeps the process alive while an operation of it is under way. */
export interface Referenced {
  /** Keeps it alive. */
  ref(): void;
  /** Lets it end. */
  unref(): void;
}

/**
 * Calls that wait in order for what comes in, and the one operation that
 * brings it.
 *
 * A runtime's operation cannot be given up without closing the socket. So at
 * most one is under way; a call that times out only leaves the queue, and what
 * the operation brings is kept for the next call. While nothing waits for it,
 * the operation does not keep the process alive.
 */
export class WaitQueue<C extends PendingCall> {
  readonly #operation: Referenced;
  readonly #calls = new LinkedQueue<C>();
  #observers: Set<() => void> | undefined;
  #isRunning = false;
  #isReferenced = true;
  #settled: (() => void) | undefined;

  /** Waits for operations of `operation`. */
  constructor(operation: Referenced) {
    this.#operation = operation;
  }

  /** The call whose turn it is. */
  get first(): C | undefined {
    return this.#calls.first;
  }

  /** All calls, in order; a copy. */
  get calls(): readonly C[] {
    return this.#calls.toArray();
  }

  /** Whether a call or an observer waits. */
  get isWanted(): boolean {
    return this.#calls.first !== undefined || this.isObserved;
  }

  /** Whether an observer waits. */
  get isObserved(): boolean {
    return this.#observers !== undefined && this.#observers.size > 0;
  }

  /** Whether an operation is under way, which a call will have to take up. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Adds a call at the end, until its time is over or its signal aborts. */
  add(
    call: C,
    wait: Wait | undefined,
    expire: (call: C, wait: Wait) => void,
    abort: (call: C, reason: unknown) => void,
  ): void {
    this.#calls.push(call);
    if (wait !== undefined) {
      call.stop = watch(
        wait,
        () => expire(call, wait),
        (reason) => abort(call, reason),
      );
    }
    this.#hold();
  }

  /** Takes out the call whose turn it is, which has been served. */
  shift(): void {
    const { first } = this.#calls;
    if (first !== undefined) this.remove(first);
  }

  /** Takes a call out wherever it is; false if it is no longer there. */
  remove(call: C): boolean {
    if (!this.#calls.remove(call)) return false;
    call.stop?.();
    this.#letGo();
    return true;
  }

  /**
   * Calls `observer` at every event until the result is called, and keeps the
   * process alive meanwhile, as a call does. An observer takes no turn.
   */
  observe(observer: () => void): () => void {
    (this.#observers ??= new Set()).add(observer);
    this.#hold();
    return () => {
      if (this.#observers!.delete(observer)) this.#letGo();
    };
  }

  /** Tells the observers that something has happened. */
  notify(): void {
    if (this.#observers === undefined) return;
    for (const observer of [...this.#observers]) observer();
  }

  /** Begins an operation; false if one is under way. */
  begin(): boolean {
    if (this.#isRunning) return false;
    return this.#isRunning = true;
  }

  /** The operation has ended. */
  end(): void {
    this.#isRunning = false;
  }

  /** Nothing waits for another operation: {@linkcode settled} is answered. */
  rest(): void {
    if (!this.#isRunning) this.#settled?.();
  }

  /** Fails every call, because the operation under way will be ended now. */
  close(makeError: () => unknown): void {
    for (const call of this.calls) {
      this.remove(call);
      call.resolve(failure(makeError()));
    }
    // Its end is still waited for.
    if (this.#isRunning) this.#hold();
  }

  /** Resolves when no operation is under way. */
  settled(): Promise<void> {
    if (!this.#isRunning) return Promise.resolve();
    return new Promise((resolve) => this.#settled = resolve);
  }

  #hold(): void {
    if (this.#isReferenced) return;
    this.#isReferenced = true;
    this.#operation.ref();
  }

  /** Lets the process end while an operation is under way that nothing waits for. */
  #letGo(): void {
    if (!this.#isRunning || !this.#isReferenced || this.isWanted) return;
    this.#isReferenced = false;
    this.#operation.unref();
  }
}
