import type { Address } from "../../../socket/address.ts";
import type { ShutdownOptions } from "../../options.ts";
import type { SerializedError } from "./serialized_error.ts";

/**
 * The name of Workers that have fewer permissions than their parent, by which their
 * program knows that before the handler's module is loaded.
 */
export const RESTRICTED = "handlers with permissions of their own";

/** What the parent tells a Worker to do, over the Worker's own channel. */
export type Command = Load | Begin | GiveBack;

/** Loads the module of the handler; the first command. */
export interface Load {
  readonly type: "load";
  readonly module: string;
}

/** Handles a request. */
export interface Begin {
  readonly type: "begin";
  /** Carries the {@linkcode ToWorker} and {@linkcode FromWorker} of the request. */
  readonly port: MessagePort;
  readonly request: StreamParts | DatagramParts | DescriptorParts;
  readonly clientAddress: unknown;
  readonly serverAddress: unknown;
}

/** Gives back what the request was lent; the last command. */
export interface GiveBack {
  readonly type: "giveBack";
}

/** What a Worker is told of a connection. */
export interface StreamParts {
  readonly type: "stream";
  readonly family: number;
  readonly local: Address;
  readonly peer: Address;
  /** The connection's timeout; seconds, `null` for none. */
  readonly timeout: number | null;
}

/** What a Worker is told of a datagram. */
export interface DatagramParts {
  readonly type: "datagram";
  readonly family: number;
  readonly local: Address;
  readonly data: Uint8Array;
}

/** What a Worker is told of a socket whose descriptor it is lent. */
export interface DescriptorParts {
  readonly type: "descriptor";
  readonly fd: number;
  /** The URL of the module with its driver. */
  readonly module: string;
  readonly family: number;
  readonly socketType: number;
  readonly proto: number;
  readonly timeout: number | null;
  /** The datagram to handle; the socket is the server's then. */
  readonly data?: Uint8Array;
}

/** What a Worker tells about itself, over its own channel. */
export type Status =
  /** It listens to commands. */
  | { readonly type: "ready" }
  /** The module is loaded, and exports a handler. */
  | { readonly type: "loaded" }
  /** The module cannot be loaded. */
  | { readonly type: "unloadable"; readonly error: SerializedError }
  /** The module's default export is not a handler, but this. */
  | { readonly type: "unfit"; readonly found: string }
  /** It no longer uses what the request was lent. */
  | { readonly type: "gaveBack" }
  /** The Worker ends. */
  | { readonly type: "ending"; readonly error: SerializedError };

/** What goes from the client's side to the handler. */
export type ToWorker =
  /** Bytes from the client. */
  | { readonly type: "data"; readonly bytes: Uint8Array }
  /** The client sends no more. */
  | { readonly type: "end" }
  /** Nothing can be received any more. */
  | { readonly type: "unreadable"; readonly error: SerializedError }
  /** Nothing can be sent any more. */
  | { readonly type: "unwritable"; readonly error: SerializedError }
  | Taken
  | Answer;

/** What goes from the handler to the client's side. */
export type FromWorker =
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
  /** The handler has ended, with this error if any; the last message. */
  | { readonly type: "done"; readonly error?: SerializedError }
  /** The Worker ends before the handler has; the last message. */
  | { readonly type: "ending"; readonly error: SerializedError };

/** Acknowledges so many bytes: as many more may be sent. */
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

/** The result of a {@linkcode Call}, or its error. */
export interface Answer {
  readonly type: "answer";
  readonly id: number;
  readonly value?: number;
  readonly error?: SerializedError;
}
