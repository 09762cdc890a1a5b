// Servers of datagrams go on whatever comes, and end when they are told to.

import { assertEquals } from "@std/assert";
import {
  BaseRequestHandler,
  type DatagramRequest,
  DatagramRequestHandler,
  ThreadingUDPServer,
  ThreadingUnixDatagramServer,
  UDPServer,
  UnixDatagramServer,
} from "../../server/mod.ts";
import { AF_UNIX, SOCK_DGRAM, Socket } from "../../socket/mod.ts";
import { Counter } from "../support/counter.ts";
import { bytes, folder, text } from "../support/peers.ts";
import { needsPython, runPython } from "../support/python.ts";

/** A plain client of a UDP server. */
function clientOf([hostname, port]: [string, number]) {
  const conn = Deno.listenDatagram({
    transport: "udp",
    hostname: "127.0.0.1",
    port: 0,
  });
  return {
    send: (message: string) =>
      conn.send(bytes(message), { transport: "udp", hostname, port }),
    receive: async () => text((await conn.receive(new Uint8Array(65536)))[0]),
    [Symbol.dispose]: () => conn.close(),
  };
}

for (const Server of [UDPServer, ThreadingUDPServer]) {
  const { name } = Server;

  /** With what it reports kept. */
  class Reporting extends Server {
    readonly errors: string[] = [];
    readonly reported = new Counter();
    override handleError(
      _: DatagramRequest,
      _address: unknown,
      error: unknown,
    ) {
      this.errors.push((error as Error).message);
      this.reported.add();
    }
  }

  Deno.test(`an error in a step costs its own datagram only: 1,000 datagrams [${name}]`, async () => {
    const steps = ["setup", "handle", "verifyRequest"];
    const fail = (data: Uint8Array, step: string) => {
      const number = Number(text(data));
      const isIt = number % 3 === 0 && steps[number / 3 % 3] === step;
      if (isIt) throw new Error(`${step} of ${number}`);
    };
    class Faulty extends DatagramRequestHandler {
      override async setup() {
        fail(this.request[0], "setup");
        await super.setup();
      }
      override async handle() {
        fail(this.packet, "handle");
        await this.wfile.write(await this.rfile.read());
      }
    }
    class Checked extends Reporting {
      override verifyRequest([data]: DatagramRequest) {
        fail(data, "verifyRequest");
        return Number(text(data)) % 3 !== 1;
      }
    }
    await using server = new Checked(["127.0.0.1", 0], Faulty);
    const serving = server.serveForever();
    using client = clientOf(server.serverAddress);
    for (let i = 0; i < 1000; i++) {
      await client.send(`${i}`);
      if (i % 3 === 2) assertEquals(await client.receive(), `${i}`);
      // As in Python, finish() sends its answer even if handle() threw.
      if (i % 9 === 3) assertEquals(await client.receive(), "");
    }
    await server.reported.reached(334);
    assertEquals(new Set(server.errors).size, 334);
    await server.shutdown({ grace: 1e6 });
    await serving;
  });

  Deno.test(`datagrams of any length are served, cut to maxPacketSize [${name}]`, async () => {
    class Length extends BaseRequestHandler<DatagramRequest> {
      override async handle() {
        const [data, socket] = this.request;
        await socket.sendto(bytes(`${data.length}`), this.clientAddress);
      }
    }
    await using server = new Reporting(["127.0.0.1", 0], Length, {
      maxPacketSize: 1000,
    });
    const serving = server.serveForever();
    using client = clientOf(server.serverAddress);
    for (const length of [0, 1, 999, 1000, 1001, 60_000, 0, 5]) {
      await client.send("x".repeat(length));
      assertEquals(Number(await client.receive()), Math.min(length, 1000));
    }
    await server.shutdown();
    await serving;
    assertEquals(server.errors, []);
  });

  Deno.test(`shutdown({ grace }) cuts off datagrams' handlers that hang [${name}]`, async () => {
    const began = new Counter();
    const aborted = new Counter();
    class Hanging extends BaseRequestHandler<DatagramRequest> {
      override handle() {
        this.signal.addEventListener("abort", () => aborted.add());
        began.add();
        return new Promise<void>(() => {});
      }
    }
    const count = Server === UDPServer ? 1 : 20;
    await using server = new Reporting(["127.0.0.1", 0], Hanging);
    const serving = server.serveForever();
    using client = clientOf(server.serverAddress);
    for (let i = 0; i < 20; i++) await client.send(`${i}`);
    await began.reached(count);
    assertEquals(await server.shutdown({ grace: 0.01 }), count);
    await serving;
    assertEquals(aborted.value, count);
    assertEquals(server.errors, []);
  });

  for (const options of [undefined, { grace: 1e6 }]) {
    Deno.test(`shutdown(${options ? "{ grace }" : ""}) in a datagram's handler does not wait for itself [${name}]`, async () => {
      class Stopping extends DatagramRequestHandler {
        override async handle() {
          const cut = await this.server.shutdown(options);
          await this.wfile.write(bytes(`stopped, ${cut} cut`));
        }
      }
      await using server = new Reporting(["127.0.0.1", 0], Stopping);
      const serving = server.serveForever();
      using client = clientOf(server.serverAddress);
      await client.send("stop");
      assertEquals(await client.receive(), "stopped, 0 cut");
      await serving;
      assertEquals(server.errors, []);
    });
  }

  Deno.test(`a flood of datagrams is served as far as the system keeps it [${name}]`, async () => {
    class Echo extends DatagramRequestHandler {
      override async handle() {
        await this.wfile.write(await this.rfile.read());
      }
    }
    await using server = new Reporting(["127.0.0.1", 0], Echo);
    const serving = server.serveForever();
    using flood = clientOf(server.serverAddress);
    for (let i = 0; i < 5000; i++) await flood.send("x".repeat(1000));
    using client = clientOf(server.serverAddress);
    // What was dropped is sent again.
    const answer = client.receive();
    const timer = setInterval(() => client.send("hello"), 50);
    assertEquals(await answer, "hello");
    clearInterval(timer);
    await server.shutdown({ grace: 1e6 });
    await serving;
    assertEquals(server.errors, []);
  });
}

