import { scatter } from "../arguments.ts";
import { MSG_TRUNC } from "../constants/mod.ts";
import type { BytesFrom, Message, MessageInto } from "../driver.ts";
import { lengthOf } from "./buffer_pool.ts";
import type { Datagram } from "./datagram_transport.ts";
import type { PendingCall } from "./wait_queue.ts";

/** What a receive asks for. */
export interface Wanted {
  /** The caller's buffers; empty for a call that returns a new array. */
  readonly into: readonly Uint8Array[];
  /** How many bytes they hold, or the new array may have. */
  readonly size: number;
}

/** One receive that waits. */
export interface PendingReceive extends PendingCall, Wanted {
  /** Gives the call's result of a datagram. */
  readonly form: Form<unknown>;
  /** MSG_PEEK: leaves the datagram in the queue. */
  readonly peek: boolean;
  /** Settles the call. */
  readonly resolve: Resolve;
  /**
   * Whether the call may wait; after the end of receiving, such a call returns
   * nothing, any other fails with EAGAIN.
   */
  readonly mayWait: boolean;
}

/** How a receive's promise is resolved. */
export type Resolve = (result: unknown) => void;

/** Of a call that returns a new array. */
export const NO_BUFFERS: readonly Uint8Array[] = [];

/** Makes of a datagram what a call returns. */
export type Form<T> = (datagram: Datagram, call: Wanted) => T;

/** A new array, without what is too long. */
export const newBytes: Form<Uint8Array<ArrayBuffer>> = ({ data }, { size }) =>
  data.slice(0, Math.min(data.length, size)) as Uint8Array<ArrayBuffer>;

/** The number of bytes, which go into the caller's buffer. */
export const intoBuffer: Form<number> = ({ data }, { into: [buffer] }) => {
  const { length } = buffer;
  buffer.set(data.length > length ? data.subarray(0, length) : data);
  return Math.min(data.length, length);
};

/** What `recvfrom` returns. */
export const bytesFrom: Form<BytesFrom> = (datagram, call) => [
  newBytes(datagram, call),
  datagram.address,
];

/** What `recvmsg` returns. */
export const message: Form<Message> = (datagram, call) => ({
  data: newBytes(datagram, call),
  ancillary: [],
  flags: flagsOf(datagram, call),
  address: datagram.address,
});

/** What `recvmsgInto` returns. */
export const messageInto: Form<MessageInto> = (datagram, call) => {
  scatter(datagram.data, call.into);
  return {
    count: Math.min(datagram.data.length, call.size),
    ancillary: [],
    flags: flagsOf(datagram, call),
    address: datagram.address,
  };
};

function flagsOf({ data }: Datagram, { size }: Wanted): number {
  return data.length > size ? MSG_TRUNC : 0;
}

/** Whether the caller's buffers are no longer what they were: detached, or shrunk. */
export function isLost({ into, size }: Wanted): boolean {
  return into.length > 0 && lengthOf(into) < size;
}
