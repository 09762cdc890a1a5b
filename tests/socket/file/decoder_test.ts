import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  openDecoder,
  type Piece,
} from "../../../socket/file/codecs/decoder.ts";
import { decode, text } from "./decoding.ts";
import { bytes } from "./scripted_source.ts";

Deno.test("Decoder.decode() goes on after undecodable bytes", () => {
  const pieces = decode("utf-8", "strict", bytes("one\ntwo"));
  assertEquals(text(pieces), "one\ntwo");
  const data = Uint8Array.of(0x61, 0xff, 0x62, 0xe2, 0x82, 0x63);
  assertEquals(decode("utf-8", "strict", data), [
    "a",
    { bytes: Uint8Array.of(0xff), reason: "invalid start byte" },
    "b",
    { bytes: Uint8Array.of(0xe2, 0x82), reason: "invalid continuation byte" },
    "c",
  ]);
});

Deno.test("Decoder.decode() leaves an incomplete character", () => {
  const decoder = openDecoder("utf-8", "strict");
  const data = bytes("ab😀");
  const pieces: Piece[] = [];
  for (const end of [3, 4, 5]) {
    assertEquals(decoder.decode(data.subarray(0, end), false, pieces), 2);
  }
  assertEquals(decoder.decode(data, false, pieces), 6);
  assertEquals(pieces, ["ab", "ab", "ab", "ab😀"]);
});

Deno.test("Decoder.decode() takes the byte order of UTF-16 from its mark", () => {
  const little = Uint8Array.of(0xff, 0xfe, 0x61, 0, 0xff, 0xfe);
  const big = Uint8Array.of(0xfe, 0xff, 0, 0x61, 0xfe, 0xff);
  for (const data of [little, big]) {
    assertEquals(text(decode("utf-16", "strict", data, [1, 2])), "a\ufeff");
  }
});

Deno.test("Decoder.decode() does not guess the byte order of UTF-16 without a mark", () => {
  const data = Uint8Array.of(0x61, 0);
  assertEquals(
    text(decode("utf-16", "replace", data)),
    "{stream does not start with a byte order mark}",
  );
});

Deno.test("Decoder.decode() removes a mark of UTF-8 only for utf-8-sig, and only at the start", () => {
  const data = bytes("\ufeffa\ufeff");
  for (const sizes of [[], [1], [2], [3]]) {
    assertEquals(text(decode("utf-8-sig", "strict", data, sizes)), "a\ufeff");
    assertEquals(text(decode("utf-8", "strict", data, sizes)), "\ufeffa\ufeff");
  }
  assertEquals(text(decode("utf-8-sig", "strict", bytes("ab"), [1])), "ab");
});

Deno.test("Decoder.decode() knows all the runtime's encodings", () => {
  const sjis = Uint8Array.of(0x82, 0xa0, 0x0a, 0x61);
  for (const name of ["shift_jis", "Shift-JIS", "sjis"]) {
    assertEquals(text(decode(name, "strict", sjis, [1, 1])), "あ\na");
  }
  const data = Uint8Array.of(0x80, 0xe9);
  assertEquals(text(decode("cp1252", "strict", data)), "€é");
  assertEquals(text(decode("latin1", "strict", data)), "\x80é");
  assertEquals(text(decode("euc_jp", "strict", bytes("a"))), "a");
  assertEquals(text(decode("unicode-1-1-utf-8", "strict", bytes("é"))), "é");
});

Deno.test("Decoder.decode() finds faults in the runtime's encodings too", () => {
  const data = Uint8Array.of(0x61, 0x82, 0xff, 0x62);
  const strict = decode("shift_jis", "strict", data);
  assertEquals(text(strict), "a{no such character}b");
  assertEquals(text(decode("shift_jis", "replace", data)), "a\ufffdb");
  assertEquals(text(decode("shift_jis", "ignore", data)), "ab");
});

Deno.test("openDecoder() throws RangeError for an unknown encoding", () => {
  assertThrows(
    () => openDecoder("klingon", "strict"),
    RangeError,
    'Cannot make a file: unknown encoding "klingon"',
  );
});

Deno.test("openDecoder() throws RangeError for an error handler that the encoding cannot have", () => {
  assertThrows(
    () => openDecoder("shift_jis", "surrogateescape"),
    RangeError,
    'errors "surrogateescape" is not available for encoding "shift_jis"',
  );
});

Deno.test("openDecoder() takes Python's names of encodings", () => {
  const data = bytes("é");
  for (const name of ["UTF8", "utf_8", "U8", "utf 8"]) {
    assertEquals(text(decode(name, "strict", data)), "é");
  }
  for (const name of ["L1", "iso8859-1", "ISO_8859-1", "cp819", "latin_1"]) {
    assertEquals(text(decode(name, "strict", data)), "Ã©");
  }
  for (const name of ["US-ASCII", "646", "ascii"]) {
    assert(text(decode(name, "strict", data)).startsWith("{ordinal not in"));
  }
});
