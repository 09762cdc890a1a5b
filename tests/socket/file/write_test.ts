import { assertEquals, assertRejects } from "@std/assert";
import {
  BrokenPipeError,
  osError,
  TimeoutError,
} from "../../../socket/errors.ts";
import { UnicodeEncodeError } from "../../../socket/text/unicode_errors.ts";
import { openFile } from "../../../socket/file/mod.ts";
import { Random } from "../../support/random.ts";
import { bytes, ScriptedSource, type Send } from "./scripted_source.ts";

function open(sends: Send[] = [], buffering?: number) {
  const source = new ScriptedSource([], sends);
  return { source, file: openFile(source, "wb", { buffering }) };
}

Deno.test("SocketFile.write() gathers bytes until a flush", async () => {
  const { source, file } = open();
  assertEquals(await file.write(bytes("one")), 3);
  assertEquals(await file.write(bytes("two").buffer), 3);
  assertEquals(await file.write(new Uint8Array(0)), 0);
  assertEquals(source.sent, []);
  await file.flush();
  await file.flush();
  assertEquals(source.sent, ["onetwo"]);
});

Deno.test("SocketFile.write() takes the bytes as they are at the call", async () => {
  const { source, file } = open();
  const data = bytes("one");
  const writing = file.write(data);
  data.fill(0);
  await writing;
  await file.flush();
  assertEquals(source.output, "one");
});

Deno.test("SocketFile.write() sends pending bytes when there are too many, as CPython does", async () => {
  const cases: [number[], string[]][] = [
    [[4, 6, 1], ["xxxxxxxxxx"]],
    [[10], ["xxxxxxxxxx"]],
    [[11], ["xxxxxxxxxxx"]],
    [[4, 7], ["xxxx"]],
    [[4, 7, 4], ["xxxx", "xxxxxxx"]],
  ];
  for (const [sizes, sent] of cases) {
    const { source, file } = open([], 10);
    for (const size of sizes) await file.write(bytes("x".repeat(size)));
    assertEquals(source.sent, sent, `${sizes}`);
  }
});

Deno.test("SocketFile.write() sends at once if the file is unbuffered", async () => {
  const { source, file } = open([1, 2], 0);
  assertEquals(await file.write(bytes("hello")), 5);
  assertEquals(source.sent, ["h", "el", "lo"]);
});

Deno.test("SocketFile.write() sends large data in pieces and whole", async () => {
  const { source, file } = open();
  const data = new Uint8Array(1_000_000).map((_, index) => index % 251);
  const small = bytes("before");
  await file.write(small);
  await file.write(data);
  await file.write(data);
  assertEquals(source.output.length, 2_000_006);
  const sent = Uint8Array.from(source.output, (unit) => unit.charCodeAt(0));
  assertEquals(sent.subarray(6, 1_000_006), data);
  assertEquals(sent.subarray(1_000_006), data);
});

Deno.test("SocketFile.write() refuses a string in binary mode and bytes in text mode", async () => {
  const { file } = open();
  await assertRejects(
    () => file.write("text" as unknown as Uint8Array),
    TypeError,
    "Cannot write to a binary file: data must be bytes, not a string; encode it with new TextEncoder().encode(text)",
  );
  const text = openFile(new ScriptedSource(), "w");
  await assertRejects(
    () => text.write(bytes("x") as unknown as string),
    TypeError,
    "Cannot write to a text file: data must be a string, not Uint8Array; decode it with new TextDecoder().decode(bytes)",
  );
});

Deno.test("SocketFile.write() counts characters in text mode", async () => {
  const source = new ScriptedSource();
  const file = openFile(source, "w", { newline: "\r\n" });
  assertEquals(await file.write("a😀\n"), 3);
  await file.close();
  assertEquals(source.output, "a\xf0\x9f\x98\x80\r\n");
});

Deno.test("SocketFile.write() takes nothing of a text that it cannot encode", async () => {
  const source = new ScriptedSource();
  const file = openFile(source, "w", { encoding: "latin-1" });
  await file.write("é");
  await assertRejects(() => file.write("a€"), UnicodeEncodeError);
  await file.close();
  assertEquals(source.output, "\xe9");
});

Deno.test("SocketFile.write() flushes at a line's end if buffering is 1", async () => {
  const source = new ScriptedSource();
  const file = openFile(source, "w", { buffering: 1 });
  await file.write("one");
  assertEquals(source.sent, []);
  await file.write(" two\nthree");
  assertEquals(source.sent, ["one two\nthree"]);
  await file.write("\r");
  assertEquals(source.output, "one two\nthree\r");
});

