/**
 * The stream ended before all was there that a call had to read.
 *
 * Thrown by {@linkcode SocketFile.readexactly} and {@linkcode SocketFile.readuntil}.
 *
 * @example Look at what came
 * ```ts
 * import { IncompleteReadError, socketpair } from "@berkeley/socket/socket";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const [a, b] = await socketpair();
 * using _a = a;
 * await using file = a.makefile("r");
 * await b.sendall(new TextEncoder().encode("abc"));
 * b.close();
 * const error = await assertRejects(() => file.readexactly(5), IncompleteReadError);
 * assertEquals([error.partial, error.expected], ["abc", 5]);
 * ```
 *
 * Port of [`asyncio.IncompleteReadError`](https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.IncompleteReadError).
 */
export class IncompleteReadError<
  T extends string | Uint8Array = string | Uint8Array,
> extends Error {
  /** What came before the end; it has been read, the file does not have it any more. */
  readonly partial: T;
  /** How many bytes or characters were asked for; `null` where it was a separator. */
  readonly expected: number | null;

  /** Makes an error from what came and from what was asked for. */
  constructor(partial: T, expected: number | null) {
    super(
      `Cannot read ${
        expected === null ? "up to the separator" : expected
      }: the stream ended after ${partial.length}`,
    );
    this.partial = partial;
    this.expected = expected;
  }

  static {
    this.prototype.name = "IncompleteReadError";
  }
}

/**
 * There is more before the separator than the call's `limit` allows. Nothing
 * has been taken out of the file.
 *
 * Thrown by {@linkcode SocketFile.readuntil}.
 *
 * @example Refuse a header that is too long
 * ```ts
 * import { LimitOverrunError, socketpair } from "@berkeley/socket/socket";
 * import { assertRejects } from "@std/assert";
 *
 * const [a, b] = await socketpair();
 * using _a = a, _b = b;
 * await using file = a.makefile("rb");
 * await b.sendall(new TextEncoder().encode("a long line\n"));
 * await assertRejects(() => file.readuntil("\n", { limit: 5 }), LimitOverrunError);
 * ```
 *
 * Port of [`asyncio.LimitOverrunError`](https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.LimitOverrunError).
 */
export class LimitOverrunError extends Error {
  /** How many bytes or characters are there in which no separator begins. */
  readonly consumed: number;

  /** Makes an error from its limit and what is there. */
  constructor(limit: number, consumed: number, found: boolean) {
    super(
      `Cannot read up to the separator: ${
        found ? "it comes after" : "it is not in the first"
      } ${consumed}, and the limit is ${limit}`,
    );
    this.consumed = consumed;
  }

  static {
    this.prototype.name = "LimitOverrunError";
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"))
    .join(" ");
}

/**
 * Bytes came that are no text in the file's encoding, and its `errors` is
 * `"strict"`. The next read goes on behind them.
 *
 * @example Go on after it
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
  /** The bytes that are no text, only these; empty where the decoder does not tell. */
  readonly object: Uint8Array;
  /** What is wrong with them. */
  readonly reason: string;

  /** Makes an error, and its message, from its fields. */
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
 * Text was written that the file's encoding cannot represent, and its `errors`
 * is `"strict"`. Nothing of it has been written.
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
  /** The text. */
  readonly object: string;
  /** Where in the text the character is, in UTF-16 units. */
  readonly start: number;
  /** What is wrong with it. */
  readonly reason: string;

  /** Makes an error, and its message, from its fields. */
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
