// The end of an `await using` block: port and path are free, and nothing is left,
// whatever the server was doing.

import { assertEquals, assertRejects } from "@std/assert";
import {
  BaseRequestHandler,
  DatagramRequestHandler,
  type StreamRequest,
  StreamRequestHandler,
  type ThreadingTCPServer,
  ThreadingUDPServer,
  UDPServer,
} from "../../server/mod.ts";
import { OSError } from "../../socket/mod.ts";
import { Counter } from "../support/counter.ts";
import { bytes } from "../support/peers.ts";
import {
  connectAll,
  leavesNothingOpen,
  readToEnd,
  type ServerKind,
  serverKinds,
  threadingKinds,
} from "../support/stream_servers.ts";

class Echo extends StreamRequestHandler {
  override async handle() {
    for await (const line of this.rfile) await this.wfile.write(line);
  }
}

/** The same, and `began` counts its requests. */
function counting(began: Counter) {
  return class extends Echo {
    override handle() {
      began.add();
      return super.handle();
    }
  };
}

// Python does not set it by itself either, and then connections that linger keep
// the port.
const REUSE = { allowReuseAddress: true };

/** Listens where a server was, with plain Deno. */
function takeOver({ transport }: ServerKind, address: unknown): void {
  // As in Python, the path may still be there.
  if (transport.name === "Unix") remove(address as string);
  const listener = transport.name === "Unix"
    ? Deno.listen({ transport: "unix", path: address as string })
    : Deno.listen({
      hostname: "127.0.0.1",
      port: (address as [string, number])[1],
    });
  listener.close();
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

for (const kind of serverKinds) {
  const { name, Server, transport, threading } = kind;

  const doings: [
    what: string,
    begin: (server: ThreadingTCPServer) => Promise<unknown>[],
  ][] = [
    ["that never served", () => []],
    ["whose loop is running", (server) => [server.serveForever()]],
    [
      "that waits for one request",
      (server) => [assertRejects(() => server.handleRequest(), OSError)],
    ],
    [
      "that is shutting down",
      (server) => [server.serveForever(), server.shutdown({ grace: 1e6 })],
    ],
  ];
  for (const [what, begin] of doings) {
    Deno.test(`a server ${what} leaves its address free after the block [${name}]`, async () => {
      await leavesNothingOpen(async () => {
        let address: unknown;
        let ends: Promise<unknown>[];
        {
          await using server = new Server(
            transport.fresh() as never,
            Echo,
            REUSE,
          );
          address = server.serverAddress;
          ends = begin(server);
        }
        takeOver(kind, address);
        await Promise.all(ends);
      });
    });
  }

  Deno.test(`a server with connections, handled and in the queue, leaves its address free after the block [${name}]`, async () => {
    await leavesNothingOpen(async () => {
      let address: unknown;
      let serving: Promise<void>;
      const began = new Counter();
      {
        await using server = new Server(
          transport.fresh() as never,
          counting(began),
          REUSE,
        );
        address = server.serverAddress;
        serving = server.serveForever();
        using clients = await connectAll(kind, server, 20);
        await began.reached(threading ? 20 : 1);
        // A threading server waits for its handlers, and so for these.
        for (const client of clients) await client.closeWrite();
      }
      // TCP connections that linger do not keep it either.
      takeOver(kind, address);
      await serving;
    });
  });

  Deno.test(`serverClose() in a handler ends the loop and does not wait for itself [${name}]`, async () => {
    await leavesNothingOpen(async () => {
      class Closing extends BaseRequestHandler<StreamRequest> {
        override async handle() {
          await this.request.recv(10);
          await (this.server as InstanceType<typeof Server>).serverClose();
          await this.request.sendall(bytes("closed"));
        }
      }
      const server = new Server(transport.fresh() as never, Closing, REUSE);
      const serving = server.serveForever();
      using clients = await connectAll(kind, server, 1);
      await clients[0].write(bytes("close"));
      assertEquals(await readToEnd(clients[0]), "closed");
      await serving;
      await server[Symbol.asyncDispose]();
      takeOver(kind, server.serverAddress);
    });
  });

  Deno.test(`serverClose() may be called again, and nothing can be served then [${name}]`, async () => {
    const server = new Server(transport.fresh() as never, Echo);
    await server.serverClose();
    await server.serverClose();
    await server[Symbol.asyncDispose]();
    assertEquals(await server.shutdown({ grace: 0 }), 0);
    await assertRejects(() => server.serveForever(), OSError, "EBADF");
    await assertRejects(() => server.handleRequest(), OSError, "EBADF");
  });
}

for (const kind of threadingKinds) {
  const { name, Server, transport } = kind;

  for (const from of ["outside", "a handler"]) {
    Deno.test(`serverClose() from ${from} cuts off handlers that are daemons [${name}]`, async () => {
      await leavesNothingOpen(async () => {
        const began = new Counter();
        const aborted = new Counter();
        const closed = Promise.withResolvers<void>();
        class Hanging extends BaseRequestHandler<StreamRequest> {
          override async handle() {
            this.signal.addEventListener("abort", () => aborted.add());
            began.add();
            const order = await this.request.recv(10);
            if (order.length === 0) return;
            await (this.server as InstanceType<typeof Daemons>).serverClose();
            closed.resolve();
            await this.request.sendall(bytes("closed"));
          }
        }
        class Daemons extends Server {
          static override daemonThreads = true;
        }
        const server = new Daemons(transport.fresh() as never, Hanging);
        const serving = server.serveForever();
        using clients = await connectAll(kind, server, 20);
        await began.reached(20);
        if (from === "outside") await server.serverClose();
        else await clients[0].write(bytes("close"));
        const answers = await Promise.all(clients.map(readToEnd));
        await serving;
        assertEquals(answers.join(""), from === "outside" ? "" : "closed");
        assertEquals(aborted.value, from === "outside" ? 20 : 19);
      });
    });
  }

  Deno.test(`serverClose() that waits for handlers resolves when shutdown({ grace }) cuts them off [${name}]`, async () => {
    const began = new Counter();
    class Hanging extends BaseRequestHandler {
      override handle() {
        began.add();
        return new Promise<void>(() => {});
      }
    }
    const server = new Server(transport.fresh() as never, Hanging);
    const serving = server.serveForever();
    using _ = await connectAll(kind, server, 5);
    await began.reached(5);
    const closing = server.serverClose();
    assertEquals(await server.shutdown({ grace: 0 }), 5);
    await closing;
    await serving;
  });

  Deno.test(`serverClose() does not wait if blockOnClose is false [${name}]`, async () => {
    const began = new Counter();
    class Careless extends Server {
      static override blockOnClose = false;
    }
    const server = new Careless(transport.fresh() as never, counting(began));
    const serving = server.serveForever();
    using clients = await connectAll(kind, server, 3);
    await began.reached(3);
    await server.serverClose();
    await serving;
    for (const client of clients) {
      await client.write(bytes("still there\n"));
      await client.closeWrite();
      assertEquals(await readToEnd(client), "still there\n");
    }
  });
}

for (const Server of [UDPServer, ThreadingUDPServer]) {
  Deno.test(`a server whose loop is running leaves its port free after the block [${Server.name}]`, async () => {
    await leavesNothingOpen(async () => {
      let port: number;
      let serving: Promise<void>;
      {
        await using server = new Server(
          ["127.0.0.1", 0],
          DatagramRequestHandler,
        );
        port = server.serverAddress[1];
        serving = server.serveForever();
      }
      Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port })
        .close();
      await serving;
    });
  });
}
