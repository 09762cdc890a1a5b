import type { Address } from "../address.ts";
import { POLLOUT } from "../constants/poll.ts";
import {
  failure,
  type OSError,
  osError,
  type OSErrorFields,
} from "../errors.ts";
import { timeoutError, type Wait, watch } from "../wait.ts";
import { copyForSend, gatherForSend, lengthOf } from "./buffer_pool.ts";
import { type PendingSend, SendQueue } from "./send_queue.ts";
import type { Conn, StreamTransport } from "./stream_transport.ts";

/** One send on a stream that waits or is under way. */
interface PendingWrite extends PendingSend {
  /** Whether all bytes are sent, or only what the kernel takes now. */
  readonly all: boolean;
  /** Settles the call: one for all bytes with nothing, another with their number. */
  readonly resolve: (count: number | undefined | Promise<never>) => void;
  /** How many bytes the kernel has taken. */
  sent: number;
  /** Where the write under way ends. */
  end: number;
  /** Where the send ends. */
  goal: number;
}

// The most that a send with a deadline commits itself to at a time.
const PIECE = 65536;

/**
 * Sends on a connection, one call after another.
 *
 * Deno's `write` cannot be taken back. A send whose time is over while its
 * write still waits therefore counts the bytes of that write, 64 KiB at most,
 * as taken: they go out before anything else, as if the kernel's buffer were
 * that much larger. So no byte is lost, and none is sent twice by a caller that
 * goes on from `bytesSent`.
 */
export class StreamWriter {
  readonly #conn: Conn;
  readonly #peer: Address;
  readonly #transport: StreamTransport;
  readonly #queue = new SendQueue<PendingWrite>();
  #isShut = false;

  /** Sends on `conn`; `peer` is for messages. */
  constructor(conn: Conn, peer: Address, transport: StreamTransport) {
    this.#conn = conn;
    this.#peer = peer;
    this.#transport = transport;
  }

  /** Sends what the kernel takes now, and tells how much that was. */
  send(
    data: Uint8Array | readonly Uint8Array[],
    wait: Wait | undefined,
    owner: object,
  ): Promise<number> {
    return new Promise((resolve) =>
      this.#add(data, false, resolve as PendingWrite["resolve"], wait, owner)
    );
  }

  /** Sends all of `data`. */
  sendall(
    data: Uint8Array,
    wait: Wait | undefined,
    owner: object,
  ): Promise<void> {
    return new Promise((resolve) =>
      this.#add(data, true, resolve as PendingWrite["resolve"], wait, owner)
    );
  }

  /** What `poll` tells: whether a send would not wait. */
  poll(): number {
    return this.isBusy ? 0 : POLLOUT;
  }

  /** Calls `observer` whenever a send would no longer wait, until the result is called. */
  observe(observer: () => void): () => void {
    return this.#queue.observe(observer);
  }

  /** Whether a write is under way. */
  get isBusy(): boolean {
    return this.#queue.first !== undefined;
  }

  /** Whether the writing half has ended. */
  get hasEnded(): boolean {
    return this.#isShut;
  }

  /** Ends the writing half, after what has been promised. */
  shutdown(): void {
    if (this.#isShut) return;
    this.#isShut = true;
    // The peer may be gone already, which the kernel would not complain of either.
    const end = () => this.#conn.closeWrite().catch(() => {});
    if (this.#hasPromised) this.#queue.idle().then(end);
    else end();
  }

  /** Fails the calls of one endpoint whose socket lives on. */
  release(owner: object): void {
    for (const send of this.#queue.of(owner)) {
      this.#giveUp(send, (taken) => this.#error("EBADF", taken));
    }
  }

  /** Fails every call, because the connection will be closed: at once, or when what was promised has gone. */
  close(): Promise<void> | undefined {
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
    return this.#hasPromised ? this.#queue.linger() : undefined;
  }

  /** Resolves when no write is under way. */
  settled(): Promise<void> {
    return this.#queue.idle();
  }

  /** Whether bytes are still to be sent whose call has ended. */
  get #hasPromised(): boolean {
    const { first } = this.#queue;
    return first !== undefined && first.gone && first.goal > first.sent;
  }

  #add(
    data: Uint8Array | readonly Uint8Array[],
    all: boolean,
    resolve: PendingWrite["resolve"],
    wait: Wait | undefined,
    owner: object,
  ): void {
    if (this.#isShut) return resolve(failure(this.#error("EPIPE", 0)));
    const isOne = data instanceof Uint8Array;
    const length = isOne ? data.length : lengthOf(data);
    if (length === 0) return resolve(all ? undefined : 0);
    const send: PendingWrite = {
      owner,
      bytes: !isOne ? gatherForSend(data) : this.isBusy
        ? data.slice() // of its own size, for there may be many that wait
        : copyForSend(data),
      all,
      resolve,
      sent: 0,
      end: 0,
      goal: length,
      gone: false,
      stop: undefined,
    };
    if (wait !== undefined) this.#watch(send, wait);
    if (this.#queue.push(send)) this.#write(send);
  }

  #watch(send: PendingWrite, wait: Wait): void {
    send.stop = watch(
      wait,
      () =>
        this.#giveUp(
          send,
          (taken) => timeoutError(wait, this.#fields(taken)),
          true,
        ),
      (reason) => this.#giveUp(send, () => reason, true),
    );
  }

  #write(send: PendingWrite): void {
    const { sent, goal, bytes, stop } = send;
    send.end = stop === undefined ? goal : Math.min(goal, sent + PIECE);
    this.#conn.write(
      sent === 0 && send.end === bytes.length
        ? bytes
        : bytes.subarray(sent, send.end),
    ).then(this.#onWritten, this.#onError);
  }

  readonly #onWritten = (count: number): void => {
    const send = this.#queue.first!;
    send.sent += count;
    if (send.sent < send.goal && (send.all || send.gone)) {
      this.#write(send);
      return;
    }
    this.#next();
    if (!send.gone) send.resolve(send.all ? undefined : send.sent);
  };

  readonly #onError = (error: unknown): void => {
    const send = this.#queue.first!;
    this.#next();
    if (!send.gone) {
      const fields = this.#fields(send.sent);
      send.resolve(failure(this.#transport.explain(error, fields)));
    }
  };

  /** The first send is done: begins the next one. */
  #next(): void {
    const next = this.#queue.shift();
    if (next !== undefined) this.#write(next);
  }

  /**
   * Ends a call before its time; its error is told how many bytes are taken.
   * Where all it wanted is taken, it has succeeded, if it `mayResolve`.
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
    return { syscall: "send", address: this.#peer, bytesSent };
  }

  #error(code: string, bytesSent: number): OSError {
    return osError({ ...this.#fields(bytesSent), code });
  }
}
