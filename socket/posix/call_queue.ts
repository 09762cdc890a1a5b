import { failure } from "../caller.ts";
import { osError, type OSErrorFields } from "../errors.ts";
import { isNonBlocking, timeoutError, type Wait, watch } from "../wait.ts";
import { type Linked, LinkedQueue } from "../linked_queue.ts";
import { poller } from "./poller.ts";
import { PENDING } from "./syscall.ts";
import { inNextTurn, mayGoOn } from "./turn.ts";

/** What the calls of a queue wait for. */
export interface Waitable {
  /** Has the poller tell the news of the descriptor from now on. */
  register(): void;
  /** Keeps the process alive for one more waiter. */
  hold(): void;
  /** Ends that for one waiter. */
  release(): void;
  /** Returns which of the events of `poll(2)` hold now. */
  poll(events: number): number;
  /** The fields of an error of a call. */
  fields(syscall: string): OSErrorFields;
}

/** A call that waits until the kernel lets it through. */
interface PendingCall<T> extends Linked {
  readonly syscall: string;
  /** Makes the system call. */
  readonly attempt: () => T | typeof PENDING;
  readonly resolve: (result: T | Promise<never>) => void;
  /** Told why the call ends before it was let through. */
  readonly giveUp: ((reason: unknown) => void) | undefined;
  /** Whether it only waits for its turn, not for the kernel. */
  readonly once: boolean;
  stop?: () => void;
}

/**
 * The calls of one direction of a descriptor, in order. A call first tries by
 * itself if the queue {@linkcode CallQueue.isFree}; what would have to wait comes
 * here, and is tried again at the kernel's news.
 */
export class CallQueue {
  readonly #descriptor: Waitable;
  readonly #events: number;
  readonly #calls = new LinkedQueue<PendingCall<unknown>>();
  /** Whether the kernel may let a call through: as far as it has told, something came since one had to wait. */
  isOpen = true;
  #mustYield = false;
  #soon: (() => void) | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;

  /** Creates the queue of the calls that wait for the events. */
  constructor(descriptor: Waitable, events: number) {
    this.#descriptor = descriptor;
    this.#events = events;
  }

  /** Whether no call waits. */
  get isEmpty(): boolean {
    return this.#calls.first === undefined;
  }

  /** Tells whether a call may try at once. */
  isFree(wait: Wait | undefined): boolean {
    if (this.#calls.first !== undefined) return false;
    if (!this.isOpen && !isNonBlocking(wait)) return false;
    if (mayGoOn()) return true;
    this.#mustYield = true;
    return false;
  }

  /** Makes a call: at once if it may, or when the kernel lets it through. */
  run<T>(
    syscall: string,
    attempt: () => T | typeof PENDING,
    wait: Wait | undefined,
  ): Promise<T> {
    return this.tryNow(attempt, wait) ?? this.wait(syscall, attempt, wait);
  }

  /** Makes a call if it may at once; `undefined` if it has to wait. */
  tryNow<T>(
    attempt: () => T | typeof PENDING,
    wait: Wait | undefined,
  ): Promise<T> | undefined {
    if (!this.isFree(wait)) return undefined;
    try {
      const result = attempt();
      return result === PENDING ? undefined : Promise.resolve(result);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Waits until an attempt does not return {@linkcode PENDING}.
   *
   * @param giveUp Called with the reason if the wait ends first; what it does to
   * an error shows.
   */
  wait<T>(
    syscall: string,
    attempt: () => T | typeof PENDING,
    wait: Wait | undefined,
    giveUp?: (reason: unknown) => void,
  ): Promise<T> {
    const isBrief = isNonBlocking(wait);
    const mustYield = this.#mustYield;
    this.#mustYield = false;
    if (isBrief && !mustYield) {
      const error = timeoutError(wait, this.#descriptor.fields(syscall));
      giveUp?.(error);
      return Promise.reject(error);
    }
    return new Promise((resolve) => {
      const call: PendingCall<T> = {
        syscall,
        attempt,
        resolve,
        giveUp,
        once: isBrief,
      };
      try {
        this.#descriptor.register();
      } catch (error) {
        giveUp?.(error);
        return resolve(failure(error));
      }
      const hasTried = this.isEmpty && this.isOpen;
      this.#add(call as PendingCall<unknown>, wait);
      // The kernel tells news once, and may have done so before the call was tried.
      if (mustYield || hasTried && this.#descriptor.poll(this.#events) !== 0) {
        this.serveSoon();
      }
    });
  }

  /** Tries the calls in order, as far as the kernel lets them through. */
  serve(): void {
    this.isOpen = true;
    for (let call; (call = this.#calls.first) !== undefined;) {
      let result: unknown;
      let error: unknown;
      let failed = false;
      try {
        result = call.attempt();
        if (result === PENDING && !call.once) {
          this.isOpen = false;
          return;
        }
        if (result === PENDING) {
          this.#drop(call, this.#error(call, "EAGAIN"));
          continue;
        }
      } catch (thrown) {
        error = thrown;
        failed = true;
      }
      // An attempt may have closed the descriptor, and so have settled the call.
      if (!this.#remove(call)) continue;
      if (failed) call.resolve(failure(error, poller.returning));
      else this.#settle(call, result);
    }
  }

  /** Serves in the next turn of the event loop. */
  serveSoon(): void {
    this.#soon ??= inNextTurn(() => {
      this.#soon = undefined;
      this.serve();
    });
  }

  /** Serves after a while, where the kernel will have no news. */
  serveLater(milliseconds: number): void {
    this.#later ??= setTimeout(() => {
      this.#later = undefined;
      this.serve();
    }, milliseconds);
  }

  /** Fails all calls, because the descriptor closes. */
  close(): void {
    this.#soon?.();
    clearTimeout(this.#later);
    for (const call of this.#calls.toArray()) {
      this.#drop(call, this.#error(call, "EBADF"));
    }
  }

  #add(call: PendingCall<unknown>, wait: Wait | undefined): void {
    if (this.#calls.first === undefined) this.#descriptor.hold();
    this.#calls.push(call);
    if (wait === undefined || call.once) return;
    call.stop = watch(
      wait,
      () => this.#drop(call, timeoutError(wait, this.#fields(call))),
      (reason) => this.#drop(call, reason),
      false,
    );
  }

  #remove(call: PendingCall<unknown>): boolean {
    if (!this.#calls.remove(call)) return false;
    call.stop?.();
    if (this.#calls.first === undefined) this.#descriptor.release();
    return true;
  }

  #drop(call: PendingCall<unknown>, reason: unknown): void {
    if (!this.#remove(call)) return;
    // What kept this call waiting may not keep the next one.
    this.isOpen = true;
    call.giveUp?.(reason);
    call.resolve(failure(reason, poller.returning));
  }

  #settle(call: PendingCall<unknown>, result: unknown): void {
    const { returning } = poller;
    if (returning === undefined) call.resolve(result);
    else returning.then(() => call.resolve(result));
  }

  #fields(call: PendingCall<unknown>): OSErrorFields {
    return this.#descriptor.fields(call.syscall);
  }

  #error(call: PendingCall<unknown>, code: string): unknown {
    return osError({ ...this.#fields(call), code });
  }
}
