// The handshake of a server that speaks TLS, as part of the request: clients that do
// not shake hands, or not well, cost their own requests only.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
} from "@std/assert";
import {
  type ServerEvent,
  type StreamRequest,
  StreamRequestHandler,
  TCPServer,
  type TCPServerOptions,
  ThreadingTCPServer,
} from "../../server/mod.ts";
import {
  ConnectionResetError,
  type InetAddress,
  OSError,
  TimeoutError,
} from "../../socket/mod.ts";
import {
  CERT_REQUIRED,
  SSLCertVerificationError,
  SSLError,
  SSLSocket,
} from "../../socket/ssl/mod.ts";
import { certificate } from "../support/certificate.ts";
import { bytes, text, writeAll } from "../support/peers.ts";
import { leavesNothingOpen, readToEnd } from "../support/stream_servers.ts";
import { connectPlain, connectTls, HOST, Keeping } from "./ssl_support.ts";
import { serverContext } from "../support/ssl_contexts.ts";
import { Gate, handling, Printed } from "./support.ts";

type Event = ServerEvent<StreamRequest, InetAddress>;

class Echo extends StreamRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(await this.rfile.readline());
  }
}

/** A server that keeps what it tells, and stops the test until it has told enough. */
class Telling extends Keeping {
  readonly told: string[] = [];
  readonly begun = new Gate();

  override logEvent(event: Event): void {
    this.told.push(event.type);
    if (event.type === "begun") this.begun.pass();
  }
}

/** Serves TLS as long as a block lasts. */
function serving<S extends TCPServer>(server: S): S & AsyncDisposable {
  server.serveForever();
  return server;
}

function options(more: TCPServerOptions = {}): TCPServerOptions {
  return { ssl: serverContext(), ...more };
}

/** Has a client of TLS served. */
async function isServed(server: TCPServer): Promise<void> {
  using conn = await connectTls(server);
  await writeAll(conn, bytes("hello\n"));
  assertEquals(await readToEnd(conn), "hello\n");
}

Deno.test("ssl keeps no client of TLS waiting for 500 that connect and say nothing", async () => {
  await leavesNothingOpen(async () => {
    // None of the silent ones is ever cut off: nothing but order counts here.
    await using server = serving(
      new Telling(HOST, Echo, options({ handshakeTimeout: null })),
    );
    const silent: Deno.Conn[] = [];
    for (let i = 0; i < 500; i++) silent.push(await connectPlain(server));
    await server.begun.reached(500);
    await isServed(server);
    assertEquals(server.errors, []);
    assertEquals(server.told.filter((type) => type === "begun").length, 501);
    assertEquals(server.activeRequests >= 500, true);
    assertEquals(await server.shutdown({ grace: 0 }), 500);
    for (const conn of silent) assertEquals(await readToEnd(conn), "");
    for (const conn of silent) conn.close();
  });
});

