import { assertEquals } from "@std/assert";
import {
  type Newline,
  NewlineReader,
  newlinesToWrite,
} from "../../../socket/file/codecs/newlines.ts";

function translate(newline: Newline, ...texts: string[]): string[] {
  const reader = new NewlineReader(newline);
  return [...texts.map((text) => reader.translate(text)), reader.finish()];
}

Deno.test("NewlineReader.translate() makes one newline of each kind if newline is null", () => {
  assertEquals(translate(null, "a\r\nb\rc\nd\r\r\n"), ["a\nb\nc\nd\n\n", ""]);
});

Deno.test("NewlineReader.translate() ends a line at a \\r at once, and drops the \\n that follows", () => {
  assertEquals(translate(null, "a\r", "\nb\r", "", "\r", "\n"), [
    "a\n",
    "b\n",
    "",
    "\n",
    "",
    "",
  ]);
});

Deno.test('NewlineReader.translate() does not split a pair if newline is ""', () => {
  assertEquals(translate("", "a\r", "\nb\r", "c\n\r"), [
    "a",
    "\r\nb",
    "\rc\n",
    "\r",
  ]);
});

Deno.test("NewlineReader.seen names the kinds read so far, in Python's order", () => {
  const reader = new NewlineReader(null);
  assertEquals(reader.seen, null);
  reader.translate("a\r");
  assertEquals(reader.seen, null);
  reader.translate("\n");
  assertEquals(reader.seen, "\r\n");
  reader.translate("b\n");
  assertEquals(reader.seen, ["\n", "\r\n"]);
  reader.translate("c\r");
  reader.finish();
  assertEquals(reader.seen, ["\r", "\n", "\r\n"]);
});

Deno.test("NewlineReader.lineEnd() finds the end that newline names", () => {
  const ends = ([null, "", "\n", "\r", "\r\n"] as Newline[])
    .map((newline) => new NewlineReader(newline).lineEnd("ab\rc\r\n"));
  assertEquals(ends, [6, 3, 6, 3, 6]);
});

Deno.test("newlinesToWrite() writes the line end that newline names", () => {
  const written = ([null, "", "\n", "\r", "\r\n"] as Newline[])
    .map((newline) => newlinesToWrite(newline, "a\nb\r\n"));
  assertEquals(written, [
    "a\nb\r\n",
    "a\nb\r\n",
    "a\nb\r\n",
    "a\rb\r\r",
    "a\r\nb\r\r\n",
  ]);
});
