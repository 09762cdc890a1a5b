import { assert, assertEquals, assertRejects } from "@std/assert";
import { createServer, type Socket as NetSocket } from "node:net";
import type { Address } from "../../../socket/mod.ts";
import type { NodeStream } from "../../../socket/endpoint/node_stream.ts";
import { nodeConnect } from "../../../socket/sandbox/node/connect.ts";
import { translate } from "../../../socket/sandbox/errors.ts";
import { arrival, bytes, text } from "../../support/peers.ts";

const net = { permissions: { net: true } } as const;

/** A NodeStream and the node:net socket at its other end; both close at the end of the block. */
async function pair(): Promise<
  {
    conn: NodeStream;
    peer: NetSocket;
    local: Address;
    remote: Address;
  } & AsyncDisposable
> {
  const server = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const peers: NetSocket[] = [];
  server.on("connection", (peer) => peers.push(peer));
  const accepted = new Promise<NetSocket>((resolve) =>
    server.once("connection", resolve)
  );
  const { signal } = new AbortController();
  const { conn, local, peer: remote } = await nodeConnect(
    { host: "127.0.0.1", port, family: 4 },
    signal,
  );
  const peer = await accepted;
  peer.on("error", () => {});
  return {
    conn: conn as NodeStream,
    local,
    remote,
    peer,
    async [Symbol.asyncDispose]() {
      conn.close();
      peers.forEach((peer) => peer.destroy());
      await new Promise((resolve) => server.close(resolve));
      await arrival();
    },
  };
}

/** Reads up to `size` bytes as a text; `null` at the end. */
async function read(conn: NodeStream, size = 64): Promise<string | null> {
  const buffer = new Uint8Array(size);
  const count = await conn.read(buffer);
  return count === null ? null : text(buffer.subarray(0, count));
}

Deno.test(
  "NodeStream.read() gives what came, and waits for it",
  net,
  async () => {
    await using ends = await pair();
    const reading = read(ends.conn);
    await arrival();
    ends.peer.write("hello");
    assertEquals(await reading, "hello");
  },
);

Deno.test(
  "NodeStream.read() gives no more than fits, and the rest next time",
  net,
  async () => {
    await using ends = await pair();
    ends.peer.write("hello");
    await arrival();
    assertEquals(await read(ends.conn, 2), "he");
    assertEquals(await read(ends.conn, 2), "ll");
    assertEquals(await read(ends.conn, 2), "o");
  },
);

Deno.test(
  "NodeStream.read() goes on after the peer's end was not yet there",
  net,
  async () => {
    await using ends = await pair();
    ends.peer.end("last words");
    await arrival();
    assertEquals(await read(ends.conn, 4), "last");
    assertEquals(await read(ends.conn), " words");
    assertEquals(await read(ends.conn), null);
    assertEquals(await read(ends.conn), null);
  },
);

Deno.test(
  "NodeStream.read() ends with null when the peer's end comes while it waits",
  net,
  async () => {
    await using ends = await pair();
    const reading = read(ends.conn);
    await arrival();
    ends.peer.end();
    assertEquals(await reading, null);
  },
);

Deno.test("NodeStream.write() goes on after the peer's end", net, async () => {
  await using ends = await pair();
  ends.peer.end();
  assertEquals(await read(ends.conn), null);
  const heard = new Promise((resolve) => ends.peer.once("data", resolve));
  assertEquals(await ends.conn.write(bytes("still here")), 10);
  assertEquals(String(await heard), "still here");
});

Deno.test(
  "NodeStream.closeWrite() half-closes, and reading goes on",
  net,
  async () => {
    await using ends = await pair();
    const end = new Promise((resolve) => ends.peer.once("end", resolve));
    ends.peer.resume();
    await ends.conn.closeWrite();
    await end;
    ends.peer.write("late");
    assertEquals(await read(ends.conn), "late");
    const error = await assertRejects(() => ends.conn.write(bytes("x")), Error);
    assertEquals((error as { code?: string }).code, "EPIPE");
  },
);

