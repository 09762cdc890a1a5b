import type { Address } from "../../../socket/address.ts";
import type { ShutdownOptions } from "../../options.ts";
import type { PackedError } from "./serialized_error.ts";

/** What a Worker is told to do, over its own channel. */
export type Order = Load | Begin;

/** Loads the module of the handler; the first order. */
export interface Load {
  readonly type: "load";
  readonly module: string;
}

/** Handles a request. */
export interface Begin {
  readonly type: "begin";
  /** Where the request's {@linkcode Down} and {@linkcode Up} go. */
  readonly port: MessagePort;
  readonly request: StreamRequest | DatagramParts;
  readonly clientAddress: unknown;
  readonly serverAddress: unknown;
}

/** A connection, as a Worker is told of it. */
export interface StreamRequest {
  readonly type: "stream";
  readonly family: number;
  readonly local: Address;
  readonly peer: Address;
  /** The connection's timeout; seconds, `null` for none. */
  readonly timeout: number | null;
}

/** A datagram, as a Worker is told of it. */
export interface DatagramParts {
  readonly type: "datagram";
  readonly family: number;
  readonly local: Address;
  readonly data: Uint8Array;
}

/** What a Worker says of itself, over its own channel. */
export type Report =
  /** It listens to orders. */
  | { readonly type: "up" }
  /** The module is there, and has a handler. */
  | { readonly type: "loaded" }
  /** The module cannot be loaded. */
  | { readonly type: "unloadable"; readonly error: PackedError }
  /** The module's default export is no handler, but this. */
  | { readonly type: "unfit"; readonly found: string }
  /** It ends. */
  | { readonly type: "ending"; readonly error: PackedError };

/** What goes from the client's side to the handler. */
export type Down =
  /** Bytes of the client's. */
  | { readonly type: "data"; readonly bytes: Uint8Array }
  /** The client sends no more. */
  | { readonly type: "end" }
  /** Nothing can be received any more. */
  | { readonly type: "unreadable"; readonly error: PackedError }
  /** Nothing can be sent any more. */
  | { readonly type: "unwritable"; readonly error: PackedError }
  /** The other side may send so many bytes more. */
  | Taken
  /** What a {@linkcode Call} came to. */
  | Answer;

/** What goes from the handler to the client's side. */
export type Up =
  /** Bytes for the client. */
  | { readonly type: "data"; readonly bytes: Uint8Array }
  /** The handler sends no more. */
  | { readonly type: "end" }
  /** The handler has closed the connection. */
  | { readonly type: "close" }
  | { readonly type: "noDelay"; readonly on: boolean }
  | { readonly type: "keepAlive"; readonly on: boolean }
  | Taken
  | Call
  /** The handler has done its work, with this error if any; the last message. */
  | { readonly type: "done"; readonly error?: PackedError }
  /** The Worker ends before the handler has; the last message. */
  | { readonly type: "ending"; readonly error: PackedError };

/** So many bytes have been taken, and as many more may be sent. */
export interface Taken {
  readonly type: "taken";
  readonly count: number;
}

/** Something that the parent is to do for the handler. */
export interface Call {
  readonly type: "call";
  readonly id: number;
  readonly task: Task;
}

/** What the parent can do for a handler. */
export type Task =
  | { readonly name: "shutdown"; readonly grace: ShutdownOptions["grace"] }
  | {
    readonly name: "sendto";
    readonly data: Uint8Array;
    readonly address: Address;
  };

/** What a {@linkcode Call} came to. */
export interface Answer {
  readonly type: "answer";
  readonly id: number;
  readonly value?: number;
  readonly error?: PackedError;
}
