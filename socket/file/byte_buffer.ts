import { indexOfNeedle } from "@std/bytes/index-of-needle";
import type { Contents } from "./reader.ts";

// A waiting file allocates SMALLEST bytes, or more if the last receive brought
// more or its reader asks for more; at most LARGEST before that many arrived.
const SMALLEST = 512;
const LARGEST = 65536;

const EMPTY = new Uint8Array(0);

/** A FIFO of bytes whose memory grows and shrinks with the traffic. */
export class ByteBuffer implements Contents<Uint8Array> {
  readonly #size: number;
  #bytes: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;
  #room = 0;
  #last = 0;

  /** @param size How many bytes to read ahead at most. */
  constructor(size: number) {
    this.#size = size;
  }

  get length(): number {
    return this.#end - this.#start;
  }

  get span(): number {
    return this.#end - this.#start;
  }

  lengthOf(start: number, end: number): number {
    return end - start;
  }

  /** Gives all bytes, or the first ones, without taking or copying them. */
  peek(most: number = Infinity): Uint8Array {
    const end = Math.min(this.#end, this.#start + most);
    return this.#bytes.subarray(this.#start, end);
  }

  indexOf(separator: Uint8Array, from: number): number {
    const bytes = this.peek();
    return separator.length === 1
      ? bytes.indexOf(separator[0], from)
      : indexOfNeedle(bytes, separator, from);
  }

  /**
   * Gives memory for one receive, behind the last byte.
   *
   * @param wanted How many more bytes the reader needs; `Infinity` for all up
   * to the end of the stream. The memory can be smaller than that, and larger
   * to read ahead.
   */
  room(wanted: number): Uint8Array {
    const most = Math.max(wanted, this.#size);
    if (this.length === 0) this.#renew(wanted, most);
    else this.#makeRoom(wanted, most);
    const end = Math.min(this.#bytes.length, this.#end + most);
    this.#room = end - this.#end;
    return this.#bytes.subarray(this.#end, end);
  }

  /** Adds the `count` bytes that a receive put into its memory. */
  commit(count: number): void {
    this.#end += count;
    this.#last = count;
  }

  #renew(wanted: number, most: number): void {
    this.#start = this.#end = 0;
    const sized = wanted > this.#size && wanted !== Infinity;
    const fit = Math.min(
      sized ? wanted : Math.max(SMALLEST, 2 * this.#last),
      most,
      LARGEST,
    );
    const capacity = this.#bytes.length;
    if (capacity < fit || capacity > (sized ? fit : 4 * fit)) {
      this.#bytes = new Uint8Array(fit);
    }
  }

  #makeRoom(wanted: number, most: number): void {
    const capacity = this.#bytes.length;
    const free = capacity - this.#end;
    const crowded = this.length > capacity / 2;
    const filled = this.#last === this.#room && capacity < this.#size;
    if (filled || (crowded && free === 0)) {
      const exact = Math.min(2 * capacity, this.length + most);
      this.#move(Math.max(exact, Math.ceil(1.5 * capacity)));
    } else if (!crowded && free < wanted && this.#start > 0) {
      this.#bytes.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
  }

  /** Moves the bytes into new memory, with `before` bytes free before them. */
  #move(capacity: number, before = 0): void {
    const { length } = this;
    const bytes = new Uint8Array(capacity);
    bytes.set(this.peek(), before);
    this.#bytes = bytes;
    this.#start = before;
    this.#end = before + length;
  }

  /** Copies bytes to the end. */
  append(bytes: Uint8Array): void {
    const { length } = this;
    if (this.#bytes.length - this.#end < bytes.length) {
      const expected = length === 0
        ? Math.min(Math.max(SMALLEST, this.#last), LARGEST)
        : 2 * length;
      if (length === 0 && bytes.length >= expected) {
        // Faster than new memory that is cleared first.
        this.#bytes = bytes.slice();
        this.#start = 0;
        this.#end = this.#last = bytes.length;
        return;
      }
      this.#move(Math.max(expected, length + bytes.length));
    }
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
    this.#last = this.length;
  }

  /** Copies bytes to the start. */
  prepend(bytes: Uint8Array): void {
    if (this.#start < bytes.length) {
      this.#move(bytes.length + this.length, bytes.length);
    }
    this.#start -= bytes.length;
    this.#bytes.set(bytes, this.#start);
  }

  /** Drops the first bytes. */
  skip(count: number): void {
    this.#start += count;
    if (this.#start < this.#end) return;
    this.#start = this.#end = 0;
    if (this.#bytes.length > Math.max(SMALLEST, this.#size)) {
      this.#bytes = EMPTY;
    }
  }

  /** Takes the first bytes, in an array of their own. */
  take(length: number): Uint8Array {
    const bytes = this.#bytes;
    if (length > 0 && length === bytes.length) {
      // They fill the memory, which is handed over instead of copied.
      this.#bytes = EMPTY;
      this.#start = this.#end = 0;
      return bytes;
    }
    const taken = bytes.slice(this.#start, this.#start + length);
    this.skip(length);
    return taken;
  }

  takeSpan(span: number): Uint8Array {
    return this.take(span);
  }

  /** Takes as many bytes as `target` holds, and returns how many. */
  takeInto(target: Uint8Array): number {
    const count = Math.min(this.length, target.length);
    if (count > 0) {
      target.set(this.peek(count));
      this.skip(count);
    }
    return count;
  }
}
