import { assertEquals } from "@std/assert";
import { openEncoder } from "../../socket/file/codecs/encoder.ts";
import type { ErrorHandler } from "../../socket/file/codecs/encoding.ts";
import { UnicodeEncodeError } from "../../socket/text/unicode_errors.ts";
import { needsPython, runPython } from "../support/python.ts";
import { Random } from "../support/random.ts";
import { decode, text } from "../socket/file/decoding.ts";
import { bytes } from "../socket/file/scripted_source.ts";

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

const decodeInPython = `
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
      await runPython(decodeInPython, {
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

const texts = [
  "",
  "hello\n",
  "\0\x7f\x80\xff",
  "é€😀",
  "a\udc80b",
  "\udcffa\udc80",
  "x\ud83dy",
  "\udfff",
];

const encodings = ["utf-8", "ascii", "latin-1", "utf-16-le", "utf-16-be"];

const encodeInPython = `
import json, sys
def encode(text, encoding, errors):
    try:
        return list(text.encode(encoding, errors))
    except UnicodeEncodeError as e:
        return e.reason
print(json.dumps([encode(*case) for case in json.load(sys.stdin)]))
`;

Deno.test({
  ...needsPython,
  name: "Encoder.encode() agrees with Python",
  async fn() {
    const cases = texts.flatMap((text) =>
      encodings.flatMap((encoding) =>
        handlers.map((errors) => [text, encoding, errors] as const)
      )
    );
    const expected = JSON.parse(
      await runPython(encodeInPython, { stdin: JSON.stringify(cases) }),
    );
    cases.forEach(([text, encoding, errors], index) => {
      let actual: number[] | string;
      try {
        actual = [...openEncoder(encoding, errors).encode(text)];
      } catch (error) {
        if (!(error instanceof UnicodeEncodeError)) throw error;
        actual = error.reason;
      }
      const which = `${JSON.stringify(text)} ${encoding} ${errors}`;
      assertEquals(actual, expected[index], which);
    });
  },
});
