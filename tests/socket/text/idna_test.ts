import { assertEquals, assertThrows } from "@std/assert";
import { encodeHost } from "../../../socket/text/idna.ts";
import { UnicodeEncodeError } from "../../../socket/mod.ts";

Deno.test("encodeHost() leaves plain names as they are", () => {
  for (const host of ["", "a", "A.b", "a.", "127.0.0.1", "::1", "a_b c", "-"]) {
    assertEquals(encodeHost(host), host);
  }
});

Deno.test("encodeHost() encodes names by IDNA 2003", () => {
  const cases: [host: string, encoded: string][] = [
    ["bücher.de", "xn--bcher-kva.de"],
    ["BÜCHER.De.", "xn--bcher-kva.De."],
    ["faß.de", "fass.de"],
    ["例え。テスト", "xn--r8jz45g.xn--zckzah"],
    ["\uff11\uff12\uff17.1", "127.1"],
  ];
  for (const [host, encoded] of cases) assertEquals(encodeHost(host), encoded);
});

Deno.test("encodeHost() says where the invalid label is", () => {
  const cases: [host: string, message: string][] = [
    ["a..b", "Cannot encode U+002E at 2 as idna: label empty"],
    [".", "Cannot encode U+002E at 0 as idna: label empty"],
    [
      `b.${"a".repeat(64)}`,
      "Cannot encode U+0061 at 2 as idna: label too long",
    ],
    [
      "x.\ud800",
      "Cannot encode U+D800 at 2 as idna: invalid character in the label",
    ],
    [
      "xn--ü",
      "Cannot encode U+0078 at 0 as idna: the label starts with the prefix of encoded ones",
    ],
  ];
  for (const [host, message] of cases) {
    const error = assertThrows(() => encodeHost(host), UnicodeEncodeError);
    assertEquals(error.message, message);
  }
});
