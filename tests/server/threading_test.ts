import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  BaseRequestHandler,
  BaseServer,
  TCPServer,
  ThreadingMixIn,
  ThreadingTCPServer,
  ThreadingUDPServer,
  ThreadingUnixDatagramServer,
  ThreadingUnixStreamServer,
  UDPServer,
  UnixDatagramServer,
  UnixStreamServer,
} from "../../server/mod.ts";
import { FakeClock, settle } from "../socket/fake_clock.ts";
import { readAll } from "../support/peers.ts";
import { type Item, QueueServer } from "./queue_server.ts";
import { Gate, handling, Printed } from "./support.ts";

class Threading extends ThreadingMixIn(QueueServer) {}

/** Makes a threading server of requests that are there already. */
function serverOf(
  names: readonly string[],
  handle: Parameters<typeof handling>[0],
  Server = Threading,
): Threading & QueueServer {
  const server = new Server("", handling(handle)) as Threading & QueueServer;
  server.put(...names);
  return server;
}

for (
  const [Server, Base] of [
    [ThreadingTCPServer, TCPServer],
    [ThreadingUDPServer, UDPServer],
    [ThreadingUnixStreamServer, UnixStreamServer],
    [ThreadingUnixDatagramServer, UnixDatagramServer],
  ]
) {
  Deno.test(`${Server.name} is a ${Base.name} with the mix-in, under its own name`, () => {
    assert(Server.prototype instanceof Base);
    assert("processRequestThread" in Server.prototype);
    assertThrows(
      () => new Server("" as never, undefined as never),
      TypeError,
      `Cannot make a ${Server.name}: `,
    );
  });
}

Deno.test("ThreadingMixIn() keeps what the class has, and makes a class of its own each time", () => {
  class Server extends BaseServer {
    static own = 5;
    own = 6;
  }
  const One = ThreadingMixIn(Server);
  const Other = ThreadingMixIn(Server);
  One.daemonThreads = true;
  assertEquals([One.own, new One("", BaseRequestHandler).own], [5, 6]);
  assertEquals([Other.daemonThreads, One === Other], [false, false]);
});

Deno.test("ThreadingMixIn takes attributes from the class, and the instance may set them", () => {
  class Server extends Threading {
    static override daemonThreads = true;
    static override blockOnClose = false;
  }
  const server = new Server("", BaseRequestHandler);
  assertEquals([server.daemonThreads, server.blockOnClose], [true, false]);
  const plain = new Threading("", BaseRequestHandler);
  assertEquals([plain.daemonThreads, plain.blockOnClose], [false, true]);
  plain.daemonThreads = true;
  assertEquals([plain.daemonThreads, Threading.daemonThreads], [true, false]);
});

Deno.test("processRequest() handles requests side by side", async () => {
  const gate = new Gate();
  const server = serverOf(
    ["a", "b", "c"],
    ({ request }) => gate.pass((request as Item).name),
  );
  const serving = server.serveForever();
  await gate.reached(3);
  assertEquals(gate.entered, ["a", "b", "c"]);
  gate.open();
  await server.shutdown();
  await serving;
  await server.serverClose();
});

Deno.test("processRequestThread() may be overridden, for what goes around a request", async () => {
  const trace: string[] = [];
  class Around extends Threading {
    override async processRequestThread(request: Item, address: string) {
      trace.push(`begin ${address}`);
      await super.processRequestThread(request, address);
      trace.push("end");
    }
  }
  const server = serverOf(["a"], () => trace.push("handle"), Around);
  await server.handleRequest();
  await server.serverClose();
  assertEquals(trace, ["begin from a", "handle", "end"]);
});

Deno.test("processRequestThread() reports an error and closes the request", async () => {
  const trace: unknown[] = [];
  class Server extends Threading {
    override handleError(request: Item, address: string, error: unknown) {
      trace.push(request.name, address, (error as Error).message);
    }
    override closeRequest({ name }: Item) {
      trace.push(`close ${name}`);
    }
  }
  const server = serverOf(["a"], () => {
    throw new Error("planned");
  }, Server);
  await server.handleRequest();
  await server.serverClose();
  assertEquals(trace, ["a", "from a", "planned", "close a"]);
});

Deno.test("an error in handleError of a task is printed, and the server goes on", async () => {
  const closed: string[] = [];
  class Server extends Threading {
    override handleError() {
      throw new Error("of handleError");
    }
    override closeRequest({ name }: Item) {
      closed.push(name);
    }
  }
  using printed = new Printed();
  const server = serverOf(["a"], () => {
    throw new Error("of the handler");
  }, Server);
  await server.handleRequest();
  await server.serverClose();
  await settle();
  assertEquals((printed.error as Error).message, "of handleError");
  assertEquals(closed, ["a"]);
});

Deno.test("shutdown() counts a request once that the loop and a task are busy with", async () => {
  const [inTask, inLoop] = [new Gate(), new Gate()];
  class Server extends Threading {
    override async processRequest(request: Item, address: string) {
      super.processRequest(request, address);
      await inLoop.pass();
    }
  }
  const server = serverOf(
    ["a"],
    () => inTask.pass(),
    Server as typeof Threading,
  );
  const serving = server.serveForever();
  await Promise.all([inTask.reached(), inLoop.reached()]);
  assertEquals(await server.shutdown({ grace: 0 }), 1);
  inTask.open();
  inLoop.open();
  await serving;
});

