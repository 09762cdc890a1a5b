import { assertEquals, assertRejects } from "@std/assert";
import { EventEmitter } from "node:events";
import type { Server } from "node:net";
import { NodeListener } from "../../../../socket/sandbox/node/listener.ts";

/** A server, or a socket of one, that only counts what is done to it. */
class Fake extends EventEmitter {
  remoteAddress: string | undefined = "127.0.0.1";
  remotePort = 1;
  gone = false;
  held = true;

  address(): unknown {
    return { address: "127.0.0.1", port: 50007, family: "IPv4" };
  }

  ref(): void {
    this.held = true;
  }

  unref(): void {
    this.held = false;
  }

  close(): void {
    this.gone = true;
  }

  destroy(): void {
    this.gone = true;
  }
}

function listen(): { server: Fake; listener: NodeListener } {
  const server = new Fake();
  return { server, listener: new NodeListener(server as unknown as Server) };
}

function arrive(server: Fake, count: number): Fake[] {
  const sockets = Array.from({ length: count }, () => new Fake());
  for (const socket of sockets) server.emit("connection", socket);
  return sockets;
}

Deno.test("NodeListener.accept() gives what has come in order, one a call", async () => {
  const { server, listener } = listen();
  const sockets = arrive(server, 3);
  sockets.forEach((socket, index) => socket.remotePort = index);
  for (const socket of sockets) {
    (await listener.accept()).conn.close();
    assertEquals(socket.gone, true);
  }
  const accepting = listener.accept();
  arrive(server, 1);
  (await accepting).conn.close();
});

Deno.test("NodeListener turns away a connection that finds 4096 in the queue, and no other", () => {
  const { server, listener } = listen();
  const sockets = arrive(server, 4098);
  assertEquals(sockets.filter(({ gone }) => gone), sockets.slice(4096));
  listener.close();
  assertEquals(sockets.every(({ gone }) => gone), true);
});

Deno.test("NodeListener leaves out a connection that was reset while it waited", () => {
  const { server } = listen();
  const socket = new Fake();
  socket.remoteAddress = undefined;
  server.emit("connection", socket);
  assertEquals(socket.gone, true);
});

Deno.test("NodeListener.close() ends an accept that waits", async () => {
  const { server, listener } = listen();
  const accepting = listener.accept();
  listener.close();
  await assertRejects(() => accepting, Deno.errors.BadResource);
  assertEquals(server.gone, true);
});

Deno.test("NodeListener.accept() gives an error of the server's once", async () => {
  const { server, listener } = listen();
  server.emit("error", new Error("too many open files"));
  await assertRejects(() => listener.accept(), Error, "too many");
  arrive(server, 1);
  (await listener.accept()).conn.close();
});

Deno.test("NodeListener holds the process while an accept waits that is to hold it", async () => {
  const { server, listener } = listen();
  assertEquals(server.held, false);
  const accepting = listener.accept();
  assertEquals(server.held, true);
  listener.unref();
  assertEquals(server.held, false);
  listener.ref();
  arrive(server, 1);
  (await accepting).conn.close();
  assertEquals(server.held, false);
});
