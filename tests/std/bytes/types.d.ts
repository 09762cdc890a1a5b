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
/** Copies bytes from one array into another, and gives how many. */
export function copy(src: Uint8Array, dst: Uint8Array, offset?: number): number;
/** Tells whether a byte array ends with another. */
export function endsWith(source: Uint8Array, suffix: Uint8Array): boolean;
/** Tells whether a byte array has another within. */
export function includesNeedle(
  source: Uint8Array,
  needle: Uint8Array,
  start?: number,
): boolean;
/** Gives the index of the last occurrence of a byte array in another one, or -1. */
export function lastIndexOfNeedle(
  source: Uint8Array,
  needle: Uint8Array,
  start?: number,
): number;
/** Gives the bytes repeated. */
export function repeat(
  source: Uint8Array,
  count: number,
): Uint8Array<ArrayBuffer>;
/** Tells whether a byte array begins with another. */
export function startsWith(source: Uint8Array, prefix: Uint8Array): boolean;
