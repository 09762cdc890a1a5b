import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { osError } from "../../socket/errors.ts";
import { OSError } from "../../socket/mod.ts";
import { Loop } from "../../server/context.ts";
import { BaseRequestHandler, BaseServer } from "../../server/mod.ts";
import { FakeClock, settle } from "../socket/fake_clock.ts";
import { type Item, QueueServer } from "./queue_server.ts";
import { Gate, handling, Printed } from "./support.ts";

const idle = BaseRequestHandler;

Deno.test("BaseServer has Python's attributes, with their defaults", () => {
  const server = new BaseServer("anywhere", idle);
  assertEquals(server.serverAddress, "anywhere");
  assertEquals(server.RequestHandlerClass, idle);
  assertEquals(server.timeout, null);
  assertEquals(server.maxConnections, Infinity);
  assertEquals(server.requestTimeout, null);
  assertEquals(BaseServer.timeout, null);
  assertEquals(BaseServer.maxConnections, Infinity);
});

Deno.test("BaseServer takes attributes from the class, and rather from the options", () => {
  class Server extends BaseServer {
    static override timeout = 5;
    static override maxConnections = 7;
  }
  const byClass = new Server("", idle);
  assertEquals([byClass.timeout, byClass.maxConnections], [5, 7]);
  const byOption = new Server("", idle, { timeout: null, maxConnections: 1 });
  assertEquals([byOption.timeout, byOption.maxConnections], [null, 1]);
  byOption.timeout = 3;
  byOption.maxConnections = 4;
  assertEquals([byOption.timeout, byOption.maxConnections], [3, 4]);
});

const wrongOptions: readonly [options: unknown, type: string, text: string][] =
  [
    [
      { timeout: -1 },
      "RangeError",
      "a timeout must be 0 to 9223372036.854774 seconds, not -1",
    ],
    [
      { timeout: NaN },
      "RangeError",
      "a timeout must be 0 to 9223372036.854774 seconds, not NaN",
    ],
    [
      { timeout: "1" },
      "TypeError",
      "a timeout must be seconds or null, not string",
    ],
    [
      { requestTimeout: -1 },
      "RangeError",
      "a timeout must be 0 to 9223372036.854774 seconds, not -1",
    ],
    [
      { requestTimeout: "1" },
      "TypeError",
      "a timeout must be seconds or null, not string",
    ],
    [
      { maxConnections: 0 },
      "RangeError",
      "the maxConnections must be 1 or more, not 0",
    ],
    [
      { maxConnections: -1 },
      "RangeError",
      "the maxConnections must be 1 or more, not -1",
    ],
    [
      { maxConnections: 1.5 },
      "TypeError",
      "the maxConnections must be an integer, not 1.5",
    ],
    [
      { maxConnections: NaN },
      "TypeError",
      "the maxConnections must be an integer, not NaN",
    ],
    [
      { maxConnections: null },
      "TypeError",
      "the maxConnections must be an integer, not null",
    ],
  ];
for (const [options, type, text] of wrongOptions) {
  const shown = Object.entries(options as object).join().replace(",", " ");
  Deno.test(`BaseServer refuses ${shown}`, () => {
    const error = assertThrows(
      () => new BaseServer("", idle, options as never),
      Error,
    );
    assertEquals(error.name, type);
    assertEquals(error.message, `Cannot make a BaseServer: ${text}`);
  });
}

const noHandlers: readonly [handler: unknown, called: string][] = [
  [undefined, "undefined"],
  [null, "null"],
  [new BaseRequestHandler({}, "", {} as never), "BaseRequestHandler"],
  [class Plain {}, "the class Plain"],
  [
    class NoHandle {
      setup() {}
      finish() {}
    },
    "the class NoHandle",
  ],
  [new URL("file:///handler.ts"), "URL"],
  ["handler.ts", "string"],
  [{ handle() {} }, "Object"],
  [[], "an array of 0"],
];
for (const [handler, called] of noHandlers) {
  Deno.test(`BaseServer refuses a handler that is ${called}`, () => {
    assertThrows(
      () => new BaseServer("", handler as never),
      TypeError,
      `Cannot make a BaseServer: the request handler must be a class that extends BaseRequestHandler, or a function that returns such a handler, not ${called}`,
    );
  });
}

Deno.test("getRequest() of BaseServer itself is no request", async () => {
  const server = new BaseServer("", idle);
  await assertRejects(
    () => server.handleRequest(),
    TypeError,
    "Cannot get a request: BaseServer has none; use TCPServer or UDPServer, or override getRequest",
  );
});

