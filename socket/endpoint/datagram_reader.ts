import { type Address, quoteAddress } from "../address.ts";
import { lostBuffer } from "../arguments.ts";
import { MSG_PEEK } from "../constants/mod.ts";
import { HALF_ENDED, POLLERR, RECEIVABLE } from "../constants/poll.ts";
import type { BytesFrom, Message, MessageInto } from "../driver.ts";
import { failure } from "../caller.ts";
import { type OSError, osError, type OSErrorFields } from "../errors.ts";
import {
  type Hold,
  isNonBlocking,
  NO_WAIT,
  timeoutError,
  type Wait,
} from "../wait.ts";
import { lengthOf } from "./buffer_pool.ts";
import {
  bytesFrom,
  type Form,
  intoBuffer,
  isLost,
  message,
  messageInto,
  newBytes,
  NO_BUFFERS,
  type PendingReceive,
  type Resolve,
} from "./pending_receive.ts";
import type {
  Datagram,
  DatagramConn,
  DatagramTransport,
} from "./datagram_transport.ts";
import { ProcessHold } from "./process_hold.ts";
import { WaitQueue } from "./wait_queue.ts";

/** What a receive returns after the end of receiving. */
const NOTHING: Datagram = { data: new Uint8Array(0), address: null };

/**
 * Receives datagrams, with at most one `receive` in progress. Keeps a datagram
 * that no call waits for any more, or that a call only peeked at.
 */
