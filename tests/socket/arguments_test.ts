import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import {
  bufferOf,
  bytesOf,
  checkInt,
  checkInteger,
  checkText,
  kindOf,
  scatter,
} from "../../socket/arguments.ts";

Deno.test("bytesOf() gives a Uint8Array itself", () => {
  const bytes = new Uint8Array([1, 2]);
  assertStrictEquals(bytesOf("send", bytes), bytes);
});

Deno.test("bytesOf() gives the bytes of any view and buffer, without a copy", () => {
  const buffer = new ArrayBuffer(8);
  const wide = new Uint16Array(buffer, 2, 2);
  for (
    const [data, offset, length] of [
      [buffer, 0, 8],
      [wide, 2, 4],
      [new DataView(buffer, 1, 3), 1, 3],
      [new Float64Array(buffer), 0, 8],
    ] as const
  ) {
    const bytes = bytesOf("send", data);
    assertStrictEquals(bytes.buffer, buffer);
    assertEquals([bytes.byteOffset, bytes.length], [offset, length]);
  }
  assertEquals(bytesOf("send", new SharedArrayBuffer(3)).length, 3);
});

Deno.test("bytesOf() gives a plain Uint8Array, whose slice is a copy, of a subclass", () => {
  class Own extends Uint8Array {}
  for (const data of [Buffer.from("hello"), new Own(5).fill(1)]) {
    const bytes = bytesOf("send", data);
    assertStrictEquals(Object.getPrototypeOf(bytes), Uint8Array.prototype);
    assertStrictEquals(bytes.buffer, data.buffer);
    assertEquals([bytes.byteOffset, bytes.length], [data.byteOffset, 5]);
    const copy = bytes.slice();
    data.fill(0);
    assertEquals([copy[4] !== 0, bytes[4]], [true, 0]);
  }
});

Deno.test("bytesOf() says how to encode a string", () => {
  assertThrows(
    () => bytesOf("send", "hello" as never),
    TypeError,
    "Cannot send: data must be bytes, not a string; encode it with new TextEncoder().encode(text)",
  );
});

Deno.test("bytesOf() throws TypeError for a value that is not bytes", () => {
  for (
    const [data, kind] of [
      [null, "null"],
      [undefined, "undefined"],
      [1, "number"],
      [[1, 2], "an array of 2"],
      [{}, "Object"],
      [new Blob([]), "Blob"],
    ] as const
  ) {
    assertThrows(
      () => bytesOf("send", data as never),
      TypeError,
      `Cannot send: data must be a Uint8Array, another view or an ArrayBuffer, not ${kind}`,
    );
  }
});

Deno.test("checkInteger() throws TypeError for a value that is not an integer", () => {
  for (
    const [value, kind] of [
      [1.5, "1.5"],
      [NaN, "NaN"],
      [Infinity, "Infinity"],
      [2 ** 53, "9007199254740992"],
      ["1", "string"],
      [1n, "bigint"],
      [null, "null"],
      [undefined, "undefined"],
    ] as const
  ) {
    assertThrows(
      () => checkInteger("recv", "size", value as number),
      TypeError,
      `Cannot recv: the size must be an integer, not ${kind}`,
    );
  }
});

Deno.test("checkInteger() throws RangeError outside of the range, which includes its ends", () => {
  checkInteger("recv", "size", 0, 0);
  checkInteger("recv", "size", 9, 0, 9);
  assertThrows(
    () => checkInteger("recv", "size", -1, 0),
    RangeError,
    "Cannot recv: the size must be 0 or more, not -1",
  );
  assertThrows(
    () => checkInteger("recv", "size", 10, 0, 9),
    RangeError,
    "Cannot recv: the size must be 0 to 9, not 10",
  );
});

Deno.test("checkInteger() throws RangeError outside of the range also where a number is not exact", () => {
  assertThrows(
    () => checkInteger("bind", "port", 2 ** 53, 0, 65535),
    RangeError,
    "Cannot bind: the port must be 0 to 65535, not 9007199254740992",
  );
});

Deno.test("checkInteger() names the unit of the range", () => {
  assertThrows(
    () => checkInteger("read", "size", 10, 0, 9, "bytes"),
    RangeError,
    "Cannot read: the size must be 0 to 9 bytes, not 10",
  );
});

Deno.test("checkInt() throws RangeError for a value that does not fit a C int", () => {
  for (const value of [-(2 ** 31), 2 ** 31 - 1]) checkInt("bind", "x", value);
  for (const value of [-(2 ** 31) - 1, 2 ** 31]) {
    assertThrows(() => checkInt("bind", "x", value), RangeError);
  }
});

Deno.test("checkText() throws TypeError for a value that is not a C string", () => {
  checkText("look up", "host", "a");
  for (
    const [value, shown] of [
      [1, "number"],
      [null, "null"],
      ["a\0b", '"a\\u0000b"'],
    ] as const
  ) {
    assertThrows(
      () => checkText("look up", "host", value),
      TypeError,
      `Cannot look up: the host must be a string without NUL, not ${shown}`,
    );
  }
});

Deno.test("kindOf() names an object without a class", () => {
  assertEquals(kindOf(Object.create(null)), "an object");
});

Deno.test("bufferOf() views the part that was asked for, all if 0", () => {
  const bytes = new Uint8Array(4);
  assertStrictEquals(bufferOf("recvInto", bytes), bytes);
  assertStrictEquals(bufferOf("recvInto", bytes, 4), bytes);
  const part = bufferOf("recvInto", bytes, 3);
  assertEquals([part.buffer === bytes.buffer, part.length], [true, 3]);
});

Deno.test("bufferOf() throws RangeError if the buffer is too small", () => {
  assertThrows(
    () => bufferOf("recvInto", new Uint8Array(4), 5),
    RangeError,
    "Cannot recvInto: the buffer holds 4 bytes, fewer than the 5 asked for",
  );
});

Deno.test("bufferOf() checks the size before it looks at the buffer", () => {
  assertThrows(() => bufferOf("recvInto", new Uint8Array(4), -1), RangeError);
  assertThrows(() => bufferOf("recvInto", new Uint8Array(4), 0.5), TypeError);
});

Deno.test("scatter() fills each buffer before the next", () => {
  const parts = [1, 0, 3, 4].map((size) => new Uint8Array(size));
  scatter(new Uint8Array([1, 2, 3, 4, 5, 6]), parts);
  assertEquals(parts.map((part) => [...part]), [
    [1],
    [],
    [2, 3, 4],
    [5, 6, 0, 0],
  ]);
});
