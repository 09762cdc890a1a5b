import { lostBuffer, scatter } from "../arguments.ts";
import {
  AF_UNIX,
  MSG_CMSG_CLOEXEC,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  MSG_PEEK,
  MSG_WAITALL,
  SOCK_STREAM,
} from "../constants/mod.ts";
import { HALF_ENDED, POLLERR, POLLHUP } from "../constants/poll.ts";
import type { Message, MessageHeader, MessageInto } from "../driver.ts";
import { lengthOf } from "../endpoint/buffer_pool.ts";
import type { OSErrorFields } from "../errors.ts";
import { isNonBlocking, NO_WAIT, timeoutError, type Wait } from "../wait.ts";
import type { CallQueue } from "./call_queue.ts";
import type { Descriptor } from "./descriptor.ts";
import { RW_MAX } from "./layout/mod.ts";
import { libc } from "./libc.ts";
import { received, receiveMessage } from "./message.ts";
import { KeptBytes, roomFor, takeFrom } from "./received_bytes.ts";
import type { SocketKind } from "./sockaddr/mod.ts";
import { PENDING, wasInterrupted } from "./syscall.ts";
import { useUp } from "./turn.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What comes with bytes that bring nothing else. */
function nothing(): MessageHeader {
  return { ancillary: [], flags: 0, address: null };
}

/** In place of a count: the receiving half has ended, which the kernel does not tell. */
const ENDED = -1;

/** Receives from a descriptor. */
export class Receiver {
  readonly #descriptor: Descriptor;
  readonly #queue: CallQueue;
  readonly #isStream: boolean;
  readonly #proto: number;
  /** Flags of every message. */
  readonly #flags: number;
  /** What calls had to leave behind. */
  readonly kept: KeptBytes;

  constructor(descriptor: Descriptor, { family, type, proto }: SocketKind) {
    this.#descriptor = descriptor;
    this.#queue = descriptor.reads;
    this.#isStream = type === SOCK_STREAM;
    this.#proto = proto;
    this.kept = new KeptBytes(descriptor);
    // Descriptors that come are close-on-exec, as all of this driver's are. A
    // family without them may refuse the flag.
    this.#flags = family === AF_UNIX && MSG_CMSG_CLOEXEC > 0
      ? MSG_CMSG_CLOEXEC
      : 0;
  }

