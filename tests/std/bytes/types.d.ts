/** Concatenates byte slices into a new array. */
export function concat(buffers: readonly Uint8Array[]): Uint8Array<ArrayBuffer>;
/** Tells whether two byte arrays hold the same. */
export function equals(a: Uint8Array, b: Uint8Array): boolean;
/** Gives the index of the first occurrence of a byte array in another one, or -1. */
export function indexOfNeedle(
  source: Uint8Array,
  needle: Uint8Array,
  start?: number,
): number;
