import { MSG_PEEK, MSG_WAITALL } from "../constants/mod.ts";
import { isNonBlocking, type Wait } from "../wait.ts";
import { LARGE } from "./buffer_pool.ts";
import { CallWait } from "./call_wait.ts";
import { ReadBuffer } from "./read_buffer.ts";
import {
  type PendingRead,
  ReadQueue,
  type ResolveRecv,
  type ResolveRecvInto,
} from "./read_queue.ts";
import type { Stream } from "./stream_transport.ts";

/**
 * Receives from a connection.
 *
 * Nearly every receive is alone and finds nothing kept. Such a lone one is only
 * fields of this object, and costs one promise. All others, and it too as soon as
 * another call has to do with it, are in a queue, which is made when it is first
 * needed.
 */
export class StreamReader {
  readonly #stream: Stream;
  #buffer: ReadBuffer | undefined;
  #queue: ReadQueue | undefined;
  /** The lone receive: who settles it, who called it, and into what it receives. */
  #resolve: ResolveRecv | ResolveRecvInto | undefined;
  #owner: object | undefined;
  /** The caller's buffer; `undefined` for a new array of at most `#size` bytes. */
  #into: Uint8Array | undefined;
  #size = 0;
  /** Whether the read in progress is for what one before may have left behind. */
  #isSecond = false;
  /** What the read in progress fills: the caller's buffer or ours; `undefined` if it brings an array of its own. */
  #room: Uint8Array | undefined;
  #wait: CallWait | undefined;
  /** A bound method takes less memory than a function that was made for this object. */
  readonly #onEnd: (result: unknown) => void = this.#takeResult.bind(this);

  /** Receives from a connection. */
  constructor(stream: Stream) {
    this.#stream = stream;
  }

