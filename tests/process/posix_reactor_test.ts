// A descriptor can go to Deno's own event loop: what was set before `connect` or
// `listen` then serves a user of `node:net`, `node:tls` or `node:http`.
import { assert, assertEquals } from "@std/assert";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import {
  createServer as createNodeServer,
  Socket as NodeSocket,
} from "node:net";
import { connect as connectTls } from "node:tls";
import {
  AF_UNIX,
  createServer,
  IPPROTO_TCP,
  SO_REUSEADDR,
  type Socket,
  socket,
  socketpair,
  SOL_SOCKET,
  TCP_DEFER_ACCEPT,
  TCP_USER_TIMEOUT,
} from "../../socket/mod.ts";
import { certificate } from "../support/certificate.ts";
import { needsProgram } from "../support/foreign.ts";
import { bytes, text } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { allowLibc, posixValue } from "../support/posix_program.ts";

const ignore = !hasPosix;

/** Makes a socket with an option that Deno cannot set. */
function patient(): Socket {
  const s = socket(undefined, undefined, undefined, { driver: posix });
  s.setsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT, 12_345);
  return s as Socket;
}

Deno.test(
  "Socket.detach() gives a connection to node:net, with the options that it has",
  {
    ignore,
  },
  async () => {
    await using server = createServer(["127.0.0.1", 0]);
    const s = patient();
    await s.connect(server.getsockname());
    // To look at the option, for it is the same socket.
    await using eye = s.dup();
    const conn = new NodeSocket({ fd: s.detach() as number });
    const [peer] = await server.accept();
    await using _ = peer;
    conn.write("hello");
    assertEquals(text(await peer.recv(9)), "hello");
    await peer.sendall(bytes("you"));
    const [data] = await once(conn, "data");
    assertEquals(text(data), "you");
    assertEquals(conn.remotePort, server.getsockname()[1]);
    assertEquals(eye.getsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT), 12_345);
    conn.destroy();
    await once(conn, "close");
  },
);

Deno.test(
  "Socket.detach() gives node:net the bytes that have come and were not received",
  {
    ignore,
  },
  async () => {
    const [one, other] = await socketpair(AF_UNIX, undefined, undefined, {
      driver: posix,
    });
    await using _ = other;
    await other.sendall(bytes("first second"));
    assertEquals(text(await one.recv(6)), "first ");
    const conn = new NodeSocket({ fd: one.detach() as number });
    const [data] = await once(conn, "data");
    assertEquals(text(data), "second");
    conn.end("over");
    assertEquals(text(await other.recv(9)), "over");
    assertEquals((await other.recv(9)).length, 0);
    other.close();
    await once(conn, "close");
  },
);

Deno.test({
  name: "Socket.detach() gives a connection to node:tls",
  ignore: ignore || needsProgram("openssl", "version").ignore,
  async fn() {
    const { ca, cert, key } = await certificate();
    using server = Deno.listenTls({
      hostname: "127.0.0.1",
      port: 0,
      cert,
      key,
    });
    const answering = (async () => {
      using conn = await server.accept();
      const buffer = new Uint8Array(9);
      const count = await conn.read(buffer);
      await conn.write(buffer.subarray(0, count!).reverse());
    })();
    const s = patient();
    await s.connect(["127.0.0.1", server.addr.port]);
    await using eye = s.dup();
    const conn = connectTls({
      socket: new NodeSocket({ fd: s.detach() as number }),
      servername: "localhost",
      ca,
    });
    await once(conn, "secureConnect");
    assert(conn.authorized);
    conn.write("hello");
    const [data] = await once(conn, "data");
    assertEquals(text(data), "olleh");
    assertEquals(eye.getsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT), 12_345);
    conn.destroy();
    await once(conn, "close");
    await answering;
  },
});

Deno.test("Socket.detach() gives a listener to node:net", {
  ignore,
}, async () => {
  const s = socket(undefined, undefined, undefined, { driver: posix });
  s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
  s.bind(["127.0.0.1", 0]);
  s.listen();
  const address = s.getsockname();
  await using client = patient();
  // It is in the queue before node has the listener.
  await client.connect(address);
  const server = createNodeServer((conn) => conn.resume().end("hello"));
  server.listen({ fd: s.detach() as number });
  assertEquals(text(await client.recv(9)), "hello");
  client.close();
  server.close();
  await once(server, "close");
});

Deno.test(
  "Socket.detach() gives a listener to node:http, with the options that it has",
  {
    ignore,
  },
  async () => {
    const s = socket(undefined, undefined, undefined, { driver: posix });
    // Seconds in which a client has to send before it is accepted.
    s.setsockopt(IPPROTO_TCP, TCP_DEFER_ACCEPT, 3);
    s.bind(["127.0.0.1", 0]);
    s.listen();
    const [, port] = s.getsockname();
    await using eye = s.dup();
    const server = createHttpServer((_, response) => response.end("hello"));
    server.listen({ fd: s.detach() as number });
    const response = await fetch(`http://127.0.0.1:${port}/`, {
      headers: { connection: "close" },
    });
    assertEquals(await response.text(), "hello");
    assert(eye.getsockopt(IPPROTO_TCP, TCP_DEFER_ACCEPT) as number > 0);
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  },
);

Deno.test(
  "a connection of node:net needs no permission but that for libc if its descriptor is given",
  {
    ignore,
  },
  async () => {
    const got = await posixValue(
      `
    const { Socket } = await import("node:net");
    const server = s.createServer(["127.0.0.1", 0]);
    const client = s.socket();
    await client.connect(server.getsockname());
    const [peer] = await server.accept();
    const conn = new Socket({ fd: client.detach() });
    conn.end("hello");
    conn.resume();
    const data = text(await peer.recv(9));
    peer.close();
    return data;`,
      { flags: [allowLibc] },
    );
    assertEquals(got, "hello");
  },
);

Deno.test(
  "Socket.detach() of a listener that was waited for leaves no event of it here",
  {
    ignore,
  },
  async () => {
    const s = createServer(["127.0.0.1", 0], { driver: posix });
    const address = s.getsockname();
    s.settimeout(0.01);
    await s.accept().catch(() => {});
    const server = createNodeServer((conn) => conn.resume().end("node"));
    server.listen({ fd: s.detach() as number });
    for (let turn = 0; turn < 20; turn++) {
      await using client = socket(undefined, undefined, undefined, {
        driver: posix,
      });
      await client.connect(address);
      assertEquals(text(await client.recv(9)), "node");
    }
    server.close();
    await once(server, "close");
  },
);
