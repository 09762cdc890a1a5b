/** What to do with bytes that are no text in the encoding, or text that it cannot represent. */
export type ErrorHandler =
  | "strict"
  | "ignore"
  | "replace"
  | "surrogateescape"
  | "backslashreplace";

/** The encodings that are written as well as read, by Python's names for them. */
export type OwnEncoding =
  | "ascii"
  | "latin-1"
  | "utf-16"
  | "utf-16-be"
  | "utf-16-le"
  | "utf-8"
  | "utf-8-sig";

// Python's names and aliases, less case and punctuation, to which it pays no
// heed either.
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

/** Finds the encoding that a name of Python's means; `undefined` if it is none that we write. */
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
 * @throws {RangeError} If it is none that we have.
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
 * Finds the runtime's decoder of an encoding, by the Encoding Standard's labels.
 *
 * @throws {RangeError} If there is none.
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
