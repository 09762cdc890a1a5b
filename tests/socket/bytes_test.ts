import { assert, assertEquals, assertThrows } from "@std/assert";
import { b } from "../../mod.ts";

/** Evaluates a literal whose source is given. */
function literal(source: string): Uint8Array {
  return b(Object.assign([source], { raw: [source] }));
}

const latin = (bytes: Uint8Array) => String.fromCharCode(...bytes);

Deno.test("b makes bytes of ASCII", () => {
  assertEquals(b`GET /`, Uint8Array.of(71, 69, 84, 32, 47));
  assertEquals(b``, new Uint8Array());
  assertEquals(
    b`two
lines`,
    Uint8Array.from([..."two\nlines"], (letter) => letter.charCodeAt(0)),
  );
});

Deno.test("b knows Python's escapes", () => {
  assertEquals(latin(b`\r\n\t\\\'\"`), "\r\n\t\\'\"");
  assertEquals(latin(b`\a\b\f\v`), "\x07\b\f\v");
  assertEquals(latin(b`\0\00\000\0001\101\377\08`), "\0\0\0\x001A\xff\x008");
  assertEquals(latin(b`\x00\xff\xC3\xa9A`), "\0\xff\xc3\xa9A");
  assertEquals(
    latin(b`on\
e`),
    "one",
  );
});

Deno.test("b leaves a backslash before anything else, as Python does", () => {
  assertEquals(latin(b`\d\N{x}\u00e9\X41\8`), "\\d\\N{x}\\u00e9\\X41\\8");
});

Deno.test("b takes what a template cannot have otherwise after a backslash", () => {
  assertEquals(latin(b`\`\${x}$`), "`${x}$");
});

Deno.test("b refuses what is not ASCII, as Python does", () => {
  assertThrows(
    () => b`naïve`,
    TypeError,
    'Cannot make bytes: "ï" is not ASCII; in UTF-8 it is \\xc3\\xaf',
  );
  assertThrows(
    () => b`🦕`,
    TypeError,
    '"🦕" is not ASCII; in UTF-8 it is \\xf0',
  );
  assertThrows(() => b`a\é`, TypeError, "is not ASCII");
});

Deno.test("b refuses an escape that is not whole or too large", () => {
  for (const source of ["\\x", "\\x4", "\\xg0", "a\\x 41"]) {
    assertThrows(
      () => literal(source),
      TypeError,
      "Cannot make bytes: \\x must have two hexadecimal digits",
    );
  }
  assertThrows(
    () => b`\400`,
    TypeError,
    "Cannot make bytes: \\400 is larger than a byte",
  );
});

Deno.test("b puts bytes between its pieces, copied", () => {
  const part = Uint8Array.of(1, 2);
  const bytes = b`<${part}${new DataView(part.buffer, 1)}>\n${part.buffer}`;
  part.fill(0);
  assertEquals(bytes, Uint8Array.of(60, 1, 2, 2, 62, 10, 1, 2));
});

Deno.test("b takes no strings and numbers between its pieces", () => {
  for (const part of ["text", 65, null, [65]]) {
    assertThrows(
      () => b`<${part as never}>`,
      TypeError,
      "Cannot make bytes: data must be ",
    );
  }
});

Deno.test("b gives new bytes each time", () => {
  const make = () => b`abc`;
  const first = make();
  first.fill(0);
  assert(make() !== first);
  assertEquals(latin(make()), "abc");
});

Deno.test("b as a function of a string says how to write it", () => {
  for (const argument of ["text", undefined, ["text"]]) {
    assertThrows(
      () => b(argument as never),
      TypeError,
      "Cannot make bytes: b must stand before a template, as in b`text`",
    );
  }
});
