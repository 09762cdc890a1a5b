// The same calls on our file and on CPython's, over the same bytes.
import { assertEquals } from "@std/assert";
import { openEncoder } from "../../socket/file/codecs/encoder.ts";
import {
  type MakefileMode,
  type MakefileOptions,
  openFile,
} from "../../socket/file/mod.ts";
import { needsPython, runPython } from "../support/python.ts";
import { Random } from "../support/random.ts";
import { latin, ScriptedSource } from "../socket/file/scripted_source.ts";

type Call = ["read" | "readline" | "readlines", number] | ["write", string];

interface Script {
  mode: MakefileMode;
  options: MakefileOptions;
  /** What the peer sends before it goes. */
  data: number[];
  calls: Call[];
}

const oracle = `
import json, socket, sys

def plain(value):
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.decode("latin-1") if isinstance(value, bytes) else value

def run(script):
    a, b = socket.socketpair()
    b.sendall(bytes(script["data"]))
    b.shutdown(socket.SHUT_WR)
    file = a.makefile(script["mode"], **script["options"])
    results = []
    for name, argument in script["calls"]:
        if name == "write" and "b" in script["mode"]:
            argument = argument.encode()
        results.append(plain(getattr(file, name)(argument)))
    if file.readable():
        results.append(plain(file.read()))
        results.append(plain(getattr(file, "newlines", None)))
    file.close()
    a.close()
    sent = b""
    while data := b.recv(65536):
        sent += data
    b.close()
    return [results, plain(sent)]

print(json.dumps([run(script) for script in json.load(sys.stdin)]))
`;

const random = new Random();

const words = ["a", "bc", "é", "ÿ", "\r", "\n", "\r\n", "\n\r", "long word "];

function randomText(extra: string[]): string {
  return Array.from(
    { length: random.integer(0, 20) },
    () => random.pick([...words, ...extra]),
  ).join("");
}

function readingScript(): Script {
  const calls = Array.from(
    { length: random.integer(0, 8) },
    (): Call => [
      random.pick(["read", "readline", "readlines"]),
      random.pick([-1, 0, 1, 2, 3, 5, 8, 40]),
    ],
  );
  const buffering = random.pick([-1, 1, 2, 7, 8192]);
  if (random.chance(1 / 3)) {
    const data = [...openEncoder("utf-8", "strict").encode(randomText([]))];
    return { mode: "rb", options: { buffering }, data, calls };
  }
  const encoding = random.pick(["utf-8", "latin-1", "utf-16-le", "utf-8-sig"]);
  const newline = random.pick([null, "", "\n", "\r", "\r\n"] as const);
  const text = randomText(encoding === "latin-1" ? [] : ["€", "😀", "\ufeff"]);
  const data = [...openEncoder(encoding, "strict").encode(text)];
  return { mode: "r", options: { encoding, newline, buffering }, data, calls };
}

function writingScript(): Script {
  const calls = Array.from(
    { length: random.integer(0, 8) },
    (): Call => ["write", randomText(["€", "😀"])],
  );
  const buffering = random.pick([-1, 1, 2, 7, 8192]);
  if (random.chance(1 / 3)) {
    return { mode: "wb", options: { buffering }, data: [], calls };
  }
  const encoding = random.pick(["utf-8", "utf-16-be", "utf-8-sig", "ascii"]);
  const newline = random.pick([null, "", "\n", "\r", "\r\n"] as const);
  const errors = random.pick(
    ["ignore", "replace", "backslashreplace"] as const,
  );
  const options = { encoding, newline, errors, buffering };
  return { mode: "w", options, data: [], calls };
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return latin(value);
  return Array.isArray(value) ? value.map(plain) : value;
}

/** Runs a script on our file, over bytes that come in parts of any size. */
async function run({ mode, options, data, calls }: Script): Promise<unknown> {
  const parts: Uint8Array[] = [];
  for (let start = 0; start < data.length;) {
    const size = random.integer(1, 9);
    parts.push(Uint8Array.from(data.slice(start, start + size)));
    start += size;
  }
  const source = new ScriptedSource(parts);
  const file = openFile(source, mode, options);
  const results: unknown[] = [];
  for (const [name, argument] of calls) {
    if (name !== "write") {
      results.push(plain(await file[name](argument)));
    } else if (file.encoding === undefined) {
      const bytes = new TextEncoder().encode(argument);
      results.push(await file.write(bytes as string & Uint8Array));
    } else {
      results.push(await file.write(argument as string & Uint8Array));
    }
  }
  if (file.readable()) {
    results.push(plain(await file.read()));
    results.push(file.newlines);
  }
  await file.close();
  return [results, source.output];
}

async function compare(scripts: Script[]): Promise<void> {
  const expected: unknown[] = JSON.parse(
    await runPython(oracle, { stdin: JSON.stringify(scripts) }),
  );
  for (const [index, script] of scripts.entries()) {
    assertEquals(await run(script), expected[index], JSON.stringify(script));
  }
}

Deno.test({
  ...needsPython,
  name: "SocketFile reads what CPython's file reads, in any mode",
  fn: () => compare(Array.from({ length: 600 }, readingScript)),
});

Deno.test({
  ...needsPython,
  name: "SocketFile writes what CPython's file writes, in any mode",
  fn: () => compare(Array.from({ length: 300 }, writingScript)),
});
