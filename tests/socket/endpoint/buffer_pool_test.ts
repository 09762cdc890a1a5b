import { assert, assertEquals } from "@std/assert";
import { copyForSend, release } from "../../../socket/endpoint/buffer_pool.ts";

Deno.test("copyForSend() copies", () => {
  const data = new Uint8Array([1, 2, 3]);
  const copy = copyForSend(data);
  data.fill(9);
  assertEquals(copy, new Uint8Array([1, 2, 3]));
  release(copy);
});

for (
  const size of [
    0,
    1,
    4095,
    4096,
    4097,
    16384,
    16385,
    65535,
    65536,
    65537,
    1 << 20,
  ]
) {
  Deno.test(`copyForSend() copies ${size} bytes whole`, () => {
    const data = crypto.getRandomValues(new Uint8Array(Math.min(size, 65536)));
    const whole = new Uint8Array(size);
    for (let at = 0; at < size; at += data.length) {
      whole.set(data.subarray(0, size - at), at);
    }
    const copy = copyForSend(whole);
    assertEquals(copy.length, size);
    assert(copy.every((byte, index) => byte === whole[index]));
    release(copy);
  });
}

Deno.test("copyForSend() uses a buffer again that was given back", () => {
  for (const size of [100, 10_000, 60_000]) {
    const first = copyForSend(new Uint8Array(size));
    const { buffer } = first;
    release(first);
    const second = copyForSend(new Uint8Array(size));
    assertEquals(second.buffer === buffer, true);
    release(second);
  }
});

Deno.test("copyForSend() never has two copies in one buffer", () => {
  const copies = Array.from(
    { length: 100 },
    (_, index) => copyForSend(new Uint8Array([index])),
  );
  assertEquals(new Set(copies.map(({ buffer }) => buffer)).size, 100);
  assertEquals(copies.map(([byte]) => byte), [...copies.keys()]);
  copies.forEach(release);
});

Deno.test("copyForSend() gives all of a buffer that held less before", () => {
  release(copyForSend(new Uint8Array(3)));
  const copy = copyForSend(new Uint8Array(4000).fill(7));
  assertEquals(copy.length, 4000);
  assert(copy.every((byte) => byte === 7));
  release(copy);
});

Deno.test("release() does not keep large copies, nor ever more buffers", () => {
  const large = copyForSend(new Uint8Array(1 << 20));
  release(large);
  assert(copyForSend(new Uint8Array(1 << 20)).buffer !== large.buffer);
  const copies = Array.from(
    { length: 600 },
    () => copyForSend(new Uint8Array(9)),
  );
  copies.forEach(release);
  const old = new Set(copies.map(({ buffer }) => buffer));
  const again = Array.from(
    { length: 600 },
    () => copyForSend(new Uint8Array(9)),
  );
  const kept = again.filter(({ buffer }) => old.has(buffer)).length;
  assert(kept <= 256, `${kept} buffers were kept`);
});
