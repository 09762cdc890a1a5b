// Servers of connections that speak TLS: what handlers get, and which contexts a
// server takes; ssl_handshake_test.ts has the clients that do not shake hands.
import {
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  BaseRequestHandler,
  type ServerEvent,
  type StreamRequest,
  StreamRequestHandler,
  TCPServer,
  ThreadingTCPServer,
  ThreadingUDPServer,
  UDPServer,
} from "../../server/mod.ts";
import {
  type InetAddress,
  MSG_WAITALL,
  Socket,
  TimeoutError,
  type WaitOptions,
} from "../../socket/mod.ts";
import {
  PROTOCOL_TLS_SERVER,
  SSLContext,
  SSLSocket,
} from "../../socket/ssl/mod.ts";
import { osError } from "../../socket/errors.ts";
import { bytes, readAll, text, writeAll } from "../support/peers.ts";
import { leavesNothingOpen, serverKinds } from "../support/stream_servers.ts";
import { connectPlain, connectTls, HOST } from "./ssl_support.ts";
import { clientContext, serverContext } from "../support/ssl_contexts.ts";
import { handling } from "./support.ts";

class Echo extends StreamRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) await this.wfile.write(line);
  }
}

/** Asks for an echo and gives what comes until the end. */
async function echo(conn: Deno.Conn, line: string): Promise<string> {
  await writeAll(conn, bytes(line));
  await (conn as Deno.TlsConn).closeWrite();
  return text(await readAll(conn));
}

for (const { name, Server, transport } of serverKinds) {
  Deno.test(`ssl makes the request an SSLSocket that has shaken hands [${name}]`, async () => {
    await leavesNothingOpen(async () => {
      const seen: unknown[] = [];
      class Looking extends Echo {
        override async handle(): Promise<void> {
          const { request, connection } = this;
          assertInstanceOf(request, SSLSocket);
          seen.push(
            request.version(),
            request.serverSide,
            connection === request,
          );
          await super.handle();
        }
      }
      await using server = new Server(transport.fresh() as never, Looking, {
        ssl: serverContext(),
      });
      const served = server.serveForever();
      const plain = new Socket(transport.family);
      await plain.connect(server.serverAddress as never);
      await using client = await clientContext()
        .wrapSocket(plain, { serverHostname: "localhost" });
      await client.sendall(bytes("one\ntwo\n"));
      assertEquals(text(await client.recv(8, MSG_WAITALL)), "one\ntwo\n");
      client.close();
      await server.shutdown({ grace: null });
      await served;
      assertEquals(seen, ["TLSv1.3", true, true]);
    });
  });
}

Deno.test("ssl ends an answer as TLS does, when all of it has been sent", async () => {
  const answer = crypto.getRandomValues(new Uint8Array(65536));
  const Answer = handling(async ({ request }) => {
    for (let i = 0; i < 64; i++) await request.sendall(answer);
  });
  await using server = new ThreadingTCPServer(HOST, Answer, {
    ssl: serverContext(),
  });
  server.serveForever();
  using conn = await connectTls(server);
  // It throws at an end without close_notify.
  const got = await readAll(conn);
  assertEquals(got.length, 64 * answer.length);
  assertEquals(got.subarray(-answer.length), answer);
  await server.shutdown({ grace: null });
});

Deno.test("ssl and handshakeTimeout are static members, options and properties", async () => {
  const [one, other] = [serverContext(), serverContext("secondLeaf")];
  class Server extends TCPServer {
    static override ssl = one;
    static override handshakeTimeout = 3;
  }
  assertEquals([TCPServer.ssl, TCPServer.handshakeTimeout], [null, 10]);
  await using byStatic = new Server(HOST, Echo);
  assertStrictEquals(byStatic.ssl, one);
  assertEquals(byStatic.handshakeTimeout, 3);
  await using byOption = new Server(HOST, Echo, {
    ssl: other,
    handshakeTimeout: null,
  });
  assertStrictEquals(byOption.ssl, other);
  assertEquals(byOption.handshakeTimeout, null);
  await using without = new Server(HOST, Echo, { ssl: null });
  assertStrictEquals(without.ssl, null);
  without.handshakeTimeout = 4;
  assertEquals(without.handshakeTimeout, 4);
});

Deno.test("ssl set anew is for the connections that come from then on", async () => {
  await using server = new ThreadingTCPServer(HOST, Echo);
  server.serveForever();
  using first = await connectPlain(server);
  await first.write(bytes("1\n"));
  assertEquals(await first.read(new Uint8Array(8)), 2);
  server.ssl = serverContext();
  using second = await connectTls(server);
  assertEquals(await echo(first, "plain\n"), "plain\n");
  server.ssl = null;
  using third = await connectPlain(server);
  assertEquals(await echo(third, "plain\n"), "plain\n");
  assertEquals(await echo(second, "TLS\n"), "TLS\n");
  await server.shutdown({ grace: 0 });
});

