import { assertEquals } from "@std/assert";
import { CMSG_LEN, CMSG_SPACE } from "../../socket/convert/ancillary.ts";
import { needsPython, runPython } from "../support/python.ts";

const calls = { CMSG_LEN, CMSG_SPACE };

const lengths = [
  ...Array.from({ length: 40 }, (_, length) => length),
  ...Array.from({ length: 60 }, (_, index) => 2 ** 31 - 50 + index),
  ...[-1, -(2 ** 31), 2 ** 32, 2 ** 53, 2 ** 63, 2 ** 64],
];

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
