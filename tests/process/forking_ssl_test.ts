// Forking servers that speak TLS: the parent shakes hands, a Worker gets the plain
// bytes; on the POSIX driver too, where it would else be lent the descriptor.
import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import {
  ForkingTCPServer,
  ForkingUnixStreamServer,
  type ServerEvent,
  type StreamRequest,
} from "../../server/mod.ts";
import {
  AF_UNIX,
  type InetAddress,
  SHUT_WR,
  Socket,
  TimeoutError,
} from "../../socket/mod.ts";
import { SSLError } from "../../socket/ssl/mod.ts";
import { connectPlain, connectTls, HOST } from "../server/ssl_support.ts";
import { clientContext, serverContext } from "../support/ssl_contexts.ts";
import { Gate } from "../server/support.ts";
import { certificate } from "../support/certificate.ts";
import { checksum } from "../support/checksum.ts";
import {
  handlers,
  Keeping as KeepingErrors,
  serving,
} from "../support/forking.ts";
import {
  arrival,
  bytes,
  folder,
  readAll,
  text,
  writeAll,
} from "../support/peers.ts";
import { Random } from "../support/random.ts";
import { readToEnd } from "../support/stream_servers.ts";

const commands = handlers("commands");
const CA = certificate().ca;

/** A server that keeps its errors, and stops the test until so many requests have begun. */
class Keeping extends KeepingErrors {
  readonly begun = new Gate();

  override logEvent(event: ServerEvent<StreamRequest, InetAddress>): void {
    if (event.type === "begun") this.begun.pass();
  }
}

/** Serves commands to clients that may take as long as they like for their handshakes. */
function servingPatiently(
  options: { maxChildren: number; requestTimeout?: number },
) {
  const more = { ssl: serverContext(), handshakeTimeout: null };
  return serving(new Keeping(HOST, commands, { ...more, ...options }));
}

/** Says a line over TLS, and reads to the end. */
async function ask(server: ForkingTCPServer, line: string): Promise<string> {
  using conn = await connectTls(server);
  await writeAll(conn, bytes(`${line}\n`));
  return (await readToEnd(conn)).trim();
}

/** Reads a line. */
async function hear(conn: Deno.Conn, line: string): Promise<void> {
  const buffer = new Uint8Array(line.length + 1);
  for (let got = 0; got < buffer.length;) {
    got += (await conn.read(buffer.subarray(got)))!;
  }
  assertEquals(text(buffer), `${line}\n`);
}

Deno.test("a Worker gets what the client said over TLS, and its answer goes over TLS, whole", async () => {
  const data = new Random().bytes(8 << 20);
  await using to = serving(
    new Keeping(HOST, handlers("echo"), { ssl: serverContext() }),
  );
  using conn = await connectTls(to.server);
  const send = async () => {
    await writeAll(conn, data);
    await conn.closeWrite();
  };
  const [got] = await Promise.all([readAll(conn), send()]);
  assertEquals(got.length, data.length);
  assertEquals(checksum(got), checksum(data));
  assertEquals(to.server.errors, []);
});

Deno.test("a handler in a Worker knows the addresses of a TLS connection", async () => {
  await using to = serving(
    new Keeping(HOST, commands, { ssl: serverContext() }),
  );
  const [own, peer, client, server, timeout] = JSON.parse(
    await ask(to.server, "addresses"),
  );
  assertEquals(own, server);
  assertEquals(peer, client);
  assertEquals(timeout, null);
});

Deno.test({
  name: "a Worker serves TLS over a Unix socket",
  ignore: Deno.build.os === "windows",
  async fn() {
    const path = `${folder}/forking_ssl`;
    await using server = new ForkingUnixStreamServer(path, handlers("echo"), {
      ssl: serverContext(),
    });
    const served = server.serveForever();
    const plain = new Socket(AF_UNIX);
    await plain.connect(path);
    await using client = await clientContext()
      .wrapSocket(plain as never, { serverHostname: "localhost" });
    await client.sendall(bytes("hello"));
    client.shutdown(SHUT_WR);
    let got = "";
    for (let data; (data = await client.recv(100)).length > 0;) {
      got += text(data);
    }
    assertEquals(got, "hello");
    await server.shutdown({ grace: null });
    await served;
  },
});

Deno.test("a failed handshake costs no Worker, and goes to handleError", async () => {
  await using to = serving(
    new Keeping(HOST, commands, { ssl: serverContext() }),
  );
  const { server } = to;
  const before = await ask(server, "worker");
  using conn = await connectPlain(server);
  await conn.write(bytes("worker\n"));
  const error = await server.nextError();
  assertInstanceOf(error, SSLError);
  // A fatal alert.
  assertEquals(
    bytes(await readToEnd(conn)).subarray(0, 6),
    Uint8Array.of(21, 3, 1, 0, 2, 2),
  );
  // The same Worker, whose next request this is.
  const after = await ask(server, "worker");
  const [worker, served] = before.split(" ");
  assertEquals(after, `${worker} ${Number(served) + 1}`);
});

