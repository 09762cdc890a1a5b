/** The size of a large buffer. */
export const LARGE = 65536;

const SMALL = 4096;

// How many buffers are kept for the next use. Of the small ones, which sends
// are copied into, as many as a busy server has under way at a time: making
// one costs more than sending from it.
const LARGE_KEPT = 32;
const SMALL_KEPT = 256;

const large: Uint8Array[] = [];
const small: Uint8Array[] = [];

/** Takes a large buffer; there may be anything in it. */
export function acquire(): Uint8Array {
  return large.pop() ?? new Uint8Array(LARGE);
}

/** Gives a large buffer back; one of another size is left to the garbage collector. */
export function release(buffer: Uint8Array): void {
  if (buffer.length === LARGE && large.length < LARGE_KEPT) large.push(buffer);
}

/**
 * Copies bytes that are about to be sent, those of several buffers into one.
 * Deno looks at the bytes of a write only after the current tick, so without
 * the copy a caller that reuses its buffer at once would send something else
 * (Deno 2.9; a runtime that reads them during the call would make this
 * unnecessary).
 */
export function copyForSend(
  data: Uint8Array | readonly Uint8Array[],
): Uint8Array {
  const length = lengthOf(data);
  const buffer = length > LARGE
    ? new Uint8Array(length)
    : length > SMALL
    ? acquire()
    : small.pop() ?? new Uint8Array(SMALL);
  if (data instanceof Uint8Array) buffer.set(data);
  else {
    let end = 0;
    for (const part of data) {
      buffer.set(part, end);
      end += part.length;
    }
  }
  return buffer.subarray(0, length);
}

/** Gives a copy back when it has been sent. */
export function releaseCopy(copy: Uint8Array): void {
  const { byteLength } = copy.buffer;
  if (byteLength === LARGE) release(new Uint8Array(copy.buffer));
  else if (byteLength === SMALL && small.length < SMALL_KEPT) {
    small.push(new Uint8Array(copy.buffer));
  }
}

/** Counts the bytes of one buffer or of several. */
export function lengthOf(data: Uint8Array | readonly Uint8Array[]): number {
  if (data instanceof Uint8Array) return data.length;
  return data.reduce((sum, part) => sum + part.length, 0);
}