  /** Receives up to `size` bytes into a new array. */
  recv(
    size: number,
    flags: number,
    wait: Wait | undefined,
    owner: object,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return new Promise((resolve) => {
      if (flags === 0 && this.#isFree(wait)) {
        this.#start(undefined, size, wait, resolve, owner);
      } else {
        this.#waiting.add({
          ...options(flags),
          size,
          into: undefined,
          direct: false,
          owner,
          resolve,
        }, wait);
      }
    });
  }

  /** Receives into the caller's buffer and returns the number of bytes. */
  recvInto(
    into: Uint8Array,
    flags: number,
    wait: Wait | undefined,
    owner: object,
  ): Promise<number> {
    return new Promise((resolve) => {
      if (flags === 0 && this.#isFree(wait)) {
        this.#start(into, into.length, wait, resolve, owner);
      } else {
        this.#waiting.add({
          ...options(flags),
          size: into.length,
          into,
          direct: this.#isDirect(wait) && (flags & MSG_PEEK) === 0,
          owner,
          resolve,
        }, wait);
      }
    });
  }

  /**
   * Returns the events of the receiving half that `poll` reports; POLLHUP if
   * the connection is broken.
   */
  poll(): number {
    return this.#queue === undefined ? 0 : this.#queue.poll();
  }

  /** Calls `observer` at every event until the returned function is called; reads ahead meanwhile. */
  observe(observer: () => void, holds: boolean): () => void {
    return this.#waiting.observe(observer, holds);
  }

  /** Ends the receiving half: a pending call returns what has arrived, or nothing. */
  shutdown(): void {
    this.#waiting.shutdown();
  }

  /** Puts bytes in front of what the next call gets. */
  unread(bytes: Uint8Array): void {
    this.#waiting.unread(bytes);
  }

  /** How many bytes are kept for the next call. */
  get available(): number {
    return this.#queue?.available ?? 0;
  }

  /** Whether bytes are kept for the next call. */
  get hasBuffered(): boolean {
    return this.available > 0;
  }

  /** Whether there is nothing more to receive. */
  get hasEnded(): boolean {
    return this.#queue?.hasEnded ?? false;
  }

  /** Whether a read is in progress. */
  get isRunning(): boolean {
    return this.#resolve !== undefined || (this.#queue?.isRunning ?? false);
  }

  /** Fails the pending calls of one endpoint; the socket stays open for the others. */
  release(owner: object): void {
    if (this.#hasCalls) this.#waiting.release(owner);
  }

  /** Fails every pending call before the connection closes. */
  close(): void {
    this.rest();
    if (this.#hasCalls) this.#waiting.close();
  }

  /** Sets whether what waits keeps the process alive. */
  setReferencing(on: boolean): void {
    this.#waiting.setReferencing(on);
  }

  /** Forgets the wait of the last call, when there are to be no more. */
  rest(): void {
    this.#wait?.rest();
  }

  /** Resolves when no read is in progress. */
  settled(): Promise<void> | undefined {
    return this.#hasCalls ? this.#waiting.settled() : undefined;
  }

  get #hasCalls(): boolean {
    return this.#resolve !== undefined || this.#queue !== undefined;
  }

  /** Whether a receive can be the lone one. */
  #isFree(wait: Wait | undefined): boolean {
    return this.#resolve === undefined && !isNonBlocking(wait) &&
      (this.#queue === undefined || this.#queue.isIdle);
  }

  /** Whether the runtime may write straight into a caller's buffer: only `close` can end the call. */
  #isDirect(wait: Wait | undefined): boolean {
    return wait === undefined && !this.#stream.isShared;
  }

  /** The queue, which gets the lone receive. */
  get #waiting(): ReadQueue {
    const queue = this.#queue ??= new ReadQueue(
      this.#stream,
      this.#buffer ??= new ReadBuffer(),
    );
    const resolve = this.#resolve;
    if (resolve !== undefined) {
      const into = this.#into;
      queue.adopt({
        ...options(0),
        size: this.#size,
        into,
        direct: into !== undefined && this.#room === into,
        owner: this.#owner!,
        resolve,
      } as PendingRead, this.#wait?.wait);
      this.#end();
    }
    return queue;
  }

  #start(
    into: Uint8Array | undefined,
    size: number,
    wait: Wait | undefined,
    resolve: ResolveRecv | ResolveRecvInto,
    owner: object,
  ): void {
    const { conn } = this.#stream;
    let room: Uint8Array | undefined;
    if (into !== undefined && this.#isDirect(wait)) room = into;
    else if (into !== undefined || size === 0 || !conn.readArray) {
      room = (this.#buffer ??= new ReadBuffer()).room(size, false);
    }
    this.#resolve = resolve;
    this.#owner = owner;
    this.#into = into;
    this.#room = room;
    this.#size = size;
    if (wait !== undefined) {
      this.#wait ??= new CallWait({
        expire: (wait) => this.#waiting.expire(wait),
        abort: (reason) => this.#waiting.abort(reason),
      });
      this.#wait.begin(wait);
    }
    if (this.#queue !== undefined) this.#queue.reference();
    const read = room === undefined ? conn.readArray!(size) : conn.read(room);
    read.then(this.#onEnd, this.#onEnd);
  }

  /** Forgets the lone receive; an idle connection holds no buffer of its caller. */
  #end(): void {
    this.#resolve = this.#into = this.#room = undefined;
    this.#wait?.end();
  }

  /**
   * Takes what the read of a lone receive has come to: a count or the bytes, `null` at
   * the end of the stream, or an error. One function for all, as every connection has
   * its own.
   */
  #takeResult(count: unknown): void {
    const resolve = this.#resolve;
    const isSecond = this.#isSecond;
    this.#isSecond = false;
    if (typeof count !== "number") {
      if (count instanceof Uint8Array) {
        this.#takeArray(count as Uint8Array<ArrayBuffer>);
      } else if (count === null) this.#waiting.onRead(null);
      else this.#waiting.onError(count);
    } else if (resolve === undefined) {
      this.#waiting.onRead(count);
    } else if (this.#into !== undefined && this.#into === this.#room) {
      this.#end();
      (resolve as ResolveRecvInto)(count);
    } else if (isSecond) {
      this.#takeMore(count);
    } else if (this.#into === undefined) {
      const bytes = this.#buffer!.give(count, this.#size);
      if (bytes === undefined) return this.#takeMore(count);
      this.#end();
      (resolve as ResolveRecv)(bytes);
    } else if (this.#buffer!.giveInto(this.#into, count)) {
      this.#end();
      (resolve as ResolveRecvInto)(count);
    } else this.#takeMore(count);
  }

  /** Takes a part of what a lone receive gets; if that filled all the room, reads once more, for what Python would return too. */
  #takeMore(count: number): void {
    const buffer = this.#buffer!;
    const resolve = this.#resolve;
    const into = this.#into;
    const size = this.#size;
    buffer.onRead(count);
    if (into !== undefined && into.length < size) {
      // The queue tells that the caller's buffer is lost.
      return this.#waiting.onRead(0);
    }
    if (buffer.full && buffer.available < Math.min(size, LARGE)) {
      this.#isSecond = true;
      this.#stream.conn.read(buffer.room(size, false))
        .then(this.#onEnd, this.#onEnd);
      this.#awaitMore();
      return;
    }
    buffer.full = false;
    this.#end();
    if (into === undefined) (resolve as ResolveRecv)(buffer.take(size));
    else (resolve as ResolveRecvInto)(buffer.takeInto(into));
    buffer.rest();
  }

  /** Waits for what the kernel has now: it was asked in the call, and its answer takes some turns of the queue of microtasks. */
  async #awaitMore(): Promise<void> {
    for (let turn = 0; turn < 4 && this.#isSecond; turn++) await undefined;
    if (this.#isSecond) this.#waiting.topUp();
  }

  #takeArray(bytes: Uint8Array<ArrayBuffer>): void {
    const resolve = this.#resolve as ResolveRecv | undefined;
    if (resolve === undefined) return this.#waiting.onArray(bytes);
    this.#end();
    resolve(bytes);
  }
}

function options(flags: number) {
  return {
    peek: (flags & MSG_PEEK) !== 0,
    all: (flags & MSG_WAITALL) !== 0,
    filled: 0,
    previous: undefined,
    next: undefined,
    isQueued: false,
    stop: undefined,
  };
}