Deno.test("handleRequest() hands request, address and server to the handler", async () => {
  const seen: unknown[] = [];
  const server = new QueueServer(
    "",
    handling(({ request, clientAddress, server }) => {
      seen.push((request as Item).name, clientAddress, server);
    }),
  );
  server.put("a");
  await server.handleRequest();
  assertEquals(seen, ["a", "from a", server]);
});

const steps = [
  "getRequest",
  "verifyRequest",
  "processRequest",
  "finishRequest",
  "shutdownRequest",
  "closeRequest",
  "serviceActions",
  "handleError",
  "setup",
  "handle",
  "finish",
] as const;
for (const isAsync of [false, true]) {
  Deno.test(`serveForever() takes steps that are ${isAsync ? "async" : "not async"}, one after the other`, async () => {
    const trace: string[] = [];
    /** Overrides a step by one that goes on later. */
    function override(Class: { prototype: object }, name: string) {
      const methods = Class.prototype as Record<
        string,
        (...args: unknown[]) => unknown
      >;
      const inherited = methods[name];
      methods[name] = isAsync
        ? async function (this: unknown, ...args: unknown[]) {
          trace.push(name);
          await settle();
          const value = await inherited.apply(this, args);
          trace.push(`${name} ends`);
          return value;
        }
        : function (this: unknown, ...args: unknown[]) {
          trace.push(name);
          return inherited.apply(this, args);
        };
    }
    class Handler extends BaseRequestHandler {
      override handle() {
        throw new Error("planned");
      }
    }
    class Server extends QueueServer {
      override handleError() {}
      override serviceActions() {
        this.shutdown();
      }
    }
    for (const step of steps) {
      override(step in Server.prototype ? Server : Handler, step);
    }
    const server = new Server("", Handler);
    server.put("a");
    await server.serveForever();
    const order = [
      "getRequest",
      "verifyRequest",
      "processRequest",
      "finishRequest",
      "setup",
      "handle",
      "finish",
      "handleError",
      "shutdownRequest",
      "closeRequest",
      "serviceActions",
    ];
    assertEquals(trace.filter((step) => !step.endsWith("ends")), order);
    if (isAsync) {
      const at = (text: string) => trace.indexOf(text);
      for (
        const [before, after] of [
          ["getRequest ends", "verifyRequest"],
          ["verifyRequest ends", "processRequest"],
          ["setup ends", "handle"],
          ["finish ends", "handleError"],
          ["handleError ends", "shutdownRequest"],
          ["shutdownRequest ends", "serviceActions"],
        ]
      ) {
        assert(at(before) < at(after), `${before} comes before ${after}`);
      }
    }
  });
}

Deno.test("serveForever() while the server is serving is an Error", async () => {
  const server = new QueueServer("", idle);
  const serving = server.serveForever();
  await assertRejects(
    () => server.serveForever(),
    Error,
    "Cannot serveForever: the server is serving already",
  );
  await server.shutdown();
  await serving;
});

Deno.test("serveForever() serves again after shutdown", async () => {
  const handled: string[] = [];
  const server = new QueueServer(
    "",
    handling(({ request, server }) => {
      handled.push((request as Item).name);
      server.shutdown();
    }),
  );
  for (const name of ["a", "b", "c"]) {
    server.put(name);
    await server.serveForever();
  }
  assertEquals(handled, ["a", "b", "c"]);
});

Deno.test("serveForever() ends quietly if its signal has aborted", async () => {
  const server = new QueueServer("", idle);
  server.put("a");
  await server.serveForever({ signal: AbortSignal.abort(new Error("reason")) });
  assertEquals(server.left, 1);
});

Deno.test("serveForever() ends quietly when its signal aborts", async () => {
  const server = new QueueServer("", idle);
  const controller = new AbortController();
  const serving = server.serveForever({ signal: controller.signal });
  await settle();
  controller.abort(new Error("reason"));
  await serving;
});

Deno.test("serveForever() finishes the request under way when its signal aborts", async () => {
  const gate = new Gate();
  let finished = false;
  const server = new QueueServer(
    "",
    handling(async () => {
      await gate.pass();
      finished = true;
    }),
  );
  const controller = new AbortController();
  server.put("a", "b");
  const serving = server.serveForever({ signal: controller.signal });
  await gate.reached();
  controller.abort();
  gate.open();
  await serving;
  assertEquals([finished, server.left], [true, 1]);
});

Deno.test("serveForever() leaves no listener on its signal", async () => {
  let listeners = 0;
  class Signal extends EventTarget {
    readonly aborted = false;
    override addEventListener() {
      listeners++;
    }
    override removeEventListener() {
      listeners--;
    }
  }
  const server = new QueueServer(
    "",
    handling(({ server }) => server.shutdown()),
  );
  server.put("a");
  await server.serveForever({ signal: new Signal() as unknown as AbortSignal });
  assertEquals(listeners, 0);
});

