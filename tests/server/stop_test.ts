// shutdown() and serverClose() from everywhere, in plain and threading servers.

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type BaseRequestHandler,
  TCPServer,
  ThreadingMixIn,
} from "../../server/mod.ts";
import { FakeClock, settle } from "../socket/fake_clock.ts";
import { type Item, QueueServer } from "./queue_server.ts";
import { Gate, handling, Printed } from "./support.ts";

class ThreadingQueueServer extends ThreadingMixIn(QueueServer) {}

const kinds = [
  { kind: "plain", Server: QueueServer },
  { kind: "threading", Server: ThreadingQueueServer as typeof QueueServer },
] as const;

const serverSteps = [
  "getRequest",
  "verifyRequest",
  "processRequest",
  "finishRequest",
  "shutdownRequest",
  "closeRequest",
  "handleError",
  "serviceActions",
];
const handlerSteps = ["setup", "handle", "finish"];

const stops: Record<string, (server: QueueServer) => unknown> = {
  "shutdown()": (server) => server.shutdown(),
  "shutdown({ grace: 0 })": (server) => server.shutdown({ grace: 0 }),
  "shutdown({ grace: 1000 })": (server) => server.shutdown({ grace: 1000 }),
  "serverClose()": (server) => server.serverClose(),
};

type Methods = Record<string, (...args: unknown[]) => unknown>;

/** Overrides a step by one that first waits for something. */
function before(
  Class: { prototype: object },
  name: string,
  wait: () => unknown,
): void {
  const methods = Class.prototype as Methods;
  const inherited = methods[name];
  methods[name] = async function (...args: unknown[]) {
    await wait();
    return await inherited.apply(this, args);
  };
}

for (const { kind, Server: Base } of kinds) {
  for (const [stop, call] of Object.entries(stops)) {
    for (const step of [...serverSteps, ...handlerSteps]) {
      Deno.test(`${stop} may be waited for in ${step} [${kind}]`, async () => {
        class Server extends Base {}
        const Handler = handling(() => {
          if (step === "handleError") throw new Error("planned");
        });
        let stopped = 0;
        const wait = async () => {
          if (stopped > 0) return;
          stopped++;
          await call(server);
          stopped++;
        };
        before(handlerSteps.includes(step) ? Handler : Server, step, wait);
        using _ = new Printed();
        const server = new Server("", Handler);
        server.put("a");
        await server.serveForever({ pollInterval: 0.01 });
        await server.serverClose();
        await settle();
        assertEquals(stopped, 2);
      });
    }
  }

  Deno.test(`shutdown() before serveForever() does nothing [${kind}]`, async () => {
    const server = new Base("", handling(({ server }) => server.shutdown()));
    assertEquals(await server.shutdown(), 0);
    assertEquals(await server.shutdown({ grace: 1 }), 0);
    server.put("a");
    await server.serveForever();
    assertEquals(server.left, 0);
    assertEquals(await server.shutdown(), 0);
  });

  Deno.test(`shutdown() waits until the loop has ended [${kind}]`, async () => {
    const gate = new Gate();
    class Server extends Base {
      override async serviceActions() {
        await gate.pass();
      }
    }
    const server = new Server("", handling(() => {}));
    server.put("a");
    let ended = false;
    const serving = server.serveForever().then(() => ended = true);
    await gate.reached();
    const shutdown = server.shutdown().then(() => assert(ended));
    await settle();
    assertEquals(ended, false);
    gate.open();
    await Promise.all([serving, shutdown]);
  });

  Deno.test(`shutdown() with a grace waits for requests that end in time [${kind}]`, async () => {
    const gate = new Gate();
    let aborted: boolean | undefined;
    const server = new Base(
      "",
      handling(async ({ signal }) => {
        await gate.pass();
        aborted = signal.aborted;
      }),
    );
    server.put("a");
    const serving = server.serveForever();
    await gate.reached();
    const shutdown = server.shutdown({ grace: 1000 });
    await settle();
    gate.open();
    assertEquals([await shutdown, aborted], [0, false]);
    await serving;
  });

  Deno.test(`shutdown() cuts off after its grace, and not before [${kind}]`, async () => {
    const gate = new Gate();
    const closed: string[] = [];
    let signal: AbortSignal | undefined;
    class Server extends Base {
      override closeRequest({ name }: Item) {
        closed.push(name);
      }
    }
    const server = new Server(
      "",
      handling(async (handler) => {
        signal = handler.signal;
        await gate.pass();
        throw new Error("an error that nobody is to hear of");
      }),
    );
    using clock = new FakeClock();
    using printed = new Printed();
    server.put("a");
    const serving = server.serveForever();
    await gate.reached();
    let cut: number | undefined;
    const shutdown = server.shutdown({ grace: 3 }).then((count) => cut = count);
    await clock.advance(2999);
    assertEquals([cut, signal!.aborted, closed], [undefined, false, []]);
    await clock.advance(1);
    await Promise.all([shutdown, serving]);
    assertEquals([cut, signal!.aborted, closed], [1, true, ["a"]]);
    gate.open();
    await settle();
    assertEquals([printed.calls, clock.timers], [[], 0]);
  });

  for (const grace of [-1, NaN]) {
    Deno.test(`shutdown() refuses the grace ${grace} and stops nothing [${kind}]`, async () => {
      const server = new Base("", handling(() => {}));
      const serving = server.serveForever();
      await assertRejects(
        () => server.shutdown({ grace }),
        RangeError,
        "Cannot shutdown: a timeout must be ",
      );
      server.put("a");
      await settle();
      assertEquals(server.left, 0);
      await server.shutdown();
      await serving;
    });
  }

  Deno.test(`shutdown() many times at once resolves each time [${kind}]`, async () => {
    const server = new Base("", handling(() => {}));
    const serving = server.serveForever();
    const all = [{}, {}, { grace: 0 }, { grace: 5 }];
    const cut = await Promise.all(all.map((each) => server.shutdown(each)));
    assertEquals(cut, [0, 0, 0, 0]);
    await serving;
  });

  Deno.test(`serverClose() ends the serving, and may be called again [${kind}]`, async () => {
    const server = new Base("", handling(() => {}));
    const serving = server.serveForever();
    await settle();
    await server.serverClose();
    await serving;
    await server.serverClose();
  });

  Deno.test(`handler.signal does not abort if the handler ends by itself [${kind}]`, async () => {
    let signal: AbortSignal | undefined;
    const server = new Base(
      "",
      handling((handler) => {
        signal = handler.signal;
        server.shutdown();
      }),
    );
    server.put("a");
    await server.serveForever();
    await server.shutdown({ grace: 0 });
    await server.serverClose();
    assertEquals(signal!.aborted, false);
  });

  Deno.test(`shutdown() of another server may be waited for in a handler [${kind}]`, async () => {
    const outer = new Base(
      "",
      handling(async () => {
        const inner: QueueServer = new Base(
          "",
          handling(async () => {
            // The outer loop waits for this handler, and so does the inner one.
            await outer.shutdown();
            await inner.shutdown({ grace: 1000 });
          }),
        );
        inner.put("inner");
        await inner.serveForever();
        await inner.serverClose();
      }),
    );
    outer.put("outer");
    await outer.serveForever();
    await outer.serverClose();
    assertEquals(outer.left, 0);
  });
}

