import { indexOfNeedle } from "@std/bytes/index-of-needle";
import type { Contents } from "./contents.ts";

// A file that waits holds SMALLEST bytes, unless more came the last time or its
// reader asked for more; never more than LARGEST before that many have come.
const SMALLEST = 512;
const LARGEST = 65536;

const NOTHING = new Uint8Array(0);

/** Bytes in a row, put in at the end and taken out at the start, in memory that fits the traffic. */
export class ByteBuffer implements Contents<Uint8Array> {
  readonly #size: number;
  #bytes: Uint8Array = NOTHING;
  #start = 0;
  #end = 0;
  #room = 0;
  #last = 0;

  /** @param size How many bytes to read ahead at most. */
  constructor(size: number) {
    this.#size = size;
  }

  /** How many bytes there are. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** How many bytes there are. */
  get span(): number {
    return this.#end - this.#start;
  }

  /** How many bytes lie between two offsets. */
  lengthOf(start: number, end: number): number {
    return end - start;
  }

  /** All bytes, or the first ones, where they lie. */
  view(most: number = Infinity): Uint8Array {
    const end = Math.min(this.#end, this.#start + most);
    return this.#bytes.subarray(this.#start, end);
  }

  /** Finds bytes from an offset on and gives their own offset, or -1. */
  indexOf(separator: Uint8Array, from: number): number {
    const view = this.view();
    return separator.length === 1
      ? view.indexOf(separator[0], from)
      : indexOfNeedle(view, separator, from);
  }

  /**
   * Gives memory for one receive, at the end of what is there.
   *
   * @param wanted How many more bytes the reader asks for; `Infinity` for all
   * there are. It gets fewer at a time where it asks for many, and more where
   * it asks for fewer than are read ahead.
   */
  room(wanted: number): Uint8Array {
    const most = Math.max(wanted, this.#size);
    if (this.length === 0) this.#renew(wanted, most);
    else this.#makeRoom(wanted, most);
    const end = Math.min(this.#bytes.length, this.#end + most);
    this.#room = end - this.#end;
    return this.#bytes.subarray(this.#end, end);
  }

  /** Notes that a receive put `count` bytes into its room. */
  commit(count: number): void {
    this.#end += count;
    this.#last = count;
  }

  #renew(wanted: number, most: number): void {
    this.#start = this.#end = 0;
    const told = wanted > this.#size && wanted !== Infinity;
    const fit = Math.min(
      told ? wanted : Math.max(SMALLEST, 2 * this.#last),
      most,
      LARGEST,
    );
    const capacity = this.#bytes.length;
    if (capacity < fit || capacity > (told ? fit : 4 * fit)) {
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

  /** Moves what is there into other memory, leaving `before` bytes free before it. */
  #move(capacity: number, before = 0): void {
    const { length } = this;
    const bytes = new Uint8Array(capacity);
    bytes.set(this.view(), before);
    this.#bytes = bytes;
    this.#start = before;
    this.#end = before + length;
  }

  /** Puts a copy of bytes behind what is there. */
  append(bytes: Uint8Array): void {
    const { length } = this;
    if (this.#bytes.length - this.#end < bytes.length) {
      const expected = length === 0
        ? Math.min(Math.max(SMALLEST, this.#last), LARGEST)
        : 2 * length;
      this.#move(Math.max(expected, length + bytes.length));
    }
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
    this.#last = this.length;
  }

  /** Puts a copy of bytes before what is there. */
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
      this.#bytes = NOTHING;
    }
  }

  /** Takes the first bytes out, in an array of their own. */
  take(length: number): Uint8Array {
    const bytes = this.#bytes;
    if (length > 0 && length === bytes.length) {
      // They fill their memory, which can go with them.
      this.#bytes = NOTHING;
      this.#start = this.#end = 0;
      return bytes;
    }
    const taken = bytes.slice(this.#start, this.#start + length);
    this.skip(length);
    return taken;
  }

  /** Takes the first bytes out, in an array of their own. */
  takeSpan(span: number): Uint8Array {
    return this.take(span);
  }

  /** Takes as many bytes out as `target` holds, and tells how many. */
  takeInto(target: Uint8Array): number {
    const count = Math.min(this.length, target.length);
    if (count > 0) {
      target.set(this.view(count));
      this.skip(count);
    }
    return count;
  }
}