Deno.test("SocketFile.writelines() writes one after the other", async () => {
  const source = new ScriptedSource();
  const file = openFile(source, "w");
  await file.writelines(["one\n", "two"]);
  await file.writelines(new Set(["three"]));
  await file.close();
  assertEquals(source.output, "one\ntwothree");
});

Deno.test("SocketFile.flush() sends the rest after a timeout", async () => {
  const { source, file } = open([2, { timeout: 3 }, { timeout: 0 }]);
  await file.write(bytes("hello world"));
  await assertRejects(() => file.flush(), TimeoutError);
  assertEquals(source.output, "hello");
  await assertRejects(() => file.flush(), TimeoutError);
  await file.write(bytes("!"));
  await file.flush();
  assertEquals(source.output, "hello world!");
});

Deno.test("SocketFile.flush() sends the rest after an abort", async () => {
  const { source, file } = open([4, "<wait>"]);
  await file.write(bytes("hello world"));
  const controller = new AbortController();
  const flushing = file.flush({ signal: controller.signal });
  setTimeout(() => controller.abort("enough"));
  assertEquals(await flushing.catch((reason) => reason), "enough");
  assertEquals(source.output, "hell");
  await file.flush();
  assertEquals(source.output, "hello world");
});

Deno.test("SocketFile.write() has taken all its data when sending it failed", async () => {
  for (const buffering of [0, 4]) {
    const { source, file } = open([1, { timeout: 1 }], buffering);
    const data = bytes("hello");
    await assertRejects(() => file.write(data), TimeoutError);
    data.fill(0);
    await file.write(bytes(" world"));
    await file.close();
    assertEquals(source.output, "hello world");
  }
});

Deno.test("SocketFile.write() takes nothing if its signal has aborted before", async () => {
  const signal = AbortSignal.abort(new Error("too late"));
  const { source, file } = open();
  const call = () => file.write(bytes("bytes"), { signal });
  await assertRejects(call, Error, "too late");
  await file.close();
  const text = openFile(source, "w", { encoding: "utf-16" });
  await assertRejects(() => text.write("text", { signal }), Error, "too late");
  await text.write("a");
  await text.close();
  assertEquals(source.output, "\xff\xfea\0");
});

Deno.test("SocketFile keeps the order of writes that are not awaited", async () => {
  for (const buffering of [0, 3, 10, 8192]) {
    const { source, file } = open([1, 2, 1, 3, 1, 1, 1], buffering);
    const words = ["one ", "two ", "three ", "four ", "and ", "many more"];
    await Promise.all(words.map((word) => file.write(bytes(word))));
    await file.close();
    assertEquals(source.output, words.join(""), `buffering ${buffering}`);
  }
});

Deno.test("SocketFile neither loses nor repeats a byte, whatever fails and when", async () => {
  const random = new Random();
  for (let round = 0; round < 200; round++) {
    const sends = Array.from(
      { length: random.integer(0, 30) },
      () =>
        random.pick<Send>([
          random.integer(1, 20),
          { timeout: random.integer(0, 4) },
          1,
        ]),
    );
    const { source, file } = open(sends, random.pick([0, 1, 8, 100]));
    let written = "";
    const calls: Promise<unknown>[] = [];
    for (let step = 0; step < 20; step++) {
      const word = `${step}`.repeat(random.integer(0, 9));
      written += word;
      const call = random.chance(1 / 4) ? file.flush() : Promise.resolve();
      calls.push(call, file.write(bytes(word)));
      if (random.chance(1 / 2)) await Promise.allSettled(calls);
    }
    for (const { status, ...rest } of await Promise.allSettled(calls)) {
      if (status === "fulfilled") continue;
      const { reason } = rest as PromiseRejectedResult;
      if (!(reason instanceof TimeoutError)) throw reason;
    }
    source.sends.length = 0;
    await file.close();
    assertEquals(source.output, written, `seed ${random.seed}`);
  }
});

Deno.test("SocketFile.flush() rejects when the peer is gone, each time", async () => {
  const gone = osError({ code: "EPIPE", syscall: "send" });
  const { file } = open([gone, gone]);
  await file.write(bytes("x"));
  await assertRejects(() => file.flush(), BrokenPipeError);
  await assertRejects(() => file.close(), BrokenPipeError);
});
