function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join(" ");
}

/**
 * Thrown when a file receives bytes that its encoding cannot decode and its
 * `errors` is `"strict"`. The next read goes on after them.
 *
 * @example Read on after the error
 * ```ts
 * import { socketpair, UnicodeDecodeError } from "@berkeley/socket/socket";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const [a, b] = await socketpair();
 * using _a = a, _b = b;
 * await using file = a.makefile("r", { encoding: "ascii" });
 * await b.sendall(Uint8Array.of(0x61, 0xff, 0x62, 0x0a));
 * await assertRejects(() => file.readline(), UnicodeDecodeError);
 * assertEquals(await file.readline(), "ab\n");
 * ```
 *
 * Port of [`UnicodeDecodeError`](https://docs.python.org/3/library/exceptions.html#UnicodeDecodeError).
 */
export class UnicodeDecodeError extends Error {
  /** The name of the encoding. */
  readonly encoding: string;
  /** Just the bytes that cannot be decoded; empty if the decoder does not tell. */
  readonly object: Uint8Array;
  /** What is wrong with the bytes. */
  readonly reason: string;

  /** Creates the error from its fields. */
  constructor(encoding: string, object: Uint8Array, reason: string) {
    const what = object.length > 8
      ? `${object.length} bytes`
      : hex(object) || "bytes";
    super(`Cannot decode ${what} as ${encoding}: ${reason}`);
    this.encoding = encoding;
    this.object = object;
    this.reason = reason;
  }

  static {
    this.prototype.name = "UnicodeDecodeError";
  }
}

/**
 * Thrown when text is written that the file's encoding cannot represent and its
 * `errors` is `"strict"`, and for a host name or path that cannot be encoded. Nothing of
 * the text is written.
 *
 * @example Usage
 * ```ts
 * import { socketpair, UnicodeEncodeError } from "@berkeley/socket/socket";
 * import { assertRejects } from "@std/assert";
 *
 * const [a, b] = await socketpair();
 * using _a = a, _b = b;
 * await using file = a.makefile("w", { encoding: "ascii" });
 * await assertRejects(() => file.write("5 €"), UnicodeEncodeError);
 * ```
 *
 * Port of [`UnicodeEncodeError`](https://docs.python.org/3/library/exceptions.html#UnicodeEncodeError).
 */
export class UnicodeEncodeError extends Error {
  /** The name of the encoding. */
  readonly encoding: string;
  /** The text to encode. */
  readonly object: string;
  /** The index of the character in the text, in UTF-16 units. */
  readonly start: number;
  /** What is wrong with the character. */
  readonly reason: string;

  /** Creates the error from its fields. */
  constructor(encoding: string, object: string, start: number, reason: string) {
    const code = object.codePointAt(start)!.toString(16).toUpperCase();
    super(
      `Cannot encode U+${
        code.padStart(4, "0")
      } at ${start} as ${encoding}: ${reason}`,
    );
    this.encoding = encoding;
    this.object = object;
    this.start = start;
    this.reason = reason;
  }

  static {
    this.prototype.name = "UnicodeEncodeError";
  }
}
