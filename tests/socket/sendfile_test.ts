import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AF_INET,
  OSError,
  SHUT_WR,
  SOCK_DGRAM,
  type Socket,
  socket,
  socketpair,
  TimeoutError,
} from "../../socket/mod.ts";
import { sendFile, type SendfileOptions } from "../../socket/sendfile.ts";
import { sandbox } from "../../socket/sandbox/driver.ts";
import { socketOver } from "../../socket/socket.ts";
import { folder } from "../support/peers.ts";

const files = {
  permissions: { net: true, read: [folder], write: [folder] },
};

const data = crypto.getRandomValues(new Uint8Array(1000));
// More than loopback holds before the peer reads.
const large = new Uint8Array(16 << 20).map((_, index) => index ^ (index >> 8));

/** A file with some content, at its beginning; it is closed and removed at the end of the block. */
async function fileOf(content: Uint8Array) {
  const path = await Deno.makeTempFile({ dir: folder });
  await Deno.writeFile(path, content);
  const file = await Deno.open(path);
  return {
    file,
    position: () => file.seek(0, Deno.SeekMode.Current),
    [Symbol.asyncDispose]() {
      file.close();
      return Deno.remove(path);
    },
  };
}

/** Receives to the end of the stream. */
async function receiveAll(s: Socket): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let part; (part = await s.recv(1 << 20)).length > 0;) parts.push(part);
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
}

/** Sends a file and gives what arrived. */
async function sent(
  file: Deno.FsFile,
  options?: Parameters<Socket["sendfile"]>[1],
): Promise<{ count: number; arrived: Uint8Array }> {
  const [a, b] = await socketpair();
  await using _a = a;
  await using _b = b;
  const arrived = receiveAll(b);
  const count = await a.sendfile(file, options);
  a.shutdown(SHUT_WR);
  return { count, arrived: await arrived };
}

/** Whether two long arrays are the same. */
function assertSame(actual: Uint8Array, expected: Uint8Array): void {
  assertEquals(actual.length, expected.length);
  const wrong = actual.findIndex((byte, index) => byte !== expected[index]);
  assertEquals(wrong, -1, `the byte at ${wrong} differs`);
}

Deno.test(
  "Socket.sendfile() sends the whole file from its beginning",
  files,
  async () => {
    await using content = await fileOf(data);
    await content.file.seek(500, Deno.SeekMode.Start);
    const { count, arrived } = await sent(content.file);
    assertEquals([count, arrived], [1000, data]);
    assertEquals(await content.position(), 1000);
  },
);

Deno.test("Socket.sendfile() sends from the offset on", files, async () => {
  await using content = await fileOf(data);
  const { count, arrived } = await sent(content.file, { offset: 300 });
  assertEquals([count, arrived], [700, data.subarray(300)]);
  assertEquals(await content.position(), 1000);
});

Deno.test("Socket.sendfile() sends no more than the count", files, async () => {
  await using content = await fileOf(data);
  const options = { offset: 300, count: 50 };
  const { count, arrived } = await sent(content.file, options);
  assertEquals([count, arrived], [50, data.subarray(300, 350)]);
  assertEquals(await content.position(), 350);
});

Deno.test(
  "Socket.sendfile() with a count beyond the end sends what there is",
  files,
  async () => {
    await using content = await fileOf(data);
    assertEquals((await sent(content.file, { count: 5000 })).count, 1000);
    assertEquals(await content.position(), 1000);
  },
);

Deno.test(
  "Socket.sendfile() of an empty file, and beyond the end, sends nothing",
  files,
  async () => {
    await using empty = await fileOf(new Uint8Array());
    assertEquals((await sent(empty.file)).count, 0);
    await using content = await fileOf(data);
    assertEquals((await sent(content.file, { offset: 2000 })).count, 0);
    assertEquals(await content.position(), 2000);
  },
);

Deno.test(
  "Socket.sendfile() sends a large file in one piece after another",
  files,
  async () => {
    const part = large.subarray(0, 300_001);
    await using content = await fileOf(part);
    const { count, arrived } = await sent(content.file);
    assertEquals(count, 300_001);
    assertSame(arrived, part);
  },
);

/** Goes on from where the file stands, and checks that the peer has all of it once. */
async function assertGoesOn(
  a: Socket,
  b: Socket,
  file: Deno.FsFile,
): Promise<void> {
  const offset = await file.seek(0, Deno.SeekMode.Current);
  const arrived = receiveAll(b);
  a.settimeout(null);
  await a.sendfile(file, { offset });
  a.shutdown(SHUT_WR);
  assertSame(await arrived, large);
}

Deno.test(
  "Socket.sendfile() that times out reports how far it came, and can be continued",
  files,
  async () => {
    await using content = await fileOf(large);
    const [a, b] = await socketpair();
    await using _a = a;
    await using _b = b;
    a.settimeout(0.1);
    const error = await assertRejects(
      () => a.sendfile(content.file),
      TimeoutError,
    );
    assert(error.bytesSent! > 0 && error.bytesSent! < large.length);
    assertEquals(await content.position(), error.bytesSent);
    await assertGoesOn(a, b, content.file);
  },
);

Deno.test(
  "Socket.sendfile() that is aborted leaves the file where it can be continued",
  files,
  async () => {
    await using content = await fileOf(large);
    const [a, b] = await socketpair();
    await using _a = a;
    await using _b = b;
    const controller = new AbortController();
    const call = a.sendfile(content.file, { signal: controller.signal });
    setTimeout(() => controller.abort("enough"), 100);
    assertEquals(await call.catch((error) => error), "enough");
    assert(await content.position() > 0);
    await assertGoesOn(a, b, content.file);
  },
);

