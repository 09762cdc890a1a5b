/** A place in bytes that is no text. */
export interface Fault {
  /** Where it begins. */
  readonly start: number;
  /** Where the next text may begin. */
  readonly end: number;
  /** What is wrong, in CPython's words. */
  readonly reason: string;
}

/** An encoding that needs no state between two pieces of bytes but the bytes left over. */
export interface Codec {
  /** How many of the bytes come before a character whose end is not there yet. */
  complete(bytes: Uint8Array): number;
  /** The text of faultless bytes; `undefined` if they have a fault. */
  text(bytes: Uint8Array): string | undefined;
  /** Finds the first fault from an offset on. */
  fault(bytes: Uint8Array, from: number): Fault | undefined;
}