  /** Receives up to `size` bytes into a new array. */
  recv(size: number, flags: number, wait: Wait | undefined): Promise<Bytes> {
    if (this.#waitsForAll(flags)) return this.#recvAll(size, flags, wait);
    return this.#run(() => this.#tryRecv(size, flags, wait), flags, wait);
  }

  /** Receives into the caller's buffer and returns the number of bytes. */
  recvInto(
    buffer: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    if (this.#waitsForAll(flags)) return this.#receiveAll(buffer, flags, wait);
    const { length } = buffer;
    return this.#run(
      () => {
        if (buffer.length < length) throw lostBuffer("recv");
        return this.#tryRecvInto(buffer, flags, wait);
      },
      flags,
      wait,
    );
  }

  /** Receives a message into a new array. */
  recvmsg(
    size: number,
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Message> {
    // What came with the first bytes could be lost while more are waited for.
    if (ancillarySize === 0 && this.#waitsForAll(flags)) {
      return this.#recvAll(size, flags, wait)
        .then((data) => ({ data, ...nothing() }));
    }
    const attempt = () => this.#tryRecvmsg(size, ancillarySize, flags, wait);
    return this.#run(attempt, flags, wait);
  }

  /** Receives a message into several buffers. */
  recvmsgInto(
    buffers: readonly Uint8Array[],
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<MessageInto> {
    if (
      ancillarySize === 0 && buffers.length === 1 && this.#waitsForAll(flags)
    ) {
      return this.#receiveAll(buffers[0], flags, wait)
        .then((count) => ({ count, ...nothing() }));
    }
    const lengths = buffers.map((buffer) => buffer.length);
    return this.#run(
      () => {
        if (buffers.some((buffer, index) => buffer.length < lengths[index])) {
          throw lostBuffer("recv");
        }
        return this.#tryRecvmsgInto(buffers, ancillarySize, flags, wait);
      },
      flags,
      wait,
    );
  }

  #run<T>(
    attempt: () => T | typeof PENDING,
    flags: number,
    wait: Wait | undefined,
  ): Promise<T> {
    const isPatient = wait === undefined || wait.deadline === Infinity;
    if ((flags & MSG_ERRQUEUE) === 0 || !isPatient) {
      return this.#queue.run("recv", attempt, wait);
    }
    // The kernel never waits for an error, nor has it to do with what waits for
    // data; as in Python only a timeout waits.
    try {
      const result = attempt();
      if (result !== PENDING) return Promise.resolve(result);
    } catch (error) {
      return Promise.reject(error);
    }
    return Promise.reject(timeoutError(NO_WAIT, this.#fields()));
  }

  /** Whether MSG_WAITALL is to be done here: the kernel does it only for descriptors that block. */
  #waitsForAll(flags: number): boolean {
    return (flags & MSG_WAITALL) !== 0 && this.#isStream;
  }

  readonly #fields = (): OSErrorFields => this.#descriptor.fields("recv");

  #tryRecv(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Bytes | typeof PENDING {
    const kept = this.kept.take(size, flags);
    if (kept !== undefined) return kept;
    const buffer = roomFor(this.#descriptor.fd, size, flags);
    const room = Math.min(size, buffer.length);
    const count = this.#receive(buffer, room, flags, wait);
    return count === PENDING
      ? PENDING
      : takeFrom(buffer, Math.min(count, room));
  }

  #tryRecvInto(
    buffer: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): number | typeof PENDING {
    const kept = this.kept.take(buffer.length, flags);
    if (kept !== undefined) {
      buffer.set(kept);
      return kept.length;
    }
    const size = Math.min(buffer.length, RW_MAX);
    return this.#receive(buffer, size, flags, wait);
  }

  #receive(
    buffer: Uint8Array,
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): number | typeof PENDING {
    const descriptor = this.#descriptor;
    for (let hasEnded = false;;) {
      // Another process that has a duplicate may have made it block.
      const count = libc().recv(
        descriptor.fd,
        buffer,
        size,
        flags | MSG_DONTWAIT,
      );
      if (count > 0) {
        // The kernel has no more, and will tell when it has.
        if (count < size && flags === 0 && descriptor.drains) {
          this.#queue.isOpen = false;
        }
        return count;
      }
      if (count === 0) {
        this.#onEmpty(size);
        return 0;
      }
      if (!wasInterrupted(this.#fields)) {
        if (hasEnded) return 0;
        if (!descriptor.hasEnded(wait)) return PENDING;
        // What came just before the end may have come after that receive.
        hasEnded = true;
      }
    }
  }

  /** Has a loop that does not stop at the end of a stream take turns of the event loop. */
  #onEmpty(size: number): void {
    if (this.#isStream && size > 0) useUp();
  }

  #tryRecvmsg(
    size: number,
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Message | typeof PENDING {
    const kept = this.kept.take(size, flags);
    if (kept !== undefined) return { data: kept, ...nothing() };
    const buffer = roomFor(this.#descriptor.fd, size, flags);
    const room = size < buffer.length ? buffer.subarray(0, size) : buffer;
    const receive = () => this.#receiveMessage([room], ancillarySize, flags);
    const count = this.#descriptor.orEnd(receive, wait, ENDED);
    if (count === PENDING) return PENDING;
    if (count === ENDED) return { data: new Uint8Array(), ...nothing() };
    const data = takeFrom(buffer, Math.min(count, room.length));
    return { data, ...received(this.#proto) };
  }

  #tryRecvmsgInto(
    buffers: readonly Uint8Array[],
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): MessageInto | typeof PENDING {
    const kept = this.kept.take(lengthOf(buffers), flags);
    if (kept !== undefined) {
      scatter(kept, buffers);
      return { count: kept.length, ...nothing() };
    }
    const receive = () => this.#receiveMessage(buffers, ancillarySize, flags);
    const count = this.#descriptor.orEnd(receive, wait, ENDED);
    if (count === PENDING) return PENDING;
    if (count === ENDED) return { count: 0, ...nothing() };
    return { count, ...received(this.#proto) };
  }

  #receiveMessage(
    buffers: readonly Uint8Array[],
    ancillarySize: number,
    flags: number,
  ): number | typeof PENDING {
    for (;;) {
      const { fd } = this.#descriptor;
      const count = receiveMessage(
        fd,
        buffers,
        ancillarySize,
        flags | this.#flags,
      );
      if (count === 0) this.#onEmpty(lengthOf(buffers));
      if (count >= 0) return count;
      if (!wasInterrupted(this.#fields)) return PENDING;
    }
  }

  /** Receives `size` bytes, or what comes before the end of the stream. */
  async #recvAll(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Bytes> {
    const buffer = new Uint8Array(size);
    const count = await this.#receiveAll(buffer, flags, wait);
    return count === size ? buffer : buffer.slice(0, count);
  }

  /** Receives until the buffer is full or the stream ends, as the kernel does for a descriptor that blocks. */
  #receiveAll(
    buffer: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    const { length } = buffer;
    const peeks = (flags & MSG_PEEK) !== 0;
    let filled = 0;
    const attempt = (): number | typeof PENDING => {
      if (buffer.length < length) throw lostBuffer("recv");
      if (peeks) return this.#peekAll(buffer, flags, wait);
      while (filled < length) {
        let count: number | typeof PENDING;
        try {
          count = this.#tryRecvInto(
            filled === 0 ? buffer : buffer.subarray(filled),
            flags & ~MSG_WAITALL,
            wait,
          );
        } catch (error) {
          if (filled === 0) throw error;
          this.kept.error = error;
          break;
        }
        if (count === PENDING) return PENDING;
        if (count === 0) break;
        filled += count;
      }
      return filled;
    };
    const now = this.#queue.tryNow(() => {
      const count = attempt();
      // As the kernel does, a call that must not wait takes what there is.
      return count === PENDING && isNonBlocking(wait) && filled > 0
        ? filled
        : count;
    }, wait);
    return now ?? this.#queue.wait("recv", attempt, wait, () => {
      if (filled > 0) this.kept.keep(buffer.slice(0, filled));
    });
  }

  #peekAll(
    buffer: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): number | typeof PENDING {
    // Before the look, for what comes just before the end has come by then.
    const ended = HALF_ENDED | POLLHUP | POLLERR;
    const isLast = (this.#descriptor.poll(HALF_ENDED) & ended) !== 0;
    const count = this.#tryRecvInto(buffer, flags & ~MSG_WAITALL, wait);
    return isLast || count === buffer.length ? count : PENDING;
  }
}
