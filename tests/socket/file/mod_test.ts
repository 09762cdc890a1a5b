import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { OSError, TimeoutError } from "../../../socket/errors.ts";
import {
  type MakefileMode,
  type MakefileOptions,
  openFile,
  type SocketFile,
} from "../../../socket/file/mod.ts";
import { bytes, latin, ScriptedSource } from "./scripted_source.ts";

Deno.test("openFile() opens for the directions of the mode", async () => {
  const cases: [string, string, boolean, boolean][] = [
    ["r", "r", true, false],
    ["", "", true, false],
    ["rr", "rr", true, false],
    ["w", "w", false, true],
    ["rw", "rw", true, true],
    ["wr", "wr", true, true],
    ["b", "rb", true, false],
    ["br", "rb", true, false],
    ["wb", "wb", false, true],
    ["brw", "rwb", true, true],
  ];
  for (const [mode, told, reading, writing] of cases) {
    await using file = openFile(new ScriptedSource(), mode as MakefileMode);
    assertEquals(
      [file.mode, file.readable(), file.writable(), file.seekable()],
      [told, reading, writing, false],
    );
  }
});

Deno.test("openFile() returns the type of the mode", async () => {
  const source = new ScriptedSource(["ab"]);
  const text: SocketFile<string> = openFile(source, "rw");
  const binary: SocketFile<Uint8Array> = openFile(source, "rwb");
  const either: SocketFile<string> | SocketFile<Uint8Array> = openFile(
    source,
    "r" as MakefileMode,
  );
  const character: string = await text.read(1);
  const byte: Uint8Array = await binary.read(1);
  assertEquals([character, latin(byte)], ["a", ""]);
  // @ts-expect-error It has no bytes to give.
  await assertRejects(() => text.read1(), TypeError, "is in text mode");
  // @ts-expect-error It takes no strings.
  await assertRejects(() => binary.write("text"), TypeError);
  await Promise.all([text.close(), binary.close(), either.close()]);
});

Deno.test("openFile() throws for unknown modes and options", () => {
  const cases: [
    string,
    object,
    typeof RangeError | typeof TypeError,
    string,
  ][] = [
    ["x", {}, RangeError, 'the mode must be made of r, w and b, not "x"'],
    ["r+", {}, RangeError, 'the mode must be made of r, w and b, not "r+"'],
    ["r", { buffering: 0 }, RangeError, "without buffering it must be binary"],
    ["r", { buffering: 1.5 }, TypeError, "the buffering must be an integer"],
    ["r", { newline: "x" }, RangeError, 'newline must be null, "", "\\n"'],
    ["r", { encoding: "x" }, RangeError, 'unknown encoding "x"'],
    ["w", { encoding: "x" }, RangeError, 'unknown encoding "x"'],
    [
      "rw",
      { encoding: "big5" },
      RangeError,
      'encoding "big5" can be read but not',
    ],
    ["r", { errors: "x" }, RangeError, "errors must be one of strict, "],
    ["r", { encoding: 8 }, TypeError, "the encoding must be a string, not num"],
    ["rb", { buffering: 1.5 }, TypeError, "the buffering must be an integer"],
  ];
  for (const [mode, options, ErrorClass, message] of cases) {
    const source = new ScriptedSource();
    assertThrows(
      () => openFile(source, mode as MakefileMode, options as MakefileOptions),
      ErrorClass,
      `Cannot make a file: ${message}`,
    );
    assertEquals(source.released, 0);
  }
});

Deno.test("openFile() ignores encoding, errors and newline in binary mode", async () => {
  const ignored: object[] = [
    { encoding: "utf-16", errors: "replace", newline: "\r" },
    { encoding: "x", errors: "x", newline: "x" },
    { encoding: null, errors: null, newline: null },
  ];
  for (const options of ignored) {
    const source = new ScriptedSource(["a\r\nb\n"]);
    await using file = openFile(source, "rwb", options);
    assertEquals(latin(await file.readline()), "a\r\n");
    await file.write(Uint8Array.of(10));
    await file.flush();
    assertEquals(source.output, "\n");
    assertEquals([file.encoding, file.errors], [undefined, undefined]);
  }
});

Deno.test("openFile() has null for the default encoding and errors", async () => {
  await using file = openFile(new ScriptedSource(), "r", {
    encoding: null,
    errors: null,
    newline: null,
  });
  assertEquals([file.encoding, file.errors], ["utf-8", "strict"]);
});

