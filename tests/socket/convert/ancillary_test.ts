import { assert, assertEquals, assertThrows } from "@std/assert";
import { CMSG_LEN, CMSG_SPACE } from "../../../socket/convert/ancillary.ts";
import { needsPython, runPython } from "../../support/python.ts";

const calls = { CMSG_LEN, CMSG_SPACE };

const lengths = [
  ...Array.from({ length: 40 }, (_, length) => length),
  ...Array.from({ length: 60 }, (_, index) => 2 ** 31 - 50 + index),
  ...[-1, -(2 ** 31), 2 ** 32, 2 ** 53, 2 ** 63, 2 ** 64],
];

Deno.test("CMSG_LEN() adds the header to the data", () => {
  const header = Deno.build.os === "darwin" ? 12 : 16;
  assertEquals(
    [0, 1, 8, 100].map(CMSG_LEN),
    [0, 1, 8, 100].map((n) => n + header),
  );
});

Deno.test("CMSG_SPACE() adds the padding", () => {
  const expected = Deno.build.os === "darwin"
    ? [12, 16, 16, 20, 20, 24]
    : [16, 24, 24, 24, 24, 32];
  assertEquals([0, 1, 4, 5, 8, 9].map(CMSG_SPACE), expected);
});

Deno.test("CMSG_SPACE() is never below CMSG_LEN(), nor a whole padding above it", () => {
  for (let length = 0; length < 100; length++) {
    const padding = CMSG_SPACE(length) - CMSG_LEN(length);
    assert(padding >= 0 && padding < 8, `${padding} bytes after ${length}`);
  }
});

Deno.test("CMSG_LEN() and CMSG_SPACE() throw RangeError for what does not fit", () => {
  for (const [name, call] of Object.entries(calls)) {
    for (const length of [-1, 2 ** 31 - 1, 2 ** 64]) {
      const error = assertThrows(() => call(length), RangeError);
      assert(
        error.message.startsWith(
          `Cannot compute ${name}: the length must be 0 to `,
        ) && error.message.endsWith(` bytes, not ${length}`),
        error.message,
      );
    }
  }
});

Deno.test("CMSG_LEN() and CMSG_SPACE() throw TypeError for a value that is not an integer", () => {
  for (const [name, call] of Object.entries(calls)) {
    for (const length of [0.5, NaN, "4", null]) {
      assertThrows(
        () => call(length as number),
        TypeError,
        `Cannot compute ${name}: the length must be an integer, not `,
      );
    }
  }
});

Deno.test({
  ...needsPython,
  name: "CMSG_LEN() and CMSG_SPACE() agree with Python",
  // Python has neither on Windows.
  ignore: needsPython.ignore || Deno.build.os === "windows",
  fn: async () => {
    const answers = JSON.parse(
      await runPython(
        `
import json, socket, sys
def answer(name, length):
    try:
        return getattr(socket, name)(length)
    except Exception as error:
        return type(error).__name__
names, lengths = json.load(sys.stdin)
print(json.dumps([[answer(name, int(length)) for length in lengths] for name in names]))
`,
        { stdin: JSON.stringify([Object.keys(calls), lengths]) },
      ),
    );
    const answer = (call: (length: number) => number, length: number) => {
      try {
        return call(length);
      } catch (error) {
        return error instanceof RangeError ? "OverflowError" : String(error);
      }
    };
    for (const [index, [name, call]] of Object.entries(calls).entries()) {
      for (const [at, length] of lengths.entries()) {
        assertEquals(
          answer(call, length),
          answers[index][at],
          `${name}(${length})`,
        );
      }
    }
  },
});
