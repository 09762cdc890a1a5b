import { assert } from "@std/assert";
import {
  type Declaration,
  type Definition,
  documentation,
  type DocumentedSymbol,
  expectNone,
  isPublic,
  type JsDoc,
  libraryFiles,
  lineOf,
  read,
  root,
} from "./source.ts";

const symbols = await documentation(
  "socket/mod.ts",
  "socket/select/mod.ts",
  "socket/selectors/mod.ts",
  "socket/ssl/mod.ts",
  "server/mod.ts",
  "server/asyncore/mod.ts",
  "server/asynchat/mod.ts",
  "socket/bytes.ts",
  "socket/errno.ts",
);

/** Names that need no example, and why. */
const withoutExample: Readonly<Record<string, string>> = {
  SocketType: "is Socket under Python's other name",
  ConnectionAbortedError: "no program can bring it about everywhere",
  ConnectionResetError: "no program can bring it about everywhere",
  FileExistsError: "no program can bring it about everywhere",
  FileNotFoundError: "no program can bring it about everywhere",
  InterruptedError: "no program can bring it about everywhere",
  IsADirectoryError: "no program can bring it about everywhere",
  NotADirectoryError: "no program can bring it about everywhere",
  PermissionError: "examples run with all permissions",
  herror: "is for look-ups of hosts, which are not there yet",
  fromshare: "always throws",
  close: "always throws without the POSIX driver",
  dup: "always throws without the POSIX driver",
  recvFds: "always throws without the POSIX driver",
  sendFds: "always throws without the POSIX driver",
  "Socket.share": "always throws",
  "Socket.ioctl": "always throws without the POSIX driver",
  "Socket.sendmsgAfalg": "always throws without the POSIX driver",
};

/** Names that return nothing today, whatever their type says. */
function alwaysThrows(name: string): boolean {
  return withoutExample[name]?.startsWith("always throws") ?? false;
}

/** One thing that must be documented. */
interface Item {
  readonly name: string;
  readonly kind: "function" | "class" | "method";
  readonly where: string;
  readonly jsDoc: JsDoc;
  readonly definition: Definition;
  /** Whether something else carries the documentation: another signature that came before, or what it overrides. */
  readonly isOverload: boolean;
}

const items: readonly Item[] = symbols.flatMap(itemsOf);

function itemsOf({ name, declarations }: DocumentedSymbol): Item[] {
  return declarations.flatMap((declaration, index) => {
    const { kind, jsDoc = {}, def, location } = declaration;
    if (kind !== "function" && kind !== "class") return [];
    if (index > 0 && def.hasBody) return []; // what overloads have in common
    const own: Item = {
      name,
      kind,
      where: whereOf(location),
      jsDoc,
      definition: def,
      isOverload: index > 0,
    };
    return [own, ...methodsOf(name, declaration)];
  });
}

/** The public methods of a class, those with computed names apart. */
function methodsOf(owner: string, { def }: Declaration): Item[] {
  // SocketType has those of Socket.
  const methods = owner === "SocketType" ? [] : def.methods ?? [];
  return methods
    .filter((method, index, all) => {
      const { kind, name, functionDef } = method;
      return kind === "method" && !name.startsWith("[") && isPublic(method) &&
        !(all[index - 1]?.name === name && functionDef.hasBody);
    })
    .map((method, index, all) => ({ method, before: all[index - 1] }))
    .map((
      {
        method: { name, jsDoc = {}, functionDef, location, isOverride },
        before,
      },
    ) => ({
      name: `${owner}.${name}`,
      kind: "method",
      where: whereOf(location),
      jsDoc,
      definition: functionDef,
      isOverload: isOverride === true || before?.name === name,
    }));
}

function whereOf(
  { filename, line }: { filename: string; line: number },
): string {
  return `${filename.replace(root.href, "")}:${line + 1}`;
}

function textOf({ doc = "", tags = [] }: JsDoc): string {
  return [doc, ...tags.map((tag) => tag.doc ?? "")].join("\n");
}

function problemsOf(
  items: readonly Item[],
  isProblem: (item: Item) => string | undefined | false,
): string[] {
  return items.flatMap((item) => {
    const problem = isProblem(item);
    return problem ? [`${item.where} ${item.name}: ${problem}`] : [];
  });
}

