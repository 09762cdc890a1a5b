import { osError, type OSErrorFields } from "../errors.ts";
import {
  isNonBlocking,
  NO_WAIT,
  timeoutError,
  type Wait,
  watch,
} from "../wait.ts";

/** One call that waits for something to come in. */
export interface Waiter {
  /** The endpoint that called; it may be closed while others share the socket. */
  readonly owner: object;
  /** Fails the call. */
  readonly reject: (reason: unknown) => void;
  /** Ends the watch over the call's deadline and signal, where it has them. */
  stop?: () => void;
}

/**
 * Calls that wait in order for what comes in: bytes, connections, datagrams.
 *
 * Deno's operations cannot be given up without closing the socket. So at most
 * one is under way; a call that times out only leaves the queue, and what the
 * operation brings is kept for the next call. That is how the sandbox keeps
 * "nothing is lost".
 */
export abstract class Intake<W extends Waiter> {
  #waiting: W[] = [];
  #running = false;
  #held = true;
  #quiet: (() => void) | undefined;

  /** Settles the call from what has come in; false if it must wait. */
  protected abstract serve(waiter: W): boolean;
  /** Starts one operation for the first call; calls `ended` when it is over. */
  protected abstract begin(first: W): void;
  /** Lets the pending operation keep the process alive, or not. */
  protected abstract hold(held: boolean): void;
  /** What messages say of a call here. */
  protected abstract describe(): OSErrorFields;

  /** The first call in the queue. */
  protected get first(): W | undefined {
    return this.#waiting[0];
  }

  /** Serves a call now or queues it. */
  protected add(waiter: W, wait: Wait | undefined): void {
    if (wait !== undefined && wait.signal?.aborted) {
      waiter.reject(wait.signal.reason);
      return;
    }
    if (this.#waiting.length === 0 && this.serve(waiter)) return;
    this.#waiting.push(waiter);
    if (wait !== undefined) {
      waiter.stop = watch(
        wait,
        () => this.expired(waiter, isNonBlocking(wait)),
        (reason) => this.drop(waiter, reason),
      );
    }
    if (!this.#held) this.#hold(true);
    if (!this.#running) this.#run();
  }

  /** The operation is over: serves who can be served and starts the next one if someone waits. */
  protected ended(): void {
    this.#running = false;
    this.serveAll();
    if (this.#waiting.length > 0) this.#run();
    else this.#quiet?.();
  }

  /** Serves, in order, every call that can be. */
  protected serveAll(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    while (waiting.length > 0 && this.serve(waiting[0])) {
      waiting.shift()!.stop?.();
    }
    this.#rest();
  }

  /** Nobody is to wait any more. */
  protected expireAll(): void {
    for (const waiter of [...this.#waiting]) this.expired(waiter, true);
  }

  /** A call's time is over. */
  protected expired(waiter: W, never: boolean): void {
    this.drop(
      waiter,
      timeoutError(never ? NO_WAIT : undefined, this.describe()),
    );
  }

  /** Takes a call out of the queue and fails it. */
  protected drop(waiter: W, reason: unknown): void {
    const index = this.#waiting.indexOf(waiter);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    waiter.stop?.();
    waiter.reject(reason);
    this.#rest();
  }

  /** Fails the calls of one endpoint, which is closed while others share the socket. */
  release(owner: object): void {
    for (const waiter of [...this.#waiting]) {
      if (waiter.owner === owner) this.#fail(waiter, "EBADF");
    }
  }

  /** Fails every call, because the operation under way will be ended now. */
  close(code: string): void {
    for (const waiter of [...this.#waiting]) this.#fail(waiter, code);
    // Its end is still to be waited for.
    if (this.#running && !this.#held) this.#hold(true);
  }

  /** Whether an operation is under way, which a call will have to take up. */
  get busy(): boolean {
    return this.#running;
  }

  /** Resolves when no operation is under way; for closing, when nobody waits any more. */
  quiet(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#quiet = resolve);
  }

  #fail(waiter: W, code: string): void {
    this.drop(waiter, osError({ ...this.describe(), code }));
  }

  #run(): void {
    this.#running = true;
    this.begin(this.#waiting[0]);
  }

  /** Lets go of the process while an operation is under way for nobody. */
  #rest(): void {
    if (this.#running && this.#held && this.#waiting.length === 0) {
      this.#hold(false);
    }
  }

  #hold(held: boolean): void {
    this.#held = held;
    this.hold(held);
  }
}
