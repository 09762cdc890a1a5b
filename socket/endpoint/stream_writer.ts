import type { Address } from "../address.ts";
import { type OSError, osError } from "../errors.ts";
import { timeoutError, type Wait, watch } from "../wait.ts";
import type { Conn } from "./stream_transport.ts";
import { translate } from "../sandbox/errors.ts";
import { stage, unstage } from "./buffer_pool.ts";

/** One send that waits or is under way. */
interface Sending {
  readonly owner: object;
  /** Our copy of the bytes. */
  readonly bytes: Uint8Array;
  /** Whether all bytes are to be sent, or only what the kernel takes now. */
  readonly all: boolean;
  readonly resolve: (count?: number) => void;
  readonly reject: (reason: unknown) => void;
  /** How many bytes the kernel has taken. */
  sent: number;
  /** Where the write under way ends. */
  next: number;
  /** Where the send ends. */
  goal: number;
  /** Whether the call has ended before its write. */
  gone: boolean;
  /** Ends the watch over the call's deadline and signal, where it has them. */
  stop: (() => void) | undefined;
}

// The most that a send with a deadline commits itself to at a time.
const PIECE = 65536;

/**
 * Sends on a connection, one call after another.
 *
 * Deno's `write` cannot be taken back. A send whose time is over while its
 * write still waits therefore counts the bytes of that write, 64 KiB at most,
 * as taken: they go out before anything else, as if the kernel's buffer were
 * that much larger. So no byte is lost, and none is sent twice by a caller who
 * goes on from `bytesSent`.
 */
export class Writer {
  readonly #conn: Conn;
  readonly #peer: Address;
  readonly #queue: Sending[] = [];
  #idle: (() => void)[] = [];
  #shut = false;

  /** Sends on `conn`; `peer` is for messages. */
  constructor(conn: Conn, peer: Address) {
    this.#conn = conn;
    this.#peer = peer;
  }

  /** Sends all of `data`, or what the kernel takes now and tells how much that was. */
  send(
    data: Uint8Array,
    all: boolean,
    wait: Wait | undefined,
    owner: object,
  ): Promise<number | undefined> {
    if (wait?.signal?.aborted) return Promise.reject(wait.signal.reason);
    if (this.#shut) return Promise.reject(this.#error("EPIPE", 0));
    if (data.length === 0) return Promise.resolve(all ? undefined : 0);
    return new Promise((resolve, reject) => {
      const sending: Sending = {
        owner,
        bytes: stage(data),
        all,
        resolve,
        reject,
        sent: 0,
        next: 0,
        goal: data.length,
        gone: false,
        stop: undefined,
      };
      if (wait !== undefined) this.#watch(sending, wait);
      if (this.#queue.push(sending) === 1) this.#write(sending);
    });
  }

  /** Resolves when a send would not wait. */
  idle(): Promise<void> {
    if (this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Whether a write is under way. */
  get busy(): boolean {
    return this.#queue.length > 0;
  }

  /** Whether bytes are still to be sent whose call has ended. */
  get promised(): boolean {
    const first = this.#queue[0];
    return first !== undefined && first.gone && first.goal > first.sent;
  }

  /** Ends the writing half, after what has been promised. */
  shutdown(): void {
    if (this.#shut) return;
    this.#shut = true;
    // The peer may be gone already, which the kernel would not complain of either.
    const end = () => this.#conn.closeWrite().catch(() => {});
    if (this.promised) this.idle().then(end);
    else end();
  }

  /** Fails the calls of one endpoint whose socket lives on. */
  release(owner: object): void {
    for (const sending of this.#queue.filter((each) => each.owner === owner)) {
      this.#giveUp(sending, (taken) => this.#error("EBADF", taken));
    }
  }

  /** Fails every call, because the connection will be closed now. */
  close(): void {
    for (const sending of this.#queue.splice(1)) {
      this.#settle(sending);
      sending.reject(this.#error("EBADF", 0));
    }
    const first = this.#queue[0];
    if (first === undefined || first.gone) return;
    first.stop?.();
    first.gone = true;
    first.goal = first.sent;
    first.reject(this.#error("EBADF", first.sent));
  }

  #watch(sending: Sending, wait: Wait): void {
    sending.stop = watch(
      wait,
      () =>
        this.#giveUp(
          sending,
          (taken) => timeoutError(wait, this.#fields(taken)),
          true,
        ),
      (reason) => this.#giveUp(sending, () => reason, true),
    );
  }

  #write(sending: Sending): void {
    const { sent, goal, bytes, stop } = sending;
    sending.next = stop === undefined ? goal : Math.min(goal, sent + PIECE);
    this.#conn.write(
      sent === 0 && sending.next === bytes.length
        ? bytes
        : bytes.subarray(sent, sending.next),
    ).then(this.#wrote, this.#failed);
  }

  readonly #wrote = (count: number): void => {
    const sending = this.#queue[0];
    sending.sent += count;
    if (sending.sent < sending.goal && (sending.all || sending.gone)) {
      this.#write(sending);
      return;
    }
    this.#next();
    if (!sending.gone) this.#succeed(sending, sending.sent);
  };

  readonly #failed = (error: unknown): void => {
    const sending = this.#queue[0];
    this.#next();
    if (!sending.gone) {
      sending.reject(translate(error, this.#fields(sending.sent)));
    }
  };

  /** Is done with the first send and starts the next one. */
  #next(): void {
    this.#settle(this.#queue.shift()!);
    if (this.#queue.length > 0) this.#write(this.#queue[0]);
    else if (this.#idle.length > 0) {
      for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  #settle(sending: Sending): void {
    sending.stop?.();
    unstage(sending.bytes);
  }

  /**
   * Ends a call before its time; its error is told how many bytes are taken.
   * Where all it wanted is taken, it has succeeded, if it `mayResolve`.
   */
  #giveUp(
    sending: Sending,
    reason: (taken: number) => unknown,
    mayResolve = false,
  ): void {
    if (sending !== this.#queue[0]) {
      this.#queue.splice(this.#queue.indexOf(sending), 1);
      this.#settle(sending);
      sending.reject(reason(0));
      return;
    }
    const { all, next, bytes } = sending;
    sending.stop?.();
    sending.gone = true;
    sending.goal = next;
    if (mayResolve && (!all || next === bytes.length)) {
      this.#succeed(sending, next);
    } else sending.reject(reason(next));
  }

  #succeed({ all, resolve }: Sending, count: number): void {
    if (all) resolve();
    else resolve(count);
  }

  #fields(bytesSent: number) {
    return { syscall: "send", address: this.#peer, bytesSent };
  }

  #error(code: string, bytesSent: number): OSError {
    return osError({ ...this.#fields(bytesSent), code });
  }
}
