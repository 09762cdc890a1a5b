// requestTimeout, in plain servers and in threading ones; forking_crash_test.ts
// has it for Workers.

import { assertEquals, assertInstanceOf } from "@std/assert";
import {
  type RequestHandlerClass,
  type StreamRequest,
  StreamRequestHandler,
  TCPServer,
  ThreadingTCPServer,
  ThreadingUDPServer,
} from "../../server/mod.ts";
import { type InetAddress, TimeoutError } from "../../socket/mod.ts";
import { bytes, readAll, text, writeAll } from "../support/peers.ts";
import { handling, Printed, UdpClient } from "./support.ts";

const HOST: [string, number] = ["127.0.0.1", 0];

class Echo extends StreamRequestHandler {
  override async handle(): Promise<void> {
    await this.wfile.write(await this.rfile.readline());
  }
}

/** Connects to a server with plain Deno. */
function connect(server: { serverAddress: [string, number] }) {
  const [hostname, port] = server.serverAddress;
  return Deno.connect({ hostname, port });
}

for (
  const Base of [TCPServer<InetAddress>, ThreadingTCPServer<InetAddress>]
) {
  /** Keeps the errors that it is told of. */
  class Keeping extends Base {
    static override requestTimeout = 0.05;
    readonly errors: unknown[] = [];
    override handleError(
      _request: object,
      _address: unknown,
      error: unknown,
    ): void {
      this.errors.push(error);
    }
  }
  const make = (Handler: RequestHandlerClass<StreamRequest, InetAddress>) =>
    new Keeping(HOST, Handler);

  Deno.test(`requestTimeout cuts off a client that sends byte by byte, whatever the handler's timeout [${Base.name}]`, async () => {
    class Patient extends Echo {
      override timeout = 60;
    }
    // Long enough for some bytes, however busy the machine is.
    class Slower extends Keeping {
      static override requestTimeout = 0.5;
    }
    await using server = new Slower(HOST, Patient);
    const serving = server.serveForever();
    using conn = await connect(server);
    let dripped = 0;
    const timer = setInterval(() => {
      conn.write(bytes(".")).then(() => dripped++, () => {});
    }, 5);
    const answer = await readAll(conn).catch(() => bytes(""));
    clearInterval(timer);
    assertEquals([answer.length, dripped > 0], [0, true]);
    await server.shutdown({ grace: 60 });
    await serving;
    const [error] = server.errors;
    assertEquals(server.errors.length, 1);
    assertInstanceOf(error, TimeoutError);
    assertEquals(
      error.message,
      "Cannot handle the request within 0.5 seconds: timed out",
    );
  });

  Deno.test(`requestTimeout lets the server go on though a handler never ends [${Base.name}]`, async () => {
    let aborted = 0;
    const Handler = handling(async ({ request, signal }) => {
      signal.addEventListener("abort", () => aborted++);
      const data = await request.recv(9);
      if (text(data) === "stay") await new Promise(() => {});
      await request.sendall(data);
    });
    await using server = make(Handler);
    const serving = server.serveForever();
    using stuck = await connect(server);
    await writeAll(stuck, bytes("stay"));
    assertEquals(await readAll(stuck), bytes(""));
    using other = await connect(server);
    await writeAll(other, bytes("go"));
    assertEquals(text(await readAll(other)), "go");
    await server.shutdown();
    await serving;
    assertEquals([aborted, server.errors.length], [1, 1]);
  });

  Deno.test(`requestTimeout leaves alone what ends in time [${Base.name}]`, async () => {
    class Server extends Keeping {
      static override requestTimeout = 3600;
    }
    await using server = new Server(HOST, Echo);
    const serving = server.serveForever();
    using conn = await connect(server);
    await writeAll(conn, bytes("one\n"));
    assertEquals(text(await readAll(conn)), "one\n");
    await server.shutdown({ grace: 60 });
    await serving;
    assertEquals(server.errors, []);
  });
}

Deno.test("requestTimeout makes room for the next request", async () => {
  const Handler = handling(() => new Promise(() => {}));
  using printed = new Printed();
  await using server = new ThreadingTCPServer(HOST, Handler, {
    maxConnections: 1,
    requestTimeout: 0.01,
  });
  const serving = server.serveForever();
  const conns = await Promise.all([1, 2, 3].map(() => connect(server)));
  for (const conn of conns) {
    assertEquals((await readAll(conn)).length, 0);
    conn.close();
  }
  await server.shutdown({ grace: 60 });
  await serving;
  assertEquals(printed.calls.length, 3);
});

Deno.test("requestTimeout gives up a datagram's handling too, and the socket stays", async () => {
  const Handler = handling(
    async ({ request: [data, socket], clientAddress }) => {
      if (text(data) === "stay") await new Promise(() => {});
      await socket.sendto(data, clientAddress);
    },
  );
  const failed = Promise.withResolvers<unknown>();
  class Server extends ThreadingUDPServer {
    static override requestTimeout = 0.01;
    override handleError(_: object, __: unknown, error: unknown): void {
      failed.resolve(error);
    }
  }
  await using server = new Server(HOST, Handler);
  const serving = server.serveForever();
  using client = new UdpClient();
  await client.send(server, "stay");
  assertInstanceOf(await failed.promise, TimeoutError);
  await client.send(server, "go");
  assertEquals(await client.receive(), "go");
  await server.shutdown();
  await serving;
});

Deno.test("an error in handleError about requestTimeout is printed, and the server goes on", async () => {
  class Server extends ThreadingTCPServer {
    static override requestTimeout = 0.01;
    override handleError(): void {
      throw new Error("planned");
    }
  }
  using printed = new Printed();
  const Handler = handling(() => new Promise(() => {}));
  await using server = new Server(HOST, Handler);
  const serving = server.serveForever();
  for (let i = 0; i < 2; i++) {
    using conn = await connect(server);
    assertEquals((await readAll(conn)).length, 0);
  }
  await server.shutdown({ grace: 60 });
  await serving;
  assertEquals(printed.calls.length, 2);
});