Deno.test("handleRequest() rejects with its signal's reason", async () => {
  const server = new QueueServer("", idle);
  const reason = new Error("reason");
  const signal = AbortSignal.abort(reason);
  server.put("a");
  assertEquals(
    await assertRejects(() => server.handleRequest({ signal })),
    reason,
  );
  assertEquals(server.left, 1);

  await server.handleRequest();
  const controller = new AbortController();
  const handling = server.handleRequest({ signal: controller.signal });
  await settle();
  controller.abort(reason);
  assertEquals(await assertRejects(() => handling), reason);
});

for (
  const [option, ticks] of [[undefined, 6], [0.1, 30], [1, 3], [
    null,
    0,
  ]] as const
) {
  Deno.test(`serveForever() calls serviceActions ${ticks} times in 3 seconds with the pollInterval ${option}`, async () => {
    let count = 0;
    class Server extends QueueServer {
      override serviceActions() {
        count++;
      }
    }
    using clock = new FakeClock();
    const server = new Server("", idle);
    const serving = server.serveForever({ pollInterval: option });
    await clock.advance(3050);
    await server.shutdown();
    await serving;
    assertEquals(count, ticks);
    assertEquals(clock.timers, 0);
  });
}

for (
  const [pollInterval, type] of [[-1, "RangeError"], [NaN, "RangeError"], [
    "1",
    "TypeError",
  ]] as const
) {
  Deno.test(`serveForever() refuses the pollInterval ${JSON.stringify(pollInterval)}`, async () => {
    const server = new QueueServer("", idle);
    const error = await assertRejects(
      () => server.serveForever({ pollInterval: pollInterval as number }),
      Error,
      "Cannot serveForever: a timeout must be ",
    );
    assertEquals(error.name, type);
  });
}

Deno.test("serveForever() sets no timer where serviceActions is not overridden", async () => {
  using clock = new FakeClock();
  const server = new QueueServer("", idle);
  const serving = server.serveForever();
  server.put("a");
  await settle();
  assertEquals([server.left, clock.timers, clock.longest], [0, 0, 0]);
  await server.shutdown();
  await serving;
});

Deno.test("handleRequest() calls handleTimeout when its time is over, and no sooner", async () => {
  let timeouts = 0;
  class Server extends QueueServer {
    override handleTimeout() {
      timeouts++;
    }
  }
  using clock = new FakeClock();
  const server = new Server("", idle, { timeout: 2 });
  const handling = server.handleRequest();
  await clock.advance(1999);
  assertEquals(timeouts, 0);
  await clock.advance(1);
  await handling;
  assertEquals(timeouts, 1);
  server.put("a");
  await server.handleRequest();
  assertEquals([timeouts, clock.timers], [1, 0]);
});

/** A server whose getRequest fails so often, and then gives a request. */
class Failing extends QueueServer {
  calls = 0;
  readonly #codes: string[];

  constructor(codes: readonly string[]) {
    super("", handling(({ server }) => server.shutdown()));
    this.#codes = [...codes];
    this.put("a");
  }

  override getRequest() {
    this.calls++;
    const code = this.#codes.shift();
    if (code !== undefined) throw osError({ code, syscall: "accept" });
    return super.getRequest();
  }
}

for (
  const code of ["EMFILE", "ENFILE", "ENOBUFS", "ECONNREFUSED", "EIO", "EPERM"]
) {
  Deno.test(`serveForever() pauses and goes on after ${code} in getRequest`, async () => {
    using clock = new FakeClock();
    const server = new Failing([code, code]);
    const serving = server.serveForever();
    await settle();
    assertEquals(server.calls, 1);
    await clock.advance(5);
    assertEquals(server.calls, 2);
    await clock.advance(10);
    await serving;
    assertEquals(server.calls, 3);
  });
}

Deno.test("serveForever() goes on at once after a connection that was given up", async () => {
  using clock = new FakeClock();
  const server = new Failing(["ECONNABORTED", "ECONNABORTED"]);
  await server.serveForever();
  assertEquals(clock.longest, 0);
});

Deno.test("serveForever() pauses shortly again after a request", async () => {
  using clock = new FakeClock();
  const fails = ["EMFILE", "EMFILE", "", "EMFILE", "EMFILE"];
  let calls = 0;
  class Server extends QueueServer {
    override getRequest() {
      const code = fails[calls++];
      if (code) throw osError({ code, syscall: "accept" });
      return super.getRequest();
    }
  }
  const server = new Server("", idle);
  server.put("a", "b");
  const serving = server.serveForever();
  await clock.advance(5 + 10);
  assertEquals([calls, server.left], [4, 1]);
  await clock.advance(5);
  assertEquals([calls, server.left], [5, 1]);
  await clock.advance(10);
  assertEquals([calls, server.left], [6, 0]);
  await server.shutdown();
  await serving;
});

