// Clients and handlers that go wrong cost only themselves.

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import {
  BaseRequestHandler,
  StreamRequestHandler,
  ThreadingTCPServer,
} from "../../server/mod.ts";
import {
  ConnectionError,
  type InetAddress,
  OSError,
  TimeoutError,
} from "../../socket/mod.ts";
import { Counter } from "../support/counter.ts";
import { bytes, writeAll } from "../support/peers.ts";
import { needsPython, runPython } from "../support/python.ts";
import {
  connectAll,
  type Connection,
  leavesNothingOpen,
  plainKinds,
  readToEnd,
  type ServerKind,
  serverKinds,
  threadingKinds,
} from "../support/stream_servers.ts";

/** The class of a kind, with what it reports kept in `errors`. */
function reporting({ Server }: ServerKind) {
  return class extends Server {
    readonly errors: unknown[] = [];
    readonly reported = new Counter();

    override handleError(_: Connection, _address: unknown, error: unknown) {
      this.errors.push(error);
      this.reported.add();
    }
  };
}

/** Echoes lines. */
class Echo extends StreamRequestHandler {
  override async handle() {
    for await (const line of this.rfile) await this.wfile.write(line);
  }
}

/** Sends a line to an echo server, and waits for it to come back. */
async function roundTrip(conn: Deno.Conn, line: string): Promise<void> {
  await writeAll(conn, bytes(line));
  const got = new Uint8Array(line.length);
  for (let length = 0; length < got.length;) {
    const count = await conn.read(got.subarray(length));
    assert(count !== null, "the connection has ended");
    length += count;
  }
  assertEquals(new TextDecoder().decode(got), line);
}

/** Sends lines one after another, says that there are no more, and reads the rest. */
async function behaves(kind: ServerKind, address: unknown): Promise<void> {
  using conn = await kind.transport.connect(address);
  for (let i = 0; i < 3; i++) await roundTrip(conn, `line ${i}\n`);
  await conn.closeWrite();
  assertEquals(await readToEnd(conn), "");
}

for (const kind of threadingKinds) {
  const { name } = kind;

  Deno.test(`200 clients that send byte by byte keep a fast one not waiting [${name}]`, async () => {
    const Server = reporting(kind);
    await using server = new Server(kind.transport.fresh() as never, Echo);
    const serving = server.serveForever();
    using slow = await connectAll(kind, server, 200);
    using fast = await kind.transport.connect(server.serverAddress);
    for (let i = 0; i < 600; i++) {
      await slow[i % 200].write(bytes("x"));
      await roundTrip(fast, `line ${i}\n`);
    }
    for (const conn of slow) conn.closeWrite();
    for (const conn of slow) assertEquals(await readToEnd(conn), "xxx");
    fast.close();
    await server.shutdown();
    await serving;
    assertEquals(server.errors, []);
  });

  Deno.test(`a timeout ends 200 clients that send byte by byte, each with an error [${name}]`, async () => {
    await leavesNothingOpen(async () => {
      const Server = reporting(kind);
      class Impatient extends Echo {
        static override timeout = 0.3;
      }
      await using server = new Server(
        kind.transport.fresh() as never,
        Impatient,
      );
      const serving = server.serveForever();
      using slow = await connectAll(kind, server, 200);
      const drip = () => {
        for (const conn of slow) conn.write(bytes("x")).catch(() => {});
      };
      drip();
      const timer = setInterval(drip, 1000);
      const ends = Promise.all(slow.map(readToEnd));
      await behaves(kind, server.serverAddress);
      await ends;
      clearInterval(timer);
      await server.reported.reached(200);
      for (const error of server.errors) assertInstanceOf(error, TimeoutError);
      await behaves(kind, server.serverAddress);
      await server.shutdown();
      await serving;
    });
  });

  Deno.test(`a client that never reads is given up after the timeout [${name}]`, async () => {
    const Server = reporting(kind);
    class Talker extends StreamRequestHandler {
      override timeout = 1;
      override async handle() {
        if (text(await this.rfile.readline()) === "talk\n") {
          await this.wfile.write(new Uint8Array(16 << 20));
        } else await this.wfile.write(bytes("short\n"));
      }
    }
    await using server = new Server(kind.transport.fresh() as never, Talker);
    const serving = server.serveForever();
    using clients = await connectAll(kind, server, 3);
    for (const client of clients) await client.write(bytes("talk\n"));
    using fast = await kind.transport.connect(server.serverAddress);
    await fast.write(bytes("be short\n"));
    assertEquals(await readToEnd(fast), "short\n");
    await server.reported.reached(3);
    for (const error of server.errors) assertInstanceOf(error, TimeoutError);
    await server.shutdown();
    await serving;
  });

  Deno.test(`shutdown({ grace }) cuts off handlers that send to clients that never read [${name}]`, async () => {
    await leavesNothingOpen(async () => {
      const Server = reporting(kind);
      const began = new Counter();
      class Talker extends StreamRequestHandler {
        override async handle() {
          began.add();
          await this.wfile.write(new Uint8Array(16 << 20));
        }
      }
      await using server = new Server(kind.transport.fresh() as never, Talker);
      const serving = server.serveForever();
      using _ = await connectAll(kind, server, 10);
      await began.reached(10);
      assertEquals(await server.shutdown({ grace: 0.05 }), 10);
      await serving;
      assertEquals(server.errors, []);
    });
  });
}

