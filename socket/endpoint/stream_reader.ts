import type { Address } from "../address.ts";
import { lostBuffer } from "../arguments.ts";
import { MSG_PEEK, MSG_WAITALL } from "../constants/mod.ts";
import { POLLERR, POLLHUP, POLLIN } from "../constants/poll.ts";
import {
  failure,
  type OSError,
  osError,
  type OSErrorFields,
} from "../errors.ts";
import { isNonBlocking, NO_WAIT, timeoutError, type Wait } from "../wait.ts";
import { LARGE } from "./buffer_pool.ts";
import { ReadBuffer } from "./read_buffer.ts";
import type { Conn, StreamTransport } from "./stream_transport.ts";
import { type PendingCall, WaitQueue } from "./wait_queue.ts";

/** One receive that waits: for an array of its own, or into the caller's buffer. */
type PendingRead = PendingRecv | PendingRecvInto;

interface PendingRecv extends ReadOptions {
  readonly into: undefined;
  readonly resolve: (bytes: Uint8Array<ArrayBuffer> | Promise<never>) => void;
}

interface PendingRecvInto extends ReadOptions {
  readonly into: Uint8Array;
  readonly resolve: (count: number | Promise<never>) => void;
}

interface ReadOptions extends PendingCall {
  /** The most bytes it takes. */
  readonly size: number;
  /** Looks at the bytes and leaves them. */
  readonly peek: boolean;
  /** Waits until it has `size` bytes, or there are no more. */
  readonly all: boolean;
  /** Whether the runtime may write straight into `into`: nothing but `close` can end the call. */
  readonly direct: boolean;
  /** How much of `into` the runtime has written already. */
  filled: number;
}

/**
 * Receives from a connection. At most one `read` is under way; bytes that no
 * call waits for any more, or that were only peeked at, are kept.
 */
export class StreamReader {
  readonly #conn: Conn;
  readonly #peer: Address;
  readonly #transport: StreamTransport;
  readonly #queue: WaitQueue<PendingRead>;
  readonly #buffer = new ReadBuffer();
  /** The call whose buffer the read under way fills, and the part it fills. */
  #target: PendingRead | undefined;
  #room: Uint8Array | undefined;
  #error: OSError | undefined;
  #isBroken = false;
  #eof = false;
  #isShut = false;
  /** Whether a call has been told that there is nothing more. */
  #hasToldEnd = false;
  #endTimer: ReturnType<typeof setTimeout> | undefined;

  /** Receives from `conn`; `peer` is for messages. */
  constructor(conn: Conn, peer: Address, transport: StreamTransport) {
    this.#conn = conn;
    this.#peer = peer;
    this.#transport = transport;
    this.#queue = new WaitQueue(conn);
  }

