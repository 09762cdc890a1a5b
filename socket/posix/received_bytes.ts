import { concat } from "@std/bytes/concat";
import { MSG_PEEK, MSG_TRUNC } from "../constants/mod.ts";
import type { Descriptor } from "./descriptor.ts";
import { FIONREAD, RW_MAX } from "./layout/mod.ts";
import { libc } from "./libc.ts";

// Bytes between the kernel and a call: the space that they are received into, and
// those that a call had to leave behind.

type Bytes = Uint8Array<ArrayBuffer>;

// What a call receives is copied from here, so that the array it returns has a
// buffer of its own size.
const SCRATCH = 65536;
let scratch = new Uint8Array(0);

const available = new Int32Array(1);
const availableBytes = new Uint8Array(available.buffer);

// The most that a call receives where the kernel does not tell how much there is.
const MOST = 1 << 20;

/** Returns space for a receive: the isolate's own, or an array as large as what there is to receive. */
export function roomFor(fd: number, size: number, flags: number): Bytes {
  // What MSG_TRUNC discards is not written: nobody else's bytes may be there.
  const isWritten = (flags & MSG_TRUNC) === 0;
  if (size <= SCRATCH && isWritten) {
    return scratch.length > 0 ? scratch : scratch = new Uint8Array(SCRATCH);
  }
  const isKnown = libc().ioctl(fd, BigInt(FIONREAD), availableBytes) === 0;
  const there = isKnown ? available[0] : MOST;
  return new Uint8Array(Math.min(size, Math.max(there, SCRATCH), RW_MAX));
}

/** Returns what was received into a space in an array of its own. */
export function takeFrom(room: Bytes, count: number): Bytes {
  return room !== scratch && count === room.length
    ? room
    : room.slice(0, count);
}

/** The bytes that a call with MSG_WAITALL had received before it ended early. */
export class KeptBytes {
  readonly #descriptor: Descriptor;
  #bytes: Bytes | undefined;
  /** The error that followed them, which the next call throws. */
  error: unknown;

  constructor(descriptor: Descriptor) {
    this.#descriptor = descriptor;
  }

  /** Keeps bytes for the next call. */
  keep(bytes: Uint8Array): void {
    this.#bytes = new Uint8Array(bytes);
    this.#descriptor.kept = bytes.length;
    this.#descriptor.reads.isOpen = true;
    this.#descriptor.notify();
  }

  /** Puts bytes in front of those that are kept. */
  putBack(bytes: Uint8Array): void {
    this.keep(concat([bytes, this.#bytes ?? new Uint8Array()]));
    this.#descriptor.reads.serve();
  }

  /** Returns bytes that were kept; `undefined` if there are none. Throws the error that followed them, once. */
  take(size: number, flags: number): Bytes | undefined {
    const kept = this.#bytes;
    if (kept === undefined) {
      if (this.error === undefined) return undefined;
      const { error } = this;
      this.error = undefined;
      throw error;
    }
    const taken = kept.slice(0, size);
    if ((flags & MSG_PEEK) === 0) {
      const rest = kept.subarray(taken.length);
      this.#bytes = rest.length === 0 ? undefined : rest;
      this.#descriptor.kept = rest.length;
    }
    return taken;
  }
}
