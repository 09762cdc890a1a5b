import type { Address } from "../address.ts";
import type { OSError, OSErrorFields } from "../errors.ts";

/** What a stream endpoint reads from and writes to; `Deno.Conn` implements it. */
export interface Conn {
  /** Reads at least one byte; `null` at the end of the stream. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Reads likewise at most `size` bytes, of which it has an array of their own. */
  readArray?(size: number): Promise<Uint8Array<ArrayBuffer> | null>;
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
  /** Sets the seconds after which a quiet connection is probed, and whether it is; TCP only. */
  setKeepIdle?(seconds: number, keepAlive: boolean): void;
}

/** An open connection, for its two halves. */
export interface Stream {
  readonly conn: Conn;
  /** The address of the other end, for messages. */
  readonly peer: Address;
  readonly transport: StreamTransport;
  /** Whether several endpoints share it, so that one may close during a call of its own. */
  readonly isShared: boolean;
}

/** A new connection with its addresses. */
export interface Connection {
  readonly conn: Conn;
  /** The address of this end. */
  readonly local: Address;
  /** The address of the other end. */
  readonly peer: Address;
  /** The object that `detach` returns; `undefined` if there is none. */
  readonly resource: unknown;
}

/** What a listening socket accepts its connections from. */
export interface Listener {
  /** The address it listens on. */
  readonly local: Address;
  /** The object that `detach` returns; `undefined` if there is none. */
  readonly resource: unknown;
  /**
   * Closes it and opens one like it with another backlog; returns `undefined`
   * if the backlog is the same or may not be changed. Throws our error.
   */
  reopen?(backlog: number): Listener | undefined;
  /** Accepts the next connection. */
  accept(): Promise<Connection>;
  /** Stops listening; a pending accept rejects. */
  close(): void;
  /** Lets a pending accept keep the process alive. */
  ref(): void;
  /** Lets the process end in spite of a pending accept. */
  unref(): void;
}

/** Options for opening a listener. */
export interface ListenOptions {
  /** How many connections may wait; the system's default if `undefined`. */
  backlog: number | undefined;
  /** Whether several sockets may listen on the port, SO_REUSEPORT. */
  reusePort: boolean;
}

/** The error codes of calls in the wrong state; `undefined` if the call succeeds anyway. */
export interface WrongState {
  /** Receiving without a connection. */
  readonly recv: string;
  /** Sending without a connection. */
  readonly send: string;
  /** Shutting down a socket that is not connected. */
  readonly shutdown: string | undefined;
  /** Listening without an address. */
  readonly listen: string | undefined;
  /** Connecting a listener. */
  readonly connect: string;
}

/** What differs between the kinds of stream: how to listen and connect, and which errors they report. */
export interface StreamTransport {
  /** The name of the driver, for messages. */
  readonly driver: string;
  /** The local address of an unbound socket. */
  readonly any: Address;
  /** The errors of Linux for calls in the wrong state. */
  readonly wrongState: WrongState;
  /** Whether a connection attempt ends at once, so that it is never in progress. */
  readonly connectsSynchronously: boolean;
  /** Whether a bound socket can connect. */
  readonly connectsFrom: boolean;
  /** How to enable SO_REUSEPORT, for the hint of the error; `undefined` if it is available. */
  readonly reusePortHint: string | undefined;
  /** Tells the peer of a connection that knows it itself. */
  peerOf?(conn: Conn, local: Address): Address | undefined;
  /** Listens on an address. */
  listen(address: Address, options: ListenOptions): Listener;
  /**
   * Connects to an address, from a local address if given.
   *
   * @param retryWhileFull Whether to wait for space in the listener's queue.
   * @param needsKeepIdle Whether the connection must have `setKeepIdle`.
   */
  connect(
    address: Address,
    from: Address | undefined,
    retryWhileFull: boolean,
    signal: AbortSignal,
    needsKeepIdle?: boolean,
  ): Promise<Connection>;
  /** Turns an error of a connection, a listener or `connect` into an OSError. */
  explain(error: unknown, fields: OSErrorFields): OSError;
}
