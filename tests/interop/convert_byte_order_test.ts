import { assertEquals } from "@std/assert";
import { htonl, htons, ntohl, ntohs } from "../../socket/convert/byte_order.ts";
import { needsPython, runPython } from "../support/python.ts";

const long = { htonl, ntohl };

const short = { htons, ntohs };

const calls = { ...long, ...short };

const boundaries = [
  ...[0, 1, 2 ** 7, 2 ** 8, 2 ** 15, 2 ** 16, 2 ** 24, 2 ** 31, 2 ** 32],
  ...[2 ** 33, 2 ** 53, 0x1234, 0x12345678, 0xdeadbeef],
].flatMap((number) => [number - 1, number, number + 1, -number]);

Deno.test({
  ...needsPython,
  name: "byte order calls agree with Python",
  fn: async () => {
    const answers = JSON.parse(
      await runPython(
        `
import json, socket, sys
def answer(name, value):
    try:
        return getattr(socket, name)(value)
    except Exception as error:
        return type(error).__name__
names, values = json.load(sys.stdin)
print(json.dumps([[answer(name, value) for value in values] for name in names]))
`,
        { stdin: JSON.stringify([Object.keys(calls), boundaries]) },
      ),
    );
    const answer = (call: (value: number) => number, value: number) => {
      try {
        return call(value);
      } catch (error) {
        return error instanceof RangeError ? "OverflowError" : String(error);
      }
    };
    for (const [index, [name, call]] of Object.entries(calls).entries()) {
      for (const [at, value] of boundaries.entries()) {
        assertEquals(
          answer(call, value),
          answers[index][at],
          `${name}(${value})`,
        );
      }
    }
  },
});