/** Lets two handlers stop the server at the same time, each waiting for it. */
async function stopTwice(
  stop: (handler: BaseRequestHandler, server: QueueServer) => unknown,
): Promise<number> {
  const gate = new Gate();
  let stopped = 0;
  const server = new ThreadingQueueServer(
    "",
    handling(async (handler) => {
      await gate.pass();
      await stop(handler, server);
      stopped++;
    }),
  ) as unknown as QueueServer;
  server.put("a", "b");
  const serving = server.serveForever();
  await gate.reached(2);
  gate.open();
  await serving;
  await server.serverClose();
  return stopped;
}

Deno.test("serverClose() may be waited for in two handlers at once [threading]", async () => {
  assertEquals(await stopTwice((_, server) => server.serverClose()), 2);
});

Deno.test("shutdown() with a grace may be waited for in two handlers at once [threading]", async () => {
  using clock = new FakeClock();
  const stopping = stopTwice((_, server) => server.shutdown({ grace: 1000 }));
  await clock.advance(1);
  assertEquals(await stopping, 2);
});

Deno.test("serverClose() outside waits for handlers that wait for serverClose() themselves [threading]", async () => {
  const gate = new Gate();
  const end = new Gate();
  let ended = 0;
  const server = new ThreadingQueueServer(
    "",
    handling(async () => {
      await gate.pass();
      await server.serverClose();
      await end.pass();
      ended++;
    }),
  );
  (server as unknown as QueueServer).put("a", "b");
  const serving = server.serveForever();
  await gate.reached(2);
  gate.open();
  const close = async () => {
    await server.serverClose();
    assertEquals(ended, 2);
  };
  const closed = close();
  await end.reached(2);
  end.open();
  await Promise.all([serving, closed]);
});

Deno.test("shutdown() leaves a TCP server's port and its queue as they are", async () => {
  await using server = new TCPServer(["127.0.0.1", 0], handling(() => {}));
  const serving = server.serveForever();
  await server.shutdown();
  await serving;
  const [hostname, port] = server.serverAddress;
  using client = await Deno.connect({ hostname, port });
  await server.handleRequest();
  assertEquals(await client.read(new Uint8Array(1)), null);
});

Deno.test("shutdown({ grace: null }) waits for the requests as long as they take", async () => {
  const gate = new Gate();
  let isDone = false;
  const server = new ThreadingQueueServer(
    "",
    handling(async () => {
      await gate.pass();
      isDone = true;
    }),
  ) as unknown as QueueServer;
  server.put("one");
  const serving = server.serveForever();
  await gate.reached();
  const stopping = server.shutdown({ grace: null });
  await serving;
  assertEquals(isDone, false);
  gate.open();
  assertEquals(await stopping, 0);
  assertEquals(isDone, true);
  await server.serverClose();
});