Deno.test("ssl must be a context of a server, for a server of connections", async () => {
  const make = (ssl: unknown) => () =>
    new TCPServer(HOST, Echo, { ssl: ssl as SSLContext });
  assertThrows(
    make({ cert: "…" }),
    TypeError,
    "Cannot make a TCPServer: ssl must be an SSLContext, not Object",
  );
  assertThrows(make("cert.pem"), TypeError, "not ");
  assertThrows(
    make(clientContext()),
    RangeError,
    "Cannot make a TCPServer: ssl is a context for clients",
  );
  for (const Server of [UDPServer, ThreadingUDPServer]) {
    const options = { ssl: serverContext() } as object;
    assertThrows(
      () => new Server(HOST, BaseRequestHandler, options),
      TypeError,
      `Cannot make a ${Server.name}: ssl is for servers of connections`,
    );
  }
  await using server = new TCPServer(HOST, Echo);
  assertThrows(() => server.ssl = clientContext(), RangeError, "set ssl");
  await using udp = new UDPServer(HOST, BaseRequestHandler);
  assertThrows(() => udp.ssl = serverContext(), TypeError, "set ssl");
});

Deno.test("ssl takes what the ssl module calls a context of a server", () => {
  assertEquals(new SSLContext(PROTOCOL_TLS_SERVER).protocol, 17);
});

Deno.test("handshakeTimeout must be above 0", async () => {
  for (const handshakeTimeout of [0, -1, NaN]) {
    const make = () => new TCPServer(HOST, Echo, { handshakeTimeout });
    assertThrows(make, RangeError, "Cannot make a TCPServer: ");
  }
  await using server = new TCPServer(HOST, Echo);
  assertThrows(() => server.handshakeTimeout = 0, RangeError);
  assertEquals(server.handshakeTimeout, 10);
});

Deno.test("getRequest() may be overridden: what it gives becomes TLS, with its timeout", async () => {
  class Server extends ThreadingTCPServer {
    override async getRequest(
      options?: WaitOptions,
    ): Promise<[StreamRequest, InetAddress]> {
      const [connection, address] = await super.getRequest(options);
      assertEquals(connection instanceof SSLSocket, false);
      connection.settimeout(0.01);
      return [connection, address];
    }
  }
  let seen: unknown;
  const Handler = handling(async ({ request }) => {
    seen = request.gettimeout();
    await request.recv(1).catch((error: unknown) => seen = [seen, error]);
  });
  await using server = new Server(HOST, Handler, { ssl: serverContext() });
  server.serveForever();
  using conn = await connectTls(server);
  assertEquals(await readAll(conn), new Uint8Array());
  const [timeout, error] = seen as [number, unknown];
  assertEquals(timeout, 0.01);
  assertInstanceOf(error, TimeoutError);
  await server.shutdown({ grace: null });
});

Deno.test("getRequest() may wrap connections itself, as servers in Python do; the task shakes hands", async () => {
  const context = serverContext();
  class Server extends ThreadingTCPServer {
    override async getRequest(
      options?: WaitOptions,
    ): Promise<[StreamRequest, InetAddress]> {
      const [connection, address] = await super.getRequest(options);
      const wrapped = await context.wrapSocket(connection as Socket, {
        serverSide: true,
        doHandshakeOnConnect: false,
      });
      return [wrapped as unknown as StreamRequest, address];
    }
  }
  for (const ssl of [null, serverContext("secondLeaf")]) {
    const Handler = handling(({ request }) =>
      request.sendall(bytes(request.version()))
    );
    await using server = new Server(HOST, Handler, { ssl });
    server.serveForever();
    using conn = await connectTls(server);
    assertEquals(text(await readAll(conn)), "TLSv1.3");
    await server.shutdown({ grace: null });
  }
});

Deno.test("ssl that fails to wrap a connection closes it: an OSError is told to logEvent, others end the serving", async () => {
  const told: string[] = [];
  class Server extends TCPServer {
    override logEvent(event: ServerEvent): void {
      told.push(event.type);
    }
  }
  for (
    const error of [
      osError({ code: "EPROTO", syscall: "wrap" }),
      new TypeError("no"),
    ]
  ) {
    await leavesNothingOpen(async () => {
      const ssl = serverContext();
      ssl.wrapSocket = () => Promise.reject(error);
      await using server = new Server(HOST, Echo, { ssl });
      const served = server.handleRequest().catch((error: unknown) => error);
      using conn = await connectPlain(server);
      assertEquals(await readAll(conn), new Uint8Array());
      assertStrictEquals(
        await served,
        error instanceof TypeError ? error : undefined,
      );
    });
  }
  assertEquals(told, ["untaken"]);
});

Deno.test("verifyRequest() refuses a client before the handshake", async () => {
  class Server extends ThreadingTCPServer {
    override verifyRequest(): boolean {
      return false;
    }
  }
  await using server = new Server(HOST, Echo, { ssl: serverContext() });
  server.serveForever();
  using conn = await connectPlain(server);
  assertEquals(await readAll(conn), new Uint8Array());
  await server.shutdown({ grace: null });
});

Deno.test("request may be declared an SSLSocket by a handler", async () => {
  class Versions extends StreamRequestHandler {
    declare readonly request: SSLSocket<InetAddress, null>;
    override async handle(): Promise<void> {
      await this.wfile.write(bytes(`${this.request.version()}\n`));
    }
  }
  class Short extends BaseRequestHandler<StreamRequest> {
    declare readonly request: SSLSocket<InetAddress, null>;
    override async handle(): Promise<void> {
      await this.request.sendall(bytes(`${this.request.version()}\n`));
    }
  }
  for (const Handler of [Versions, Short]) {
    await using server = new TCPServer(HOST, Handler, { ssl: serverContext() });
    const served = server.handleRequest();
    using conn = await connectTls(server);
    assertEquals(text(await readAll(conn)), "TLSv1.3\n");
    await served;
  }
});
