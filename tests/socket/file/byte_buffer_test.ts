import { assert, assertEquals } from "@std/assert";
import { ByteBuffer } from "../../../socket/file/byte_buffer.ts";
import { Random } from "../../support/random.ts";
import { bytes, latin } from "./scripted_source.ts";

/** Simulates one receive, and returns how much fitted. */
function receive(buffer: ByteBuffer, text: string, wanted = 1): number {
  const room = buffer.room(wanted);
  const data = bytes(text).subarray(0, room.length);
  room.set(data);
  buffer.commit(data.length);
  return data.length;
}

Deno.test("ByteBuffer.take() gives the bytes in their order and keeps the rest", () => {
  const buffer = new ByteBuffer(8192);
  receive(buffer, "one");
  receive(buffer, "two");
  assertEquals(latin(buffer.take(4)), "onet");
  assertEquals(latin(buffer.take(2)), "wo");
  assertEquals(buffer.length, 0);
  assertEquals(buffer.take(0).length, 0);
});

Deno.test("ByteBuffer.take() gives an array with memory of its own size", () => {
  const buffer = new ByteBuffer(8192);
  receive(buffer, "hello");
  assertEquals(buffer.take(5).buffer.byteLength, 5);
});

Deno.test("ByteBuffer.take() gives bytes that later receives do not change", () => {
  const buffer = new ByteBuffer(4);
  for (const size of [4, 2]) {
    receive(buffer, "abcd");
    const taken = buffer.take(size);
    receive(buffer, "XXXX");
    assertEquals(latin(taken), "abcd".slice(0, size));
    buffer.skip(buffer.length);
  }
});

Deno.test("ByteBuffer.room() is small at first, and grows while it is filled", () => {
  const buffer = new ByteBuffer(8192);
  const rooms: number[] = [];
  for (let count = 0; count < 8; count++) {
    const room = buffer.room(1);
    rooms.push(room.length);
    buffer.commit(room.length);
    buffer.skip(buffer.length - 1);
  }
  assertEquals(rooms[0], 512);
  assert(rooms.slice(-3).every((room) => room > 4096), `${rooms}`);
});

Deno.test("ByteBuffer.room() is small again after a small receive", () => {
  const buffer = new ByteBuffer(65536);
  for (let count = 0; count < 20; count++) {
    buffer.commit(buffer.room(1).length);
    buffer.skip(buffer.length);
  }
  assertEquals(buffer.room(1).length, 65536);
  buffer.commit(10);
  buffer.skip(10);
  assertEquals(buffer.room(1).length, 512);
});

Deno.test("ByteBuffer.room() does not give more than is read ahead, or than is wanted if that is more", () => {
  const buffer = new ByteBuffer(100);
  assertEquals(buffer.room(1).length, 100);
  assertEquals(buffer.room(250).length, 250);
  assertEquals(new ByteBuffer(0).room(1).length, 1);
});

Deno.test("ByteBuffer.room() holds at most 64 KiB before more has arrived", () => {
  const buffer = new ByteBuffer(8192);
  assertEquals(buffer.room(2 ** 30).length, 65536);
  buffer.commit(1);
  assertEquals(buffer.room(2 ** 30).length, 65535);
});

Deno.test("ByteBuffer.room() ends where a large read ends, so that take() copies nothing", () => {
  const buffer = new ByteBuffer(8192);
  let left = 200_000;
  while (left > 0) {
    const room = buffer.room(left);
    assert(room.length > 0 && room.length <= left);
    room.fill(left % 256);
    buffer.commit(room.length);
    left -= room.length;
  }
  const memory = buffer.peek().buffer;
  assert(buffer.take(200_000).buffer === memory);
  assertEquals(buffer.length, 0);
});

Deno.test("ByteBuffer.indexOf() finds bytes, one or several, from an offset on", () => {
  const buffer = new ByteBuffer(8192);
  receive(buffer, "xxab-ab");
  buffer.skip(2);
  assertEquals(buffer.indexOf(bytes("b"), 0), 1);
  assertEquals(buffer.indexOf(bytes("b"), 2), 4);
  assertEquals(buffer.indexOf(bytes("ab"), 0), 0);
  assertEquals(buffer.indexOf(bytes("ab"), 1), 3);
  assertEquals(buffer.indexOf(bytes("ac"), 0), -1);
  assertEquals(buffer.indexOf(bytes("x"), 0), -1);
});

Deno.test("ByteBuffer.prepend() puts bytes in front, in the place of taken ones or in new memory", () => {
  const buffer = new ByteBuffer(8192);
  receive(buffer, "abcd");
  buffer.skip(2);
  buffer.prepend(bytes("ab"));
  assertEquals(latin(buffer.peek()), "abcd");
  buffer.prepend(bytes("in front of "));
  assertEquals(latin(buffer.peek()), "in front of abcd");
  receive(buffer, "ef");
  assertEquals(latin(buffer.take(18)), "in front of abcdef");
});

Deno.test("ByteBuffer.append() copies", () => {
  const buffer = new ByteBuffer(0);
  const data = bytes("abc");
  buffer.append(data);
  data.fill(0);
  buffer.append(bytes("def"));
  assertEquals(latin(buffer.peek()), "abcdef");
});

Deno.test("ByteBuffer keeps its bytes through any mix of calls", () => {
  const random = new Random();
  for (const ahead of [0, 1, 16, 700]) {
    const buffer = new ByteBuffer(ahead);
    let expected: number[] = [];
    for (let step = 0; step < 800; step++) {
      const data = Uint8Array.from(
        { length: random.size(3000) },
        () => random.integer(0, 255),
      );
      switch (random.integer(0, 4)) {
        case 0: {
          const room = buffer.room(random.chance(1 / 5) ? 2000 : 1);
          const part = data.subarray(0, room.length);
          room.set(part);
          buffer.commit(part.length);
          expected.push(...part);
          break;
        }
        case 1:
          buffer.append(data);
          expected.push(...data);
          break;
        case 2:
          buffer.prepend(data);
          expected = [...data, ...expected];
          break;
        case 3: {
          const length = random.integer(0, buffer.length);
          assertEquals([...buffer.take(length)], expected.splice(0, length));
          break;
        }
        case 4: {
          const target = new Uint8Array(random.integer(0, 200));
          const count = buffer.takeInto(target);
          assertEquals(
            [...target.subarray(0, count)],
            expected.splice(0, count),
          );
          break;
        }
      }
      assertEquals(buffer.length, expected.length, `seed ${random.seed}`);
      if (expected.length > 20_000) {
        buffer.skip(buffer.length);
        expected = [];
      }
    }
    assertEquals([...buffer.peek()], expected, `seed ${random.seed}`);
  }
});