for (
  const Base of [TCPServer<InetAddress>, ThreadingTCPServer<InetAddress>]
) {
  class Server extends Base {
    readonly errors: unknown[] = [];
    override handleError(_: object, _from: unknown, error: unknown): void {
      this.errors.push(error);
    }
  }

  Deno.test(`handshakeTimeout cuts off who says nothing, and who drips, with a TimeoutError to handleError [${Base.name}]`, async () => {
    await leavesNothingOpen(async () => {
      let handled = 0;
      class Counting extends Echo {
        override setup(): void {
          handled++;
          super.setup();
        }
      }
      await using server = new Server(
        HOST,
        Counting,
        options({ handshakeTimeout: 0.3 }),
      );
      server.serveForever();
      for (const isSilent of [true, false]) {
        using conn = await connectPlain(server);
        const dripping = async () => {
          // The head of a hello of 512 bytes, and then one of them at a time.
          await conn.write(Uint8Array.of(22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3));
          for (;;) {
            await conn.write(new Uint8Array(1));
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
        };
        if (!isSilent) dripping().catch(() => {});
        assertEquals(await readToEnd(conn), "");
      }
      await isServed(server);
      await server.shutdown({ grace: null });
      assertEquals(server.errors.length, 2);
      for (const error of server.errors) {
        assertInstanceOf(error, TimeoutError);
        assertMatch(error.message, /^Cannot shake hands .*127\.0\.0\.1:\d+/);
      }
      assertEquals(handled, 1);
    });
  });
}

/** A client that spoils the handshake, and what handleError gets of it. */
const spoilers: readonly [
  name: string,
  error: RegExp,
  spoil: (conn: Deno.TcpConn) => Promise<unknown> | unknown,
][] = [
  [
    "speaks HTTP",
    /SSLError.*HTTP/,
    (conn) => conn.write(bytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")),
  ],
  [
    "speaks something else",
    /SSLError/,
    (conn) => conn.write(bytes("SSH-2.0-OpenSSH_9.2\r\n")),
  ],
  [
    "sends a record of 64 KiB",
    /SSLError/,
    (conn) => conn.write(Uint8Array.of(22, 3, 1, 255, 255, 1)),
  ],
  ["sends a hello of zeros", /SSLError/, (conn) =>
    conn.write(
      new Uint8Array([22, 3, 1, 0, 40, 1, 0, 0, 36, 3, 3, ...Array(34)]),
    )],
  [
    "ends at once",
    /SSL(EOF)?Error|ConnectionResetError/,
    (conn) => conn.closeWrite(),
  ],
  ["ends within its hello", /SSL(EOF)?Error|ConnectionResetError/, async (
    conn,
  ) => {
    await conn.write(Uint8Array.of(22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3));
    await conn.closeWrite();
  }],
  ["goes away at once", /Error/, (conn) => conn.close()],
];

for (const [name, expected, spoil] of spoilers) {
  Deno.test(`ssl passes the error of a client that ${name} to handleError, and goes on`, async () => {
    await leavesNothingOpen(async () => {
      await using server = serving(new Telling(HOST, Echo, options()));
      using conn = await connectPlain(server);
      await spoil(conn);
      const error = await server.nextError();
      assertInstanceOf(error, OSError);
      assertMatch(`${error.name}: ${error.message}`, expected);
      // The client is told by the end of its connection.
      try {
        await readToEnd(conn);
      } catch (error) {
        assertInstanceOf(error, Deno.errors.BadResource);
      }
      await isServed(server);
      await server.shutdown({ grace: null });
      assertEquals(server.told, [
        ...["taken", "begun", "failed", "ended"],
        ...["taken", "begun", "ended"],
      ]);
      assertEquals(server.errors, []);
    });
  });
}

Deno.test("ssl passes the error of a client that does not trust the certificate to handleError", async () => {
  await using server = serving(
    new Keeping(HOST, Echo, options({ ssl: serverContext("selfSigned") })),
  );
  const refused = await connectTls(server).catch((error: unknown) => error);
  assertInstanceOf(refused, Error);
  const error = await server.nextError();
  // What the client says of it may be lost with its connection.
  assert(
    error instanceof SSLError || error instanceof ConnectionResetError,
    `${error}`,
  );
  await server.shutdown({ grace: null });
});

Deno.test("ssl passes the error of a client without the certificate that it must have to handleError", async () => {
  const ssl = serverContext();
  ssl.verifyMode = CERT_REQUIRED;
  ssl.loadVerifyLocations({ cadata: certificate().ca });
  let handled = 0;
  const Handler = handling(() => handled++);
  await using server = serving(new Keeping(HOST, Handler, options({ ssl })));
  // In TLS 1.3 a client learns of it only when it reads.
  const conn = await connectTls(server).catch(() => undefined);
  const error = await server.nextError();
  assertInstanceOf(error, SSLError);
  assertEquals(error instanceof SSLCertVerificationError, false);
  assertEquals(error.reason, "PEER_DID_NOT_RETURN_A_CERTIFICATE");
  conn?.close();
  await server.shutdown({ grace: null });
  assertEquals(handled, 0);
});

Deno.test("handleError() prints a failed handshake, with the client's address", async () => {
  using printed = new Printed();
  await using server = new TCPServer(HOST, Echo, options());
  using conn = await connectPlain(server);
  await conn.write(bytes("hello\r\n"));
  await server.handleRequest();
  assertInstanceOf(printed.error, SSLError);
});

Deno.test("requestTimeout counts the handshake", async () => {
  class Server extends Telling {
    static override requestTimeout = 0.1;
    static override handshakeTimeout = null;
  }
  await using server = serving(new Server(HOST, Echo, options()));
  using conn = await connectPlain(server);
  assertEquals(await readToEnd(conn), "");
  const error = await server.nextError();
  assertInstanceOf(error, TimeoutError);
  assertMatch(error.message, /handle the request within 0.1 seconds/);
  await server.shutdown({ grace: null });
  assertEquals(server.errors, []);
  assertEquals(server.told, ["taken", "begun", "ended", "failed"]);
});

Deno.test("maxConnections counts clients that are shaking hands", async () => {
  const server = new Telling(
    HOST,
    Echo,
    options({ maxConnections: 2, handshakeTimeout: null }),
  );
  await using _ = serving(server);
  using one = await connectPlain(server);
  using _other = await connectPlain(server);
  await server.begun.reached(2);
  const third = isServed(server);
  // It waits in the system's queue until one of the two has gone.
  one.close();
  await third;
  assertEquals(server.told.slice(0, 6), [
    ...["taken", "begun", "taken", "begun"],
    ...["failed", "ended"],
  ]);
  assertEquals(await server.shutdown({ grace: 0 }), 1);
});

Deno.test("shutdown() with a grace waits for a handshake, and lets the request end", async () => {
  await using server = serving(new Telling(HOST, Echo, options()));
  using conn = await connectPlain(server);
  await server.begun.reached(1);
  const ended = server.shutdown({ grace: null });
  const tls = await Deno.startTls(conn, {
    hostname: "localhost",
    caCerts: [certificate().ca],
  });
  await writeAll(tls, bytes("late\n"));
  assertEquals(await readToEnd(tls), "late\n");
  tls.close();
  assertEquals(await ended, 0);
  assertEquals(server.errors, []);
});

Deno.test("serveForever() ends by its signal while clients shake hands", async () => {
  const stopping = new AbortController();
  await using server = new Telling(HOST, Echo, options());
  const served = server.serveForever({ signal: stopping.signal });
  using conn = await connectPlain(server);
  await server.begun.reached(1);
  stopping.abort();
  await served;
  assertEquals(await server.shutdown({ grace: 0 }), 1);
  assertEquals(await readToEnd(conn), "");
  assertEquals(server.errors, []);
});

Deno.test("daemonThreads end their handshakes with the server", async () => {
  class Server extends Telling {
    static override daemonThreads = true;
  }
  await leavesNothingOpen(async () => {
    const server = new Server(HOST, Echo, options());
    const served = server.serveForever();
    using conn = await connectPlain(server);
    await server.begun.reached(1);
    await server[Symbol.asyncDispose]();
    await served;
    assertEquals(await readToEnd(conn), "");
    assertEquals(server.errors, []);
  });
});

Deno.test("shutdown({ grace: 0 }) cuts off a client of TLS that takes nothing", async () => {
  const gate = new Gate();
  const Flood = handling(async ({ request }) => {
    gate.pass();
    await request.sendall(new Uint8Array(1 << 24));
  });
  await using server = serving(new Keeping(HOST, Flood, options()));
  using _conn = await connectTls(server);
  await gate.reached(1);
  const begin = performance.now();
  assertEquals(await server.shutdown({ grace: 0 }), 1);
  assert(performance.now() - begin < 4000, "it waited for the client");
  assertEquals(server.errors, []);
});

Deno.test("the timeout of a handler is none of the handshake's", async () => {
  class Brief extends Echo {
    override timeout = 0.01;
  }
  await using server = serving(new Keeping(HOST, Brief, options()));
  using conn = await connectTls(server);
  assertEquals(await readToEnd(conn), "");
  const error = await server.nextError();
  assertInstanceOf(error, TimeoutError);
  assertMatch(error.message, /^Cannot receive/);
  await server.shutdown({ grace: null });
});

Deno.test("ssl leaves the certificate of the client to the handler", async () => {
  const ssl = serverContext();
  let seen: unknown;
  const Handler = handling(async ({ request }) => {
    assertInstanceOf(request, SSLSocket);
    seen = [request.getpeercert(), request.cipher()?.[1]];
    await request.sendall(bytes("done"));
  });
  await using server = serving(new Keeping(HOST, Handler, options({ ssl })));
  using conn = await connectTls(server);
  assertEquals(text(bytes(await readToEnd(conn))), "done");
  await server.shutdown({ grace: null });
  assertEquals(seen, [null, "TLSv1.3"]);
});