  /** Receives up to `size` bytes into an array of their own. */
  recv(
    size: number,
    flags: number,
    wait: Wait | undefined,
    owner: object,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return new Promise((resolve) =>
      this.#add({
        size,
        into: undefined,
        peek: (flags & MSG_PEEK) !== 0,
        all: (flags & MSG_WAITALL) !== 0,
        direct: false,
        filled: 0,
        owner,
        resolve,
      }, wait)
    );
  }

  /** Receives into the caller's buffer and tells how many bytes. */
  recvInto(
    into: Uint8Array,
    flags: number,
    wait: Wait | undefined,
    owner: object,
  ): Promise<number> {
    return new Promise((resolve) =>
      this.#add({
        size: into.length,
        into,
        peek: (flags & MSG_PEEK) !== 0,
        all: (flags & MSG_WAITALL) !== 0,
        direct: wait === undefined && (flags & MSG_PEEK) === 0,
        filled: 0,
        owner,
        resolve,
      }, wait)
    );
  }

  /** What `poll` tells of the reading half; POLLHUP if there is no other half any more. */
  poll(): number {
    return (this.#isReadable ? POLLIN : 0) |
      (this.#error === undefined ? 0 : POLLERR) |
      (this.#isBroken ? POLLHUP : 0);
  }

  /** Calls `observer` at every event until the result is called; reads ahead meanwhile. */
  observe(observer: () => void): () => void {
    const cancel = this.#queue.observe(observer);
    this.#read();
    return cancel;
  }

  /** Ends the reading half: a waiting call gets what is there, or nothing. */
  shutdown(): void {
    this.#isShut = true;
    for (const call of this.#queue.calls) this.#expire(call, NO_WAIT);
    this.#queue.notify();
  }

  /** Whether bytes have come that no call has had. */
  get hasBuffered(): boolean {
    return this.#buffer.available > 0;
  }

  /** Whether there is nothing more to receive. */
  get hasEnded(): boolean {
    return this.#eof || this.#isShut;
  }

  /** Whether a read is under way. */
  get isRunning(): boolean {
    return this.#queue.isRunning;
  }

  /** Fails the calls of one endpoint whose socket lives on. */
  release(owner: object): void {
    for (const call of this.#queue.calls) {
      if (call.owner === owner) this.#drop(call, this.#closed());
    }
  }

  /** Fails every call, because the connection will be closed now. */
  close(): void {
    clearTimeout(this.#endTimer);
    this.#queue.close(() => this.#closed());
  }

  /** Resolves when no read is under way. */
  settled(): Promise<void> {
    return this.#queue.settled();
  }

  get #isReadable(): boolean {
    return this.#buffer.available > 0 || this.#error !== undefined ||
      this.hasEnded;
  }

  #add(call: PendingRead, wait: Wait | undefined): void {
    const { available } = this.#buffer;
    // The kernel may have more to show than was taken from it.
    if (call.peek && available > 0 && available < call.size) {
      this.#buffer.full = true;
    }
    const queue = this.#queue;
    if (queue.first === undefined && this.#serve(call)) {
      // An observer waits for what comes next.
      if (queue.isObserved) this.#read();
      return;
    }
    // After shutdown(SHUT_RD) a receive still gets what had come, but waits no more.
    const lasting = this.#isShut && !this.#eof
      ? { ...NO_WAIT, signal: wait?.signal }
      : wait;
    queue.add(call, lasting, this.#expire, this.#drop);
    this.#read();
  }

  /** Settles a call from what has come; false if it must wait. */
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
        if (buffer.full) return this.#topUp();
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
   * A loop that does not stop at the end of the stream would never let a timer
   * or a signal be heard: a call that is told of it again takes a turn.
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
   * A read that filled all the room it had may have left more behind, and
   * Python would give that too: waits for one more read, but no longer than it
   * takes to learn what the kernel has.
   */
  #topUp(): false {
    setImmediate(() => {
      this.#buffer.full = false;
      this.#serveAll();
    });
    return false;
  }

  #serveAll(): void {
    const queue = this.#queue;
    while (queue.first !== undefined && this.#serve(queue.first)) queue.shift();
  }

  /** Begins a read if something waits for one. */
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
    this.#conn.read(room).then(this.#onRead, this.#onError);
  }

  readonly #onRead = (count: number | null): void => {
    const target = this.#target;
    this.#target = undefined;
    if (count === null) {
      this.#eof = true;
    } else if (target === undefined) {
      this.#buffer.onRead(count);
    } else if (target === this.#queue.first) {
      target.filled += count;
    } else {
      // The call that lent the buffer has ended: the bytes are for the next one.
      this.#buffer.append(this.#room!.subarray(0, count));
    }
    this.#onEnd();
  };

  readonly #onError = (error: unknown): void => {
    this.#target = undefined;
    this.#isBroken = true;
    this.#error = this.#transport.explain(error, this.#fields);
    this.#onEnd();
  };

  /** The read under way has ended. */
  #onEnd(): void {
    const queue = this.#queue;
    queue.end();
    this.#serveAll();
    queue.notify();
    this.#read();
  }

  readonly #expire = (call: PendingRead, wait: Wait): void => {
    // A call that may not wait for all of it gets what there is, in its turn.
    const hasSome = call.all && call === this.#queue.first &&
      call.filled + this.#buffer.available > 0;
    if (!this.#isShut && !(isNonBlocking(wait) && hasSome)) {
      this.#drop(call, timeoutError(wait, this.#fields));
    } else if (this.#queue.remove(call)) this.#give(call);
  };

  readonly #drop = (call: PendingRead, reason: unknown): void => {
    if (!this.#queue.remove(call)) return;
    if (call.into !== undefined && call.filled > 0) {
      this.#buffer.append(call.into.subarray(0, call.filled));
      call.filled = 0;
    }
    call.resolve(failure(reason));
  };

  get #fields(): OSErrorFields {
    return { syscall: "recv", address: this.#peer };
  }

  #closed(): OSError {
    return osError({ ...this.#fields, code: "EBADF" });
  }
}
