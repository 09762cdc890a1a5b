import { assertEquals, assertThrows } from "@std/assert";
import {
  htonl,
  htons,
  ntohl,
  ntohs,
} from "../../../socket/convert/byte_order.ts";

const long = { htonl, ntohl };

const short = { htons, ntohs };

const calls = { ...long, ...short };

Deno.test("htonl() lays the bytes out in network order", () => {
  const memory = new Uint32Array([htonl(0x01020304), htonl(0xfffefdfc)]);
  assertEquals(
    new Uint8Array(memory.buffer),
    new Uint8Array([1, 2, 3, 4, 255, 254, 253, 252]),
  );
});

Deno.test("htons() lays the bytes out in network order", () => {
  const memory = new Uint16Array([htons(0x0102), htons(0xfffe)]);
  assertEquals(new Uint8Array(memory.buffer), new Uint8Array([1, 2, 255, 254]));
});

Deno.test("ntohl() undoes htonl(), without a sign", () => {
  for (const value of [0, 1, 0x80, 0x7fffffff, 0x80000000, 0xffffffff]) {
    assertEquals(ntohl(htonl(value)), value);
    assertEquals(Math.min(htonl(value), 0), 0);
  }
});

Deno.test("ntohs() undoes htons()", () => {
  for (const value of [0, 1, 0x80, 0x7fff, 0x8000, 0xffff]) {
    assertEquals(ntohs(htons(value)), value);
  }
});

Deno.test("byte order calls throw RangeError for a value that does not fit", () => {
  for (const [name, call] of Object.entries(calls)) {
    const maximum = name in long ? 4294967295 : 65535;
    for (const value of [-1, maximum + 1, 2 ** 64, -(2 ** 64)]) {
      assertThrows(
        () => call(value),
        RangeError,
        `Cannot convert with ${name}: the value must be 0 to ${maximum}, not ${value}`,
      );
    }
  }
});

Deno.test("byte order calls throw TypeError for a value that is not an integer", () => {
  const wrong: [value: unknown, shown: string][] = [
    [1.5, "1.5"],
    [NaN, "NaN"],
    [Infinity, "Infinity"],
    ["80", "string"],
    [1n, "bigint"],
    [true, "boolean"],
    [undefined, "undefined"],
  ];
  for (const [name, call] of Object.entries(calls)) {
    for (const [value, shown] of wrong) {
      assertThrows(
        () => call(value as number),
        TypeError,
        `Cannot convert with ${name}: the value must be an integer, not ${shown}`,
      );
    }
  }
});
