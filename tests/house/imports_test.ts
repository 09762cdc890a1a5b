import { assertEquals } from "@std/assert";
import {
  expectNone,
  filesIn,
  importsOf,
  libraryFiles,
  lineOf,
  read,
  resolve,
  without,
} from "./source.ts";

// Each layer may import itself and those before it. A name that ends in "/" is
// a whole folder. .github/CONTRIBUTING.md shows the same order.
const layers: readonly (readonly string[])[] = [
  ["socket/constants/", "socket/text/"],
  // Know nothing of drivers: checks, texts, numbers, and what Socket is made of.
  [
    "socket/accept_loop.ts",
    "socket/address.ts",
    "socket/check_address.ts",
    "socket/arguments.ts",
    "socket/bytes.ts",
    "socket/caller.ts",
    "socket/convert/",
    "socket/errno.ts",
    "socket/error_message.ts",
    "socket/errors.ts",
    "socket/file/",
    "socket/linked_queue.ts",
    "socket/lock.ts",
    "socket/permissions.ts",
    "socket/deadlines.ts",
    "socket/wait.ts",
    "socket/web_streams.ts",
  ],
  ["socket/driver.ts"],
  ["socket/endpoint/"],
  ["socket/sandbox/", "socket/posix/"],
  [
    "socket/afalg.ts",
    "socket/drivers.ts",
    "socket/fileno.ts",
    "socket/sendfile.ts",
  ],
  ["socket/socket.ts"],
  // Calls that make sockets, or ask the driver something.
  [
    "socket/create_connection.ts",
    "socket/create_server.ts",
    "socket/create_socket.ts",
    "socket/descriptors.ts",
    "socket/fromfd.ts",
    "socket/names/",
    "socket/python2.ts",
    "socket/select/",
    "socket/selectors/",
    "socket/socketpair.ts",
    "socket/ssl/",
  ],
  ["socket/mod.ts"],
  ["server/"],
  ["mod.ts"],
];

/** What the library may import that is not its own. */
const allowed = /^@std\/(async|bytes)\//;

function layerOf(path: string): number {
  return layers.findIndex((layer) =>
    layer.some((entry) =>
      entry.endsWith("/") ? path.startsWith(entry) : path === entry
    )
  );
}

function isIn(folder: string, path: string): boolean {
  return path.startsWith(folder);
}

Deno.test("every library file has its layer in the import order", () => {
  expectNone(
    libraryFiles().filter((path) => layerOf(path) < 0),
    "Add these files to `layers` in tests/house/imports_test.ts, as far up as what they import allows:",
  );
});

Deno.test("imports point one way", () => {
  const problems: string[] = [];
  for (const path of libraryFiles()) {
    for (const { specifier, line } of importsOf(read(path))) {
      if (!specifier.startsWith(".")) continue;
      const target = resolve(path, specifier);
      if (layerOf(path) >= 0 && layerOf(target) > layerOf(path)) {
        problems.push(`${path}:${line} imports ${target}`);
      }
    }
  }
  expectNone(
    problems,
    "These imports go up the order of `layers`; move what is shared down, or hand it over as an argument:",
  );
});

