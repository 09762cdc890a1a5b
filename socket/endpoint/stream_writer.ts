import type { Address } from "../address.ts";
import { SENDABLE } from "../constants/poll.ts";
import { isNonBlocking, type Wait } from "../wait.ts";
import { copyForSend, gatherForSend, releaseCopy } from "./buffer_pool.ts";
import { CallWait } from "./call_wait.ts";
import type { Conn, StreamTransport } from "./stream_transport.ts";
import {
  type PendingWrite,
  PIECE,
  type ResolveSend,
  type Sender,
  WriteQueue,
} from "./write_queue.ts";

/** What the promise of a send gets: `sendall` no value, `send` the number of bytes. */
type Sent = number | undefined;

/**
 * Sends on a connection, one call after another.
 *
 * Nearly every send is alone and has no signal. Such a lone one is only fields of
 * this object. If nothing but the end of the runtime's write can end it, its promise
 * is that of the write. All others, and it too as soon as another call has to do
 * with it, are in a queue, which is made when it is first needed.
 */
export class StreamWriter {
  /** Whether several endpoints share the connection, so that one may close during a send of its own. */
  isShared = false;
  readonly #conn: Conn;
  readonly #peer: Address;
  readonly #transport: StreamTransport;
  #queue: WriteQueue | undefined;
  /** A copy of the lone send's bytes while it is in progress. */
  #bytes: Uint8Array | undefined;
  #owner: Sender | undefined;
  #all = false;
  /** Settles the lone send; `undefined` if its promise is that of the write. */
  #resolve: ResolveSend | undefined;
  #wait: CallWait | undefined;
  /** What the promise of a write gets whose send is in the queue by now. */
  #adopted: Promise<Sent> | undefined;

  /** Sends on `conn`; `peer` is for messages. */
  constructor(conn: Conn, peer: Address, transport: StreamTransport) {
    this.#conn = conn;
    this.#peer = peer;
    this.#transport = transport;
  }

  /** Sends what the kernel takes now and returns the number of bytes. */
  send(
    data: Uint8Array | readonly Uint8Array[],
    wait: Wait | undefined,
    owner: Sender,
  ): Promise<number> {
    return this.#send(data, false, wait, owner) as Promise<number>;
  }

  /** Sends all of `data`. */
  sendall(
    data: Uint8Array,
    wait: Wait | undefined,
    owner: Sender,
  ): Promise<void> {
    return this.#send(data, true, wait, owner) as Promise<undefined>;
  }

  /** Returns the events that `poll` reports: POLLOUT if a send would not wait. */
  poll(): number {
    return this.isBusy ? 0 : SENDABLE;
  }

  /** Calls `observer` whenever a send would no longer wait, until the returned function is called. */
  observe(observer: () => void): () => void {
    return this.#waiting.observe(observer);
  }

  /** Whether a write is in progress. */
  get isBusy(): boolean {
    return this.#bytes !== undefined || (this.#queue?.isBusy ?? false);
  }

  /** Whether the writing half has ended. */
  get hasEnded(): boolean {
    return this.#queue?.hasEnded ?? false;
  }

  /** Ends the writing half after the bytes that count as sent have left. */
  shutdown(): void {
    this.#waiting.shutdown();
  }

  /** Fails the pending calls of one endpoint; the socket stays open for the others. */
  release(owner: object): void {
    if (this.#hasCalls) this.#waiting.release(owner);
  }

  /**
   * Fails every pending call before the connection closes: at once, or after
   * the bytes that count as sent have left.
   */
  close(signal?: AbortSignal): Promise<void> | undefined {
    this.rest();
    return this.#hasCalls ? this.#waiting.close(signal) : undefined;
  }

  /** Forgets the wait of the last call, when there are to be no more. */
  rest(): void {
    this.#wait?.rest();
  }

  /** Resolves when no write is in progress. */
  settled(): Promise<void> | undefined {
    return this.#hasCalls ? this.#waiting.settled() : undefined;
  }

  get #hasCalls(): boolean {
    return this.#bytes !== undefined || this.#queue !== undefined;
  }

  /** The queue, which gets the lone send. */
  get #waiting(): WriteQueue {
    const queue = this.#queue ??= new WriteQueue(
      this.#conn,
      this.#peer,
      this.#transport,
    );
    const bytes = this.#bytes;
    if (bytes !== undefined) {
      let resolve = this.#resolve;
      if (resolve === undefined) {
        this.#adopted = new Promise<Sent>((settle) => resolve = settle);
        // The caller gets it at the end of the write.
        this.#adopted.catch(() => {});
      }
      const send = pendingWrite(bytes, this.#all, resolve!, this.#owner!);
      queue.adopt({ ...send, end: bytes.length }, this.#wait?.wait);
      this.#end();
    }
    return queue;
  }

  #send(
    data: Uint8Array | readonly Uint8Array[],
    all: boolean,
    wait: Wait | undefined,
    owner: Sender,
  ): Promise<Sent> {
    if (
      data instanceof Uint8Array && data.length > 0 && this.#isFree(wait) &&
      (wait === undefined || data.length <= PIECE)
    ) {
      this.#bytes = copyForSend(data);
      this.#owner = owner;
      this.#all = all;
      this.#adopted = undefined;
      if (wait === undefined && !this.isShared) return this.#write();
      return new Promise((resolve) => {
        this.#resolve = resolve;
        if (wait !== undefined) {
          this.#wait ??= new CallWait({
            expire: (wait) => this.#waiting.expire(wait),
            abort: (reason) => this.#waiting.abort(reason),
          });
          this.#wait.begin(wait);
        }
        this.#write();
      });
    }
    const bytes = !(data instanceof Uint8Array)
      ? gatherForSend(data)
      : this.isBusy
      ? data.slice() // of its own size, for there may be many that wait
      : copyForSend(data);
    return new Promise((resolve) =>
      this.#waiting.add(pendingWrite(bytes, all, resolve, owner), wait)
    );
  }

  /** Whether a send can be the lone one. */
  #isFree(wait: Wait | undefined): boolean {
    return this.#bytes === undefined && !isNonBlocking(wait) &&
      (this.#queue === undefined || this.#queue.isIdle);
  }

  #write(): Promise<Sent> {
    return this.#conn.write(this.#bytes!).then(this.#onEnd, this.#onEnd);
  }

  /** Takes what the write of a lone send has come to: a count or an error. */
  readonly #onEnd = (count: unknown): Sent | Promise<Sent> => {
    const bytes = this.#bytes;
    const all = this.#all;
    if (typeof count !== "number") {
      this.#waiting.onError(count);
      return this.#adopted;
    }
    if (bytes === undefined || (count < bytes.length && all)) {
      this.#waiting.onWritten(count);
      return this.#adopted;
    }
    const resolve = this.#resolve;
    this.#end();
    releaseCopy(bytes);
    const sent = all ? undefined : count;
    if (resolve !== undefined) resolve(sent);
    return sent;
  };

  /** Forgets the lone send; an idle connection holds no buffer. */
  #end(): void {
    this.#bytes = this.#resolve = undefined;
    this.#wait?.end();
  }
}

function pendingWrite(
  bytes: Uint8Array,
  all: boolean,
  resolve: ResolveSend,
  owner: Sender,
): PendingWrite {
  return {
    owner,
    bytes,
    all,
    resolve,
    sent: 0,
    end: 0,
    goal: bytes.length,
    gone: false,
    stop: undefined,
    previous: undefined,
    next: undefined,
    isQueued: false,
  };
}
