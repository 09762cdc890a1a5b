import type { Address } from "../address.ts";
import { SENDABLE } from "../constants/poll.ts";
import { failure } from "../caller.ts";
import { type OSError, osError } from "../errors.ts";
import { timeoutError, type Wait, watch } from "../wait.ts";
import { copyForSend, gatherForSend } from "./buffer_pool.ts";
import type { DatagramConn, Target } from "./datagram_transport.ts";
import { type PendingSend, SendQueue } from "./send_queue.ts";

/** One datagram whose send is waiting or in progress. */
interface PendingDatagram extends PendingSend {
  readonly target: Target | Promise<Target>;
  /** The address as the caller gave it, for messages. */
  readonly to: Address;
  readonly resolve: (count: number | Promise<never>) => void;
  /** Whether the runtime has taken the bytes. */
  isLaunched: boolean;
}

/**
 * Sends datagrams one after another, because sends that Deno gets in the same
 * turn leave in reverse order (Deno 2.9).
 *
 * The runtime cannot cancel a send. So a send that times out while it waits for
 * the receiver counts as sent; its datagram leaves before any later one.
 */
export class DatagramWriter {
  readonly #conn: DatagramConn;
  /** Turns an error of the runtime into an OSError. */
  readonly #explain: (error: unknown, to: Address) => OSError;
  readonly #queue = new SendQueue<PendingDatagram>();
  /** A send that need not wait, and that nothing can end: its promise is the runtime's. */
  #lone: LoneSend | undefined;

  /** Sends over `conn`; `explain` turns its errors into OSErrors. */
  constructor(
    conn: DatagramConn,
    explain: (error: unknown, to: Address) => OSError,
  ) {
    this.#conn = conn;
    this.#explain = explain;
  }

  /** Sends a datagram and returns its length. */
  send(
    data: Uint8Array | readonly Uint8Array[],
    target: Target | Promise<Target>,
    to: Address,
    wait: Wait | undefined,
    owner: object,
  ): Promise<number> {
    if (
      data instanceof Uint8Array && !(target instanceof Promise) &&
      !this.isBusy && !this.#conn.sendsMayWait
    ) {
      return this.#sendAlone(data, target, to, owner);
    }
    return new Promise((resolve) => {
      const send: PendingDatagram = {
        owner,
        bytes: !(data instanceof Uint8Array)
          ? gatherForSend(data)
          : this.isBusy
          ? data.slice() // of its own size, for there may be many that wait
          : copyForSend(data),
        target,
        to,
        resolve,
        isLaunched: false,
        gone: false,
        stop: undefined,
        previous: undefined,
        next: undefined,
        isQueued: false,
      };
      if (wait !== undefined) this.#watch(send, wait);
      if (this.#queue.push(send)) this.#begin(send);
    });
  }

  #sendAlone(
    data: Uint8Array,
    target: Target,
    to: Address,
    owner: object,
  ): Promise<number> {
    const lone = this.#lone ??= new LoneSend();
    lone.bytes = copyForSend(data);
    lone.target = target;
    lone.to = to;
    lone.owner = owner;
    lone.gone = false;
    this.#queue.push(lone);
    return this.#conn.send(lone.bytes, target)
      .then(this.#onSent, this.#onEnd) as Promise<number>;
  }

  /** Returns the events that `poll` reports: POLLOUT if a send would not wait. */
  poll(): number {
    return this.isBusy ? 0 : SENDABLE;
  }

  /** Calls `observer` whenever a send would no longer wait, until the returned function is called. */
  observe(observer: () => void): () => void {
    return this.#queue.observe(observer);
  }

  /** Whether a send is in progress. */
  get isBusy(): boolean {
    return this.#queue.first !== undefined;
  }

  /** Fails the pending calls of one endpoint; the socket stays open for the others. */
  release(owner: object): void {
    for (const send of this.#queue.of(owner)) this.#fail(send, closed(send));
  }

  /**
   * Fails every pending call before the socket closes: at once, or after the
   * datagrams that count as sent have left.
   */
  close(signal?: AbortSignal): Promise<void> | undefined {
    for (const send of this.#queue.of()) this.#fail(send, closed(send));
    return this.#queue.first?.gone ? this.#queue.linger(signal) : undefined;
  }

  /** Resolves when no send is in progress. */
  settled(): Promise<void> {
    return this.#queue.idle();
  }

  #watch(send: PendingDatagram, wait: Wait): void {
    const fields = { syscall: "send", address: send.to };
    send.stop = watch(
      wait,
      () => this.#giveUp(send, timeoutError(wait, fields)),
      (reason) => this.#giveUp(send, reason),
      false,
    );
  }

  #begin(send: PendingDatagram): void {
    const { target } = send;
    if (!(target instanceof Promise)) return this.#launch(send, target);
    target.then(
      (target) => send.gone || this.#launch(send, target),
      (error) => send.gone || this.#onEnd(error),
    );
  }

  #launch(send: PendingDatagram, target: Target): void {
    send.isLaunched = true;
    this.#conn.send(send.bytes, target).then(this.#onSent, this.#onEnd);
  }

  readonly #onSent = (): unknown => this.#onEnd();

  /** Handles the end of the first send, and returns what the runtime's promise is to have if it is a lone one's. */
  readonly #onEnd = (error?: unknown): unknown => {
    const send = this.#queue.first!;
    const { bytes: { length }, to, gone } = send;
    this.#next(this.#queue.shift());
    const isLone = send === this.#lone;
    if (gone) return isLone ? failure(this.#lone!.reason) : undefined;
    const result = error === undefined
      ? length
      : failure(this.#explain(error, to));
    return isLone ? result : send.resolve(result);
  };

  #next(send: PendingDatagram | undefined): void {
    if (send !== undefined) this.#begin(send);
  }

  /**
   * Handles the timeout of a call: fails it if the runtime has not taken its
   * datagram, otherwise lets it wait or succeed.
   */
  #giveUp(send: PendingDatagram, reason: unknown): void {
    if (!send.isLaunched) this.#fail(send, reason);
    else if (this.#conn.sendsMayWait) {
      send.gone = true;
      send.resolve(send.bytes.length);
    }
  }

  #fail(send: PendingDatagram, reason: unknown): void {
    if (send.gone) return;
    send.gone = true;
    if (send instanceof LoneSend) {
      send.reason = reason;
      return;
    }
    send.stop?.();
    send.resolve(failure(reason));
    if (send.isLaunched) return;
    if (send === this.#queue.first) this.#next(this.#queue.shift());
    else this.#queue.remove(send);
  }
}

/** What the queue has of a lone send; one object for all that follow one another. */
class LoneSend implements PendingDatagram {
  owner: object = this;
  bytes: Uint8Array = new Uint8Array(0);
  target!: Target;
  to!: Address;
  readonly isLaunched = true;
  gone = false;
  /** Why it is gone, which its promise tells at the end of the runtime's send. */
  reason: unknown;
  stop = undefined;
  resolve(): void {}
}

function closed({ to }: PendingDatagram): OSError {
  return osError({ code: "EBADF", syscall: "send", address: to });
}
