import { assert, assertEquals } from "@std/assert";
import { ReadBuffer } from "../../../socket/endpoint/read_buffer.ts";

/** Reads `count` bytes of a counted stream into the buffer, as a connection would. */
class Stream {
  next = 0;
  readonly buffer = new ReadBuffer();

  /** Reads what has come, as far as there is room; tells how much. */
  read(size: number, came = Infinity, whole = false): number {
    const room = this.buffer.room(size, whole);
    const count = Math.min(room.length, came);
    for (let at = 0; at < count; at++) room[at] = this.next++;
    this.buffer.onRead(count);
    return count;
  }
}

/** The bytes that a counted stream has from a position on. */
function counted(start: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => start + index);
}

Deno.test("ReadBuffer is empty and holds nothing at first", () => {
  const buffer = new ReadBuffer();
  assertEquals(buffer.available, 0);
  assertEquals(buffer.take(8).length, 0);
  assertEquals(buffer.takeInto(new Uint8Array(8)), 0);
});

Deno.test("ReadBuffer begins small, whatever is asked for", () => {
  const { byteLength } = new ReadBuffer().room(1 << 20, false).buffer;
  assert(byteLength <= 2048, `${byteLength} bytes`);
});

Deno.test("ReadBuffer gives no more room than was asked for", () => {
  assertEquals(new ReadBuffer().room(10, false).length, 10);
  assertEquals(new ReadBuffer().room(0, false).length, 1);
});

Deno.test("ReadBuffer hands bytes out in order, in any sizes", () => {
  const stream = new Stream();
  const { buffer } = stream;
  stream.read(100, 10);
  assertEquals(buffer.available, 10);
  assertEquals(buffer.peek(3), counted(0, 3));
  assertEquals(buffer.take(3), counted(0, 3));
  const into = new Uint8Array(4);
  assertEquals([buffer.takeInto(into), into], [4, counted(3, 4)]);
  assertEquals(buffer.take(100), counted(7, 3));
  assertEquals(buffer.available, 0);
});

Deno.test("ReadBuffer hands out arrays of their own", () => {
  const stream = new Stream();
  stream.read(100, 10);
  const got = stream.buffer.take(4);
  assertEquals([got.byteOffset, got.buffer.byteLength], [0, 4]);
  const peeked = stream.buffer.peek(4);
  peeked.fill(99);
  assertEquals(stream.buffer.take(4), counted(4, 4));
});

Deno.test("ReadBuffer gives what a read has brought at once, in an array of its own or into another", () => {
  const buffer = new ReadBuffer();
  buffer.room(100, false).set(counted(0, 10));
  const got = buffer.give(10, 100)!;
  assertEquals(got, counted(0, 10));
  assertEquals([got.byteOffset, got.buffer.byteLength], [0, 10]);
  assertEquals(buffer.available, 0);
  buffer.room(100, false).set(counted(10, 20));
  const into = new Uint8Array(100);
  assert(buffer.giveInto(into, 20));
  assertEquals(into.subarray(0, 21), Uint8Array.of(...counted(10, 20), 0));
  assertEquals(buffer.available, 0);
});

Deno.test("ReadBuffer gives nothing at once where a larger read might have brought more", () => {
  const buffer = new ReadBuffer();
  const room = buffer.room(1 << 20, false);
  room.set(counted(0, room.length));
  assertEquals(buffer.give(room.length, 1 << 20), undefined);
  assert(!buffer.giveInto(new Uint8Array(1 << 20), room.length));
  buffer.onRead(room.length);
  assertEquals(buffer.take(1 << 20), counted(0, room.length));
  // What was asked for has come, so that there is nothing to wait for.
  buffer.room(16, false).set(counted(0, 16));
  assertEquals(buffer.give(16, 16), counted(0, 16));
});

