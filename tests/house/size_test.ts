import { assertEquals } from "@std/assert";
import { expectNone, libraryFiles, piecesOf, read, without } from "./source.ts";

const MOST = 250;

function linesOfCode(text: string): number {
  return without(text, "comment").split("\n")
    .filter((line) => line.trim() !== "").length;
}

Deno.test(`no file has more than ${MOST} lines of code`, () => {
  const problems = libraryFiles()
    .filter((path) => !path.startsWith("socket/constants/")) // tables of numbers
    .map((path) => [path, linesOfCode(read(path))] as const)
    .filter(([, lines]) => lines > MOST)
    .map(([path, lines]) => `${path} has ${lines}`);
  expectNone(
    problems,
    "Find the second concept in these files and give it a file of its own (comments and blank lines do not count):",
  );
});

Deno.test("linesOfCode() counts neither comments nor blank lines", () => {
  const text = [
    "/** A comment.",
    " */",
    "const a = 1; // one",
    "",
    "// nothing",
    'const b = "// text";',
    "const c = `/* ${a /* in between */} */",
    "`;",
    "const d = /[/*]\\//;",
  ].join("\n");
  assertEquals(linesOfCode(text), 5);
});

Deno.test("piecesOf() takes every library file apart without a rest", () => {
  for (const path of libraryFiles()) {
    const text = read(path);
    const pieces = piecesOf(text);
    assertEquals(
      pieces.map(({ start, end }) => text.slice(start, end)).join(""),
      text,
      path,
    );
    assertEquals(pieces.at(-1)?.depth, 0, `a template never ends in ${path}`);
  }
});
