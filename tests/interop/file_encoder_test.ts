import { assertEquals } from "@std/assert";
import { openEncoder } from "../../socket/file/codecs/encoder.ts";
import { UnicodeEncodeError } from "../../socket/text/unicode_errors.ts";
import { needsPython, runPython } from "../support/python.ts";

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
