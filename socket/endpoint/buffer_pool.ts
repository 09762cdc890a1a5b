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
 * Copies bytes that are about to be sent. Deno looks at the bytes of a write
 * only after the current tick, so without the copy a caller that reuses its
 * buffer at once would send something else (Deno 2.9; a runtime that reads them
 * during the call would make this unnecessary).
 */
export function copyForSend(data: Uint8Array): Uint8Array {
  const { length } = data;
  if (length > LARGE) return data.slice();
  const buffer = roomFor(length);
  buffer.set(data);
  return buffer.subarray(0, length);
}

/** Copies the bytes of several buffers into one; see {@linkcode copyForSend}. */
export function gatherForSend(buffers: readonly Uint8Array[]): Uint8Array {
  const buffer = roomFor(lengthOf(buffers));
  let end = 0;
  for (const part of buffers) {
    buffer.set(part, end);
    end += part.length;
  }
  return buffer.subarray(0, end);
}

function roomFor(length: number): Uint8Array {
  if (length > LARGE) return new Uint8Array(length);
  return length > SMALL ? acquire() : small.pop() ?? new Uint8Array(SMALL);
}

/** Gives a copy back when it has been sent. */
export function releaseCopy(copy: Uint8Array): void {
  const { byteLength } = copy.buffer;
  if (byteLength === LARGE) release(new Uint8Array(copy.buffer));
  else if (byteLength === SMALL && small.length < SMALL_KEPT) {
    small.push(new Uint8Array(copy.buffer));
  }
}

/** Counts the bytes of several buffers. */
export function lengthOf(buffers: readonly Uint8Array[]): number {
  return buffers.reduce((sum, buffer) => sum + buffer.length, 0);
}
