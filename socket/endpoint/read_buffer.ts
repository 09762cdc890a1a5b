import { acquire, LARGE, release } from "./buffer_pool.ts";

// The size of the buffer that a connection holds while it waits for data.
const SMALL = 1024;

// The size of the one that what did not fit there is read into first.
const MEDIUM = 16384;

const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * Bytes that were read but not received yet.
 *
 * It starts with a small buffer and switches to larger ones while reads fill
 * what they get: a busy connection reads 64 KiB at a time, and one that waits
 * holds 1 KiB, unless what came last ended with the room that it had.
 */
export class ReadBuffer {
  #bytes = NOTHING;
  #start = 0;
  #end = 0;
  #room = 0;
  /** How much may come next, as far as the last read tells. */
  #expected = SMALL;
  /** Whether the last read filled all its space, so a larger read might have returned more. */
  full = false;

  /** The number of bytes in the buffer. */
  get available(): number {
    return this.#end - this.#start;
  }

  /** Returns space for a read of at most `size` bytes; for all of them at once if `whole`. */
  room(size: number, whole: boolean): Uint8Array {
    if (this.#start === this.#end) {
      this.#empty(whole ? size : Math.min(size, this.#expected));
    } else if (this.#free < Math.min(size - this.available, LARGE / 2)) {
      const most = Math.min(size, Math.max(LARGE, this.available * 2));
      const old = this.#bytes;
      this.#grow(old.length < MEDIUM ? MEDIUM : most);
      release(old);
    }
    this.#room = Math.min(this.#free, Math.max(size - this.available, 1));
    return this.#room === this.#bytes.length
      ? this.#bytes
      : this.#bytes.subarray(this.#end, this.#end + this.#room);
  }

  /** Adds the `count` bytes that a read has written into its space. */
  onRead(count: number): void {
    this.#end += count;
    const isFull = count === this.#room;
    this.#expected = isFull ? LARGE : SMALL;
    this.full = isFull && count < LARGE;
  }

  /**
   * Returns a copy of the `count` bytes that a read has written into its space
   * where nothing else is kept: {@linkcode onRead} and {@linkcode take} in one.
   * `undefined`, and nothing is done, if a larger read might have returned more.
   */
  give(count: number, size: number): Uint8Array<ArrayBuffer> | undefined {
    if (!this.#passes(count, size)) return undefined;
    const bytes = this.#bytes;
    const given = bytes.slice(0, count);
    if (bytes.length > SMALL) this.rest();
    return given;
  }

  /** The same into another buffer; returns false for `undefined`. */
  giveInto(into: Uint8Array, count: number): boolean {
    if (!this.#passes(count, into.length)) return false;
    const bytes = this.#bytes;
    into.set(count === bytes.length ? bytes : bytes.subarray(0, count));
    if (bytes.length > SMALL) this.rest();
    return true;
  }

  #passes(count: number, size: number): boolean {
    const isFull = count === this.#room;
    if (count > size || isFull && count < size && count < LARGE) return false;
    this.#expected = isFull ? LARGE : SMALL;
    return true;
  }

  /** Adds bytes that were read elsewhere. */
  append(bytes: Uint8Array): void {
    const size = this.available + bytes.length;
    if (this.#free < bytes.length) this.#grow(size);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Adds bytes at the front. */
  prepend(bytes: Uint8Array): void {
    const rest = this.take(this.available);
    this.append(bytes);
    this.append(rest);
  }

  /** The bytes themselves, until the next read. */
  get view(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** Removes bytes at the front. */
  skip(count: number): void {
    this.#start += count;
  }

  /** Returns a copy of at most `size` bytes and keeps them. */
  peek(size: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(
      this.#start,
      Math.min(this.#start + size, this.#end),
    );
  }

  /** Returns a copy of at most `size` bytes and removes them. */
  take(size: number): Uint8Array<ArrayBuffer> {
    const bytes = this.peek(size);
    this.#start += bytes.length;
    return bytes;
  }

  /** Moves as many bytes as fit into another buffer. */
  takeInto(into: Uint8Array): number {
    const count = Math.min(into.length, this.#end - this.#start);
    if (count > 0) {
      into.set(this.#bytes.subarray(this.#start, this.#start + count));
      this.#start += count;
    }
    return count;
  }

  /**
   * Lets go of an empty buffer: many connections need a larger one for a moment only. No
   * read may be in progress.
   */
  rest(): void {
    if (this.#start < this.#end) return;
    release(this.#bytes);
    this.#bytes = NOTHING;
    this.#start = this.#end = 0;
  }

  /** The space after the bytes. */
  get #free(): number {
    return this.#bytes.length - this.#end;
  }

  /** Takes an empty buffer of the right size, at least `size` up to a large one. */
  #empty(size: number): void {
    this.#start = this.#end = 0;
    const length = size <= SMALL ? SMALL : LARGE;
    if (this.#bytes.length === length) return;
    release(this.#bytes);
    this.#bytes = acquire(length);
  }

  /** Has a buffer of at least `size` bytes, with its bytes at the front. Others may get the old one only if no read is in progress. */
  #grow(size: number): void {
    const bytes = acquire(Math.max(size, MEDIUM));
    bytes.set(this.#bytes.subarray(this.#start, this.#end));
    this.#end -= this.#start;
    this.#start = 0;
    this.#bytes = bytes;
  }
}
