import type { Address } from "../address.ts";
import { SENDABLE } from "../constants/poll.ts";
import type { Wait } from "../wait.ts";
import { copyForSend, gatherForSend, releaseCopy } from "./buffer_pool.ts";
import type { Conn, StreamTransport } from "./stream_transport.ts";
import {
  type PendingWrite,
  type ResolveSend,
  type Sender,
  WriteQueue,
} from "./write_queue.ts";

/** What the promise of a send gets: `sendall` no value, `send` the number of bytes. */
type Sent = number | undefined;

/**
 * Sends on a connection, one call after another.
 *
 * Nearly every send is alone and has no deadline. Such a lone one is only fields
 * of this object, and its promise is that of the runtime's write, so that only the
 * end of the write ends it. All others are in a queue, which is made when it is
 * first needed, and wait there for the lone one.
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
  /** The promise of a lone send that the queue has taken over. */
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
    return this.#hasCalls ? this.#waiting.close(signal) : undefined;
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
      this.#bytes = undefined;
      this.#adopted = new Promise((resolve) => {
        const send = pendingWrite(bytes, this.#all, resolve, this.#owner!);
        queue.adopt({ ...send, end: bytes.length });
      });
      // The caller gets it at the end of the write.
      this.#adopted.catch(() => {});
    }
    return queue;
  }

  #send(
    data: Uint8Array | readonly Uint8Array[],
    all: boolean,
    wait: Wait | undefined,
    owner: Sender,
  ): Promise<Sent> {
    const isOne = data instanceof Uint8Array;
    if (isOne && data.length > 0 && wait === undefined && this.#isFree) {
      const bytes = this.#bytes = copyForSend(data);
      this.#owner = owner;
      this.#all = all;
      return this.#conn.write(bytes).then(this.#onWritten, this.#onError);
    }
    const bytes = !isOne ? gatherForSend(data) : this.isBusy
      ? data.slice() // of its own size, for there may be many that wait
      : copyForSend(data);
    return new Promise((resolve) =>
      this.#waiting.add(pendingWrite(bytes, all, resolve, owner), wait)
    );
  }

  /** Whether a send can be the lone one. */
  get #isFree(): boolean {
    return this.#bytes === undefined && !this.isShared &&
      (this.#queue === undefined || this.#queue.isIdle);
  }

  readonly #onWritten = (count: number): Sent | Promise<Sent> => {
    const bytes = this.#bytes;
    if (bytes === undefined || (count < bytes.length && this.#all)) {
      this.#waiting.onWritten(count);
      return this.#adopted!;
    }
    // An idle connection holds no buffer.
    this.#bytes = undefined;
    releaseCopy(bytes);
    return this.#all ? undefined : count;
  };

  readonly #onError = (error: unknown): Promise<Sent> => {
    this.#waiting.onError(error);
    return this.#adopted!;
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
  };
}
