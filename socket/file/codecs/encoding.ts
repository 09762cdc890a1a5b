/** What to do with bytes that cannot be decoded, or text that cannot be encoded. */
export type ErrorHandler =
  | "strict"
  | "ignore"
  | "replace"
  | "surrogateescape"
  | "backslashreplace";

/** An encoding that can be written as well as read, by Python's name. */
export type OwnEncoding =
  | "ascii"
  | "latin-1"
  | "utf-16"
  | "utf-16-be"
  | "utf-16-le"
  | "utf-8"
  | "utf-8-sig";

/** Bytes that cannot be decoded. */
export interface Fault {
  readonly start: number;
  /** Where decoding can go on. */
  readonly end: number;
  /** CPython's words. */
  readonly reason: string;
}

/** How to decode an encoding whose only state is an incomplete character. */
export interface Codec {
  /** Counts the bytes before an incomplete character at the end. */
  complete(bytes: Uint8Array): number;
  /** Decodes bytes; `undefined` if they have a fault. */
  text(bytes: Uint8Array): string | undefined;
  /** Finds the first fault from an offset on. */
  fault(bytes: Uint8Array, from: number): Fault | undefined;
}

// Python's names and aliases without case and punctuation, which Python ignores
// too.
const ownEncodings: ReadonlyMap<string, OwnEncoding> = new Map([
  ["ascii", "ascii"],
  ["usascii", "ascii"],
  ["us", "ascii"],
  ["646", "ascii"],
  ["iso646us", "ascii"],
  ["latin1", "latin-1"],
  ["latin", "latin-1"],
  ["l1", "latin-1"],
  ["iso88591", "latin-1"],
  ["8859", "latin-1"],
  ["cp819", "latin-1"],
  ["utf16", "utf-16"],
  ["u16", "utf-16"],
  ["utf16be", "utf-16-be"],
  ["utf16le", "utf-16-le"],
  ["utf8", "utf-8"],
  ["utf", "utf-8"],
  ["u8", "utf-8"],
  ["utf8sig", "utf-8-sig"],
]);

/** Finds an encoding by Python's names; `undefined` if it is not one that can be written. */
export function findOwnEncoding(name: string): OwnEncoding | undefined {
  return ownEncodings.get(name.toLowerCase().replaceAll(/[^a-z0-9]/g, ""));
}

const handlers: readonly string[] = [
  "strict",
  "ignore",
  "replace",
  "surrogateescape",
  "backslashreplace",
];

/**
 * Checks the name of an error handler.
 *
 * @throws {RangeError} If there is no such handler.
 */
export function checkErrorHandler(name: string): asserts name is ErrorHandler {
  if (!handlers.includes(name)) {
    throw new RangeError(
      `Cannot make a file: errors must be one of ${
        handlers.join(", ")
      }, not "${name}"`,
    );
  }
}

/**
 * Makes the runtime's decoder of an encoding, by the Encoding Standard's labels.
 *
 * @throws {RangeError} If the encoding is not known.
 */
export function findWebDecoder(encoding: string): TextDecoder {
  for (const label of [encoding, encoding.replaceAll("_", "-")]) {
    try {
      return new TextDecoder(label, { ignoreBOM: true });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new RangeError(`Cannot make a file: unknown encoding "${encoding}"`);
}