Deno.test(
  "NodeStream.read() gives a reset once, then the end",
  net,
  async () => {
    await using ends = await pair();
    const reading = read(ends.conn).catch((error) => error);
    await arrival();
    ends.peer.resetAndDestroy();
    const error = await reading;
    assertEquals(translate(error, { syscall: "recv" }).code, "ECONNRESET");
    assertEquals(await read(ends.conn), null);
  },
);

Deno.test(
  "NodeStream.write() to a peer that has gone is refused",
  net,
  async () => {
    await using ends = await pair();
    ends.peer.resetAndDestroy();
    await arrival();
    const error = await ends.conn.write(bytes("x")).catch((error) => error);
    const { code } = translate(error, { syscall: "send" });
    assert(["EPIPE", "ECONNRESET"].includes(code), String(error));
  },
);

Deno.test("NodeStream.write() sends 4 MiB whole", net, async () => {
  await using ends = await pair();
  const data = new Uint8Array(4 << 20).map((_, index) => index ^ (index >> 9));
  let received = 0;
  let wrong = false;
  const done = new Promise<void>((resolve) => {
    ends.peer.on("data", (chunk: Uint8Array) => {
      wrong ||= chunk.some((byte, index) => byte !== data[received + index]);
      received += chunk.length;
    });
    ends.peer.once("end", resolve);
  });
  for (let sent = 0; sent < data.length;) {
    sent += await ends.conn.write(data.subarray(sent));
  }
  await ends.conn.closeWrite();
  await done;
  assertEquals([received, wrong], [data.length, false]);
});

Deno.test(
  "NodeStream.close() ends a read that waits, as Deno's own does",
  net,
  async () => {
    await using ends = await pair();
    const reading = read(ends.conn);
    await arrival();
    ends.conn.close();
    const error = await assertRejects(() => reading, Error);
    assertEquals((error as { code?: string }).code, "EBADF");
  },
);

Deno.test("nodeConnect() tells both addresses", net, async () => {
  await using ends = await pair();
  assertEquals(ends.local, ["127.0.0.1", ends.peer.remotePort!]);
  assertEquals(ends.remote, ["127.0.0.1", ends.peer.localPort!]);
});

Deno.test("NodeStream.setNoDelay() and setKeepAlive() pass", net, async () => {
  await using ends = await pair();
  for (const on of [true, false]) {
    ends.conn.setNoDelay(on);
    ends.conn.setKeepAlive(on);
  }
});

Deno.test("nodeConnect() connects from a local address", net, async () => {
  await using ends = await pair();
  const { signal } = new AbortController();
  const port = ends.peer.localPort!;
  const { conn, local } = await nodeConnect({
    host: "127.0.0.1",
    port,
    family: 4,
    localAddress: "127.0.0.1",
  }, signal);
  assertEquals(local[0], "127.0.0.1");
  conn.close();
  await arrival();
});

Deno.test("nodeConnect() is refused where nobody listens", net, async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const { signal } = new AbortController();
  const error = await nodeConnect(
    { host: "127.0.0.1", port, family: 4 },
    signal,
  )
    .catch((error) => error);
  assertEquals(translate(error, { syscall: "connect" }).code, "ECONNREFUSED");
});

Deno.test(
  "nodeConnect() rejects with the signal's own reason and leaves nothing open",
  {
    ...net,
    ignore: Deno.build.os !== "linux",
  },
  async () => {
    // A listener whose queue is full leaves the next ones waiting.
    using listener = Deno.listen({
      hostname: "127.0.0.1",
      port: 0,
      tcpBacklog: 0,
    });
    const address = { hostname: "127.0.0.1", port: listener.addr.port };
    using _first = await Deno.connect(address);
    const controller = new AbortController();
    const pending = nodeConnect(
      { host: "127.0.0.1", port: address.port, family: 4 },
      controller.signal,
    );
    await arrival();
    controller.abort("enough");
    assertEquals(await pending.catch((error) => error), "enough");
    await arrival();
  },
);
