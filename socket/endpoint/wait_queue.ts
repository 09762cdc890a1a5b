import { failure } from "../caller.ts";
import { type Hold, isNonBlocking, type Wait, watch } from "../wait.ts";
import { CallWait } from "./call_wait.ts";
import { type Linked, LinkedQueue } from "../linked_queue.ts";
import { Observers } from "./observers.ts";

/** One call that waits for data, a datagram or a connection. */
export interface PendingCall extends Linked {
  /** The calling endpoint, which may close while others share the socket. */
  readonly owner: object;
  /** Settles the call's promise; the queue passes a {@linkcode failure}. */
  readonly resolve: (failed: Promise<never>) => void;
  /** Stops watching the call's deadline and signal, if it has them. */
  stop?: () => void;
}

/** Who is told how the waits of calls end. */
export interface WaitEnds<C> {
  /** The time of a call is over. */
  readonly expire: (call: C, wait: Wait) => void;
  /** The signal of a call has aborted, with this reason. */
  readonly abort: (call: C, reason: unknown) => void;
}

/** The runtime's object that an operation runs on. */
export interface Referenced {
  /** Keeps the process alive. */
  ref(): void;
  /** Lets the process end. */
  unref(): void;
}

/**
 * Calls that wait in order, and the one operation of the runtime that serves
 * them.
 *
 * An operation of the runtime cannot be cancelled without closing the socket.
 * So at most one is in progress; a call that times out only leaves the queue,
 * and the next call gets the operation's result. While no call waits, the
 * operation does not keep the process alive.
 */
export class WaitQueue<C extends PendingCall> implements Hold {
  readonly #operation: Referenced;
  readonly #ends: WaitEnds<C>;
  readonly #calls = new LinkedQueue<C>();
  /** The wait of a call that had none before it. */
  #wait: CallWait | undefined;
  #waiting: C | undefined;
  #observers: Observers | undefined;
  /** How many keep the process alive besides the calls. */
  #holding = 0;
  #isRunning = false;
  #isReferenced = true;
  #mayReference = true;
  #settled: (() => void) | undefined;

  /** Creates the queue of operations on `operation`; tells `ends` of calls that are to wait no longer. */
  constructor(operation: Referenced, ends: WaitEnds<C>) {
    this.#operation = operation;
    this.#ends = ends;
  }

  /** The first call. */
  get first(): C | undefined {
    return this.#calls.first;
  }

  /** All calls, in order; a copy. */
  get calls(): readonly C[] {
    return this.#calls.toArray();
  }

  /** Whether an observer waits. */
  get isObserved(): boolean {
    return this.#observers !== undefined && !this.#observers.isEmpty;
  }

  /** Whether no call and no observer waits, and no operation is in progress. */
  get isIdle(): boolean {
    return this.#calls.first === undefined && !this.#isRunning &&
      !this.isObserved;
  }

  /** Whether an operation is in progress. */
  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Adds a call at the end; it fails at its deadline or when its signal aborts. */
  add(call: C, wait: Wait | undefined): void {
    this.#calls.push(call);
    if (wait !== undefined) {
      if (this.#waiting !== undefined || isNonBlocking(wait)) {
        call.stop = this.#watch(call, wait);
      } else {
        this.#waiting = call;
        this.#wait ??= new CallWait({
          expire: (wait) => this.#ends.expire(this.#waiting!, wait),
          abort: (reason) => this.#ends.abort(this.#waiting!, reason),
        });
        this.#wait.begin(wait);
      }
    }
    this.reference();
  }

  /** Removes the first call, which has been served. */
  shift(): void {
    const { first } = this.#calls;
    if (first !== undefined) this.remove(first);
  }

  /** Removes a call from any position; returns false if it is no longer there. */
  remove(call: C): boolean {
    if (!this.#calls.remove(call)) return false;
    if (call === this.#waiting) {
      this.#wait!.end();
      this.#waiting = undefined;
    } else call.stop?.();
    this.#letGo();
    return true;
  }

  /**
   * Calls `observer` at every event until the returned function is called. An
   * observer has no position in the queue.
   *
   * @param holds Whether that keeps the process alive, as a call does.
   */
  observe(observer: () => void, holds: boolean): () => void {
    if (holds) this.hold();
    return (this.#observers ??= new Observers()).add(observer, () => {
      if (holds) this.release();
    });
  }

  /** Keeps the process alive, and the operation going, for one who does not wait here. */
  hold(): void {
    this.#holding++;
    this.reference();
  }

  /** Takes one `hold` back. */
  release(): void {
    this.#holding--;
    this.#letGo();
  }

  /** Notifies the observers of an event. */
  notify(): void {
    this.#observers?.notify();
  }

  /** Starts an operation; returns false if one is in progress. */
  begin(): boolean {
    if (this.#isRunning) return false;
    this.#isRunning = true;
    this.#letGo();
    return true;
  }

  /** Handles the end of the operation. */
  end(): void {
    this.#isRunning = false;
  }

  /** Resolves {@linkcode settled}, because nothing waits for another operation. */
  rest(): void {
    if (!this.#isRunning) this.#settled?.();
  }

  /** Fails every pending call before the operation in progress ends. */
  close(makeError: () => unknown): void {
    for (const call of this.calls) {
      this.remove(call);
      call.resolve(failure(makeError()));
    }
    this.#wait?.rest();
    // The close still waits for the operation to end.
    this.#mayReference = true;
    if (this.#isRunning) this.reference();
  }

  /** Sets whether what waits keeps the process alive. */
  setReferencing(on: boolean): void {
    this.#mayReference = on;
    if (on && this.#isHeld) this.reference();
    if (on || !this.#isReferenced) return;
    this.#isReferenced = false;
    this.#operation.unref();
  }

  /** Resolves when no operation is in progress. */
  settled(): Promise<void> {
    if (!this.#isRunning) return Promise.resolve();
    return new Promise((resolve) => this.#settled = resolve);
  }

  /** Whether a call waits, or another that keeps the process alive. */
  get #isHeld(): boolean {
    return this.#calls.first !== undefined || this.#holding > 0;
  }

  /** Keeps the process alive, unless `setReferencing(false)` has been called. */
  reference(): void {
    if (this.#isReferenced || !this.#mayReference) return;
    this.#isReferenced = true;
    this.#operation.ref();
  }

  #watch(call: C, wait: Wait): () => void {
    const { expire, abort } = this.#ends;
    return watch(
      wait,
      () => expire(call, wait),
      (reason) => abort(call, reason),
      false,
    );
  }

  /** Lets the process end while nothing waits for the operation in progress. */
  #letGo(): void {
    if (!this.#isRunning || !this.#isReferenced || this.#isHeld) return;
    this.#isReferenced = false;
    this.#operation.unref();
  }
}
