import { assertEquals } from "@std/assert";
import { checkAddress } from "../../socket/check_address.ts";
import { AF_UNIX } from "../../socket/constants/mod.ts";
import { UnicodeEncodeError } from "../../socket/text/unicode_errors.ts";
import { needsPython, runPython } from "../support/python.ts";
import { Random } from "../support/random.ts";

/** The bytes of a path as a sandboxed socket takes it, or where it cannot be encoded. */
function ours(path: string): number[] | number {
  try {
    const address = checkAddress("bind", AF_UNIX, path);
    return typeof address === "string"
      ? [...new TextEncoder().encode(address)]
      : [...address as Uint8Array];
  } catch (error) {
    if (!(error instanceof UnicodeEncodeError)) throw error;
    // CPython counts characters, not UTF-16 units.
    return [...path.slice(0, error.start)].length;
  }
}

Deno.test({
  ...needsPython,
  name: "checkAddress() encodes Unix paths as CPython does, surrogates too",
  fn: async () => {
    const random = new Random();
    const parts = [
      ...["a", "/", "\0", "é", "🦕", "\udc80", "\udcff", "\udcc3\udca9"],
      ...["\ud800", "\udc7f", "\ud83d", "\ufffd", "\udcf0\udc9f\udca6\udc95"],
    ];
    const paths = Array.from(
      { length: 500 },
      () =>
        Array.from({ length: random.integer(1, 6) }, () => random.pick(parts))
          .join(""),
    );
    const expected = JSON.parse(
      await runPython(
        `
import json, os, sys
def encode(path):
    try:
        return list(os.fsencode(path))
    except UnicodeEncodeError as error:
        return error.start
print(json.dumps([encode(path) for path in json.load(sys.stdin)]))
`,
        { stdin: JSON.stringify(paths) },
      ),
    );
    assertEquals(paths.map(ours), expected, `seed ${random.seed}`);
  },
});
