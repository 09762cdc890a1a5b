import { lostBuffer } from "../arguments.ts";
import { HALF_ENDED, POLLERR, POLLHUP, RECEIVABLE } from "../constants/poll.ts";
import { failure } from "../caller.ts";
import { type OSError, osError, type OSErrorFields } from "../errors.ts";
import { isNonBlocking, NO_WAIT, timeoutError, type Wait } from "../wait.ts";
import { LARGE } from "./buffer_pool.ts";
import type { ReadBuffer } from "./read_buffer.ts";
import type { Stream } from "./stream_transport.ts";
import { type PendingCall, WaitQueue } from "./wait_queue.ts";

/** One receive that waits, into a new array or into the caller's buffer. */
export type PendingRead = PendingRecv | PendingRecvInto;

/** How a receive's promise is resolved. */
export type ResolveRecv = (
  bytes: Uint8Array<ArrayBuffer> | Promise<never>,
) => void;

/** How the promise of a receive into the caller's buffer is resolved. */
export type ResolveRecvInto = (count: number | Promise<never>) => void;

interface PendingRecv extends ReadOptions {
  readonly into: undefined;
  readonly resolve: ResolveRecv;
}

interface PendingRecvInto extends ReadOptions {
  readonly into: Uint8Array;
  readonly resolve: ResolveRecvInto;
}

interface ReadOptions extends PendingCall {
  /** The most bytes to receive. */
  readonly size: number;
  /** MSG_PEEK: leaves the bytes in the buffer. */
  readonly peek: boolean;
  /** MSG_WAITALL: waits for `size` bytes or the end of the stream. */
  readonly all: boolean;
  /** Whether the runtime may write straight into `into`: nothing but `close` can end the call. */
  readonly direct: boolean;
  /** The number of bytes that the runtime has written into `into`. */
  filled: number;
}

/**
 * Receives on a connection that wait for one another, with at most one `read`
 * in progress. Keeps bytes that no call waits for any more, or that a call only
 * peeked at, and how the stream ended.
 */
export class ReadQueue {
  readonly #stream: Stream;
  readonly #queue: WaitQueue<PendingRead>;
  readonly #buffer: ReadBuffer;
  /** The call whose buffer the read in progress fills, and the part that it fills. */
  #target: PendingRead | undefined;
  #room: Uint8Array | undefined;
  #error: OSError | undefined;
  #isBroken = false;
  #eof = false;
  #isShut = false;
  /** Whether a call has already returned the end of the stream. */
  #hasToldEnd = false;
  #endTimer: ReturnType<typeof setTimeout> | undefined;

