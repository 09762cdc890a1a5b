// Calls that turn a number into another one, beside those of Python's socket.
import { assertEquals } from "@std/assert";
import { CMSG_LEN, CMSG_SPACE } from "../../socket/convert/ancillary.ts";
import { htonl, htons, ntohl, ntohs } from "../../socket/convert/byte_order.ts";
import { needsPython, runPython } from "../support/python.ts";

type Call = (value: number) => number;

const oracle = `
import json, socket, sys
def answer(name, value):
    try:
        return getattr(socket, name)(value)
    except Exception as error:
        return type(error).__name__
names, values = json.load(sys.stdin)
print(json.dumps([[answer(name, int(value)) for value in values] for name in names]))
`;

function answer(call: Call, value: number): number | string {
  try {
    return call(value);
  } catch (error) {
    return error instanceof RangeError ? "OverflowError" : String(error);
  }
}

async function compare(
  calls: Readonly<Record<string, Call>>,
  values: readonly number[],
): Promise<void> {
  const names = Object.keys(calls);
  const answers = JSON.parse(
    await runPython(oracle, { stdin: JSON.stringify([names, values]) }),
  );
  for (const [index, name] of names.entries()) {
    for (const [at, value] of values.entries()) {
      assertEquals(
        answer(calls[name], value),
        answers[index][at],
        `${name}(${value})`,
      );
    }
  }
}

Deno.test({
  ...needsPython,
  name: "CMSG_LEN() and CMSG_SPACE() agree with Python",
  // Python has neither on Windows.
  ignore: needsPython.ignore || Deno.build.os === "windows",
  fn: () =>
    compare({ CMSG_LEN, CMSG_SPACE }, [
      ...Array.from({ length: 40 }, (_, length) => length),
      ...Array.from({ length: 60 }, (_, index) => 2 ** 31 - 50 + index),
      ...[-1, -(2 ** 31), 2 ** 32, 2 ** 53, 2 ** 63, 2 ** 64],
    ]),
});

Deno.test({
  ...needsPython,
  name: "byte order calls agree with Python",
  fn: () =>
    compare(
      { htonl, ntohl, htons, ntohs },
      [
        ...[0, 1, 2 ** 7, 2 ** 8, 2 ** 15, 2 ** 16, 2 ** 24, 2 ** 31, 2 ** 32],
        ...[2 ** 33, 2 ** 53, 0x1234, 0x12345678, 0xdeadbeef],
      ].flatMap((number) => [number - 1, number, number + 1, -number]),
    ),
});
