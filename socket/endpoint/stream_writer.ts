import { SENDABLE } from "../constants/poll.ts";
import { isNonBlocking, type Wait } from "../wait.ts";
import { copyForSend, gatherForSend, release } from "./buffer_pool.ts";
import { CallWait } from "./call_wait.ts";
import type { Stream } from "./stream_transport.ts";
import {
  type PendingWrite,
  PIECE,
  type ResolveSend,
  type Sender,
  WriteQueue,
} from "./write_queue.ts";

/** What the promise of a send gets: `sendall` no value, `send` the number of bytes. */
type Sent = number | undefined;

// How many to keep for the next sends: as many as a busy server has in progress.
const KEPT = 256;

const kept: LoneSend[] = [];

const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * Sends on a connection, one call after another.
 *
 * Nearly every send is alone. Such a lone one is an object that is used again and
 * again. If nothing but the end of the runtime's write can end it, its promise is
 * that of the write. All others, and it too as soon as another call has to do with
 * it, are in a queue, which is made when it is first needed.
 */
export class StreamWriter {
  readonly #stream: Stream;
  #queue: WriteQueue | undefined;
  #lone: LoneSend | undefined;
  #wait: CallWait | undefined;

  /** Sends on a connection. */
  constructor(stream: Stream) {
    this.#stream = stream;
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
    return this.#lone !== undefined || (this.#queue?.isBusy ?? false);
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
    return this.#lone !== undefined || this.#queue !== undefined;
  }

  /** The queue, which gets the lone send. */
  get #waiting(): WriteQueue {
    const queue = this.#queue ??= new WriteQueue(this.#stream);
    const lone = this.#lone;
    if (lone !== undefined) {
      const { bytes, all, owner } = lone;
      if (lone.resolve === undefined) {
        lone.adopted = new Promise<Sent>((resolve) => lone.resolve = resolve);
        // The caller gets it at the end of the write.
        lone.adopted.catch(() => {});
      }
      const send = pendingWrite(bytes, all, lone.resolve!, owner!);
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
      const lone = this.#lone = LoneSend.take(this);
      lone.bytes = copyForSend(data);
      lone.owner = owner;
      lone.all = all;
      if (wait === undefined && !this.#stream.isShared) {
        return this.#write(lone);
      }
      return new Promise((resolve) => {
        lone.resolve = resolve;
        if (wait !== undefined) {
          this.#wait ??= new CallWait({
            expire: (wait) => this.#waiting.expire(wait),
            abort: (reason) => this.#waiting.abort(reason),
          });
          this.#wait.begin(wait);
        }
        this.#write(lone);
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
    return this.#lone === undefined && !isNonBlocking(wait) &&
      (this.#queue === undefined || this.#queue.isIdle);
  }

  #write({ bytes, onEnd }: LoneSend): Promise<Sent> {
    return this.#stream.conn.write(bytes).then(onEnd, onEnd);
  }

  /** Takes what the write of a lone send has come to: a count or an error. */
  onLoneEnd(lone: LoneSend, count: unknown): Sent | Promise<Sent> {
    const { bytes, all, resolve } = lone;
    if (typeof count !== "number") {
      this.#waiting.onError(count);
      return lone.adopted;
    }
    if (this.#lone !== lone || (count < bytes.length && all)) {
      this.#waiting.onWritten(count);
      return lone.adopted;
    }
    this.#end();
    release(bytes);
    const sent = all ? undefined : count;
    if (resolve !== undefined) resolve(sent);
    return sent;
  }

  #end(): void {
    this.#lone = undefined;
    this.#wait?.end();
  }
}

/** A send that is alone on its connection while its write is in progress; an idle connection has none. */
class LoneSend {
  /** A copy of the bytes. */
  bytes: Uint8Array = NOTHING;
  /** The calling endpoint. */
  owner: Sender | undefined;
  /** Whether to send all bytes, or only what the kernel takes now. */
  all = false;
  /** Settles it; `undefined` if its promise is that of the write. */
  resolve: ResolveSend | undefined;
  /** What the promise of the write gets if the send is in a queue by now. */
  adopted: Promise<Sent> | undefined;
  #sender: StreamWriter | undefined;

  /** Takes one that is at hand. */
  static take(sender: StreamWriter): LoneSend {
    const send = kept.pop() ?? new LoneSend();
    send.#sender = sender;
    return send;
  }

  /** Told of the end of the write; it is then at hand again. */
  readonly onEnd = (result: unknown): Sent | Promise<Sent> => {
    const sent = this.#sender!.onLoneEnd(this, result);
    this.bytes = NOTHING;
    this.owner =
      this.resolve =
      this.adopted =
      this.#sender =
        undefined;
    if (kept.length < KEPT) kept.push(this);
    return sent;
  };
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
