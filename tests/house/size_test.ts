import { assertEquals } from "@std/assert";
import {
  expectNone,
  importsOf,
  libraryFiles,
  piecesOf,
  read,
  resolve,
  without,
} from "./source.ts";

const MOST = 300;

/** Files that may be longer, and why. */
const longer: Readonly<Record<string, number>> = {
  "socket/socket.ts": 525, // one class: a method for each of Python's
};

const LEAST = 40;

/** Files that may be shorter, and why. */
const shorter: Readonly<Record<string, string>> = {
  "server/forking/parent/descriptor_relay.ts": "stands beside stream_relay.ts",
  "server/forking/parent/datagram_relay.ts": "stands beside stream_relay.ts",
  "server/forking/parent/node_thread.ts": "one of two kinds of thread",
  "server/forking/parent/web_thread.ts": "the other one",
  "server/forking/worker/datagram_conn.ts": "stands beside stream_conn.ts",
  "server/forking/worker/remote_server.ts": "is what a handler sees",
  "socket/posix/services.ts": "stands beside machine.ts and names.ts",
  "socket/file/codecs/single_byte.ts": "stands beside the other codecs",
  "socket/file/text_writer.ts": "stands beside text_reader.ts",
};

const isModule = (path: string) => /(^|\/)mod\.ts$/.test(path);

function linesOfCode(text: string): number {
  return without(text, "comment").split("\n")
    .filter((line) => line.trim() !== "").length;
}

Deno.test(`no file has more than ${MOST} lines of code`, () => {
  const problems = libraryFiles()
    .filter((path) => !path.startsWith("socket/constants/")) // tables of numbers
    .map((path) => [path, linesOfCode(read(path))] as const)
    .filter(([path, lines]) => lines > (longer[path] ?? MOST))
    .map(([path, lines]) => `${path} has ${lines}`);
  expectNone(
    problems,
    "Find the second concept in these files and give it a file of its own (comments and blank lines do not count):",
  );
});

Deno.test(`a file of less than ${LEAST} lines of code is imported by two others`, () => {
  const importers = new Map<string, number>();
  // What a mod.ts exports has a place of its own in the documentation.
  const exported = new Set<string>();
  for (const path of libraryFiles()) {
    for (const { specifier } of importsOf(read(path))) {
      const target = resolve(path, specifier);
      if (isModule(path)) exported.add(target);
      importers.set(target, (importers.get(target) ?? 0) + 1);
    }
  }
  expectNone(
    libraryFiles().filter((path) =>
      linesOfCode(read(path)) < LEAST && !isModule(path) &&
      !(path in shorter) && !exported.has(path) &&
      (importers.get(path) ?? 0) < 2
    ),
    "Move what is in these files to where it is used:",
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
