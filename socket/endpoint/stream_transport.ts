import type { Address } from "../address.ts";
import type { OSError, OSErrorFields } from "../errors.ts";

/** What a stream endpoint reads from and writes to; a `Deno.Conn` is one. */
export interface Conn {
  /** Reads at least one byte; `null` at the end of the stream. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes at least one byte, unless there is none. */
  write(data: Uint8Array): Promise<number>;
  /** Ends the writing half. */
  closeWrite(): Promise<void>;
  /** Closes both halves; pending reads and writes reject. */
  close(): void;
  /** Lets a pending read keep the process alive. */
  ref(): void;
  /** Lets the process end in spite of a pending read. */
  unref(): void;
  /** Turns Nagle's algorithm off; TCP only. */
  setNoDelay?(on: boolean): void;
  /** Turns keep-alive probes on; TCP only. */
  setKeepAlive?(on: boolean): void;
}

/** A new connection and what is known of it. */
export interface Connection {
  readonly conn: Conn;
  /** The address of this end. */
  readonly local: Address;
  /** The address of the other end. */
  readonly peer: Address;
  /** What `detach` gives away; `undefined` if there is nothing to give. */
  readonly resource: unknown;
}

/** What a listening socket takes its connections from. */
export interface Listener {
  /** The address it listens on. */
  readonly local: Address;
  /** What `detach` gives away; `undefined` if there is nothing to give. */
  readonly resource: unknown;
  /** Takes the next connection. */
  accept(): Promise<Connection>;
  /** Stops listening; a pending accept rejects. */
  close(): void;
  /** Lets a pending accept keep the process alive. */
  ref(): void;
  /** Lets the process end in spite of a pending accept. */
  unref(): void;
}

/** What a listener is opened with. */
export interface ListenOptions {
  /** How many connections may wait; the system's own number if `undefined`. */
  backlog: number | undefined;
  /** Whether several sockets may listen on the port, SO_REUSEPORT. */
  reusePort: boolean;
}

/** Error codes for calls in the wrong state; `undefined` where the call succeeds all the same. */
export interface WrongState {
  /** Receiving without a connection. */
  readonly recv: string;
  /** Sending without a connection. */
  readonly send: string;
  /** Shutting down what is not connected. */
  readonly shutdown: string | undefined;
  /** Listening without an address. */
  readonly listen: string | undefined;
  /** Connecting a listener. */
  readonly connect: string;
}

/** What differs between the kinds of stream: how to listen and connect, and in whose words errors come. */
export interface StreamTransport {
  /** The name of the driver, for messages. */
  readonly driver: string;
  /** The local address of a socket that has none. */
  readonly any: Address;
  /** What Linux answers to calls in the wrong state. */
  readonly wrongState: WrongState;
  /** Whether an attempt to connect ends as soon as it begins, so that it never is in progress. */
  readonly connectsSynchronously: boolean;
  /** Whether it can connect from an address that was bound. */
  readonly connectsFrom: boolean;
  /** What to do to have SO_REUSEPORT; `undefined` where it can be had. */
  readonly reusePortHint: string | undefined;
  /** Listens on an address. */
  listen(address: Address, options: ListenOptions): Listener;
  /**
   * Connects to an address, from a local one where it is given.
   *
   * @param retryWhileFull Whether to wait for room in the listener's queue.
   */
  connect(
    address: Address,
    from: Address | undefined,
    retryWhileFull: boolean,
    signal: AbortSignal,
  ): Promise<Connection>;
  /** Makes our error of one that a connection, a listener or `connect` gave. */
  explain(error: unknown, fields: OSErrorFields): OSError;
}
