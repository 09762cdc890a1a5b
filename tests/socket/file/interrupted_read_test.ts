// A read that times out, is aborted or fails has taken nothing.
import { assertEquals, assertRejects } from "@std/assert";
import {
  ConnectionResetError,
  OSError,
  TimeoutError,
} from "../../../socket/errors.ts";
import { openFile, type SocketFile } from "../../../socket/file/mod.ts";
import {
  bytes,
  latin,
  type Receive,
  reset,
  ScriptedSource,
} from "./scripted_source.ts";

type Reading = (
  file: SocketFile<string> | SocketFile<Uint8Array>,
  signal?: AbortSignal,
) => Promise<unknown>;

/** Each way to read, and what it reads of "abc\ndef\nghi". */
const readings: Readonly<Record<string, [Reading, unknown]>> = {
  "read(6)": [(file, signal) => file.read(6, { signal }), "abc\nde"],
  "read()": [(file, signal) => file.read(-1, { signal }), "abc\ndef\nghi"],
  "readline()": [(file, signal) => file.readline(-1, { signal }), "abc\n"],
  "readline(3)": [(file, signal) => file.readline(3, { signal }), "abc"],
  "readlines()": [
    (file, signal) => file.readlines(-1, { signal }),
    ["abc\n", "def\n", "ghi"],
  ],
  "readexactly(10)": [
    (file, signal) => file.readexactly(10, { signal }),
    "abc\ndef\ngh",
  ],
  'readuntil("f\\n")': [
    (file, signal) => file.readuntil("f\n", { signal }),
    "abc\ndef\n",
  ],
};

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return latin(value);
  return Array.isArray(value) ? value.map(plain) : value;
}

const modes = [
  ["r", {}],
  ["r", { newline: "" }],
  ["rb", {}],
  ["rb", { buffering: 0 }],
  ["rwb", { buffering: 3 }],
] as const;

/** Each way to read in each mode, except the one that returns what one receive gives. */
function* cases() {
  for (const [mode, options] of modes) {
    for (const [name, [reading, expected]] of Object.entries(readings)) {
      const unbuffered = "buffering" in options && options.buffering === 0;
      if (unbuffered && name === "read(6)") continue;
      yield { mode, options, name, reading, expected };
    }
  }
}

Deno.test("SocketFile reads go on after a timeout, wherever it strikes", async () => {
  for (const { mode, options, name, reading, expected } of cases()) {
    for (
      const parts of [["a", "bc\nd", "ef\ng", "hi"], ["abc", "\ndef\nghi"]]
    ) {
      const receives = parts.flatMap((part) => ["<timeout>", part]);
      const source = new ScriptedSource([...receives, "<timeout>"]);
      const file = openFile(source, mode, options);
      let timeouts = 0;
      for (;;) {
        try {
          const what = `${name} of ${mode} ${JSON.stringify(options)}`;
          assertEquals(plain(await reading(file)), expected, what);
          break;
        } catch (error) {
          if (!(error instanceof TimeoutError) || ++timeouts > 9) throw error;
        }
      }
      const left = [expected].flat().join("").length;
      while (source.receives.includes("<timeout>")) {
        source.receives.splice(source.receives.indexOf("<timeout>"), 1);
      }
      assertEquals(plain(await file.read()), "abc\ndef\nghi".slice(left));
    }
  }
});

Deno.test("SocketFile reads go on after an abort", async () => {
  for (const { mode, options, name, reading, expected } of cases()) {
    const parts: Receive[] = ["ab", "<wait>", "c\ndef\nghi"];
    const file = openFile(new ScriptedSource(parts), mode, options);
    const controller = new AbortController();
    const aborted = reading(file, controller.signal);
    setTimeout(() => controller.abort("enough"));
    assertEquals(await aborted.catch((reason) => reason), "enough", name);
    assertEquals(plain(await reading(file)), expected, `${name} of ${mode}`);
  }
});

Deno.test("SocketFile reads nothing for an aborted signal, even if data is buffered", async () => {
  const file = openFile(new ScriptedSource(["one\ntwo\n"]), "r");
  await file.readline();
  const signal = AbortSignal.abort(new Error("too late"));
  await assertRejects(() => file.readline(-1, { signal }), Error, "too late");
  assertEquals(await file.readline(), "two\n");
});

Deno.test("SocketFile.readinto() gives back the bytes that it put into the buffer", async () => {
  for (const buffering of [4, 8192]) {
    for (const size of [6, 20_000]) {
      const source = new ScriptedSource(["ab", "cd", "<timeout>", "efgh"]);
      const file = openFile(source, "rb", { buffering });
      const target = new Uint8Array(size);
      await assertRejects(() => file.readinto(target), TimeoutError);
      target.fill(0);
      assertEquals(latin(await file.read()), "abcdefgh");
    }
  }
});

Deno.test("SocketFile decodes a character that a timeout splits", async () => {
  const euro = bytes("€");
  const parts: Receive[] = [];
  for (const byte of euro) parts.push(Uint8Array.of(byte), "<timeout>");
  const file = openFile(new ScriptedSource(parts), "r");
  for (let count = 0; count < euro.length; count++) {
    await assertRejects(() => file.read(2), TimeoutError);
  }
  assertEquals(await file.read(2), "€");
});

Deno.test("SocketFile reads what arrived before the connection was reset", async () => {
  const file = openFile(new ScriptedSource(["one", reset()]), "r");
  await assertRejects(() => file.readline(), ConnectionResetError);
  assertEquals(await file.readline(), "one");
});

Deno.test("SocketFile serves reads in the order of the calls", async () => {
  const file = openFile(new ScriptedSource(["one\n2", "2\nthr", "ee"]), "r");
  const calls = [file.readline(), file.read(2), file.readline(), file.read()];
  assertEquals(await Promise.all(calls), ["one\n", "22", "\n", "three"]);
});

Deno.test("SocketFile lets an aborted read leave the queue", async () => {
  const source = new ScriptedSource(["<wait>", "one\ntwo\n"]);
  const file = openFile(source, "r");
  const first = new AbortController();
  const second = new AbortController();
  const calls = [
    file.readline(-1, { signal: first.signal }),
    file.readline(-1, { signal: second.signal }),
    file.readline(),
  ];
  second.abort("second");
  assertEquals(await calls[1].catch((reason) => reason), "second");
  first.abort("first");
  assertEquals(await calls[0].catch((reason) => reason), "first");
  assertEquals(await calls[2], "one\n");
});

Deno.test("SocketFile.close() rejects pending reads with EBADF", async () => {
  for (const mode of ["r", "rb"] as const) {
    const file = openFile(new ScriptedSource(["<wait>"]), mode);
    const calls = [file.readline(), file.read(), file.readexactly(3)];
    const closed = file.close();
    for (const call of calls) {
      const error = await assertRejects(
        () => call,
        OSError,
        "Cannot read: the file was closed meanwhile (EBADF)",
      );
      assertEquals(error.code, "EBADF");
    }
    await closed;
  }
});
