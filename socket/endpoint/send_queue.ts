import { watch } from "../wait.ts";
import { releaseCopy } from "./buffer_pool.ts";
import { type Linked, LinkedQueue } from "./linked_queue.ts";

/** One send that waits or is under way. */
export interface PendingSend extends Linked {
  /** The endpoint that called; it may be closed while others share the socket. */
  readonly owner: object;
  /** Our copy of the bytes. */
  readonly bytes: Uint8Array;
  /** Whether the call has ended before its bytes have gone. */
  gone: boolean;
  /** Ends the watch over the call's deadline and signal, where it has them. */
  stop: (() => void) | undefined;
}

// How long closing waits for bytes that a timed-out send has promised; seconds.
const LINGER = 10;

/** Sends in the order of their calls; the first of them is under way. */
export class SendQueue<S extends PendingSend> {
  readonly #sends = new LinkedQueue<S>();
  #observers: Set<() => void> | undefined;

  /** The send that is under way. */
  get first(): S | undefined {
    return this.#sends.first;
  }

  /** Adds a send; true if it is the first, whose turn it is at once. */
  push(send: S): boolean {
    this.#sends.push(send);
    return this.#sends.first === send;
  }

  /** Takes out the first send, which is done, and gives the one whose turn it is now. */
  shift(): S | undefined {
    this.remove(this.first!);
    const next = this.first;
    if (next === undefined && this.#observers !== undefined) {
      for (const observer of [...this.#observers]) observer();
    }
    return next;
  }

  /** Takes a send out wherever it is. */
  remove(send: S): void {
    this.#sends.remove(send);
    send.stop?.();
    releaseCopy(send.bytes);
  }

  /** The sends of one endpoint, or of all. */
  of(owner?: object): readonly S[] {
    return this.#sends.toArray().filter((send) =>
      owner === undefined || send.owner === owner
    );
  }

  /** Calls `observer` whenever the queue has become empty, until the result is called. */
  observe(observer: () => void): () => void {
    (this.#observers ??= new Set()).add(observer);
    return () => this.#observers!.delete(observer);
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    if (this.first === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.observe(() => {
        cancel();
        resolve();
      });
    });
  }

  /** Waits for what has been promised, as the kernel does for its own buffer when a socket closes. */
  linger(): Promise<void> {
    const deadline = performance.now() + LINGER * 1000;
    return new Promise((resolve) => {
      const end = () => resolve();
      const stop = watch({ deadline, signal: undefined }, end, end);
      this.idle().then(end).finally(stop);
    });
  }
}
