import { assertEquals } from "@std/assert";
import { createServer, socket, socketpair } from "../../socket/mod.ts";

Deno.test({
  name: "what recv() gives has a buffer of its own, of its own size",
  permissions: { net: true },
  async fn() {
    const [a, b] = await socketpair();
    await using _a = a;
    await using _b = b;
    await b.sendall(new Uint8Array(3000));
    const parts: Uint8Array[] = [];
    for (let got = 0; got < 3000; got += parts.at(-1)!.length) {
      parts.push(await a.recv(700));
    }
    assertEquals(new Set(parts.map(({ buffer }) => buffer)).size, parts.length);
    for (const { buffer, byteOffset, length } of parts) {
      assertEquals([byteOffset, buffer.byteLength], [0, length]);
    }
  },
});

Deno.test({
  name:
    "recvInto() that shutdown(SHUT_RD) ended loses nothing of what came later",
  permissions: { net: true },
  async fn() {
    await using server = createServer(["127.0.0.1", 0]);
    await using s = socket();
    await s.connect(server.getsockname());
    const [connection] = await server.accept();
    await using peer = connection;
    const buffer = new Uint8Array(8);
    const receiving = s.recvInto(buffer);
    await new Promise((resolve) => setTimeout(resolve, 10));
    s.shutdown(0);
    assertEquals(await receiving, 0);
    await peer.sendall(new Uint8Array([1, 2, 3]));
    await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals(await s.recv(8), new Uint8Array([1, 2, 3]));
  },
});
