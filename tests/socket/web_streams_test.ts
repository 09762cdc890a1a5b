import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  OSError,
  type Socket,
  socketpair,
  TimeoutError,
} from "../../socket/mod.ts";
import { readableOf } from "../../socket/web_streams.ts";
import { arrival, bytes, text } from "../support/peers.ts";

const net = { permissions: { net: true } } as const;

/** Two connected sockets that close at the end of the block. */
async function pair(): Promise<{ a: Socket; b: Socket } & AsyncDisposable> {
  const [a, b] = await socketpair();
  return {
    a,
    b,
    async [Symbol.asyncDispose]() {
      await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]);
    },
  };
}

/** A source that counts what is asked of it. */
function counted() {
  const calls: string[] = [];
  const source = {
    recv(size: number) {
      calls.push(`recv ${size}`);
      return Promise.resolve(new Uint8Array(1));
    },
    recvInto(buffer: Uint8Array) {
      calls.push(`recvInto ${buffer.length}`);
      return Promise.resolve(1);
    },
    sendall: () => Promise.resolve(),
    shutdown: (how: number) => calls.push(`shutdown ${how}`),
  };
  return { calls, source };
}

Deno.test(
  "Socket.readable and .writable are always the same streams",
  net,
  async () => {
    await using ends = await pair();
    assert(ends.a.readable === ends.a.readable);
    assert(ends.a.writable === ends.a.writable);
  },
);

Deno.test("Socket.readable receives nothing before a reader asks", async () => {
  const { calls, source } = counted();
  const stream = readableOf(source);
  await new Promise((resolve) => setImmediate(resolve));
  assertEquals(calls, []);
  const reader = stream.getReader();
  await reader.read();
  await new Promise((resolve) => setImmediate(resolve));
  assertEquals(calls, ["recv 65536"]);
});

Deno.test(
  "Socket.readable lets recv() have the bytes between two reads",
  net,
  async () => {
    await using ends = await pair();
    const reader = ends.a.readable.getReader();
    await ends.b.sendall(bytes("one"));
    assertEquals(text((await reader.read()).value!), "one");
    await ends.b.sendall(bytes("two"));
    await arrival();
    assertEquals(text(await ends.a.recv(8)), "two");
    await ends.b.sendall(bytes("three"));
    assertEquals(text((await reader.read()).value!), "three");
  },
);

Deno.test("Socket.readable ends with the peer's sending", net, async () => {
  await using ends = await pair();
  await ends.b.sendall(bytes("hello"));
  ends.b.close();
  assertEquals(await new Response(ends.a.readable).text(), "hello");
});

Deno.test("Socket.readable fills a reader's own buffer", net, async () => {
  await using ends = await pair();
  const reader = ends.a.readable.getReader({ mode: "byob" });
  await ends.b.sendall(bytes("abcdef"));
  await arrival();
  const first = await reader.read(new Uint8Array(4));
  assertEquals(text(first.value!), "abcd");
  assertEquals(first.value!.buffer.byteLength, 4);
  const second = await reader.read(new Uint8Array(4));
  assertEquals(text(second.value!), "ef");
  ends.b.close();
  const third = await reader.read(new Uint8Array(4));
  assertEquals([third.done, third.value?.length], [true, 0]);
});

Deno.test("Socket.readable asks for no more than a reader's buffer holds", async () => {
  const { calls, source } = counted();
  const reader = readableOf(source).getReader({ mode: "byob" });
  await reader.read(new Uint8Array(new ArrayBuffer(16), 4, 8));
  assertEquals(calls, ["recvInto 8"]);
});

Deno.test(
  "cancelling Socket.readable shuts down the receiving half and leaves the rest open",
  net,
  async () => {
    await using ends = await pair();
    await ends.a.readable.cancel("enough");
    assertEquals((await ends.a.recv(8)).length, 0);
    await ends.a.sendall(bytes("still here"));
    assertEquals(text(await ends.b.recv(16)), "still here");
  },
);

for (const mode of [undefined, "byob"] as const) {
  Deno.test(
    `cancelling Socket.readable ends a read that waits [${
      mode ?? "default"
    } reader]`,
    net,
    async () => {
      await using ends = await pair();
      const reader = ends.a.readable.getReader({ mode: mode! }) as
        & ReadableStreamDefaultReader<Uint8Array>
        & ReadableStreamBYOBReader;
      const reading = mode ? reader.read(new Uint8Array(4)) : reader.read();
      await arrival();
      await reader.cancel();
      assertEquals((await reading).done, true);
      await ends.a.sendall(bytes("still here"));
      assertEquals(text(await ends.b.recv(16)), "still here");
    },
  );
}

