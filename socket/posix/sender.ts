import type { Address } from "../address.ts";
import { AF_UNIX, MSG_DONTWAIT } from "../constants/mod.ts";
import type { AncillaryData } from "../driver.ts";
import { OSError, type OSErrorFields } from "../errors.ts";
import { isNonBlocking, timeoutError, type Wait } from "../wait.ts";
import type { CallQueue } from "./call_queue.ts";
import type { Descriptor } from "./descriptor.ts";
import { destination, FoundDestination } from "./destination.ts";
import { RW_MAX } from "./layout/mod.ts";
import { libc } from "./libc.ts";
import { sendMessage } from "./message.ts";
import { sendFile } from "./sendfile.ts";
import type { SocketKind } from "./sockaddr/mod.ts";
import { PENDING, wasInterrupted } from "./syscall.ts";

type Packed = Uint8Array<ArrayBuffer>;

// How much one attempt of a `sendall` sends before others have their turn.
const SHARE = 1 << 20;

// How long to wait for space of which the kernel does not tell: a Unix datagram
// socket's that is not connected; milliseconds.
const UNTOLD = 5;

const DONE = Promise.resolve();

/** Sends on a descriptor. */
export class Sender {
  /** How many bytes the last `sendall` that a signal ended had taken. */
  abortedBytesSent = 0;
  readonly #descriptor: Descriptor;
  readonly #kind: SocketKind;
  readonly #queue: CallQueue;

  constructor(descriptor: Descriptor, kind: SocketKind) {
    this.#descriptor = descriptor;
    this.#kind = kind;
    this.#queue = descriptor.writes;
  }

  /** Sends what the kernel takes now and returns the number of bytes. */
  send(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    const now = this.#queue.tryNow(() => this.#trySend(data, flags), wait);
    if (now !== undefined) return now;
    const own = data.slice();
    return this.#wait(() => this.#trySend(own, flags), wait);
  }

  /** Sends all of `data`. */
  sendall(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<void> {
    const queue = this.#queue;
    let sent = 0;
    if (queue.isFree(wait)) {
      try {
        const count = this.#trySend(data, flags);
        if (count === data.length) return DONE;
        if (count !== PENDING) sent = count;
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return this.#sendRest(data.slice(sent), sent, flags, wait);
  }

  /** Sends buffers as one message. */
  sendmsg(
    buffers: readonly Uint8Array[],
    ancillary: readonly AncillaryData[],
    flags: number,
    address: Address | null,
    wait: Wait | undefined,
  ): Promise<number> {
    const to = address === null
      ? null
      : destination("send", this.#kind, address);
    if (to === undefined) {
      return this.#sendToName(buffers, ancillary, flags, address!, wait);
    }
    const now = this.#queue.tryNow(
      () => this.#trySendmsg(buffers, ancillary, flags, to, address),
      wait,
    );
    if (now !== undefined) return now;
    const own = buffers.map((buffer) => buffer.slice());
    const attempt = () => this.#trySendmsg(own, ancillary, flags, to, address);
    return this.#wait(attempt, wait);
  }

  /** Sends of an open file what the socket takes now; 0 at the file's end. */
  sendfile(
    fd: number,
    offset: number,
    count: number,
    wait: Wait | undefined,
  ): Promise<number> {
    const attempt = () =>
      sendFile(this.#descriptor.fd, fd, offset, count, this.#fields);
    return this.#queue.tryNow(attempt, wait) ?? this.#wait(attempt, wait);
  }

  readonly #fields = (): OSErrorFields => ({
    ...this.#descriptor.fields("send"),
    bytesSent: 0,
  });

  #wait(
    attempt: () => number | typeof PENDING,
    wait: Wait | undefined,
  ): Promise<number> {
    return this.#queue.wait("send", attempt, wait, (reason) => {
      this.#tell(reason, 0);
    });
  }

  /** Sends the rest of a `sendall` of which `before` bytes are gone; the bytes are its own. */
  #sendRest(
    rest: Uint8Array,
    before: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<void> {
    let start = 0;
    const attempt = (): undefined | typeof PENDING => {
      const end = Math.min(rest.length, start + SHARE);
      do {
        let count: number | typeof PENDING;
        try {
          count = this.#trySend(
            start === 0 ? rest : rest.subarray(start),
            flags,
          );
        } catch (error) {
          this.#tell(error, before + start);
          throw error;
        }
        if (count === PENDING) return PENDING;
        start += count;
      } while (start < end);
      if (start === rest.length) return undefined;
      this.#queue.serveSoon();
      return PENDING;
    };
    const giveUp = (reason: unknown) => this.#tell(reason, before + start);
    if (before === 0) return this.#queue.wait("send", attempt, wait, giveUp);
    // The kernel has taken some, and so may take more, or else would tell.
    const now = this.#queue.tryNow(attempt, wait);
    return now ?? this.#queue.wait("send", attempt, wait, giveUp);
  }

  /** Notes how much was sent: on an error, or for the caller of a call that a signal ended. */
  #tell(reason: unknown, sent: number): void {
    if (reason instanceof OSError) reason.bytesSent = sent;
    else this.abortedBytesSent = sent;
  }

  #sendToName(
    buffers: readonly Uint8Array[],
    ancillary: readonly AncillaryData[],
    flags: number,
    address: Address,
    wait: Wait | undefined,
  ): Promise<number> {
    const own = buffers.map((buffer) => buffer.slice());
    const isBrief = isNonBlocking(wait);
    const queue = this.#queue;
    const to = new FoundDestination(
      "send",
      this.#kind,
      address,
      () => queue.serve(),
    );
    return this.#wait(() => {
      const { packed } = to;
      if (packed === PENDING) return PENDING;
      const count = this.#trySendmsg(own, ancillary, flags, packed, address);
      if (count === PENDING && isBrief) {
        throw timeoutError(wait, this.#fields());
      }
      return count;
    }, isBrief ? undefined : wait);
  }

  #trySend(data: Uint8Array, flags: number): number | typeof PENDING {
    const size = Math.min(data.length, RW_MAX);
    for (;;) {
      const count = libc().send(
        this.#descriptor.fd,
        data,
        size,
        flags | MSG_DONTWAIT,
      );
      if (count >= 0) return count;
      if (!wasInterrupted(this.#fields)) return PENDING;
    }
  }

  #trySendmsg(
    buffers: readonly Uint8Array[],
    ancillary: readonly AncillaryData[],
    flags: number,
    to: Packed | null,
    address: Address | null,
  ): number | typeof PENDING {
    const { fd } = this.#descriptor;
    for (;;) {
      const count =
        to !== null && buffers.length === 1 && ancillary.length === 0
          ? libc().sendto(
            fd,
            buffers[0],
            Math.min(buffers[0].length, RW_MAX),
            flags | MSG_DONTWAIT,
            to,
            to.length,
          )
          : sendMessage(fd, buffers, ancillary, flags, to);
      if (count >= 0) return count;
      const fields = address === null
        ? this.#fields
        : () => ({ ...this.#fields(), address });
      if (!wasInterrupted(fields)) break;
    }
    if (to !== null && this.#kind.family === AF_UNIX) {
      this.#queue.serveLater(UNTOLD);
    }
    return PENDING;
  }
}
