/** The size of a large buffer. */
export const LARGE = 65536;

// How many are kept for the next one who needs one.
const KEPT = 32;

const kept: Uint8Array[] = [];

/** Takes a large buffer; there may be anything in it. */
export function takeLarge(): Uint8Array {
  return kept.pop() ?? new Uint8Array(LARGE);
}

/** Gives a large buffer back; one of another size is left to the garbage collector. */
export function giveLarge(buffer: Uint8Array): void {
  if (buffer.length === LARGE && kept.length < KEPT) kept.push(buffer);
}
