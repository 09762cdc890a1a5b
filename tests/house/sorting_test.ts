import {
  expectNone,
  filesIn,
  importsOf,
  lineOf,
  read,
  resolve,
  without,
} from "./source.ts";

/** What `deno task test` runs: tests that stay in their own process. */
const quick = ["conformance", "socket", "server", "house"];

/** Modules that start other programs, where the quick tests need it. */
const allowed: Readonly<Record<string, string>> = {
  "tests/house/source.ts": "`deno doc`, for what the library exports",
  "tests/support/open_files.ts":
    "`ls`, because Deno opens /proc only with every permission",
};

const STARTS_A_PROGRAM =
  /\bDeno\.(?:Command\b|execPath\b)|\bnew Worker\b|\bForking\w*Server\b/;

/** The test files of folders. */
function testsIn(folders: readonly string[]): string[] {
  return folders.flatMap((folder) => filesIn(`tests/${folder}/`, "_test.ts"));
}

const files = new Set(filesIn("tests/"));

/** A file and all files of tests/ that it imports, itself or through others. */
function reachable(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const { specifier, typeOnly } of importsOf(read(path))) {
    if (typeOnly || !specifier.startsWith(".")) continue;
    const imported = resolve(path, specifier);
    if (files.has(imported)) reachable(imported, found);
  }
  return found;
}

/** Where a file starts a program, as `path:line`; `undefined` where it does not. */
function start(path: string): string | undefined {
  const source = read(path);
  const code = without(source, "comment", "text");
  const found = STARTS_A_PROGRAM.exec(code);
  return found ? `${path}:${lineOf(source, found.index)}` : undefined;
}

Deno.test("the quick tests start no programs and no Workers", () => {
  const problems: string[] = [];
  for (const test of testsIn(quick)) {
    for (const path of reachable(test)) {
      if (path in allowed) continue;
      const place = start(path);
      if (place !== undefined) problems.push(`${test}: ${place}`);
    }
  }
  expectNone(
    problems,
    "Move these tests to tests/interop/ if they talk to another program, to tests/process/ if they need a Deno of their own:",
  );
});

Deno.test("what stays in its own process is in the quick tests", () => {
  expectNone(
    testsIn(["process", "interop"]).filter((test) =>
      [...reachable(test)].every((path) => start(path) === undefined)
    ),
    "Move these to tests/socket/ or tests/server/, where `deno task test` runs them:",
  );
});