Deno.test("shutdown() ends the pause after an error in getRequest", async () => {
  using clock = new FakeClock();
  const server = new Failing(["EMFILE"]);
  const serving = server.serveForever();
  await settle();
  assertEquals(clock.timers, 1);
  await server.shutdown();
  await serving;
  assertEquals([server.calls, clock.timers], [1, 0]);
});

for (const code of ["EBADF", "EINVAL", "ENOTSOCK", "EOPNOTSUPP"]) {
  Deno.test(`serveForever() ends by ${code} in getRequest, which no pause would mend`, async () => {
    const server = new Failing([code]);
    const error = await assertRejects(() => server.serveForever(), OSError);
    assertEquals(error.code, code);
  });
}

Deno.test("handleError() prints an error of a handler, and the server goes on", async () => {
  const server = new QueueServer(
    "",
    handling(({ request }) => {
      if ((request as Item).name === "bad") throw new Error("planned");
    }),
  );
  server.put("bad", "good");
  using printed = new Printed();
  await server.handleRequest();
  await server.handleRequest();
  assertEquals((printed.error as Error).message, "planned");
  assertEquals(server.left, 0);
});

Deno.test("handleError() gets request, address and error, also a constructor's", async () => {
  const seen: unknown[] = [];
  class Server extends QueueServer {
    override handleError(request: Item, address: string, error: unknown) {
      seen.push(request.name, address, (error as Error).message);
    }
  }
  class Handler extends BaseRequestHandler {
    #none = (() => {
      throw new Error("planned");
    })();
  }
  const server = new Server("", Handler);
  server.put("a");
  await server.handleRequest();
  assertEquals(seen, ["a", "from a", "planned"]);
});

Deno.test("BaseServer is closed at the end of an await using block", async () => {
  let closed = 0;
  class Server extends QueueServer {
    override serverClose() {
      closed++;
      return super.serverClose();
    }
  }
  {
    await using server = new Server("", idle);
    server.put("a");
    await server.handleRequest();
  }
  assertEquals(closed, 1);
});

Deno.test("Loop stops when it is told to", () => {
  using loop = new Loop({}, undefined);
  assertEquals([loop.stopped, loop.signal.aborted], [false, false]);
  loop.stop();
  loop.stop();
  assertEquals([loop.stopped, loop.signal.aborted], [true, true]);
});

Deno.test("Loop stops with the signal of another", () => {
  const controller = new AbortController();
  using loop = new Loop({}, controller.signal);
  assertEquals(loop.stopped, false);
  controller.abort();
  assertEquals(loop.stopped, true);
  using late = new Loop({}, controller.signal);
  assertEquals(late.stopped, true);
});

Deno.test("Loop has ended at the end of its block, and hears of no signal then", async () => {
  const controller = new AbortController();
  let ended = false;
  let waiting: Promise<unknown>;
  let stopped: () => boolean;
  {
    using loop = new Loop({}, controller.signal);
    stopped = () => loop.stopped;
    waiting = loop.ended.then(() => ended = true);
    await Promise.resolve();
    assertEquals(ended, false);
  }
  await waiting;
  controller.abort();
  assertEquals([ended, stopped()], [true, false]);
});

/** A server whose requests go on after the step that handles them. */
class Lengthening extends QueueServer {
  readonly gate = new Gate();
  override processRequest(request: Item) {
    this.waitUntil(request, this.gate.pass(request.name));
  }
  /** Aborts what is being handled. */
  abort(): number {
    return this.abortRequests();
  }
}

Deno.test("waitUntil() lengthens a request, which the loop does not wait for", async () => {
  const server = new Lengthening("", idle);
  server.put("a", "b");
  const serving = server.serveForever();
  await server.gate.reached(2);
  const stopping = server.shutdown({ grace: null });
  await serving;
  server.gate.open();
  assertEquals(await stopping, 0);
  assertEquals(server.abort(), 0);
});

Deno.test("waitUntil() lets shutdown() abort a request that goes on, once", async () => {
  const server = new Lengthening("", idle);
  server.put("a");
  const serving = server.serveForever();
  await server.gate.reached();
  assertEquals(await server.shutdown({ grace: 0 }), 1);
  await serving;
  assertEquals(server.abort(), 0);
  server.gate.open();
});

Deno.test("waitUntil() counts a request that the server has not taken itself", async () => {
  const server = new Lengthening("", idle);
  server.processRequest({ name: "a" });
  assertEquals(server.abort(), 1);
  server.processRequest({ name: "b" });
  server.gate.open();
  await settle();
  assertEquals(server.abort(), 0);
});