Deno.test("SocketFile has its encoding and errors in text mode", async () => {
  await using text = openFile(new ScriptedSource(), "r");
  assertEquals([text.encoding, text.errors], ["utf-8", "strict"]);
  await using latin1 = openFile(new ScriptedSource(), "w", {
    encoding: "Latin1",
    errors: "replace",
  });
  assertEquals([latin1.encoding, latin1.errors], ["Latin1", "replace"]);
  await using binary = openFile(new ScriptedSource(), "rb");
  assertEquals([binary.encoding, binary.errors], [undefined, undefined]);
});

Deno.test("SocketFile reads and writes in one file independently", async () => {
  const source = new ScriptedSource(["one\ntwo\n"]);
  await using file = openFile(source, "rw");
  assertEquals(await file.readline(), "one\n");
  await file.write("answer\n");
  await file.flush();
  assertEquals(await file.readline(), "two\n");
  assertEquals(source.output, "answer\n");
});

Deno.test("SocketFile throws EBADF for a direction that it is not open for", async () => {
  const reading = openFile(new ScriptedSource(), "r");
  const writing = openFile(new ScriptedSource(), "wb");
  const calls: [() => Promise<unknown>, string][] = [
    [
      () => reading.write("x"),
      "Cannot write: the file is not open for writing",
    ],
    [() => reading.writelines([]), "Cannot writelines: the file is not open"],
    [() => writing.read(), "Cannot read: the file is not open for reading"],
    [() => writing.readline(), "Cannot readline: the file is not open"],
    [() => writing.read1(), "Cannot read1: the file is not open for reading"],
  ];
  for (const [call, message] of calls) {
    const error = await assertRejects(call, OSError, message);
    assertEquals(error.code, "EBADF");
  }
  await reading.flush();
});

Deno.test("SocketFile throws EBADF once it is closed", async () => {
  const file = openFile(new ScriptedSource(["x"]), "rw");
  assertEquals(file.closed, false);
  await file.close();
  assertEquals(file.closed, true);
  const calls = [
    () => file.read(),
    () => file.write("x"),
    () => file.flush(),
    () => file[Symbol.asyncIterator]().next(),
  ];
  for (const call of calls) {
    const error = await assertRejects(call, OSError, "the file is closed");
    assertEquals(error.code, "EBADF");
  }
  for (const call of ["readable", "writable", "seekable"] as const) {
    assertThrows(() => file[call](), OSError, `Cannot ${call}: the file is`);
  }
});

Deno.test("SocketFile.close() flushes, and releases the socket once", async () => {
  const source = new ScriptedSource([], [1]);
  const file = openFile(source, "w");
  await file.write("last words");
  await Promise.all([file.close(), file.close()]);
  await file.close();
  assertEquals([source.output, source.released], ["last words", 1]);
});

Deno.test("SocketFile.close() releases the socket at once if nothing is pending", () => {
  const source = new ScriptedSource();
  openFile(source, "rw").close();
  assertEquals(source.released, 1);
});

Deno.test("SocketFile.close() releases the socket if the flush fails", async () => {
  const source = new ScriptedSource([], [{ timeout: 2 }]);
  const file = openFile(source, "w");
  await file.write("last words");
  const closing = file.close();
  const again = file.close();
  await assertRejects(() => closing, TimeoutError);
  await again;
  assertEquals([source.released, file.closed], [1, true]);
});

Deno.test("SocketFile.close() gives up when its signal aborts", async () => {
  const source = new ScriptedSource([], ["<wait>"]);
  const file = openFile(source, "w");
  await file.write("last words");
  const controller = new AbortController();
  const closing = file.close({ signal: controller.signal });
  setTimeout(() => controller.abort("enough"));
  assertEquals(await closing.catch((reason) => reason), "enough");
  assertEquals(source.released, 1);
});

Deno.test("SocketFile.close() sends the data of a pending write", async () => {
  const source = new ScriptedSource([], [1, 1, 1]);
  const file = openFile(source, "wb", { buffering: 0 });
  const writing = file.write(bytes("hello"));
  await file.close();
  await writing;
  assertEquals([source.output, source.released], ["hello", 1]);
});

Deno.test("SocketFile[Symbol.asyncDispose]() closes", async () => {
  const source = new ScriptedSource();
  {
    await using file = openFile(source, "w");
    await file.write("last words");
  }
  assertEquals([source.output, source.released], ["last words", 1]);
});

Deno.test("SocketFile takes time in proportion to what it reads", async () => {
  const size = 2 << 20;
  const chunk = new Uint8Array(1024).fill(0x78);
  for (const mode of ["r", "rb"] as const) {
    const chunks = Array.from({ length: size / chunk.length }, () => chunk);
    const started = performance.now();
    const file = openFile(new ScriptedSource(chunks), mode);
    assertEquals((await file.readline()).length, size);
    // What would take the square of the size would take minutes.
    assert(performance.now() - started < 5000);
  }
});
