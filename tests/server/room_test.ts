// Back-pressure: with maxConnections there are never more handlers than that, and
// everybody is served in the end.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  BaseRequestHandler,
  type DatagramRequest,
  type StreamRequest,
  StreamRequestHandler,
  ThreadingUDPServer,
} from "../../server/mod.ts";
import { TimeoutError } from "../../socket/mod.ts";
import { Counter } from "../support/counter.ts";
import { arrival, bytes, text, writeAll } from "../support/peers.ts";
import {
  connectAll,
  readToEnd,
  threadingKinds,
} from "../support/stream_servers.ts";

const MOST = 10;
const CLIENTS = 100;

for (const kind of threadingKinds) {
  const { name, Server, transport } = kind;

  Deno.test(`maxConnections lets no more than 10 handlers run for 100 clients [${name}]`, async () => {
    const running = new Counter();
    const done = new Counter();
    class Echo extends StreamRequestHandler {
      override async handle() {
        running.add();
        await this.wfile.write(await this.rfile.readline());
        running.add(-1);
        done.add();
      }
    }
    await using server = new Server(transport.fresh() as never, Echo, {
      maxConnections: MOST,
    });
    const serving = server.serveForever();
    using clients = await connectAll(kind, server, CLIENTS);
    await running.reached(MOST);
    // Those in the queue have said all that they have to say before they are taken.
    const ends = clients.map(async (conn, i) => {
      await writeAll(conn, bytes(`client ${i}\n`));
      assertEquals(await readToEnd(conn), `client ${i}\n`);
    });
    await Promise.all(ends);
    await done.reached(CLIENTS);
    assertEquals(running.most, MOST);
    await server.shutdown();
    await serving;
  });

  Deno.test(`maxConnections holds however handlers end [${name}]`, async () => {
    const running = new Counter();
    let number = 0;
    class Handler extends BaseRequestHandler<StreamRequest> {
      override async handle() {
        running.add();
        await this.request.recv(1);
        running.add(-1);
        if (number % 3 === 1) throw new Error("of the test");
      }
    }
    class Choosy extends Server {
      override verifyRequest() {
        return number++ % 3 !== 0;
      }
      override handleError() {}
    }
    await using server = new Choosy(transport.fresh() as never, Handler, {
      maxConnections: 2,
    });
    const serving = server.serveForever();
    for (let i = 0; i < 10; i++) {
      using clients = await connectAll(kind, server, 10);
      // Those turned away may be closed already.
      for (const client of clients) {
        await client.write(bytes("x")).catch(() => {});
      }
      for (const client of clients) await readToEnd(client);
    }
    assert(running.most <= 2);
    await server.shutdown({ grace: 1e6 });
    await serving;
  });

  Deno.test(`a timeout makes room where clients do nothing [${name}]`, async () => {
    const late = new Counter();
    class Impatient extends StreamRequestHandler {
      static override timeout = 0.1;
      override async handle() {
        await this.wfile.write(await this.rfile.readline());
      }
    }
    class Reporting extends Server {
      override handleError(_: object, _address: unknown, error: unknown) {
        assertInstanceOf(error, TimeoutError);
        late.add();
      }
    }
    await using server = new Reporting(transport.fresh() as never, Impatient, {
      maxConnections: MOST,
    });
    const serving = server.serveForever();
    using _ = await connectAll(kind, server, 2 * MOST);
    using client = await transport.connect(server.serverAddress);
    await writeAll(client, bytes("hello\n"));
    assertEquals(await readToEnd(client), "hello\n");
    await late.reached(2 * MOST);
    await server.shutdown();
    await serving;
  });

  Deno.test(`shutdown({ grace }) ends a server that waits for room [${name}]`, async () => {
    const running = new Counter();
    class Patient extends BaseRequestHandler<StreamRequest> {
      override async handle() {
        running.add();
        await this.request.recv(1);
      }
    }
    await using server = new Server(transport.fresh() as never, Patient, {
      maxConnections: MOST,
    });
    const serving = server.serveForever();
    using clients = await connectAll(kind, server, CLIENTS);
    await running.reached(MOST);
    assertEquals(await server.shutdown({ grace: 0 }), MOST);
    await serving;
    // The rest waits in the queue for the next loop.
    const again = server.serveForever();
    await running.reached(2 * MOST);
    assertEquals(await server.shutdown(), 0);
    await again;
    for (const client of clients) client.close();
  });

  Deno.test(`handleRequest() waits for room as long as timeout says [${name}]`, async () => {
    const running = new Counter();
    let late = 0;
    class Patient extends BaseRequestHandler<StreamRequest> {
      override async handle() {
        running.add();
        await this.request.recv(1);
        running.add(-1);
      }
    }
    class Timed extends Server {
      override handleTimeout() {
        late++;
      }
    }
    await using server = new Timed(transport.fresh() as never, Patient, {
      maxConnections: 1,
      timeout: 0.05,
    });
    using clients = await connectAll(kind, server, 2);
    await server.handleRequest();
    await running.reached(1);
    await server.handleRequest();
    assertEquals(late, 1);
    clients[0].close();
    await running.reached(0);
    await server.handleRequest();
    await running.reached(1);
    assertEquals(late, 1);
    clients[1].close();
  });
}

Deno.test("maxConnections lets no more than 10 handlers run for 100 datagrams [ThreadingUDPServer]", async () => {
  const running = new Counter();
  const seen = new Set<string>();
  let go = Promise.withResolvers<void>();
  class Handler extends BaseRequestHandler<DatagramRequest> {
    override async handle() {
      running.add();
      await go.promise;
      const [data, socket] = this.request;
      seen.add(text(data));
      await socket.sendto(data, this.clientAddress);
      running.add(-1);
    }
  }
  await using server = new ThreadingUDPServer(["127.0.0.1", 0], Handler, {
    maxConnections: MOST,
  });
  const serving = server.serveForever();
  const client = Deno.listenDatagram({
    transport: "udp",
    hostname: "127.0.0.1",
    port: 0,
  });
  const [hostname, port] = server.serverAddress;
  for (let i = 0; i < CLIENTS; i++) {
    await client.send(bytes(`datagram ${i}`), {
      transport: "udp",
      hostname,
      port,
    });
  }
  const answers = new Set<string>();
  for (let i = 0; i < CLIENTS / MOST; i++) {
    await running.reached(MOST);
    await arrival();
    assertEquals(running.value, MOST);
    go.resolve();
    go = Promise.withResolvers();
    for (let j = 0; j < MOST; j++) {
      answers.add(text((await client.receive())[0]));
    }
  }
  client.close();
  assertEquals(running.most, MOST);
  assertEquals(answers.size, CLIENTS);
  assert(seen.has("datagram 99"));
  await server.shutdown({ grace: 1e6 });
  await serving;
});
