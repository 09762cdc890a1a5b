import { concat } from "@std/bytes/concat";
import { bytesOf, type Data } from "./arguments.ts";

// Backslash and what follows it, as Python reads a bytes literal, besides `\``
// and `\$`, which a template needs.
const ESCAPE = /\\(?:x([0-9A-Fa-f]{2})|([0-7]{1,3})|([^]?))/g;

/** What single characters after a backslash stand for; a newline for nothing. */
const escapes: Readonly<Record<string, string>> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "`": "`",
  "$": "$",
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

// The pieces of each literal in the program, read once.
const known = new WeakMap<TemplateStringsArray, readonly Uint8Array[]>();

/**
 * Makes bytes of a literal, as Python's `b"…"` does.
 *
 * The escapes are Python's: `\n`, `\r`, `\t`, `\a`, `\b`, `\f`, `\v`, `\\`, `\'`,
 * `\"`, one to three octal digits such as `\0`, `\x` with two hexadecimal digits,
 * and a backslash at a line's end. A backslash before anything else stands for
 * itself, as in Python, but ``\` `` and `\$` stand for those characters, which
 * a template cannot have otherwise. Other characters must be ASCII.
 *
 * What stands in `${}` must be bytes, and is copied.
 *
 * @param literal The literal; write it right after `b`.
 * @param parts Bytes between its pieces.
 * @returns New bytes, whenever the literal is evaluated.
 * @throws {TypeError} If a character is not ASCII, an escape is not complete or
 * larger than a byte, a part is not bytes, or `b` is called in another way.
 *
 * @example Send and compare bytes
 * ```ts
 * import { b, socket } from "@berkeley/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const [client, server] = await socket.socketpair();
 * using _client = client, _server = server;
 * await client.sendall(b`GET / HTTP/1.0\r\n\r\n`);
 * assertEquals(await server.recv(4), b`GET `);
 * assertEquals(await server.recv(1), Uint8Array.of(0x2f));
 * ```
 *
 * @example Bytes between
 * ```ts
 * import { b } from "@berkeley/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const name = new TextEncoder().encode("naïve");
 * assertEquals(b`\0${name}\xff`.length, 8);
 * ```
 *
 * Port of [`b"…"`](https://docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals).
 */
export function b(
  literal: TemplateStringsArray,
  ...parts: Data[]
): Uint8Array<ArrayBuffer> {
  const pieces = piecesOf(literal);
  return concat(
    pieces.flatMap((piece, index) =>
      index < parts.length
        ? [piece, bytesOf("make bytes", parts[index])]
        : piece
    ),
  );
}

function piecesOf(literal: TemplateStringsArray): readonly Uint8Array[] {
  if (!Array.isArray(literal?.raw)) {
    throw new TypeError(
      "Cannot make bytes: b must stand before a template, as in b`text`; encode a string with new TextEncoder().encode(text)",
    );
  }
  const pieces = known.get(literal) ?? literal.raw.map(read);
  known.set(literal, pieces);
  return pieces;
}

/** Reads the source of one piece. */
function read(source: string): Uint8Array {
  const [character] = /[^\0-\x7f]/u.exec(source) ?? [];
  if (character !== undefined) {
    const encoded = new TextEncoder().encode(character);
    const escaped = Array.from(
      encoded,
      (byte) => `\\x${byte.toString(16)}`,
    ).join("");
    throw new TypeError(
      `Cannot make bytes: "${character}" is not ASCII; in UTF-8 it is ${escaped}`,
    );
  }
  return Uint8Array.from(
    source.replaceAll(ESCAPE, unescape),
    (character) => character.charCodeAt(0),
  );
}

/** Gives what an escape stands for, as a character for each byte. */
function unescape(
  escape: string,
  hexadecimal: string | undefined,
  octal: string | undefined,
  other: string | undefined,
): string {
  if (other !== undefined && other !== "x") {
    return escapes[other] ?? escape;
  }
  const value = octal === undefined
    ? parseInt(hexadecimal ?? "", 16)
    : parseInt(octal, 8);
  if (value <= 255) return String.fromCharCode(value);
  throw new TypeError(
    octal === undefined
      ? "Cannot make bytes: \\x must have two hexadecimal digits"
      : `Cannot make bytes: ${escape} is larger than a byte`,
  );
}
