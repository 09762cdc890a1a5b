import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  IncompleteReadError,
  LimitOverrunError,
} from "../../../socket/file/errors.ts";
import { UnicodeDecodeError } from "../../../socket/text/unicode_errors.ts";
import { openFile } from "../../../socket/file/mod.ts";
import {
  bytes,
  latin,
  type Receive,
  ScriptedSource,
} from "./scripted_source.ts";

function binary(...receives: Receive[]) {
  return openFile(new ScriptedSource(receives), "rb");
}

function text(...receives: Receive[]) {
  return openFile(new ScriptedSource(receives), "r");
}

Deno.test("SocketFile.read() waits until it has that many bytes", async () => {
  const file = binary("ab", "c", "defg");
  assertEquals(latin(await file.read(5)), "abcde");
  assertEquals(latin(await file.read(0)), "");
  assertEquals(latin(await file.read(5)), "fg");
  assertEquals(latin(await file.read(5)), "");
});

Deno.test("SocketFile.read() reads to the end if the size is negative or omitted", async () => {
  assertEquals(latin(await binary("ab", "c").read()), "abc");
  assertEquals(await text("ab", "c\r", "\n").read(-1), "abc\n");
  assertEquals(await text().read(), "");
});

Deno.test("SocketFile.read() counts characters in text mode", async () => {
  const file = text("a😀é", "b€😀");
  assertEquals(await file.read(2), "a😀");
  assertEquals(await file.read(3), "éb€");
  assertEquals(await file.read(9), "😀");
});

Deno.test("SocketFile.read() reads again after the end, when more arrives", async () => {
  const file = binary("ab", new Uint8Array(0), "cd");
  assertEquals(latin(await file.read()), "ab");
  assertEquals(latin(await file.read()), "cd");
});

Deno.test("SocketFile.read1() receives once at most", async () => {
  const source = new ScriptedSource(["abc", "def"]);
  const file = openFile(source, "rb");
  assertEquals(latin(await file.read1(2)), "ab");
  assertEquals(latin(await file.read1(2)), "c");
  assertEquals(source.asked.length, 1);
  assertEquals(latin(await file.read1()), "def");
  assertEquals(latin(await file.read1()), "");
});

Deno.test("SocketFile.peek() leaves the bytes to be read", async () => {
  const file = binary("abc", "def");
  assertEquals(latin(await file.peek()), "abc");
  (await file.peek()).fill(0);
  assertEquals(latin(await file.read(4)), "abcd");
  assertEquals(latin(await file.peek()), "ef");
});

Deno.test("SocketFile.readline() keeps the newline", async () => {
  const file = binary("one\ntw", "o\n", "three");
  const lines = [];
  for (let count = 0; count < 4; count++) {
    lines.push(latin(await file.readline()));
  }
  assertEquals(lines, ["one\n", "two\n", "three", ""]);
});

Deno.test("SocketFile.readline() stops at its limit", async () => {
  const file = binary("abc\ndef");
  for (const expected of ["ab", "", "c\n", "def", ""]) {
    const line = await file.readline(expected === "" ? 0 : expected.length);
    assertEquals(latin(line), expected);
  }
  const characters = text("😀😀\n");
  assertEquals(await characters.readline(1), "😀");
  assertEquals(await characters.readline(2), "😀\n");
});

Deno.test("SocketFile.readlines() stops when there is more than the hint", async () => {
  const expected = ["a\n", "bc\n", "d\n", "\n", "xyz"];
  for (
    const [hint, count] of [[-1, 5], [0, 5], [1, 1], [2, 2], [5, 3], [7, 4], [
      9,
      5,
    ]]
  ) {
    const lines = expected.slice(0, count);
    const chunks = ["a\nb", "c\nd\n\nx", "yz"];
    const file = text(...chunks);
    assertEquals(await file.readlines(hint), lines);
    assertEquals(await file.read(), expected.slice(count).join(""));
    assertEquals((await binary(...chunks).readlines(hint)).map(latin), lines);
  }
});

Deno.test("SocketFile.readinto() fills the buffer", async () => {
  const source = new ScriptedSource(["ab", "cde", "x".repeat(20_000)]);
  const file = openFile(source, "rb");
  const buffer = new Uint8Array(4);
  assertEquals(await file.readinto(buffer), 4);
  assertEquals(latin(buffer), "abcd");
  const large = new Uint8Array(30_000);
  assertEquals(await file.readinto(large.buffer), 20_001);
  assertEquals(latin(large.subarray(0, 3)), "exx");
  assertEquals(await file.readinto(buffer), 0);
  // The large buffer was received into, not copied into.
  assert(source.asked.includes(29_999), `${source.asked}`);
});

Deno.test("SocketFile.readinto1() receives once at most", async () => {
  const file = binary("ab", "cde");
  const buffer = new Uint8Array(4);
  assertEquals(await file.readinto1(buffer), 2);
  assertEquals(await file.readinto1(new DataView(buffer.buffer, 1, 1)), 1);
  assertEquals(latin(buffer), "ac\0\0");
  assertEquals(await file.readinto1(new Uint8Array(0)), 0);
});

