import { assertEquals, assertThrows } from "@std/assert";
import { openEncoder } from "../../../socket/file/codecs/encoder.ts";
import { UnicodeEncodeError } from "../../../socket/text/unicode_errors.ts";
import { latin } from "./scripted_source.ts";

Deno.test("Encoder.encode() writes a byte order mark once, before the first text, even of an empty one", () => {
  const utf16 = openEncoder("utf-16", "strict");
  assertEquals(
    ["", "a", "b"].map((text) => latin(utf16.encode(text))),
    ["\xff\xfe", "a\0", "b\0"],
  );
  const utf8 = openEncoder("utf-8-sig", "strict");
  assertEquals(
    ["", "a", "b"].map((text) => latin(utf8.encode(text))),
    ["\xef\xbb\xbf", "a", "b"],
  );
});

Deno.test("Encoder.encode() throws UnicodeEncodeError with the character and its position", () => {
  const error = assertThrows(
    () => openEncoder("ascii", "strict").encode("5 €"),
    UnicodeEncodeError,
    "Cannot encode U+20AC at 2 as ascii: ordinal not in range(128)",
  );
  assertEquals([error.encoding, error.object, error.start], [
    "ascii",
    "5 €",
    2,
  ]);
});

Deno.test("openEncoder() throws RangeError for an encoding that is only read", () => {
  for (const name of ["shift_jis", "euc_jp", "cp1252"]) {
    assertThrows(
      () => openEncoder(name, "strict"),
      RangeError,
      `Cannot make a file: encoding "${name}" can be read but not written`,
    );
  }
  assertThrows(
    () => openEncoder("klingon", "strict"),
    RangeError,
    'unknown encoding "klingon"',
  );
});
