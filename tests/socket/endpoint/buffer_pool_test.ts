import { assert, assertEquals } from "@std/assert";
import { stage, unstage } from "../../../socket/endpoint/buffer_pool.ts";

Deno.test("stage() copies", () => {
  const data = new Uint8Array([1, 2, 3]);
  const copy = stage(data);
  data.fill(9);
  assertEquals(copy, new Uint8Array([1, 2, 3]));
  unstage(copy);
});

for (const size of [0, 1, 4095, 4096, 4097, 65535, 65536, 65537, 1 << 20]) {
  Deno.test(`stage() copies ${size} bytes whole`, () => {
    const data = crypto.getRandomValues(new Uint8Array(Math.min(size, 65536)));
    const whole = new Uint8Array(size);
    for (let at = 0; at < size; at += data.length) {
      whole.set(data.subarray(0, size - at), at);
    }
    const copy = stage(whole);
    assertEquals(copy.length, size);
    assert(copy.every((byte, index) => byte === whole[index]));
    unstage(copy);
  });
}

Deno.test("stage() uses a buffer again that was given back", () => {
  for (const size of [100, 10_000]) {
    const first = stage(new Uint8Array(size));
    const { buffer } = first;
    unstage(first);
    const second = stage(new Uint8Array(size));
    assertEquals(second.buffer === buffer, true);
    unstage(second);
  }
});

Deno.test("stage() never has two copies in one buffer", () => {
  const copies = Array.from(
    { length: 100 },
    (_, index) => stage(new Uint8Array([index])),
  );
  assertEquals(new Set(copies.map(({ buffer }) => buffer)).size, 100);
  assertEquals(copies.map(([byte]) => byte), [...copies.keys()]);
  copies.forEach(unstage);
});

Deno.test("stage() gives all of a buffer that held less before", () => {
  unstage(stage(new Uint8Array(3)));
  const copy = stage(new Uint8Array(4000).fill(7));
  assertEquals(copy.length, 4000);
  assert(copy.every((byte) => byte === 7));
  unstage(copy);
});

Deno.test("unstage() does not keep large copies, nor ever more buffers", () => {
  const large = stage(new Uint8Array(1 << 20));
  unstage(large);
  assert(stage(new Uint8Array(1 << 20)).buffer !== large.buffer);
  const copies = Array.from({ length: 600 }, () => stage(new Uint8Array(9)));
  copies.forEach(unstage);
  const old = new Set(copies.map(({ buffer }) => buffer));
  const again = Array.from({ length: 600 }, () => stage(new Uint8Array(9)));
  const kept = again.filter(({ buffer }) => old.has(buffer)).length;
  assert(kept <= 256, `${kept} buffers were kept`);
});
