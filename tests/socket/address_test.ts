import { assertEquals } from "@std/assert";
import { decodePath, quoteAddress } from "../../socket/address.ts";
import { osError } from "../../socket/errors.ts";

Deno.test("quoteAddress() shows each family's address as users write it", () => {
  assertEquals(quoteAddress(["127.0.0.1", 80]), '"127.0.0.1:80"');
  assertEquals(quoteAddress(["localhost", 80]), '"localhost:80"');
  assertEquals(quoteAddress(["::1", 80, 0, 0]), '"[::1]:80"');
  assertEquals(quoteAddress(["fe80::1", 80, 0, 3]), '"[fe80::1%3]:80"');
  assertEquals(quoteAddress("/run/x"), '"/run/x"');
  assertEquals(quoteAddress(""), '""');
});

Deno.test("quoteAddress() shows an address of any family", () => {
  assertEquals(quoteAddress([2, 1234]), '"[2,1234]"');
  assertEquals(
    quoteAddress(["eth0", 3, 0, 1, new Uint8Array([1, 2])]),
    '"["eth0",3,0,1,[1,2]]"',
  );
});

Deno.test("an error about an address of any family can be made", () => {
  const fields = { code: "ENODEV", syscall: "bind", address: [2, 1234] };
  assertEquals(
    osError(fields).message,
    'Cannot bind to "[2,1234]": no such device (ENODEV)',
  );
});

Deno.test("quoteAddress() shows the NUL of an abstract name", () => {
  assertEquals(quoteAddress("\0name"), '"\\0name"');
  assertEquals(quoteAddress(new Uint8Array([0, 120])), '"\\0x"');
});

Deno.test("quoteAddress() shows a path that is not UTF-8 by its bytes", () => {
  assertEquals(quoteAddress(new Uint8Array([47, 255, 0])), '"47 255 0"');
});

Deno.test("decodePath() reads UTF-8, keeps a byte order mark and refuses the rest", () => {
  const encode = (text: string) => new TextEncoder().encode(text);
  assertEquals(decodePath("/run/ü"), "/run/ü");
  assertEquals(decodePath(encode("/run/ü")), "/run/ü");
  assertEquals(decodePath(encode("\ufeffx")), "\ufeffx");
  assertEquals(decodePath(new Uint8Array(0)), "");
  assertEquals(decodePath(new Uint8Array([0xff])), undefined);
  assertEquals(decodePath(new Uint8Array([0xed, 0xa0, 0x80])), undefined);
});