const STEPS = ["verifyRequest", "setup", "handle", "finish", "constructor"];

for (const kind of serverKinds) {
  const { name, threading } = kind;

  Deno.test(`an error in a step costs its own request only and is reported once: 1,000 requests [${name}]`, async () => {
    await leavesNothingOpen(async () => {
      const Server = reporting(kind);
      let number = 0;
      /** Throws in one of the steps of every third request, at once or later. */
      const fail = (number: number, step: string): Promise<void> | void => {
        const isIt = number % 3 === 0 && STEPS[number / 3 % 5] === step;
        if (!isIt) return;
        const error = new Error(`${step} of ${number}`);
        if (number % 2 === 0 || step === "constructor") throw error;
        return Promise.reject(error);
      };
      class Faulty extends Echo {
        readonly number = number;
        constructor(request: Connection, address: InetAddress, server: never) {
          super(request, address, server);
          fail(this.number, "constructor");
        }
        override async setup() {
          await fail(this.number, "setup");
          await super.setup();
        }
        override async handle() {
          await fail(this.number, "handle");
          await super.handle();
        }
        override async finish() {
          await super.finish();
          await fail(this.number, "finish");
        }
      }
      class Checked extends Server {
        override async verifyRequest() {
          await fail(++number, "verifyRequest");
          return true;
        }
      }
      await using server = new Checked(
        kind.transport.fresh() as never,
        Faulty as never,
      );
      const serving = server.serveForever();
      const ask = async (i: number) => {
        using conn = await kind.transport.connect(server.serverAddress);
        const line = `line ${i}\n`;
        await writeAll(conn, bytes(line)).catch(() => {});
        await conn.closeWrite().catch(() => {});
        const got = await readToEnd(conn);
        if (got !== "") assertEquals(got, line);
        return got !== "";
      };
      let echoed = 0;
      const atOnce = threading ? 50 : 5;
      for (let i = 0; i < 1000; i += atOnce) {
        const asked = Array.from({ length: atOnce }, (_, j) => ask(i + j));
        echoed += (await Promise.all(asked)).filter(Boolean).length;
      }
      await server.shutdown();
      await serving;
      const messages = server.errors.map((error) => (error as Error).message);
      assertEquals(new Set(messages).size, 333, "each once");
      assertEquals(messages.length, 333);
      const late = messages.filter((each) => each.startsWith("finish"));
      assertEquals(echoed, 667 + late.length);
    });
  });

  Deno.test(`verifyRequest() turns clients away, and no handler sees them [${name}]`, async () => {
    await leavesNothingOpen(async () => {
      const Server = reporting(kind);
      let number = 0;
      const handled = new Counter();
      class Counting extends Echo {
        override async handle() {
          handled.add();
          await super.handle();
        }
      }
      class Choosy extends Server {
        override verifyRequest() {
          return number++ % 2 === 0;
        }
      }
      await using server = new Choosy(
        kind.transport.fresh() as never,
        Counting,
      );
      const serving = server.serveForever();
      for (let i = 0; i < 50; i++) {
        await behaves(kind, server.serverAddress);
        using refused = await kind.transport.connect(server.serverAddress);
        assertEquals(await readToEnd(refused), "");
      }
      await server.shutdown();
      await serving;
      assertEquals(handled.value, 50);
      assertEquals(server.errors, []);
    });
  });

  Deno.test(`clients that send nothing, half a line or no end are served as they come [${name}]`, async () => {
    await leavesNothingOpen(async () => {
      const Server = reporting(kind);
      await using server = new Server(kind.transport.fresh() as never, Echo);
      const serving = server.serveForever();
      for (let i = 0; i < 20; i++) {
        using silent = await kind.transport.connect(server.serverAddress);
        silent.close();
        using half = await kind.transport.connect(server.serverAddress);
        await half.write(bytes("half a line"));
        await half.closeWrite();
        assertEquals(await readToEnd(half), "half a line");
        using gone = await kind.transport.connect(server.serverAddress);
        await roundTrip(gone, "and then gone\n");
        gone.close();
        await behaves(kind, server.serverAddress);
      }
      await server.shutdown();
      await serving;
      for (const error of server.errors) assertInstanceOf(error, OSError);
    });
  });
}

