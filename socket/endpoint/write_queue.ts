import { failure } from "../caller.ts";
import { type OSError, osError, type OSErrorFields } from "../errors.ts";
import { timeoutError, type Wait, watch } from "../wait.ts";
import { release } from "./buffer_pool.ts";
import { type PendingSend, SendQueue } from "./send_queue.ts";
import type { Stream } from "./stream_transport.ts";

/** An endpoint that sends. */
export interface Sender {
  /** How many bytes its last send that a signal ended had taken. */
  abortedBytesSent: number;
}

/** One send on a stream that is waiting or in progress. */
export interface PendingWrite extends PendingSend {
  readonly owner: Sender;
  /** Whether to send all bytes, or only what the kernel takes now. */
  readonly all: boolean;
  /** Settles the call: `sendall` without a value, `send` with the number of bytes. */
  readonly resolve: ResolveSend;
  /** The number of bytes that the kernel has taken. */
  sent: number;
  /** The index at which the write in progress ends. */
  end: number;
  /** The index at which the send ends. */
  goal: number;
}

/** How a send's promise is resolved: `sendall` without a value. */
export type ResolveSend = (count: number | undefined | Promise<never>) => void;

/** The most bytes that a send with a deadline writes at a time. */
export const PIECE = 65536;

/**
 * Sends on a connection that wait for one another.
 *
 * Deno's `write` cannot be cancelled. So a send that times out during a write
 * counts the bytes of that write, at most 64 KiB, as taken: they leave before
 * any later bytes, as if the kernel's buffer were that much larger. No byte is
 * lost, and a caller that continues from `bytesSent` sends none twice.
 */
export class WriteQueue {
  readonly #stream: Stream;
  readonly #queue = new SendQueue<PendingWrite>();
  #isShut = false;

  /** Sends on a connection. */
  constructor(stream: Stream) {
    this.#stream = stream;
  }

  /** Whether nothing waits, is observed or has ended, so that a send need not queue. */
  get isIdle(): boolean {
    return this.#queue.isIdle && !this.#isShut;
  }

  /** Takes a send over whose write is in progress. */
  adopt(send: PendingWrite, wait: Wait | undefined): void {
    if (wait !== undefined) this.#watch(send, wait);
    this.#queue.push(send);
  }

  /** Ends the first send, whose time is over. */
  expire(wait: Wait): void {
    this.#expire(this.#queue.first!, wait);
  }

  /** Ends the first send, whose signal has aborted. */
  abort(reason: unknown): void {
    this.#abort(this.#queue.first!, reason);
  }

  /** Adds a send. */
  add(send: PendingWrite, wait: Wait | undefined): void {
    const isEmpty = send.bytes.length === 0;
    if (this.#isShut || isEmpty) {
      release(send.bytes);
      return send.resolve(
        this.#isShut
          ? failure(this.#error("EPIPE", 0))
          : send.all
          ? undefined
          : 0,
      );
    }
    if (wait !== undefined) this.#watch(send, wait);
    if (this.#queue.push(send)) this.#write(send);
  }

  /** Calls `observer` whenever a send would no longer wait, until the returned function is called. */
  observe(observer: () => void): () => void {
    return this.#queue.observe(observer);
  }

  /** Whether a write is in progress. */
  get isBusy(): boolean {
    return this.#queue.first !== undefined;
  }

  /** Whether the writing half has ended. */
  get hasEnded(): boolean {
    return this.#isShut;
  }

  /** Ends the writing half after the bytes that count as sent have left. */
  shutdown(): void {
    if (this.#isShut) return;
    this.#isShut = true;
    // The peer may be gone already, which the kernel does not report either.
    const end = () => this.#stream.conn.closeWrite().catch(() => {});
    if (this.#hasPromised) this.#queue.idle().then(end);
    else end();
  }

  /** Fails the pending calls of one endpoint; the socket stays open for the others. */
  release(owner: object): void {
    for (const send of this.#queue.of(owner)) {
      this.#giveUp(send, (taken) => this.#error("EBADF", taken));
    }
  }

  /**
   * Fails every pending call before the connection closes: at once, or after
   * the bytes that count as sent have left.
   */
  close(signal?: AbortSignal): Promise<void> | undefined {
    const [first, ...rest] = this.#queue.of();
    for (const send of rest) {
      this.#queue.remove(send);
      send.resolve(failure(this.#error("EBADF", 0)));
    }
    if (first === undefined) return undefined;
    if (!first.gone) {
      first.stop?.();
      first.gone = true;
      first.goal = first.sent;
      first.resolve(failure(this.#error("EBADF", first.sent)));
    }
    return this.#hasPromised ? this.#queue.linger(signal) : undefined;
  }

  /** Resolves when no write is in progress. */
  settled(): Promise<void> {
    return this.#queue.idle();
  }

  /** Whether bytes remain to be sent after their call has ended. */
  get #hasPromised(): boolean {
    const { first } = this.#queue;
    return first !== undefined && first.gone && first.goal > first.sent;
  }

  #watch(send: PendingWrite, wait: Wait): void {
    send.stop = watch(
      wait,
      () => this.#expire(send, wait),
      (reason) => this.#abort(send, reason),
      false,
    );
  }

  #abort(send: PendingWrite, reason: unknown): void {
    this.#giveUp(send, (taken) => {
      send.owner.abortedBytesSent = taken;
      return reason;
    }, true);
  }

  #expire(send: PendingWrite, wait: Wait): void {
    const reason = (taken: number) => timeoutError(wait, this.#fields(taken));
    this.#giveUp(send, reason, true);
  }

  #write(send: PendingWrite): void {
    const { sent, goal, bytes, stop } = send;
    send.end = stop === undefined ? goal : Math.min(goal, sent + PIECE);
    this.#stream.conn.write(
      sent === 0 && send.end === bytes.length
        ? bytes
        : bytes.subarray(sent, send.end),
    ).then(this.onWritten, this.onError);
  }

  /** Takes what the write in progress has taken. */
  readonly onWritten = (count: number): void => {
    const send = this.#queue.first!;
    send.sent += count;
    if (send.sent < send.goal && (send.all || send.gone)) {
      this.#write(send);
      return;
    }
    this.#next();
    if (!send.gone) send.resolve(send.all ? undefined : send.sent);
  };

  /** Takes the failure of the write in progress. */
  readonly onError = (error: unknown): void => {
    const send = this.#queue.first!;
    this.#next();
    if (!send.gone) {
      const fields = this.#fields(send.sent);
      send.resolve(failure(this.#stream.transport.explain(error, fields)));
    }
  };

  /** Removes the first send, which is done, and starts the next one. */
  #next(): void {
    const next = this.#queue.shift();
    if (next !== undefined) this.#write(next);
  }

  /**
   * Ends a call early; sets the number of bytes taken on its error. If all its
   * bytes are taken and it `mayResolve`, the call succeeds.
   */
  #giveUp(
    send: PendingWrite,
    reason: (taken: number) => unknown,
    mayResolve = false,
  ): void {
    if (send !== this.#queue.first) {
      this.#queue.remove(send);
      send.resolve(failure(reason(0)));
      return;
    }
    const { all, end, bytes } = send;
    send.stop?.();
    send.gone = true;
    send.goal = end;
    if (mayResolve && (!all || end === bytes.length)) {
      send.resolve(all ? undefined : end);
    } else send.resolve(failure(reason(end)));
  }

  #fields(bytesSent: number): OSErrorFields {
    return { syscall: "send", address: this.#stream.peer, bytesSent };
  }

  #error(code: string, bytesSent: number): OSError {
    return osError({ ...this.#fields(bytesSent), code });
  }
}