Deno.test("no import goes round in a circle", () => {
  const graph = new Map(
    libraryFiles().map((path) => [
      path,
      importsOf(read(path)).map(({ specifier }) => specifier)
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => resolve(path, specifier)),
    ]),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  function visit(path: string, trail: readonly string[]): void {
    const begin = trail.indexOf(path);
    if (begin >= 0) circles.push([...trail.slice(begin), path].join(" → "));
    if (begin >= 0 || done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  }
  for (const path of graph.keys()) visit(path, []);
  expectNone(circles, "Move what both sides need into a file of its own:");
});

Deno.test("drivers see neither each other nor Socket, and nothing imports the POSIX driver", () => {
  const problems: string[] = [];
  for (const path of libraryFiles()) {
    for (const { specifier, line } of importsOf(read(path))) {
      if (!specifier.startsWith(".")) continue;
      const target = resolve(path, specifier);
      const isDriver = isIn("socket/sandbox/", path) ||
        isIn("socket/posix/", path);
      if (
        isIn("socket/posix/", target) && !isIn("socket/posix/", path) ||
        isIn("socket/posix/", path) && isIn("socket/sandbox/", target) ||
        isDriver && /^socket\/socket\.ts$/.test(target)
      ) {
        problems.push(`${path}:${line} imports ${target}`);
      }
    }
  }
  expectNone(
    problems,
    "A driver stands on socket/driver.ts and below, and only its users load the POSIX driver:",
  );
});

Deno.test("socket/endpoint/ makes no call of Deno, and knows no driver", () => {
  const isElsewhere = (path: string) => !isIn("socket/endpoint/", path);
  const problems = occurrences(/\bDeno\b|\bgetBuiltinModule\b/g, isElsewhere);
  for (const path of libraryFiles()) {
    if (isElsewhere(path)) continue;
    for (const { specifier, line } of importsOf(read(path))) {
      if (!specifier.startsWith(".")) continue;
      const target = resolve(path, specifier);
      if (isIn("socket/sandbox/", target) || isIn("socket/posix/", target)) {
        problems.push(`${path}:${line} imports ${target}`);
      }
    }
  }
  expectNone(
    problems,
    "The engine serves every driver: have the driver's transport bring what is the runtime's:",
  );
});

Deno.test("the library imports its own files, @std/async, @std/bytes and types of node:, nothing else", () => {
  const problems: string[] = [];
  for (const path of libraryFiles()) {
    for (const found of importsOf(read(path))) {
      const { specifier, typeOnly, dynamic, line } = found;
      const isNodeType = specifier.startsWith("node:") && typeOnly && !dynamic;
      if (/^\.\.?\//.test(specifier) || allowed.test(specifier) || isNodeType) {
        continue;
      }
      problems.push(`${path}:${line} imports "${specifier}"`);
    }
  }
  expectNone(
    problems,
    'Write it yourself, or take a built-in of node: at first use, by process.getBuiltinModule(); its types come by `import type … from "node:…"`:',
  );
});

Deno.test("examples import the package by its name only", () => {
  const problems: string[] = [];
  for (const path of filesIn("examples/")) {
    for (const { specifier, line } of importsOf(read(path))) {
      if (/^(jsr:)?@berkeley\/socket(\/|$)/.test(specifier)) continue;
      problems.push(`${path}:${line} imports "${specifier}"`);
    }
  }
  expectNone(
    problems,
    'Examples show what a user writes: "@berkeley/socket…":',
  );
});

Deno.test("the system is asked for in socket/constants/ and socket/posix/layout/ only", () => {
  const problems = occurrences(
    /\bDeno\s*\.\s*build\b|\bprocess\s*\.\s*platform\b/g,
    (path) =>
      isIn("socket/constants/", path) || isIn("socket/posix/layout/", path),
  );
  expectNone(
    problems,
    "Take `platform` of socket/constants/platform.ts, or better a number that is already the platform's:",
  );
});

Deno.test("the library prints nothing", () => {
  expectNone(
    // What handleError and the logs of asyncore do until they are overridden, as in
    // Python.
    occurrences(
      /\bconsole\s*[.[]/g,
      (path) =>
        path === "server/report.ts" ||
        path === "server/asyncore/dispatcher.ts",
    ),
    "Throw, or hand it to a hook of the caller's; a library leaves the console to the program:",
  );
});

Deno.test("importsOf() tells imports of types and of values apart", () => {
  const text = [
    'import type { Socket } from "node:net";',
    "// import { no } from '#comment';",
    "import {",
    "  type A,",
    "  b,",
    '} from "./b.ts";',
    'export * from "./c.ts";',
    'const d = "from"; const e = await import("./e.ts");',
  ].join("\n");
  assertEquals(
    importsOf(text).map(({ specifier, typeOnly, dynamic, line }) =>
      `${specifier} ${typeOnly} ${dynamic} ${line}`
    ),
    [
      "node:net true false 1",
      "./b.ts false false 3",
      "./c.ts false false 7",
      "./e.ts false true 8",
    ],
  );
});

function occurrences(
  pattern: RegExp,
  isExempt: (path: string) => boolean,
): string[] {
  return libraryFiles().filter((path) => !isExempt(path)).flatMap((path) => {
    const text = read(path);
    return [...without(text, "comment", "text").matchAll(pattern)].map((
      match,
    ) => `${path}:${lineOf(text, match.index)} has ${match[0]}`);
  });
}