Deno.test("serverClose() waits for the requests under way", async () => {
  const gate = new Gate();
  let ended = false;
  const server = serverOf(["a"], async () => {
    await gate.pass();
    ended = true;
  });
  await server.handleRequest();
  await gate.reached();
  const close = async () => {
    await server.serverClose();
    assert(ended);
  };
  const closed = close();
  await settle();
  gate.open();
  await closed;
});

Deno.test("serverClose() does not wait with blockOnClose false", async () => {
  const gate = new Gate();
  let signal: AbortSignal | undefined;
  const server = serverOf(["a"], async (handler) => {
    signal = handler.signal;
    await gate.pass();
  });
  server.blockOnClose = false;
  await server.handleRequest();
  await gate.reached();
  await server.serverClose();
  assertEquals(signal!.aborted, false);
  gate.open();
  await settle();
});

Deno.test("serverClose() cuts off the requests under way with daemonThreads", async () => {
  const gate = new Gate();
  let signal: AbortSignal | undefined;
  const closed: string[] = [];
  class Server extends Threading {
    static override daemonThreads = true;
    override closeRequest({ name }: Item) {
      closed.push(name);
    }
  }
  using printed = new Printed();
  const server = serverOf(["a"], async (handler) => {
    signal = handler.signal;
    await gate.pass();
    throw new Error("an error that nobody is to hear of");
  }, Server);
  await server.handleRequest();
  await gate.reached();
  await server.serverClose();
  assertEquals([signal!.aborted, closed], [true, ["a"]]);
  gate.open();
  await settle();
  assertEquals(printed.calls, []);
});

Deno.test("serverClose() in a handler with daemonThreads cuts off the others only", async () => {
  const gate = new Gate();
  class Server extends Threading {
    static override daemonThreads = true;
  }
  const aborted: Record<string, boolean> = {};
  const server: Threading & QueueServer = serverOf(
    ["closing", "other"],
    async (handler) => {
      const { name } = handler.request as Item;
      const { signal } = handler;
      await gate.pass();
      if (name === "closing") await server.serverClose();
      else if (!signal.aborted) {
        await new Promise((resolve) => signal.onabort = resolve);
      }
      aborted[name] = signal.aborted;
    },
    Server,
  );
  const serving = server.serveForever();
  await gate.reached(2);
  gate.open();
  await serving;
  await settle();
  assertEquals(aborted, { closing: false, other: true });
});

Deno.test("daemonThreads closes connections that wait for their clients", async () => {
  const gate = new Gate();
  class Server extends ThreadingTCPServer {
    static override daemonThreads = true;
  }
  await using server = new Server(
    ["127.0.0.1", 0],
    handling(async ({ request }) => {
      const received = request.recv(1);
      await gate.pass();
      await received;
    }),
  );
  const [hostname, port] = server.serverAddress;
  using conn = await Deno.connect({ hostname, port });
  await server.handleRequest();
  await gate.reached();
  gate.open();
  await server.serverClose();
  assertEquals((await readAll(conn)).length, 0);
});

Deno.test("maxConnections counts a request until its task has ended", async () => {
  const gates = [new Gate(), new Gate()];
  let count = 0;
  let timeouts = 0;
  class Server extends Threading {
    override handleTimeout() {
      timeouts++;
    }
  }
  const server = serverOf(["a", "b"], () => gates[count++].pass(), Server);
  server.maxConnections = 1;
  server.timeout = 0;
  await server.handleRequest();
  await gates[0].reached();
  await server.handleRequest();
  assertEquals([count, timeouts, server.left], [1, 1, 1]);
  gates[0].open();
  await settle();
  await server.handleRequest();
  assertEquals([count, timeouts, server.left], [2, 1, 0]);
  gates[1].open();
  await server.serverClose();
});

Deno.test("handleRequest() counts the wait for room toward its timeout", async () => {
  const gate = new Gate();
  let timeouts = 0;
  class Server extends Threading {
    override handleTimeout() {
      timeouts++;
    }
  }
  using clock = new FakeClock();
  const server = serverOf(["a"], () => gate.pass(), Server);
  server.maxConnections = 1;
  server.timeout = 3;
  await server.handleRequest();
  const handled = server.handleRequest();
  await clock.advance(2000);
  gate.open();
  await clock.advance(999);
  assertEquals(timeouts, 0);
  await clock.advance(1);
  await handled;
  assertEquals([timeouts, clock.timers], [1, 0]);
  await server.serverClose();
});

Deno.test("serveForever() ends at once while it waits for room", async () => {
  const gate = new Gate();
  const server = serverOf(["a", "b"], () => gate.pass());
  server.maxConnections = 1;
  const serving = server.serveForever();
  await gate.reached();
  await server.shutdown();
  await serving;
  assertEquals(server.left, 1);
  gate.open();
  await server.serverClose();
});

Deno.test("serviceActions is called while a server waits for room", async () => {
  const gate = new Gate();
  const ticks = new Gate();
  ticks.open();
  class Server extends Threading {
    override async serviceActions() {
      await ticks.pass();
    }
  }
  const server = serverOf(["a", "b"], () => gate.pass(), Server);
  server.maxConnections = 1;
  const serving = server.serveForever({ pollInterval: 0.01 });
  await ticks.reached(4);
  assertEquals(gate.entered.length, 1);
  gate.open();
  await gate.reached(2);
  await server.shutdown();
  await serving;
  await server.serverClose();
});