Deno.test(
  "Socket.readable fails as recv() does, by the socket's timeout too",
  net,
  async () => {
    await using ends = await pair();
    ends.a.settimeout(0.01);
    await assertRejects(() => ends.a.readable.getReader().read(), TimeoutError);
  },
);

Deno.test(
  "Socket.readable of a socket that closes fails with EBADF",
  net,
  async () => {
    await using ends = await pair();
    const reading = ends.a.readable.getReader().read();
    ends.a.close();
    const error = await assertRejects(() => reading, OSError);
    assertEquals(error.code, "EBADF");
  },
);

Deno.test(
  "Socket.writable sends in order, even if writes are not awaited",
  net,
  async () => {
    await using ends = await pair();
    const writer = ends.a.writable.getWriter();
    const writing = ["a", "bc", "", "def"].map((word) =>
      writer.write(bytes(word))
    );
    await writer.close();
    await Promise.all(writing);
    assertEquals(await new Response(ends.b.readable).text(), "abcdef");
  },
);

Deno.test(
  "closing Socket.writable shuts down the sending half and leaves the rest open",
  net,
  async () => {
    await using ends = await pair();
    await ends.a.writable.close();
    assertEquals((await ends.b.recv(8)).length, 0);
    await ends.b.sendall(bytes("back"));
    assertEquals(text(await ends.a.recv(8)), "back");
  },
);

Deno.test(
  "aborting Socket.writable shuts down the sending half and leaves the rest open",
  net,
  async () => {
    await using ends = await pair();
    await ends.a.writable.abort("enough");
    assertEquals((await ends.b.recv(8)).length, 0);
    await ends.b.sendall(bytes("back"));
    assertEquals(text(await ends.a.recv(8)), "back");
  },
);

Deno.test(
  "aborting Socket.writable ends a write that waits for room",
  net,
  async () => {
    await using ends = await pair();
    const writer = ends.a.writable.getWriter();
    const writing = writer.write(new Uint8Array(64 << 20)).catch(() => "ended");
    writer.closed.catch(() => {});
    await arrival();
    const aborting = writer.abort("enough").then(() => "ended");
    let timer: ReturnType<typeof setTimeout>;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve("waits"), 250);
    });
    const outcome = await Promise.race([aborting, late]);
    clearTimeout(timer!);
    await ends[Symbol.asyncDispose]();
    await Promise.allSettled([aborting, writing]);
    assertEquals(outcome, "ended");
  },
);

Deno.test(
  "Socket.writable waits while the peer does not read",
  net,
  async () => {
    await using ends = await pair();
    const writer = ends.a.writable.getWriter();
    let written = 0;
    const piece = new Uint8Array(1 << 20);
    const writing = (async () => {
      for (let count = 0; count < 32; count++) {
        await writer.write(piece);
        written++;
      }
      await writer.close();
    })();
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert(written < 32, "32 MiB went nowhere");
    let received = 0;
    for (let got; (got = (await ends.b.recv(1 << 20)).length) > 0;) {
      received += got;
    }
    await writing;
    assertEquals(received, 32 << 20);
  },
);

Deno.test(
  "Socket.readable pipes into Socket.writable, which makes an echo server",
  net,
  async () => {
    await using ends = await pair();
    const echo = ends.b.readable.pipeTo(ends.b.writable);
    const data = crypto.getRandomValues(new Uint8Array(65536));
    const sending = (async () => {
      for (let count = 0; count < 16; count++) await ends.a.sendall(data);
      await ends.a.writable.close();
    })();
    const back = new Uint8Array(
      await new Response(ends.a.readable).arrayBuffer(),
    );
    await Promise.all([sending, echo]);
    assertEquals(back.length, 16 * data.length);
    assert(back.every((byte, index) => byte === data[index % data.length]));
  },
);

Deno.test(
  "Socket.readable can be iterated over, and leaving the loop leaves the sending half",
  net,
  async () => {
    await using ends = await pair();
    await ends.b.sendall(bytes("hello"));
    for await (const chunk of ends.a.readable) {
      assertEquals(text(chunk), "hello");
      break;
    }
    await ends.a.sendall(bytes("bye"));
    assertEquals(text(await ends.b.recv(8)), "bye");
  },
);
