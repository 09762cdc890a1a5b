import { assertEquals } from "@std/assert";
import { openDecoder, type Piece } from "../../socket/file/codecs/decoder.ts";
import type { ErrorHandler } from "../../socket/file/codecs/encoding.ts";
import { needsPython, runPython } from "../support/python.ts";
import { Random } from "../support/random.ts";
import { bytes } from "../socket/file/scripted_source.ts";

/** Decodes bytes that arrive in parts of the given sizes, and the rest. */
function decode(
  encoding: string,
  errors: ErrorHandler,
  data: Uint8Array,
  sizes: number[] = [],
): Piece[] {
  const decoder = openDecoder(encoding, errors);
  const pieces: Piece[] = [];
  let left = 0;
  let end = 0;
  for (const size of [...sizes, data.length]) {
    end = Math.min(data.length, end + size);
    left += decoder.decode(data.subarray(left, end), false, pieces);
  }
  decoder.decode(data.subarray(left), true, pieces);
  return pieces;
}

/** The text of pieces, with `{reason}` for undecodable bytes. */
function text(pieces: Piece[]): string {
  return pieces.map((piece) =>
    typeof piece === "string" ? piece : `{${piece.reason}}`
  ).join("");
}

const random = new Random();

// Bytes that begin, continue or break sequences.
const interesting = [
  ...bytes("a\n\r"),
  ...[0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf],
  ...[0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff, 0xd8, 0xdb, 0xdc],
];

function randomBytes(): Uint8Array {
  return Uint8Array.from(
    { length: random.integer(0, 11) },
    () => random.pick(interesting),
  );
}

const handlers = [
  "strict",
  "ignore",
  "replace",
  "backslashreplace",
  "surrogateescape",
] as const;

const oracle = `
import json, sys
def decode(encoding, errors, data):
    out, at = "", 0
    try:
        return data.decode(encoding, errors)
    except UnicodeDecodeError as e:
        return data[:e.start].decode(encoding) + "{" + e.reason + "}"
print(json.dumps([decode(encoding, errors, bytes(data))
    for encoding, errors, data in json.load(sys.stdin)]))
`;

Deno.test({
  ...needsPython,
  name: "Decoder.decode() agrees with Python, however the bytes are split",
  async fn() {
    const cases: [string, ErrorHandler, Uint8Array][] = [];
    for (const encoding of ["utf-8", "ascii", "latin-1", "utf-8-sig"]) {
      for (const errors of handlers) {
        for (let count = 0; count < 100; count++) {
          cases.push([encoding, errors, randomBytes()]);
        }
      }
    }
    for (const encoding of ["utf-16-le", "utf-16-be"]) {
      for (const errors of handlers.slice(0, 4)) {
        for (let count = 0; count < 100; count++) {
          cases.push([encoding, errors, randomBytes()]);
        }
      }
    }
    const expected: string[] = JSON.parse(
      await runPython(oracle, {
        stdin: JSON.stringify(
          cases.map((
            [encoding, errors, data],
          ) => [encoding, errors, [...data]]),
        ),
      }),
    );
    cases.forEach(([encoding, errors, data], index) => {
      for (
        const sizes of [[], [1, 1, 1, 1, 1, 1], [
          random.integer(0, 4),
          random.integer(0, 4),
        ]]
      ) {
        const pieces = decode(encoding, errors, data, sizes);
        const fault = pieces.findIndex((piece) => typeof piece !== "string");
        assertEquals(
          text(fault < 0 ? pieces : pieces.slice(0, fault + 1)),
          expected[index],
          `${encoding} ${errors} ${data} cut by ${sizes}`,
        );
      }
    });
  },
});