Deno.test(
  "Socket.sendfile() has its timeout for each wait, as CPython: a steady slow reader gets all",
  files,
  async () => {
    await using content = await fileOf(large);
    const [a, b] = await socketpair();
    await using _a = a;
    await using _b = b;
    a.settimeout(0.5);
    const begin = performance.now();
    let got = 0;
    const reading = (async () => {
      for (let part; (part = await b.recv(65536)).length > 0;) {
        got += part.length;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    assertEquals(await a.sendfile(content.file), large.length);
    assert(performance.now() - begin > 600, "not slower than the timeout");
    a.shutdown(SHUT_WR);
    await reading;
    assertEquals(got, large.length);
  },
);

Deno.test(
  "Socket.sendfile() to a peer that stops receiving ends after one timeout",
  files,
  async () => {
    await using content = await fileOf(large);
    const [a, b] = await socketpair();
    await using _a = a;
    await using _b = b;
    a.settimeout(0.4);
    let last = performance.now();
    const timer = setInterval(async () => {
      if (performance.now() - begin < 200 && (await b.recv(65536)).length > 0) {
        last = performance.now();
      }
    }, 5);
    const begin = performance.now();
    await assertRejects(() => a.sendfile(content.file), TimeoutError);
    clearInterval(timer);
    const waited = performance.now() - last;
    // Far more than one timeout, for a busy machine; without one it would never end.
    assert(waited < 5000, `it waited ${waited} ms after the last receive`);
  },
);

Deno.test(
  "Socket.sendfile() to a peer that is gone fails, and reports how far it came",
  files,
  async () => {
    await using content = await fileOf(large);
    const [a, b] = await socketpair();
    await using _a = a;
    const reading = b.recv(100).then(() => b[Symbol.asyncDispose]());
    const error = await assertRejects(() => a.sendfile(content.file), OSError);
    assert(["EPIPE", "ECONNRESET"].includes(error.code), error.message);
    assertEquals(await content.position(), error.bytesSent);
    await reading;
  },
);

Deno.test("Socket.sendfile() checks offset and count", files, async () => {
  await using content = await fileOf(data);
  using s = socket();
  const wrong: [options: unknown, name: string][] = [
    [{ offset: -1 }, "RangeError"],
    [{ offset: 1.5 }, "TypeError"],
    [{ offset: "1" }, "TypeError"],
    [{ count: 0 }, "RangeError"],
    [{ count: -1 }, "RangeError"],
    [{ count: 1.5 }, "TypeError"],
  ];
  for (const [options, name] of wrong) {
    const error = await assertRejects(
      () => s.sendfile(content.file, options as { offset: number }),
      Error,
      "Cannot sendfile: ",
    );
    assertEquals(error.name, name, error.message);
  }
  assertEquals(await content.position(), 0);
});

Deno.test(
  "Socket.sendfile() is for streams that block, as in Python",
  files,
  async () => {
    await using content = await fileOf(data);
    using s = socket();
    s.setblocking(false);
    await assertRejects(() => s.sendfile(content.file), RangeError);
    const endpoint = sandbox.open(AF_INET, 1, 0);
    Object.defineProperty(endpoint, "type", { value: SOCK_DGRAM });
    using datagrams = socketOver(endpoint, sandbox);
    await assertRejects(() => datagrams.sendfile(content.file), RangeError);
  },
);

Deno.test(
  "Socket.sendfile() of an unconnected or closed socket fails as send() does",
  files,
  async () => {
    await using content = await fileOf(data);
    const s = socket();
    const unconnected = await assertRejects(
      () => s.sendfile(content.file),
      OSError,
    );
    assertEquals(unconnected.code, "EPIPE");
    s.close();
    const closed = await assertRejects(() => s.sendfile(content.file), OSError);
    assertEquals(closed.code, "EBADF");
  },
);

Deno.test("sendFile() of a descriptor goes on until the file's end or the count", async () => {
  const endpoint = sandbox.open(AF_INET, 1, 0);
  const calls: [offset: number, count: number][] = [];
  endpoint.sendfile = (_fd, offset, count) => {
    calls.push([offset, count]);
    return Promise.resolve(Math.min(400, count, 1000 - offset));
  };
  const send = (options: SendfileOptions) =>
    sendFile(() => endpoint, 5, options, () => undefined);
  assertEquals(await send({ offset: 100 }), 900);
  assertEquals(calls.map(([offset]) => offset), [100, 500, 900, 1000]);
  calls.length = 0;
  assertEquals(await send({ count: 500 }), 500);
  assertEquals(calls, [[0, 500], [400, 100]]);
});

Deno.test(
  "sendFile() holds no more than a piece of the file in memory",
  files,
  async () => {
    await using content = await fileOf(large.subarray(0, 1 << 20));
    const buffers = new Set<ArrayBufferLike>();
    let most = 0;
    const endpoint = sandbox.open(AF_INET, 1, 0);
    endpoint.send = (piece) => {
      buffers.add(piece.buffer);
      most = Math.max(most, piece.length);
      return Promise.resolve(piece.length);
    };
    await sendFile(() => endpoint, content.file, {}, () => undefined);
    assertEquals(buffers.size, 1);
    assert(most <= 65536);
  },
);