// Deno's own sockets of this kind always have a name.
const NAMELESS = `
import socket, sys
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"who am I", sys.argv[1])
`;

for (const Server of [UnixDatagramServer, ThreadingUnixDatagramServer]) {
  Deno.test({
    name:
      `clients that cannot be answered cost themselves only [${Server.name}]`,
    ignore: Deno.build.os === "windows" || needsPython.ignore,
    async fn() {
      const path = () => `${folder}/${crypto.randomUUID().slice(0, 8)}`;
      const gone = Promise.withResolvers<void>();
      const reported = new Counter();
      const errors: unknown[] = [];
      class Echo extends DatagramRequestHandler<string> {
        override async handle() {
          await gone.promise;
          await this.wfile.write(await this.rfile.read());
        }
      }
      class Reporting extends Server {
        override handleError(_: object, _address: unknown, error: unknown) {
          errors.push(error);
          reported.add();
        }
      }
      const address = path();
      await using server = new Reporting(address, Echo as never);
      const serving = server.serveForever();
      await runPython(NAMELESS, { args: [address] });
      {
        await using dead = new Socket(AF_UNIX, SOCK_DGRAM);
        dead.bind(path());
        await dead.sendto(bytes("and gone"), address);
      }
      gone.resolve();
      await reported.reached(2);
      // As in CPython.
      const names = errors.map((error) => (error as Error).name);
      assertEquals(names.toSorted(), ["ConnectionRefusedError", "TypeError"]);
      await using client = new Socket(AF_UNIX, SOCK_DGRAM);
      client.bind(path());
      await client.sendto(bytes("hello"), address);
      assertEquals(text(await client.recv(100)), "hello");
      await server.shutdown();
      await serving;
    },
  });
}