/** Python, for it resets connections: after so many bytes, or at once. */
const RESETTER = `
import socket, struct, sys
for i in range(100):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.sendall(b"half a line"[:i % 4 * 3])
    if i % 4 == 3: s.sendall(b"\\n"); s.recv(4)
    s.close()
`;

for (const kind of [threadingKinds[0], plainKinds[0]]) {
  Deno.test({
    ...needsPython,
    name: `clients that reset cost themselves only [${kind.name}]`,
    fn: () =>
      leavesNothingOpen(async () => {
        const Server = reporting(kind);
        await using server = new Server(["127.0.0.1", 0], Echo);
        const serving = server.serveForever();
        await Promise.all([
          ...[1, 2, 3].map(() =>
            runPython(RESETTER, { args: [`${server.serverAddress[1]}`] })
          ),
          (async () => {
            for (let i = 0; i < 30; i++) {
              await behaves(kind, server.serverAddress);
            }
          })(),
        ]);
        await server.shutdown();
        await serving;
        await server.serverClose();
        for (const error of server.errors) {
          assertInstanceOf(error, ConnectionError);
        }
      }),
  });
}

Deno.test("an error in handleError() costs its own request only [ThreadingTCPServer]", async () => {
  const [kind] = threadingKinds;
  const reports: unknown[] = [];
  const original = console.error;
  class Failing extends BaseRequestHandler<Connection> {
    override handle() {
      throw new Error("in the handler");
    }
  }
  class Worse extends ThreadingTCPServer {
    override handleError(): void {
      throw new Error("in handleError");
    }
  }
  await using server = new Worse(["127.0.0.1", 0], Failing);
  console.error = (...values: unknown[]) => reports.push(values.join(" "));
  try {
    const serving = server.serveForever();
    using clients = await connectAll(kind, server, 5);
    for (const client of clients) assertEquals(await readToEnd(client), "");
    await server.shutdown({ grace: 1e6 });
    await serving;
  } finally {
    console.error = original;
  }
  assertEquals(reports.length, 5);
  assert(`${reports[0]}`.includes("in handleError"));
});

function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}
