import { assertEquals } from "@std/assert";
import { b } from "../../socket/bytes.ts";
import { needsPython, runPython } from "../support/python.ts";
import { Random } from "../support/random.ts";

function ours(source: string): number[] | null {
  try {
    return [...b(Object.assign([source], { raw: [source] }))];
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return null;
  }
}

Deno.test({
  ...needsPython,
  name: "b reads literals as CPython does",
  fn: async () => {
    const random = new Random();
    const parts = [
      ...[
        "\\",
        "\\",
        "\\x",
        "\\x",
        "x",
        "n",
        "r",
        "t",
        "a",
        "b",
        "f",
        "v",
        "N",
      ],
      ...[
        "u",
        "U",
        "0",
        "1",
        "7",
        "8",
        "3",
        "F",
        "e",
        "\n",
        "'",
        '"',
        " ",
        "é",
      ],
    ];
    const sources = Array.from(
      { length: 3000 },
      () =>
        Array.from({ length: random.integer(1, 8) }, () => random.pick(parts))
          .join(""),
    ).filter((source) =>
      // No literal ends so, nor has three quotes; CPython cuts \400 and up off.
      !/(^|[^\\])(\\\\)*\\$|'''|'$|\\[4-7][0-7]{2}/.test(source)
    );
    const expected = JSON.parse(
      await runPython(
        `
import ast, json, sys, warnings
warnings.simplefilter("ignore")
def read(source):
    try:
        return list(ast.literal_eval("b'''" + source + "'''"))
    except (SyntaxError, ValueError):
        return None
print(json.dumps([read(source) for source in json.load(sys.stdin)]))
`,
        { stdin: JSON.stringify(sources) },
      ),
    );
    assertEquals(sources.map(ours), expected, `seed ${random.seed}`);
  },
});
