import { assertEquals, assertThrows } from "@std/assert";
import {
  identifierText,
  readDer,
  stringText,
  timeOf,
} from "../../../socket/ssl/der.ts";
import { Random } from "../../support/random.ts";

const hex = (digits: string) => Uint8Array.fromHex(digits.replaceAll(" ", ""));

Deno.test("readDer() reads values one behind the other, with short and long sizes", () => {
  assertEquals(readDer(new Uint8Array()), []);
  assertEquals(readDer(hex("0500 020105")), [
    { tag: 5, bytes: new Uint8Array() },
    { tag: 2, bytes: hex("05") },
  ]);
  const body = new Uint8Array(300).fill(7);
  assertEquals(readDer(Uint8Array.from([0x30, 0x82, 1, 44, ...body])), [
    { tag: 0x30, bytes: body },
  ]);
});

Deno.test("readDer() refuses bytes that are cut", () => {
  for (
    const digits of ["02", "0201", "0281", "028201", "02ff", "0284ffffffff"]
  ) {
    assertThrows(() => readDer(hex(digits)), RangeError, "not DER", digits);
  }
});

Deno.test("readDer() ends, and throws nothing else, whatever it is given", () => {
  const random = new Random();
  for (let round = 0; round < 5000; round++) {
    const bytes = random.bytes(random.integer(0, 40));
    try {
      readDer(bytes);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
});

Deno.test("identifierText() writes object identifiers", () => {
  assertEquals(identifierText(hex("550403")), "2.5.4.3");
  assertEquals(
    identifierText(hex("2a864886f70d010901")),
    "1.2.840.113549.1.9.1",
  );
  assertEquals(identifierText(hex("883703")), "2.999.3");
  assertEquals(identifierText(hex("01")), "0.1");
});

Deno.test("stringText() decodes strings of each type", () => {
  assertEquals(stringText({ tag: 0x0c, bytes: hex("c39c6c6d") }), "Ülm");
  assertEquals(stringText({ tag: 0x13, bytes: hex("556c6d") }), "Ulm");
  assertEquals(stringText({ tag: 0x14, bytes: hex("dc6c6d") }), "Ülm");
  assertEquals(stringText({ tag: 0x1e, bytes: hex("00dc006c006d") }), "Ülm");
  assertEquals(
    stringText({ tag: 0x1c, bytes: hex("000000dc 0001f600") }),
    "Ü😀",
  );
});

Deno.test("timeOf() reads times of two and of four digits a year", () => {
  const time = (tag: number, text: string) =>
    timeOf({ tag, bytes: new TextEncoder().encode(text) });
  assertEquals(time(0x17, "261128092635Z"), Date.UTC(2026, 10, 28, 9, 26, 35));
  assertEquals(time(0x17, "491231235959Z"), Date.UTC(2049, 11, 31, 23, 59, 59));
  assertEquals(time(0x17, "500101000000Z"), Date.UTC(1950, 0));
  assertEquals(time(0x18, "20500101000000Z"), Date.UTC(2050, 0));
  assertThrows(() => time(0x17, "soon"), RangeError, "no valid time");
});
