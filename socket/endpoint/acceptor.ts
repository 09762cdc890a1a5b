import type { Address } from "../address.ts";
import type { OSErrorFields } from "../errors.ts";
import type { Wait } from "../wait.ts";
import type { Conn } from "./stream_transport.ts";
import { translate } from "../sandbox/errors.ts";
import { Intake, type Waiter } from "./wait_queue.ts";

/** The part of `Deno.Listener` that a listening endpoint uses. */
export interface Listener {
  /** Takes the next connection. */
  accept(): Promise<Conn>;
  /** Stops listening. */
  close(): void;
  /** Lets a pending accept keep the process alive. */
  ref(): void;
  /** Lets the process end in spite of a pending accept. */
  unref(): void;
  /** The address it listens on. */
  readonly addr: Deno.Addr;
}

/** One accept that waits. */
interface Accepting extends Waiter {
  /** Settles the call; without a connection for a call that only wants to know whether one is there. */
  readonly resolve: (conn?: Conn) => void;
  readonly look: boolean;
}

/** Takes connections from a listener, in order; one that nobody waits for any more is kept. */
export class Acceptor extends Intake<Accepting> {
  readonly #listener: Listener;
  readonly #address: Address;
  readonly #welcome: (conn: Conn) => boolean;
  #conn: Conn | undefined;
  #error: unknown;

  /**
   * Accepts from `listener`.
   *
   * @param address The address it listens on, for messages.
   * @param welcome Tells whether a connection is to be handed out at all; the
   * others are closed.
   */
  constructor(
    listener: Listener,
    address: Address,
    welcome: (conn: Conn) => boolean,
  ) {
    super();
    this.#listener = listener;
    this.#address = address;
    this.#welcome = welcome;
  }

  /** Takes the next connection. */
  accept(wait: Wait | undefined, owner: object): Promise<Conn> {
    return new Promise<Conn | undefined>((resolve, reject) =>
      this.add({ owner, resolve, reject, look: false }, wait)
    ) as Promise<Conn>;
  }

  /** Resolves when an accept would not wait. */
  readable(wait: Wait | undefined, owner: object): Promise<void> {
    return new Promise<unknown>((resolve, reject) =>
      this.add({ owner, resolve, reject, look: true }, wait)
    ) as Promise<void>;
  }

  /** Whether a connection has come that no call has had. */
  get ahead(): boolean {
    return this.#conn !== undefined;
  }

  /** Closes the connection that nobody has taken, when nobody will. */
  discard(): void {
    this.#conn?.close();
    this.#conn = undefined;
  }

  protected serve({ look, resolve, reject }: Accepting): boolean {
    if (this.#conn === undefined && this.#error === undefined) return false;
    if (look) {
      resolve();
    } else if (this.#conn !== undefined) {
      resolve(this.#conn);
      this.#conn = undefined;
    } else {
      reject(this.#error);
      this.#error = undefined;
    }
    return true;
  }

  protected begin(): void {
    this.#listener.accept().then(this.#came, this.#failed);
  }

  readonly #came = (conn: Conn): void => {
    if (this.#welcome(conn)) this.#conn = conn;
    else conn.close();
    this.ended();
  };

  readonly #failed = (error: unknown): void => {
    const translated = translate(error, this.describe());
    // Deno asks for the peer's name at once, which a connection that was reset
    // while it waited no longer has (Deno 2.9). Linux hands it out all the same;
    // there is nothing in it, so the next one is as good.
    if (translated.code !== "ENOTCONN") this.#error = translated;
    this.ended();
  };

  protected hold(held: boolean): void {
    if (held) this.#listener.ref();
    else this.#listener.unref();
  }

  protected describe(): OSErrorFields {
    return { syscall: "accept", address: this.#address };
  }
}
