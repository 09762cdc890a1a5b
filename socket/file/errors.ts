/**
 * The stream ended before a call had read all it had to.
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
  /** What came before the end. The file no longer has it. */
  readonly partial: T;
  /** How many bytes or characters were asked for; `null` if a separator was. */
  readonly expected: number | null;

  /** Creates the error. */
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
 * More comes before the separator than the call's `limit` allows. All of it
 * stays in the file to be read.
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
  /** How many bytes or characters come before the separator, or before the first place where it may still begin. */
  readonly consumed: number;

  /** Creates the error. */
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
