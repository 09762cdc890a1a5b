import { giveLarge, LARGE, takeLarge } from "./buffers.ts";

const SMALL = 4096;

// How many small buffers are kept for the next send: as many as a busy server
// has under way at a time, for making one costs more than sending from it.
const KEPT = 256;

const kept: Uint8Array[] = [];

/**
 * Copies bytes that are about to be sent. Deno looks at the bytes of a write
 * only after the current tick, so without the copy a caller who reuses the
 * buffer at once would send something else (denoland/deno 2.9; a runtime that
 * reads them during the call would make this unnecessary).
 */
export function stage(data: Uint8Array): Uint8Array {
  const { length } = data;
  if (length > LARGE) return data.slice();
  const buffer = length > SMALL
    ? takeLarge()
    : kept.pop() ?? new Uint8Array(SMALL);
  buffer.set(data);
  return buffer.subarray(0, length);
}

/** Gives a staged copy back when it has been sent. */
export function unstage(copy: Uint8Array): void {
  const { byteLength } = copy.buffer;
  if (byteLength === LARGE) giveLarge(new Uint8Array(copy.buffer));
  else if (byteLength === SMALL && kept.length < KEPT) {
    kept.push(new Uint8Array(copy.buffer));
  }
}
