import { lostBuffer, scatter } from "../arguments.ts";
import {
  AF_UNIX,
  MSG_CMSG_CLOEXEC,
  MSG_DONTWAIT,
  MSG_ERRQUEUE,
  MSG_WAITALL,
  SOCK_STREAM,
} from "../constants/mod.ts";
import type {
  BytesFrom,
  Message,
  MessageHeader,
  MessageInto,
} from "../driver.ts";
import { lengthOf } from "../endpoint/buffer_pool.ts";
import type { OSErrorFields } from "../errors.ts";
import { NO_WAIT, timeoutError, type Wait } from "../wait.ts";
import type { CallQueue } from "./call_queue.ts";
import type { Descriptor } from "./descriptor.ts";
import { RW_MAX } from "./layout/mod.ts";
import { libc } from "./libc.ts";
import { received, receiveFrom, receiveMessage, sender } from "./message.ts";
import { recvAll, recvAllInto } from "./receive_all.ts";
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
  /** What it receives from. */
  readonly descriptor: Descriptor;
  readonly #queue: CallQueue;
  readonly #isStream: boolean;
  readonly #proto: number;
  /** Flags of every message. */
  readonly #flags: number;
  /** What calls had to leave behind. */
  readonly kept: KeptBytes;

  constructor(descriptor: Descriptor, { family, type, proto }: SocketKind) {
    this.descriptor = descriptor;
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
    if (this.#waitsForAll(flags)) return recvAll(this, size, flags, wait);
    return this.#run(() => this.#tryRecv(size, flags, wait), flags, wait);
  }

  /** Receives into the caller's buffer and returns the number of bytes. */
  recvInto(
    buffer: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number> {
    if (this.#waitsForAll(flags)) return recvAllInto(this, buffer, flags, wait);
    const { length } = buffer;
    return this.#run(
      () => {
        if (buffer.length < length) throw lostBuffer("recv");
        return this.tryRecvInto(buffer, flags, wait);
      },
      flags,
      wait,
    );
  }

  /** Receives up to `size` bytes into a new array, with the sender's address. */
  recvfrom(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<BytesFrom> {
    if (this.#waitsForAll(flags)) {
      return recvAll(this, size, flags, wait).then((data) => [data, null]);
    }
    return this.#run(() => this.#tryRecvfrom(size, flags, wait), flags, wait);
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
      return recvAll(this, size, flags, wait)
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
      return recvAllInto(this, buffers[0], flags, wait)
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

  readonly #fields = (): OSErrorFields => this.descriptor.fields("recv");

  #tryRecv(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Bytes | typeof PENDING {
    return this.kept.take(size, flags) ??
      this.#receiveNew(size, flags, wait, false);
  }

  #tryRecvfrom(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): BytesFrom | typeof PENDING {
    const kept = this.kept.take(size, flags);
    if (kept !== undefined) return [kept, null];
    const data = this.#receiveNew(size, flags, wait, true);
    return data === PENDING ? PENDING : [data, sender(this.#proto)];
  }

  /** Receives into a new array. */
  #receiveNew(
    size: number,
    flags: number,
    wait: Wait | undefined,
    namesSender: boolean,
  ): Bytes | typeof PENDING {
    const buffer = roomFor(this.descriptor.fd, size, flags);
    const room = Math.min(size, buffer.length);
    const count = this.#receive(buffer, room, flags, wait, namesSender);
    return count === PENDING
      ? PENDING
      : takeFrom(buffer, Math.min(count, room));
  }

  /** Receives into a buffer what is there now. */
  tryRecvInto(
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
    return this.#receive(buffer, size, flags, wait, false);
  }

  #receive(
    buffer: Uint8Array,
    size: number,
    flags: number,
    wait: Wait | undefined,
    namesSender: boolean,
  ): number | typeof PENDING {
    const descriptor = this.descriptor;
    const { fd } = descriptor;
    // Another process that has a duplicate may have made it block.
    const how = flags | MSG_DONTWAIT;
    for (let hasEnded = false;;) {
      const count = namesSender
        ? receiveFrom(fd, buffer, size, how)
        : libc().recv(fd, buffer, size, how);
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
    const buffer = roomFor(this.descriptor.fd, size, flags);
    const room = size < buffer.length ? buffer.subarray(0, size) : buffer;
    const receive = () => this.#receiveMessage([room], ancillarySize, flags);
    const count = this.descriptor.orEnd(receive, wait, ENDED);
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
    const count = this.descriptor.orEnd(receive, wait, ENDED);
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
      const { fd } = this.descriptor;
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
}
