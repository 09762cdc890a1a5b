import { acquire, LARGE, release } from "./buffer_pool.ts";

// A connection that waits for data holds this much.
const SMALL = 1024;

const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * Bytes that were read and not yet handed out.
 *
 * A read into a small buffer that fills it is followed by reads into a large
 * one, for as long as they fill what they are given: a connection in full flow
 * is read 64 KiB at a time, and one that waits holds 1 KiB.
 */
export class ReadBuffer {
  #bytes = NOTHING;
  #start = 0;
  #end = 0;
  #room = 0;
  #flowing = false;
  /** Whether the last read filled all the room it had, and a larger one could have brought more. */
  full = false;

  /** How many bytes are there. */
  get available(): number {
    return this.#end - this.#start;
  }

  /** Gives room for a read of at most `size` bytes, for all of them at once where `whole`. */
  room(size: number, whole: boolean): Uint8Array {
    if (this.#start === this.#end) this.#empty(whole ? size : 0);
    else if (this.#free < Math.min(size - this.available, LARGE / 2)) {
      this.#grow(Math.min(size, Math.max(LARGE, this.available * 2)));
    }
    this.#room = Math.min(this.#free, Math.max(size - this.available, 1));
    return this.#room === this.#bytes.length
      ? this.#bytes
      : this.#bytes.subarray(this.#end, this.#end + this.#room);
  }

  /** Adds the `count` bytes that a read has put into its room. */
  onRead(count: number): void {
    this.#end += count;
    this.#flowing = count === this.#room;
    this.full = this.#flowing && this.#room < LARGE;
  }

  /** Adds bytes that were read elsewhere. */
  append(bytes: Uint8Array): void {
    const size = this.available + bytes.length;
    if (this.#free < bytes.length) this.#grow(size);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Copies at most `size` bytes out and leaves them. */
  peek(size: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(
      this.#start,
      Math.min(this.#start + size, this.#end),
    );
  }

  /** Copies at most `size` bytes out and drops them here. */
  take(size: number): Uint8Array<ArrayBuffer> {
    const bytes = this.peek(size);
    this.#start += bytes.length;
    return bytes;
  }

  /** Moves as many bytes as there are, and fit, into another buffer. */
  takeInto(into: Uint8Array): number {
    const count = Math.min(into.length, this.#end - this.#start);
    if (count > 0) {
      into.set(this.#bytes.subarray(this.#start, this.#start + count));
      this.#start += count;
    }
    return count;
  }

  /** How much room there is behind the bytes. */
  get #free(): number {
    return this.#bytes.length - this.#end;
  }

  /** Takes an empty buffer of the right size, at least `size` up to a large one. */
  #empty(size: number): void {
    this.#start = this.#end = 0;
    const large = this.#flowing || size > SMALL;
    if (this.#bytes.length === (large ? LARGE : SMALL)) return;
    release(this.#bytes);
    this.#bytes = large ? acquire() : new Uint8Array(SMALL);
  }

  /** Makes the buffer hold `size` bytes or more, those that are there first. */
  #grow(size: number): void {
    const bytes = size <= LARGE ? acquire() : new Uint8Array(size);
    bytes.set(this.#bytes.subarray(this.#start, this.#end));
    release(this.#bytes);
    this.#end -= this.#start;
    this.#start = 0;
    this.#bytes = bytes;
  }
}
