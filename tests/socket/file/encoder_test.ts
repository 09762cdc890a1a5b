import { assertEquals, assertThrows } from "@std/assert";
import { openEncoder } from "../../../socket/file/codecs/encoder.ts";
import { UnicodeEncodeError } from "../../../socket/text/unicode_errors.ts";
import { needsPython, runPython } from "../../support/python.ts";
import { latin } from "./scripted_source.ts";

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

const handlers = [
  "strict",
  "ignore",
  "replace",
  "backslashreplace",
  "surrogateescape",
] as const;

const encodings = ["utf-8", "ascii", "latin-1", "utf-16-le", "utf-16-be"];

const oracle = `
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
      await runPython(oracle, { stdin: JSON.stringify(cases) }),
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

Deno.test("Encoder.encode() writes a byte order mark once, before the first text, even of an empty one", () => {
  const utf16 = openEncoder("utf-16", "strict");
  assertEquals(
    ["", "a", "b"].map((text) => latin(utf16.encode(text))),
    ["\xff\xfe", "a\0", "b\0"],
  );
  const utf8 = openEncoder("utf-8-sig", "strict");
  assertEquals(
    ["", "a", "b"].map((text) => latin(utf8.encode(text))),
    ["\xef\xbb\xbf", "a", "b"],
  );
});

Deno.test("Encoder.encode() throws UnicodeEncodeError with the character and its position", () => {
  const error = assertThrows(
    () => openEncoder("ascii", "strict").encode("5 €"),
    UnicodeEncodeError,
    "Cannot encode U+20AC at 2 as ascii: ordinal not in range(128)",
  );
  assertEquals([error.encoding, error.object, error.start], [
    "ascii",
    "5 €",
    2,
  ]);
});

Deno.test("openEncoder() throws RangeError for an encoding that is only read", () => {
  for (const name of ["shift_jis", "euc_jp", "cp1252"]) {
    assertThrows(
      () => openEncoder(name, "strict"),
      RangeError,
      `Cannot make a file: encoding "${name}" can be read but not written`,
    );
  }
  assertThrows(
    () => openEncoder("klingon", "strict"),
    RangeError,
    'unknown encoding "klingon"',
  );
});