Deno.test("handshakeTimeout of a forking server cuts silent clients off", async () => {
  await using to = serving(
    new Keeping(HOST, commands, {
      ssl: serverContext(),
      handshakeTimeout: 0.1,
    }),
  );
  using conn = await connectPlain(to.server);
  assertEquals(await readToEnd(conn), "");
  assertInstanceOf(await to.server.nextError(), TimeoutError);
  assertEquals(to.server.activeChildren, 0);
  assertMatch(await ask(to.server, "worker"), / 1$/);
});

Deno.test("clients that are shaking hands occupy none of maxChildren", async () => {
  await using to = servingPatiently({ maxChildren: 2 });
  const { server } = to;
  const silent: Deno.Conn[] = [];
  for (let i = 0; i < 20; i++) silent.push(await connectPlain(server));
  await server.begun.reached(20);
  assertMatch(await ask(server, "worker"), / 1$/);
  assertEquals(server.activeRequests >= 20, true);
  assertEquals(await server.shutdown({ grace: 0 }), 20);
  for (const conn of silent) {
    assertEquals(await readToEnd(conn), "");
    conn.close();
  }
});

Deno.test("maxChildren bounds the Workers, however many clients end their handshakes at once", async () => {
  await using to = servingPatiently({ maxChildren: 2 });
  const { server } = to;
  const busy: number[] = [];
  const two = new Gate();
  const plain: Deno.TcpConn[] = [];
  for (let i = 0; i < 8; i++) plain.push(await connectPlain(server));
  // All of them are shaking hands, or will be: none has a Worker.
  await server.begun.reached(8);
  const served = plain.map(async (conn) => {
    using tls = await Deno.startTls(conn, {
      hostname: "localhost",
      caCerts: [CA],
    });
    await writeAll(tls, bytes("wait\n"));
    await hear(tls, "waiting");
    busy.push(server.activeChildren);
    two.pass();
    await two.reached(2);
    await writeAll(tls, bytes("go on\n"));
    assertEquals(await readToEnd(tls), "done\n");
  });
  await Promise.all(served);
  assertEquals(Math.max(...busy), 2);
  assertEquals(server.errors, []);
});

Deno.test("a client that fails to shake hands makes no room for others while all Workers are busy", async () => {
  await using to = servingPatiently({ maxChildren: 1 });
  const { server } = to;
  const one = await connectPlain(server);
  const two = await connectPlain(server);
  await server.begun.reached(2);
  using busy = await Deno.startTls(one, {
    hostname: "localhost",
    caCerts: [CA],
  });
  await writeAll(busy, bytes("wait\n"));
  await hear(busy, "waiting");
  // This one the server was waiting for already; the next it does not take.
  const three = await connectPlain(server);
  await server.begun.reached(3);
  const answer = ask(server, "worker");
  for (const conn of [two, three]) {
    conn.close();
    await server.nextError();
    await arrival();
    assertEquals(server.begun.entered.length, 3);
  }
  await writeAll(busy, bytes("go on\n"));
  assertEquals(await readToEnd(busy), "done\n");
  assertMatch(await answer, / 2$/);
});

Deno.test("a client of TLS that goes away while it waits for a Worker leaves the others served", async () => {
  await using to = servingPatiently({ maxChildren: 1, requestTimeout: 20 });
  const { server } = to;
  const [one, two, three] = [
    await connectPlain(server),
    await connectPlain(server),
    await connectPlain(server),
  ];
  await server.begun.reached(3);
  const start = (conn: Deno.TcpConn) =>
    Deno.startTls(conn, { hostname: "localhost", caCerts: [CA] });
  using first = await start(one);
  await writeAll(first, bytes("wait\n"));
  await hear(first, "waiting");
  const second = await start(two);
  await second.handshake();
  second.close();
  using third = await start(three);
  await writeAll(third, bytes("worker\n"));
  await writeAll(first, bytes("go on\n"));
  assertEquals(await readToEnd(first), "done\n");
  assertMatch(await readToEnd(third), /\w/);
});

Deno.test("shutdown() with a grace aborts requests over TLS that wait for a Worker", async () => {
  await using to = serving(
    new Keeping(HOST, commands, { ssl: serverContext(), maxChildren: 1 }),
  );
  const { server } = to;
  const [one, two] = [await connectPlain(server), await connectPlain(server)];
  await server.begun.reached(2);
  using first = await Deno.startTls(one, {
    hostname: "localhost",
    caCerts: [CA],
  });
  await writeAll(first, bytes("wait\n"));
  await hear(first, "waiting");
  using second = await Deno.startTls(two, {
    hostname: "localhost",
    caCerts: [CA],
  });
  await second.handshake();
  assertEquals(await server.shutdown({ grace: 0 }), 2);
  assertEquals(server.errors, []);
});

Deno.test("a handler in a Worker that throws fails its own request over TLS only", async () => {
  await using to = serving(
    new Keeping(HOST, commands, { ssl: serverContext() }),
  );
  assertEquals(await ask(to.server, "throw in handle"), "");
  assertMatch((await to.server.nextError()).message, /throw in handle/);
  assertMatch(await ask(to.server, "worker"), /\w/);
});

Deno.test("ssl and handshakeTimeout of a forking server are static members too", async () => {
  const context = serverContext();
  class Server extends ForkingTCPServer {
    static override ssl = context;
    static override handshakeTimeout = 2;
  }
  await using server = new Server(HOST, commands);
  assertEquals(server.ssl, context);
  assertEquals(server.handshakeTimeout, 2);
});