Deno.test("documentation begins with one sentence in the third person", () => {
  const problems = problemsOf(items, ({ kind, jsDoc: { doc = "" } }) => {
    const [first] = doc.split(/(?<=[.!?:])\s|\n\n/);
    if (first === "") return "no documentation";
    if (!/^[A-Z`]/.test(first)) return `no capital: ${first}`;
    if (!/[.]$/.test(first.trim()) && !/: /.test(doc)) {
      return `no period: ${first}`;
    }
    return kind !== "class" && !/^[A-Z][a-z]*s\b/.test(first) &&
      `not the third person ("Makes …", "Tells …"): ${first}`;
  });
  expectNone(problems, "Write what it does, as in `Binds the socket to …`:");
});

Deno.test("documentation has a @param for each parameter", () => {
  const problems = problemsOf(items, ({ jsDoc, definition, isOverload }) => {
    if (isOverload) return;
    const documented = (jsDoc.tags ?? [])
      .filter(({ kind }) => kind === "param").map(({ name }) => name);
    const missing = (definition.params ?? [])
      .map(({ name, left, arg }) => name ?? left?.name ?? arg?.name)
      .filter((name) => name !== "this" && !documented.includes(name));
    return missing.length > 0 && `no @param ${missing.join(", ")}`;
  });
  expectNone(
    problems,
    "Add them, with unit and what 0, empty or omitted means:",
  );
});

Deno.test("documentation has @returns where something is returned", () => {
  const problems = problemsOf(
    items,
    ({ name, kind, jsDoc, definition, isOverload }) => {
      const { returnType } = definition;
      const inner = returnType?.repr === "Promise"
        ? returnType.value?.typeParams?.[0]
        : returnType;
      if (kind === "class" || isOverload || alwaysThrows(name)) return;
      return !["void", "never", "undefined"].includes(inner?.repr ?? "void") &&
        !jsDoc.tags?.some(({ kind }) => kind === "return") && "no @returns";
    },
  );
  expectNone(problems, "Say what comes back, and when it is empty or null:");
});

Deno.test("documentation has an example that runs", () => {
  const problems = problemsOf(items, ({ name, jsDoc, isOverload }) => {
    if (isOverload || name in withoutExample) return;
    const examples = (jsDoc.tags ?? [])
      .filter(({ kind }) => kind === "example").map(({ doc }) => doc ?? "");
    if (examples.length === 0) return "no @example";
    const runs = examples.some((example) =>
      /^```ts$/m.test(example) && /from "@berkeley\/socket/.test(example)
    );
    return !runs &&
      'no example in a block marked ts, without "ignore", that imports @berkeley/socket';
  });
  expectNone(
    problems,
    "Add one that `deno task test:doc` can run, or an entry in `withoutExample` with its reason:",
  );
});

Deno.test("the list of what needs no example names what is there", () => {
  const unknown = Object.keys(withoutExample)
    .filter((name) => !symbols.some((symbol) => symbol.name === name))
    .filter((name) => !items.some((item) => item.name === name));
  expectNone(unknown, "Remove these from `withoutExample`:");
});

Deno.test("documentation names its source in Python, or says that there is none", () => {
  const problems = problemsOf(
    items,
    ({ name, jsDoc, isOverload }) =>
      !isOverload && name !== "SocketType" &&
      !/Port of[^[]*\[`[^`]+`\]\(https:\/\/docs\.python\.org\/|Not in Python\b/
        .test(textOf(jsDoc)) &&
      "no source line",
  );
  expectNone(
    problems,
    'End with "Port of [`socket.x`](https://docs.python.org/3/library/…), `x(2)`." or say "Not in Python":',
  );
});

Deno.test("every @throws names an error that a user can catch", () => {
  const known = new Set(symbols.map(({ name }) => name));
  const problems = libraryFiles().flatMap((path) => {
    const text = read(path);
    return [...text.matchAll(/@throws\s+(?:\{(.*?)\})?/g)].flatMap((match) => {
      const name = match[1];
      if (name !== undefined && (known.has(name) || isBuiltIn(name))) return [];
      const line = lineOf(text, match.index);
      return [`${path}:${line} @throws {${name ?? ""}}`];
    });
  });
  expectNone(
    problems,
    "Name one class in braces that a mod.ts exports, or a built-in:",
  );
});

Deno.test("the documentation that these tests read is that of the library", () => {
  for (const name of ["createServer", "Socket.recv", "OSError"]) {
    assert(items.some((item) => item.name === name), `${name} is not in it`);
  }
});

/** Whether the language itself has an error class of this name. */
function isBuiltIn(name: string): boolean {
  const value: unknown = (globalThis as Record<string, unknown>)[name];
  return typeof value === "function" &&
    (value.prototype instanceof Error || value === Error);
}
