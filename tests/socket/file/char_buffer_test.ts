import { assertEquals } from "@std/assert";
import {
  CharBuffer,
  countCharacters,
} from "../../../socket/file/char_buffer.ts";

Deno.test("countCharacters() counts code points", () => {
  assertEquals(
    ["", "abc", "é€", "a😀b", "\udc80\ud800", "😀😀"].map(countCharacters),
    [0, 3, 2, 3, 2, 2],
  );
});

Deno.test("CharBuffer.take() counts code points", () => {
  const buffer = new CharBuffer();
  buffer.push("a😀");
  buffer.push("b😀c");
  assertEquals([buffer.length, buffer.span], [5, 7]);
  assertEquals(buffer.take(2), "a😀");
  assertEquals(buffer.take(1), "b");
  assertEquals(buffer.take(1), "😀");
  assertEquals([buffer.length, buffer.span], [1, 1]);
  assertEquals(buffer.take(1), "c");
  assertEquals([buffer.length, buffer.span], [0, 0]);
});

Deno.test("CharBuffer.from() gives the text after any offset, whatever was taken", () => {
  const text = "one two 😀 three four";
  for (let taken = 0; taken < 8; taken++) {
    for (let offset = 0; offset <= text.length - taken; offset++) {
      const buffer = new CharBuffer();
      for (let start = 0; start < text.length; start += 5) {
        buffer.push(text.slice(start, start + 5));
        if (start === 5) {
          assertEquals(buffer.takeSpan(taken), text.slice(0, taken));
        }
      }
      assertEquals(buffer.from(offset), text.slice(taken + offset));
      assertEquals(buffer.from(0), text.slice(taken));
    }
  }
});

Deno.test("CharBuffer.indexOf() finds text that arrived in pieces", () => {
  const buffer = new CharBuffer();
  for (const piece of ["ab\r", "\n", "cd\r\n"]) buffer.push(piece);
  assertEquals(buffer.indexOf("\r\n", 1), 2);
  assertEquals(buffer.indexOf("\r\n", 3), 6);
  assertEquals(buffer.indexOf("x", 0), -1);
  assertEquals(buffer.takeSpan(4), "ab\r\n");
  assertEquals(buffer.indexOf("\r\n", 0), 2);
});
