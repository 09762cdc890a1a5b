// Two sizes of buffers, each kept for the next send once it is free again.
const SMALL = 4096;
const LARGE = 65536;
const KEPT = 32;

const small: Uint8Array[] = [];
const large: Uint8Array[] = [];

/**
 * Copies bytes that are about to be sent. Deno looks at the bytes of a write
 * only after the current tick, so without the copy a caller who reuses the
 * buffer at once would send something else (denoland/deno 2.9; a runtime that
 * reads them during the call would make this unnecessary).
 */
export function stage(data: Uint8Array): Uint8Array {
  const { length } = data;
  if (length > LARGE) return data.slice();
  const buffer = length <= SMALL
    ? small.pop() ?? new Uint8Array(SMALL)
    : large.pop() ?? new Uint8Array(LARGE);
  buffer.set(data);
  return buffer.subarray(0, length);
}

/** Gives a staged copy back when it has been sent. */
export function unstage(copy: Uint8Array): void {
  const size = copy.buffer.byteLength;
  const pool = size === SMALL ? small : size === LARGE ? large : undefined;
  if (pool !== undefined && pool.length < KEPT) {
    pool.push(new Uint8Array(copy.buffer as ArrayBuffer));
  }
}
