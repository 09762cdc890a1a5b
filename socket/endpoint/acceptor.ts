import type { Address } from "../address.ts";
import { RECEIVABLE } from "../constants/poll.ts";
import { failure } from "../caller.ts";
import { type OSError, osError, type OSErrorFields } from "../errors.ts";
import { timeoutError, type Wait } from "../wait.ts";
import type { Connection, Listener } from "./stream_transport.ts";
import { type PendingCall, WaitQueue } from "./wait_queue.ts";

/** One pending accept. */
interface PendingAccept extends PendingCall {
  readonly resolve: (connection: Connection | Promise<never>) => void;
}

/** Options of an acceptor. */
export interface AcceptorOptions {
  /** The listener's address, for messages. */
  readonly address: Address;
  /** Tells whether to return a connection; the acceptor closes the others. */
  readonly filter: (connection: Connection) => boolean;
  /** Turns an error of the listener into an OSError. */
  readonly explain: (error: unknown, fields: OSErrorFields) => OSError;
}

/** Accepts connections from a listener, in order; keeps one that no call waits for any more. */
export class Acceptor {
  readonly #listener: Listener;
  readonly #options: AcceptorOptions;
  readonly #queue: WaitQueue<PendingAccept>;
  #connection: Connection | undefined;
  #error: OSError | undefined;

  /** Accepts from `listener`. */
  constructor(listener: Listener, options: AcceptorOptions) {
    this.#listener = listener;
    this.#options = options;
    this.#queue = new WaitQueue(listener, {
      expire: (call, wait) => this.#expire(call, wait),
      abort: (call, reason) => this.#drop(call, reason),
    });
  }

  /** Accepts the next connection. */
  accept(wait: Wait | undefined, owner: object): Promise<Connection> {
    return new Promise((resolve) => {
      const call = { owner, resolve };
      if (this.#queue.first !== undefined || !this.#serve(call)) {
        this.#queue.add(call, wait);
      }
      this.#next();
    });
  }

  /** Returns the events that `poll` reports: POLLIN if an accept would not wait. */
  poll(): number {
    return this.hasBuffered || this.#error !== undefined ? RECEIVABLE : 0;
  }

  /** Calls `observer` at every event until the returned function is called; accepts meanwhile. */
  observe(observer: () => void, holds: boolean): () => void {
    const cancel = this.#queue.observe(observer, holds);
    this.#next();
    return cancel;
  }

  /** Whether a connection is kept for the next call. */
  get hasBuffered(): boolean {
    return this.#connection !== undefined;
  }

  /** Whether an accept is in progress. */
  get isRunning(): boolean {
    return this.#queue.isRunning;
  }

  /** Fails the pending calls of one endpoint; the socket stays open for the others. */
  release(owner: object): void {
    for (const call of this.#queue.calls) {
      if (call.owner === owner) this.#drop(call, this.#closed("EBADF"));
    }
  }

  /** Fails every pending call before the listener closes. */
  close(code: string): void {
    this.#queue.close(() => this.#closed(code));
  }

  /** Sets whether what waits keeps the process alive. */
  setReferencing(on: boolean): void {
    this.#queue.setReferencing(on);
  }

  /** Resolves when no accept is in progress; closes a connection that was kept. */
  async settled(): Promise<void> {
    await this.#queue.settled();
    this.#connection?.conn.close();
    this.#connection = undefined;
  }

  #serve({ resolve }: PendingAccept): boolean {
    if (this.#connection !== undefined) {
      resolve(this.#connection);
      this.#connection = undefined;
    } else if (this.#error !== undefined) {
      resolve(failure(this.#error));
      this.#error = undefined;
    } else return false;
    return true;
  }

  /** Starts an accept if a call or an observer waits for one. */
  #next(): void {
    const queue = this.#queue;
    const isWanted = queue.first !== undefined ||
      (queue.isObserved && this.poll() === 0);
    if (!isWanted) return queue.rest();
    if (!queue.begin()) return;
    this.#listener.accept().then(this.#onConnection, this.#onError);
  }

  readonly #onConnection = (connection: Connection): void => {
    if (this.#options.filter(connection)) this.#connection = connection;
    else connection.conn.close();
    this.#onEnd();
  };

  readonly #onError = (reason: unknown): void => {
    const error = this.#options.explain(reason, this.#fields);
    // Deno asks for the peer's address at once, which a connection that was
    // reset in the queue no longer has (Deno 2.9). Linux returns such a
    // connection, but nothing can be read from it, so skip it.
    if (error.code !== "ENOTCONN") this.#error = error;
    this.#onEnd();
  };

  #onEnd(): void {
    const queue = this.#queue;
    queue.end();
    while (queue.first !== undefined && this.#serve(queue.first)) queue.shift();
    queue.notify();
    this.#next();
  }

  #expire(call: PendingAccept, wait: Wait): void {
    this.#drop(call, timeoutError(wait, this.#fields));
  }

  #drop(call: PendingAccept, reason: unknown): void {
    if (this.#queue.remove(call)) call.resolve(failure(reason));
  }

  get #fields(): OSErrorFields {
    return { syscall: "accept", address: this.#options.address };
  }

  #closed(code: string): OSError {
    return osError({ ...this.#fields, code });
  }
}
