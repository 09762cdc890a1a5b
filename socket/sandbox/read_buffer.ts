// An idle connection holds SMALLEST bytes. The buffer grows by STEP while
// reads fill it, up to LARGEST, and shrinks when many in a row do not.
const SMALLEST = 512;
const LARGEST = 65536;
const STEP = 4;
const PATIENCE = 8;

const NOTHING = new Uint8Array(0);

/** Bytes that were read and not yet handed out, in a buffer that fits the traffic. */
export class ReadBuffer {
  #bytes = NOTHING;
  #start = 0;
  #end = 0;
  #size = SMALLEST;
  #room = 0;
  #small = 0;
  /** Whether the last read filled all its room and could have taken more with a larger one. */
  full = false;

  /** How many bytes are there. */
  get available(): number {
    return this.#end - this.#start;
  }

  /** Gives room for a read of at most `size` bytes, all in one piece where `whole`. */
  room(size: number, whole: boolean): Uint8Array {
    if (this.#start === this.#end) {
      this.#start = this.#end = 0;
      if (whole) this.#size = Math.max(this.#size, Math.min(size, LARGEST));
      if (this.#bytes.length !== this.#size) {
        this.#bytes = new Uint8Array(this.#size);
      }
    } else if (this.#free < Math.min(size, this.#bytes.length / 2)) {
      this.#grow(Math.max(this.#bytes.length, this.available * 2));
    }
    this.#room = Math.min(
      this.#free,
      Math.max(size - this.available, 1),
    );
    return this.#room === this.#bytes.length
      ? this.#bytes
      : this.#bytes.subarray(this.#end, this.#end + this.#room);
  }

  /** Notes that a read put `count` bytes into its room. */
  came(count: number): void {
    this.#end += count;
    this.full = count === this.#room && this.#bytes.length < LARGEST;
    if (count === this.#room) {
      this.#small = 0;
      this.#size = Math.min(this.#size * STEP, LARGEST);
    } else if (count * STEP > this.#size || this.#size === SMALLEST) {
      this.#small = 0;
    } else if (++this.#small === PATIENCE) {
      this.#small = 0;
      this.#size = Math.max(this.#size / STEP, SMALLEST);
    }
  }

  /** Adds bytes that were read elsewhere. */
  append(bytes: Uint8Array): void {
    if (this.#free < bytes.length) {
      this.#grow(this.available + bytes.length);
    }
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Copies at most `size` bytes out and leaves them. */
  peek(size: number): Uint8Array {
    return this.#bytes.slice(
      this.#start,
      Math.min(this.#start + size, this.#end),
    );
  }

  /** Hands out at most `size` bytes. */
  cut(size: number): Uint8Array {
    const bytes = this.peek(size);
    this.#start += bytes.length;
    return bytes;
  }

  /** Moves as many bytes as there are, and fit, into another buffer. */
  take(into: Uint8Array): number {
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

  /** Makes the buffer hold `size` bytes, those that are there first. */
  #grow(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes.subarray(this.#start, this.#end));
    this.#end -= this.#start;
    this.#start = 0;
    this.#bytes = bytes;
  }
}