Deno.test("SocketFile.readexactly() throws IncompleteReadError with what arrived", async () => {
  const file = binary("ab", "cde");
  assertEquals(latin(await file.readexactly(3)), "abc");
  const error = await assertRejects(
    () => file.readexactly(3),
    IncompleteReadError,
    "Cannot read 3: the stream ended after 2",
  );
  assertEquals([latin(error.partial), error.expected], ["de", 3]);
  assertEquals(latin(await file.readexactly(0)), "");
  await assertRejects(
    () => file.readexactly(-1),
    RangeError,
    "Cannot readexactly: the size must be 0 or more, not -1",
  );
});

Deno.test("SocketFile.readuntil() returns the separator, too, however it was split", async () => {
  const message = "GET /\r\n\r\nbody";
  for (let cut = 1; cut < message.length; cut++) {
    const parts = [message.slice(0, cut), message.slice(cut)];
    for (const separator of ["\r\n\r\n", bytes("\r\n\r\n")]) {
      const file = binary(...parts);
      assertEquals(latin(await file.readuntil(separator)), "GET /\r\n\r\n");
      assertEquals(latin(await file.read()), "body");
    }
  }
  assertEquals(await text("a", "b\ncd").readuntil(), "ab\n");
});

Deno.test("SocketFile.readuntil() throws IncompleteReadError at the end", async () => {
  const error = await assertRejects(
    () => text("ab", "c").readuntil(";"),
    IncompleteReadError,
    "Cannot read up to the separator: the stream ended after 3",
  );
  assertEquals([error.partial, error.expected], ["abc", null]);
});

Deno.test("SocketFile.readuntil() throws LimitOverrunError and leaves everything to be read", async () => {
  const file = binary("12345;67", "8;");
  assertEquals(latin(await file.readuntil(";", { limit: 5 })), "12345;");
  const found = await assertRejects(
    () => file.readuntil(";", { limit: 2 }),
    LimitOverrunError,
    "Cannot read up to the separator: it comes after 3, and the limit is 2",
  );
  assertEquals(found.consumed, 3);
  const missing = await assertRejects(
    () => file.readuntil("||", { limit: 2 }),
    LimitOverrunError,
    "it is not in the first 3, and the limit is 2",
  );
  assertEquals(missing.consumed, 3);
  assertEquals(latin(await file.read()), "678;");
});

Deno.test("SocketFile.readuntil() throws for a wrong separator", async () => {
  await assertRejects(() => text("a").readuntil(""), RangeError, "is empty");
  await assertRejects(
    () => text("a").readuntil(bytes("a") as unknown as string),
    TypeError,
    "the separator must be a string, not Uint8Array",
  );
  await assertRejects(
    () => binary("a").readuntil("a", { limit: -1 }),
    RangeError,
  );
});

Deno.test("SocketFile iterates over its lines", async () => {
  const file = text("one\r\ntwo", "\n\nthr", "ee");
  const lines: string[] = [];
  for await (const line of file) {
    lines.push(line);
    if (lines.length === 1) break;
  }
  for await (const line of file) lines.push(line);
  assertEquals(lines, ["one\n", "two\n", "\n", "three"]);
});

Deno.test("SocketFile reads a line that ends with a \\r without waiting for more", async () => {
  const file = text("one\r", "<wait>");
  assertEquals(await file.readline(), "one\n");
});

Deno.test("SocketFile.newlines names the kinds read so far", async () => {
  const file = text("a\r\nb\n");
  assertEquals(file.newlines, null);
  await file.read();
  assertEquals(file.newlines, ["\n", "\r\n"]);
  assertEquals(binary("a\n").newlines, null);
});

Deno.test("SocketFile returns the text before and after undecodable bytes", async () => {
  const file = text("good\nba", Uint8Array.of(0x64, 0xff, 0x0a), "more\n");
  assertEquals(await file.readline(), "good\n");
  const error = await assertRejects(
    () => file.readline(),
    UnicodeDecodeError,
    "Cannot decode ff as utf-8: invalid start byte",
  );
  assertEquals([error.encoding, error.object], ["utf-8", Uint8Array.of(0xff)]);
  assertEquals(await file.readline(), "bad\n");
  assertEquals(await file.read(), "more\n");
});

Deno.test("SocketFile throws UnicodeDecodeError if the stream ends within a character", async () => {
  const file = text("ab", bytes("€").subarray(0, 2));
  await assertRejects(
    () => file.read(),
    UnicodeDecodeError,
    "Cannot decode e2 82 as utf-8: unexpected end of data",
  );
  assertEquals(await file.read(), "ab");
  assertEquals(await file.read(), "");
});

Deno.test("SocketFile receives no more than it is asked for if it is unbuffered", async () => {
  const source = new ScriptedSource(["one\ntwo", "three"]);
  const file = openFile(source, "rb", { buffering: 0 });
  assertEquals(latin(await file.readline()), "one\n");
  assertEquals(source.asked, [1, 1, 1, 1]);
  assertEquals(latin(await file.read(100)), "two");
  assertEquals(source.asked.at(-1), 100);
  const buffer = new Uint8Array(9);
  assertEquals(await file.readinto(buffer), 5);
  assertEquals(latin(await file.read()), "");
  await assertRejects(() => file.peek(), TypeError, "unbuffered");
});

Deno.test("SocketFile waits with little memory", async () => {
  const source = new ScriptedSource(["a\n"]);
  const file = openFile(source, "r");
  await file.readline();
  await file.readline();
  assertEquals(source.asked, [512, 512]);
});
