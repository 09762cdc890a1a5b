/** The size of the largest buffers. */
export const LARGE = 65536;

/** Buffers of one size that are at hand. */
interface Pool {
  readonly size: number;
  /** How many to keep: as many as a busy server has in use, because to allocate one costs more than to send from it. */
  readonly most: number;
  /** Views of them, each as long as its last use needed. */
  readonly kept: Uint8Array[];
}

const POOLS: readonly Pool[] = [
  { size: 1024, most: 256, kept: [] },
  { size: 4096, most: 256, kept: [] },
  { size: 16384, most: 128, kept: [] },
  { size: LARGE, most: 32, kept: [] },
];

/** Takes space of `length` bytes; its contents are undefined. */
export function acquire(length: number): Uint8Array {
  if (length > LARGE) return new Uint8Array(length);
  let index = 0;
  while (POOLS[index].size < length) index++;
  const { size, kept } = POOLS[index];
  const view = kept.pop();
  // What has the same length as its last use, which is common, needs no new view.
  if (view?.length === length) return view;
  return new Uint8Array(view?.buffer ?? new ArrayBuffer(size), 0, length);
}

/** Returns space for the next use; leaves what has another size to the garbage collector. */
export function release(view: Uint8Array): void {
  const { byteLength } = view.buffer;
  for (const { size, most, kept } of POOLS) {
    if (size !== byteLength) continue;
    if (kept.length < most) kept.push(view);
    return;
  }
}

/**
 * Copies bytes to send. Deno reads the bytes of a write only after the current
 * tick, so without the copy a caller that reuses its buffer at once would send
 * something else (Deno 2.9; unnecessary once the runtime reads them during the
 * call).
 */
export function copyForSend(data: Uint8Array): Uint8Array {
  if (data.length > LARGE) return data.slice();
  const view = acquire(data.length);
  view.set(data);
  return view;
}

/** Copies the bytes of several buffers into one; see {@linkcode copyForSend}. */
export function gatherForSend(buffers: readonly Uint8Array[]): Uint8Array {
  const view = acquire(lengthOf(buffers));
  let end = 0;
  for (const part of buffers) {
    view.set(part, end);
    end += part.length;
  }
  return view;
}

/** Returns the total length of several buffers. */
export function lengthOf(buffers: readonly Uint8Array[]): number {
  return buffers.reduce((sum, buffer) => sum + buffer.length, 0);
}
