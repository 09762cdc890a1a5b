import { watch } from "../wait.ts";
import { release } from "./buffer_pool.ts";
import { type Linked, LinkedQueue } from "../linked_queue.ts";
import { Observers } from "./observers.ts";

/** One send that is waiting or in progress. */
export interface PendingSend extends Linked {
  /** The calling endpoint, which may close while others share the socket. */
  readonly owner: object;
  /** A private copy of the bytes. */
  readonly bytes: Uint8Array;
  /** Whether the call has ended before its bytes have left. */
  gone: boolean;
  /** Stops watching the call's deadline and signal, if it has them. */
  stop: (() => void) | undefined;
}

// How long closing waits for bytes that a timed-out send counts as sent;
// seconds.
const LINGER = 10;

/** Sends in the order of the calls; the first is in progress. */
export class SendQueue<S extends PendingSend> {
  readonly #sends = new LinkedQueue<S>();
  #observers: Observers | undefined;

  /** The send in progress. */
  get first(): S | undefined {
    return this.#sends.first;
  }

  /** Whether no send waits or is in progress, and no observer waits. */
  get isIdle(): boolean {
    return this.first === undefined &&
      (this.#observers === undefined || this.#observers.isEmpty);
  }

  /** Adds a send; returns true if it is the first, which starts at once. */
  push(send: S): boolean {
    this.#sends.push(send);
    return this.#sends.first === send;
  }

  /** Removes the first send, which is done, and returns the next one. */
  shift(): S | undefined {
    this.remove(this.first!);
    const next = this.first;
    if (next === undefined) this.#observers?.notify();
    return next;
  }

  /** Removes a send from any position. */
  remove(send: S): void {
    this.#sends.remove(send);
    send.stop?.();
    release(send.bytes);
  }

  /** The sends of one endpoint, or of all. */
  of(owner?: object): readonly S[] {
    return this.#sends.toArray().filter((send) =>
      owner === undefined || send.owner === owner
    );
  }

  /** Calls `observer` whenever the queue becomes empty, until the returned function is called. */
  observe(observer: () => void): () => void {
    return (this.#observers ??= new Observers()).add(observer);
  }

  /** Resolves when no send is in progress. */
  idle(): Promise<void> {
    if (this.first === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.observe(() => {
        cancel();
        resolve();
      });
    });
  }

  /**
   * Waits for the bytes that count as sent to leave, as the kernel does for its
   * send buffer when a socket closes, but no longer than until the signal aborts.
   */
  linger(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    const deadline = performance.now() + LINGER * 1000;
    return new Promise((resolve) => {
      const end = () => resolve();
      const stop = watch({ deadline, signal }, end, end);
      this.idle().then(end).finally(stop);
    });
  }
}
