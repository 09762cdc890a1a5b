/** The size of a large buffer. */
export const LARGE = 65536;

const SMALL = 4096;

// How many buffers to keep for the next use. Sends copy into the small ones;
// keep as many as a busy server has sends in progress, because allocating one
// costs more than sending from it.
const LARGE_KEPT = 32;
const SMALL_KEPT = 256;

const large: Uint8Array[] = [];
// Views of small buffers, each as long as its last use needed.
const small: Uint8Array[] = [];

/** Takes a large buffer; its contents are undefined. */
export function acquire(): Uint8Array {
  return large.pop() ?? new Uint8Array(LARGE);
}

/** Returns a large buffer to the pool; leaves one of another size to the garbage collector. */
export function release(buffer: Uint8Array): void {
  if (buffer.length === LARGE && large.length < LARGE_KEPT) large.push(buffer);
}

/**
 * Copies bytes to send. Deno reads the bytes of a write only after the current
 * tick, so without the copy a caller that reuses its buffer at once would send
 * something else (Deno 2.9; unnecessary once the runtime reads them during the
 * call).
 */
export function copyForSend(data: Uint8Array): Uint8Array {
  if (data.length > LARGE) return data.slice();
  const view = viewFor(data.length);
  view.set(data);
  return view;
}

/** Copies the bytes of several buffers into one; see {@linkcode copyForSend}. */
export function gatherForSend(buffers: readonly Uint8Array[]): Uint8Array {
  const view = viewFor(lengthOf(buffers));
  let end = 0;
  for (const part of buffers) {
    view.set(part, end);
    end += part.length;
  }
  return view;
}

function viewFor(length: number): Uint8Array {
  if (length > LARGE) return new Uint8Array(length);
  if (length > SMALL) return acquire().subarray(0, length);
  // Sends of one size after another, which are common, need no new view.
  const kept = small.pop();
  if (kept === undefined) return new Uint8Array(SMALL).subarray(0, length);
  return kept.length === length ? kept : new Uint8Array(kept.buffer, 0, length);
}

/** Returns a copy to the pool after it has been sent. */
export function releaseCopy(copy: Uint8Array): void {
  const { byteLength } = copy.buffer;
  if (byteLength === LARGE) release(new Uint8Array(copy.buffer));
  else if (byteLength === SMALL && small.length < SMALL_KEPT) small.push(copy);
}

/** Returns the total length of several buffers. */
export function lengthOf(buffers: readonly Uint8Array[]): number {
  return buffers.reduce((sum, buffer) => sum + buffer.length, 0);
}