  /** Receives from a connection by way of `buffer`. */
  constructor(
    stream: Stream,
    buffer: ReadBuffer,
  ) {
    this.#stream = stream;
    this.#buffer = buffer;
    this.#queue = new WaitQueue(stream.conn, {
      expire: (call, wait) => this.#expire(call, wait),
      abort: (call, reason) => this.#drop(call, reason),
    });
  }

  /**
   * Whether nothing waits, runs, is kept or has ended, so that a receive need not
   * queue.
   */
  get isIdle(): boolean {
    const queue = this.#queue;
    return queue.isIdle && !this.#isReadable;
  }

  /** Takes a receive over whose read is in progress, into its own buffer or this one's. */
  adopt(call: PendingRead, wait: Wait | undefined): void {
    if (call.direct) {
      this.#target = call;
      this.#room = call.into;
    }
    this.#queue.add(call, wait);
    this.#queue.begin();
  }

  /** Ends the first call, whose time is over. */
  expire(wait: Wait): void {
    this.#expire(this.#queue.first!, wait);
  }

  /** Ends the first call, whose signal has aborted. */
  abort(reason: unknown): void {
    this.#drop(this.#queue.first!, reason);
  }

  /** Keeps the process alive for a read that is not in this queue. */
  reference(): void {
    this.#queue.reference();
  }

  /**
   * Returns the events of the receiving half that `poll` reports; POLLHUP if
   * the connection is broken.
   */
  poll(): number {
    return (this.#isReadable ? RECEIVABLE : 0) |
      (this.hasEnded || this.#error !== undefined ? HALF_ENDED : 0) |
      (this.#error === undefined ? 0 : POLLERR) |
      (this.#isBroken ? POLLHUP : 0);
  }

  /** Calls `observer` at every event until the returned function is called; reads ahead meanwhile. */
  observe(observer: () => void, holds: boolean): () => void {
    const cancel = this.#queue.observe(observer, holds);
    this.#read();
    return cancel;
  }

  /** Ends the receiving half: a pending call returns what has arrived, or nothing. */
  shutdown(): void {
    this.#isShut = true;
    for (const call of this.#queue.calls) this.#expire(call, NO_WAIT);
    this.#queue.notify();
  }

  /** Puts bytes in front of what the next call gets. */
  unread(bytes: Uint8Array): void {
    this.#buffer.prepend(bytes);
    this.#serveAll();
    this.#queue.notify();
  }

  /** How many bytes are kept for the next call. */
  get available(): number {
    return this.#buffer.available;
  }

  /** Whether there is nothing more to receive. */
  get hasEnded(): boolean {
    return this.#eof || this.#isShut;
  }

  /** Whether a read is in progress. */
  get isRunning(): boolean {
    return this.#queue.isRunning;
  }

  /** Fails the pending calls of one endpoint; the socket stays open for the others. */
  release(owner: object): void {
    for (const call of this.#queue.calls) {
      if (call.owner === owner) this.#drop(call, this.#closed());
    }
  }

  /** Fails every pending call before the connection closes. */
  close(): void {
    clearTimeout(this.#endTimer);
    this.#queue.close(() => this.#closed());
  }

  /** Sets whether what waits keeps the process alive. */
  setReferencing(on: boolean): void {
    this.#queue.setReferencing(on);
  }

  /** Resolves when no read is in progress. */
  settled(): Promise<void> {
    return this.#queue.settled();
  }

  get #isReadable(): boolean {
    return this.#buffer.available > 0 || this.#error !== undefined ||
      this.hasEnded;
  }

  /** Adds a receive, which gets what is kept or waits. */
  add(call: PendingRead, wait: Wait | undefined): void {
    const { available } = this.#buffer;
    // The kernel may hold more bytes than were read.
    if (call.peek && available > 0 && available < call.size) {
      this.#buffer.full = true;
    }
    const queue = this.#queue;
    if (queue.first === undefined && this.#serve(call)) {
      // An observer waits for the next event.
      if (queue.isObserved) this.#read();
      return;
    }
    // After shutdown(SHUT_RD) a receive still returns what had arrived, but no
    // longer waits.
    const lasting = this.#isShut && !this.#eof
      ? { ...NO_WAIT, signal: wait?.signal }
      : wait;
    queue.add(call, lasting);
    this.#read();
  }

  /** Settles a call with what has arrived; returns false if the call must wait. */
  #serve(call: PendingRead): boolean {
    const buffer = this.#buffer;
    if (call.direct && call.all) {
      call.filled += buffer.takeInto(call.into!.subarray(call.filled));
    }
    const got = call.filled + buffer.available;
    const isLast = this.#eof || this.#error !== undefined;
    if (!isLast) {
      if (got === 0) return false;
      if (got < call.size) {
        if (call.all) return false;
        if (buffer.full) {
          this.topUp();
          return false;
        }
      }
    } else if (got === 0 && this.#error !== undefined && call.size > 0) {
      call.resolve(failure(this.#error));
      this.#error = undefined;
      this.#eof = true;
      return true;
    } else if (got === 0 && this.#eof && this.#hasToldEnd) {
      return this.#tellEndAgain();
    }
    this.#hasToldEnd ||= got === 0;
    this.#give(call);
    return true;
  }

  /**
   * Delays a call that returns the end of the stream again by one turn: without
   * that, a loop that does not stop there would block timers and signals.
   */
  #tellEndAgain(): false {
    this.#endTimer ??= setTimeout(() => {
      this.#endTimer = undefined;
      this.#hasToldEnd = false;
      this.#serveAll();
    }, 0);
    return false;
  }

  #give(call: PendingRead): void {
    const { filled } = call;
    const buffer = this.#buffer;
    if (call.into === undefined) {
      call.resolve(call.peek ? buffer.peek(call.size) : buffer.take(call.size));
    } else if (call.into.length < call.size && filled === 0) {
      call.resolve(failure(lostBuffer("recv")));
    } else if (call.peek) {
      const bytes = buffer.peek(call.into.length);
      call.into.set(bytes);
      call.resolve(bytes.length);
    } else {
      const rest = filled > 0 ? call.into.subarray(filled) : call.into;
      call.resolve(filled + buffer.takeInto(rest));
    }
  }

  /**
   * A read that filled all its space may have left bytes behind, which Python
   * would return too. So this waits for one more read, but only until the
   * kernel has been asked once.
   */
  topUp(): void {
    setImmediate(() => {
      this.#buffer.full = false;
      this.#serveAll();
    });
  }

  #serveAll(): void {
    const queue = this.#queue;
    while (queue.first !== undefined && this.#serve(queue.first)) queue.shift();
  }

  /** Starts a read if a call or an observer waits for one. */
  #read(): void {
    const queue = this.#queue;
    const { first } = queue;
    const isWanted = first !== undefined ||
      (queue.isObserved && !this.#isReadable);
    if (!isWanted || this.#eof) return queue.rest();
    if (!queue.begin()) return;
    let room: Uint8Array;
    if (first === undefined) room = this.#buffer.room(LARGE, false);
    else if (first.direct && this.#buffer.available === 0) {
      room = first.filled === 0
        ? first.into!
        : first.into!.subarray(first.filled);
      this.#target = first;
      this.#room = room;
    } else room = this.#buffer.room(first.size, first.peek);
    this.#stream.conn.read(room).then(this.onRead, this.onError);
  }

  /** Takes what the read in progress has brought; `null` is the end. */
  readonly onRead = (count: number | null): void => {
    const target = this.#target;
    this.#target = undefined;
    if (count === null) {
      this.#eof = true;
    } else if (target === undefined) {
      this.#buffer.onRead(count);
    } else if (target === this.#queue.first) {
      target.filled += count;
    } else {
      // The call that owns the buffer has ended, so keep the bytes for the next
      // call.
      this.#buffer.append(this.#room!.subarray(0, count));
    }
    this.#onEnd();
  };

  /** Takes the bytes that the read in progress has brought in an array of their own. */
  onArray(bytes: Uint8Array): void {
    this.#buffer.append(bytes);
    this.#onEnd();
  }

  /** Takes the failure of the read in progress. */
  readonly onError = (error: unknown): void => {
    this.#target = undefined;
    this.#isBroken = true;
    this.#error = this.#stream.transport.explain(error, this.#fields);
    this.#onEnd();
  };

  /** Handles the end of the read in progress. */
  #onEnd(): void {
    const queue = this.#queue;
    queue.end();
    this.#serveAll();
    queue.notify();
    this.#read();
  }

  #expire(call: PendingRead, wait: Wait): void {
    // A MSG_WAITALL call that must not wait returns what has arrived, in its
    // turn.
    const hasSome = call.all && call === this.#queue.first &&
      call.filled + this.#buffer.available > 0;
    if (!this.#isShut && !(isNonBlocking(wait) && hasSome)) {
      this.#drop(call, timeoutError(wait, this.#fields));
    } else if (this.#queue.remove(call)) this.#give(call);
  }

  #drop(call: PendingRead, reason: unknown): void {
    if (!this.#queue.remove(call)) return;
    if (call.into !== undefined && call.filled > 0) {
      this.#buffer.append(call.into.subarray(0, call.filled));
      call.filled = 0;
    }
    call.resolve(failure(reason));
  }

  get #fields(): OSErrorFields {
    return { syscall: "recv", address: this.#stream.peer };
  }

  #closed(): OSError {
    return osError({ ...this.#fields, code: "EBADF" });
  }
}