export class DatagramReader {
  /** Tells whether to receive datagrams from an address; if undefined, all are received. */
  filter: ((sender: Address | null) => boolean) | undefined;
  /** Who is received from, for messages. */
  peer: Address | undefined;
  readonly #transport: DatagramTransport;
  readonly #queue: WaitQueue<PendingReceive> = new WaitQueue(this, {
    expire: (call, wait) => this.#expire(call, wait),
    abort: (call, reason) => this.#drop(call, reason),
  });
  #conn: DatagramConn | undefined;
  #kept: Datagram[] = [];
  #error: OSError | undefined;
  #isShut = false;
  /** Keeps the process alive for a receive on an unbound socket. */
  readonly #process = new ProcessHold();
  #isStarved = false;
  #isReferenced = true;

  /** Creates the reader of an unbound socket. */
  constructor(transport: DatagramTransport) {
    this.#transport = transport;
  }

  /** Receives up to `size` bytes of a datagram into a new array. */
  recv(
    size: number,
    flags: number,
    wait: Wait | undefined,
    owner: object,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return this.#add(newBytes, NO_BUFFERS, size, flags, wait, owner);
  }

  /** Receives into the caller's buffer and returns the number of bytes. */
  recvInto(
    into: Uint8Array,
    flags: number,
    wait: Wait | undefined,
    owner: object,
  ): Promise<number> {
    return this.#add(intoBuffer, [into], into.length, flags, wait, owner);
  }

  /** Receives a datagram with its sender's address. */
  recvfrom(
    size: number,
    flags: number,
    wait: Wait | undefined,
    owner: object,
  ): Promise<BytesFrom> {
    return this.#add(bytesFrom, NO_BUFFERS, size, flags, wait, owner);
  }

  /** Receives a datagram with its sender's address, and MSG_TRUNC if it was truncated. */
  recvmsg(
    size: number,
    flags: number,
    wait: Wait | undefined,
    owner: object,
  ): Promise<Message> {
    return this.#add(message, NO_BUFFERS, size, flags, wait, owner);
  }

  /** Receives a datagram into several buffers, each filled before the next. */
  recvmsgInto(
    buffers: readonly Uint8Array[],
    flags: number,
    wait: Wait | undefined,
    owner: object,
  ): Promise<MessageInto> {
    const size = lengthOf(buffers);
    return this.#add(messageInto, buffers, size, flags, wait, owner);
  }

  /** Returns the events of the receiving half that `poll` reports. */
  poll(): number {
    return (this.#isReadable ? RECEIVABLE : 0) |
      (this.hasEnded ? HALF_ENDED : 0) |
      (this.#error === undefined ? 0 : POLLERR);
  }

  /** Calls `observer` at every event until the returned function is called; receives meanwhile. */
  observe(observer: () => void, holds: boolean): () => void {
    const cancel = this.#queue.observe(observer, holds);
    this.#receive();
    return cancel;
  }

  /** What keeps a receive going that is in progress or begins. */
  get hold(): Hold {
    return this.#queue;
  }

  /** Starts receiving from a bound socket. */
  attach(conn: DatagramConn): void {
    this.#conn = conn;
    this.#process.release();
    if (!this.#isReferenced) conn.unref();
    if (this.#isStarved) {
      this.#isStarved = false;
      conn.receive(this.#onDatagram, this.#onError);
    }
  }

  /** Ends receiving: a pending call returns nothing, unless a datagram has already arrived. */
  shutdown(): void {
    this.#isShut = true;
    for (const call of this.#queue.calls) this.#expire(call, NO_WAIT);
    this.#queue.notify();
  }

  /** Fails the next receive with an error that no call has caused. */
  fail(error: OSError): void {
    this.#error = error;
    this.#serveAll();
    this.#queue.notify();
  }

  /** Whether datagrams are kept for the next calls. */
  get hasBuffered(): boolean {
    return this.#kept.length > 0;
  }

  /** Whether there is nothing more to receive. */
  get hasEnded(): boolean {
    return this.#isShut;
  }

  /** Whether a receive is in progress. */
  get isRunning(): boolean {
    return this.#queue.isRunning;
  }

  /** Fails the pending calls of one endpoint; the socket stays open for the others. */
  release(owner: object): void {
    for (const call of this.#queue.calls) {
      if (call.owner === owner) this.#drop(call, this.#closed());
    }
  }

  /** Fails every pending call before the socket closes. */
  close(): void {
    this.#queue.close(() => this.#closed());
    this.#process.release();
    if (this.#isStarved) {
      this.#isStarved = false;
      this.#queue.end();
    }
  }

  /** Sets whether what waits keeps the process alive. */
  setReferencing(on: boolean): void {
    this.#queue.setReferencing(on);
  }

  /** Resolves when no receive is in progress. */
  settled(): Promise<void> {
    return this.#queue.settled();
  }

  /** Lets a pending receive keep the process alive; for the queue. */
  ref(): void {
    this.#isReferenced = true;
    if (this.#conn !== undefined) this.#conn.ref();
    else if (this.#isStarved) this.#process.hold();
  }

  /** Lets the process end in spite of a pending receive; for the queue. */
  unref(): void {
    this.#isReferenced = false;
    this.#conn?.unref();
    this.#process.release();
  }

  get #isReadable(): boolean {
    return this.#kept.length > 0 || this.#error !== undefined || this.#isShut;
  }

  #add<T>(
    form: Form<T>,
    into: readonly Uint8Array[],
    size: number,
    flags: number,
    wait: Wait | undefined,
    owner: object,
  ): Promise<T> {
    return new Promise<T>((resolve) =>
      this.#begin({
        form,
        into,
        size,
        peek: (flags & MSG_PEEK) !== 0,
        mayWait: !isNonBlocking(wait),
        owner,
        resolve: resolve as Resolve,
        previous: undefined,
        next: undefined,
        isQueued: false,
        stop: undefined,
      }, wait)
    );
  }

  #begin(call: PendingReceive, wait: Wait | undefined): void {
    const queue = this.#queue;
    if (queue.first === undefined && this.#serve(call)) {
      // An observer waits for the next event.
      if (queue.isObserved) this.#receive();
      return;
    }
    // After shutdown(SHUT_RD) a receive still returns what had arrived, but no
    // longer waits.
    const lasting = this.#isShut ? { ...NO_WAIT, signal: wait?.signal } : wait;
    queue.add(call, lasting);
    this.#receive();
  }

  /** Settles a call with what has arrived; returns false if the call must wait. */
  #serve(call: PendingReceive): boolean {
    if (this.#error !== undefined) {
      call.resolve(failure(this.#error));
      this.#error = undefined;
      return true;
    }
    const datagram = this.#kept[0];
    if (datagram === undefined) return false;
    if (isLost(call)) call.resolve(failure(lostBuffer("recv")));
    else {
      if (!call.peek) this.#kept.shift();
      call.resolve(call.form(datagram, call));
    }
    return true;
  }

  #serveAll(): void {
    const queue = this.#queue;
    while (queue.first !== undefined && this.#serve(queue.first)) queue.shift();
  }

  /** Starts a receive if a call or an observer waits for one. */
  #receive(): void {
    const queue = this.#queue;
    const isWanted = queue.first !== undefined ||
      (queue.isObserved && !this.#isReadable);
    if (!isWanted) return queue.rest();
    if (!queue.begin()) return;
    if (this.#conn !== undefined) {
      this.#conn.receive(this.#onDatagram, this.#onError);
      return;
    }
    this.#isStarved = true;
    if (this.#isReferenced) this.#process.hold();
  }

  readonly #onDatagram = (datagram: Datagram): void => {
    if (this.filter?.(datagram.address) ?? true) this.#kept.push(datagram);
    this.#onEnd();
    // The bytes are valid during this call only; copy them to keep the
    // datagram.
    if (this.#kept.at(-1) === datagram) datagram.data = datagram.data.slice();
  };

  readonly #onError = (error: unknown): void => {
    this.#error = this.#transport.explain(error, this.#fields);
    this.#onEnd();
  };

  /** Handles the end of the receive in progress. */
  #onEnd(): void {
    const queue = this.#queue;
    queue.end();
    this.#serveAll();
    queue.notify();
    this.#receive();
  }

  #expire(call: PendingReceive, wait: Wait): void {
    if (!this.#isShut || !call.mayWait) {
      this.#drop(call, timeoutError(wait, this.#fields));
    } else if (this.#queue.remove(call)) {
      call.resolve(call.form(NOTHING, call));
    }
  }

  #drop(call: PendingReceive, reason: unknown): void {
    if (this.#queue.remove(call)) call.resolve(failure(reason));
  }

  get #fields(): OSErrorFields {
    const { peer } = this;
    const local = this.#conn?.local;
    if (peer !== undefined || local === undefined) {
      return { syscall: "recv", address: peer };
    }
    return { syscall: "recv", subject: `on ${quoteAddress(local)}` };
  }

  #closed(): OSError {
    return osError({ ...this.#fields, code: "EBADF" });
  }
}