Deno.test("ReadBuffer gives nothing into a buffer that has become too short", () => {
  const buffer = new ReadBuffer();
  buffer.room(100, false).set(counted(0, 10));
  assert(!buffer.giveInto(new Uint8Array(0), 10));
  buffer.onRead(10);
  assertEquals(buffer.take(100), counted(0, 10));
});

Deno.test("ReadBuffer shows its bytes, and lets go of those at the front", () => {
  const stream = new Stream();
  const { buffer } = stream;
  stream.read(100, 10);
  assertEquals(buffer.view, counted(0, 10));
  buffer.skip(4);
  assertEquals(buffer.view, counted(4, 6));
  stream.read(2000, 500);
  assertEquals(buffer.view, counted(4, 506));
  buffer.skip(506);
  assertEquals([buffer.view.length, buffer.available], [0, 0]);
});

Deno.test("ReadBuffer keeps bytes that are there while more come", () => {
  const stream = new Stream();
  stream.read(512, 500);
  stream.buffer.take(100);
  for (let round = 0; round < 20; round++) stream.read(4096, 100);
  assertEquals(stream.buffer.available, 400 + 2000);
  assertEquals(stream.buffer.take(9999), counted(100, 2400));
});

Deno.test("ReadBuffer reads on until it has all that was asked for", () => {
  const stream = new Stream();
  for (let round = 0; stream.buffer.available < 1 << 18; round++) {
    assert(stream.read(1 << 18) > 0 && round < 100, "there is no room");
  }
  assertEquals(stream.buffer.available, 1 << 18);
  assertEquals(stream.buffer.take(1 << 18), counted(0, 1 << 18));
});

Deno.test("ReadBuffer grows to 64 KiB while reads fill it", () => {
  const stream = new Stream();
  let largest = 0;
  for (let round = 0; round < 6; round++) {
    largest = stream.read(1 << 20);
    stream.buffer.take(1 << 20);
  }
  assertEquals(largest, 65536);
});

Deno.test("ReadBuffer tells that more may be there after a read that filled a small room", () => {
  const stream = new Stream();
  assertEquals(stream.buffer.full, false);
  stream.read(1 << 20);
  assertEquals(stream.buffer.full, true);
  stream.buffer.take(1 << 20);
  stream.read(1 << 20, 10);
  assertEquals(stream.buffer.full, false);
});

Deno.test("ReadBuffer is small again when it waits after much came", () => {
  const stream = new Stream();
  for (let round = 0; round < 6; round++) {
    stream.read(1 << 20);
    stream.buffer.take(1 << 20);
  }
  stream.read(1 << 20, 10);
  stream.buffer.take(10);
  const { byteLength } = stream.buffer.room(1 << 20, false).buffer;
  assert(byteLength <= 2048, `${byteLength} bytes`);
});

Deno.test("two ReadBuffers that take turns with large buffers do not mix their bytes", () => {
  const streams = [new Stream(), new Stream(), new Stream()];
  for (let round = 0; round < 30; round++) {
    for (const [index, { buffer }] of streams.entries()) {
      const room = buffer.room(1 << 20, false);
      const count = (round + index) % 4 === 3 ? 10 : room.length;
      room.fill(index * 50 + round, 0, count);
      buffer.onRead(count);
    }
    for (const [index, { buffer }] of streams.entries()) {
      const got = buffer.take(1 << 20);
      assert(got.every((byte) => byte === index * 50 + round), `${round}`);
    }
  }
});

Deno.test("ReadBuffer gives room for all of a size that is wanted whole", () => {
  assertEquals(new ReadBuffer().room(5000, true).length, 5000);
  assert(new ReadBuffer().room(1 << 20, true).length >= 65536);
});

Deno.test("ReadBuffer takes bytes that were read elsewhere", () => {
  const { buffer } = new Stream();
  buffer.append(counted(0, 10));
  buffer.append(counted(10, 2000));
  assertEquals(buffer.take(5), counted(0, 5));
  buffer.append(counted(2010, 3));
  assertEquals(buffer.take(9999), counted(5, 2008));
});
