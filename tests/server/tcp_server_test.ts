import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  createServer,
  type Inet6Address,
  OSError,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_STREAM,
  type Socket,
  SOL_SOCKET,
  type WaitOptions,
} from "../../socket/mod.ts";
import {
  BaseRequestHandler,
  type ReadyOptions,
  StreamRequestHandler,
  TCPServer,
  type TCPServerOptions,
  ThreadingTCPServer,
} from "../../server/mod.ts";
import { sandbox } from "../../socket/sandbox/driver.ts";
import { settle } from "../socket/fake_clock.ts";
import { bytes, hasIpv6Here, readAll, text } from "../support/peers.ts";
import { Gate, handling, Printed } from "./support.ts";

const localhost: [string, number] = ["127.0.0.1", 0];

const idle = BaseRequestHandler;

/** Connects with plain Deno. */
function connect(
  { serverAddress: [hostname, port] }: { serverAddress: [string, number] },
): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname, port });
}

Deno.test("TCPServer binds and listens, and knows its port", async () => {
  await using server = new TCPServer(localhost, idle);
  const [host, port] = server.serverAddress;
  assertEquals(host, "127.0.0.1");
  assert(port > 0);
  assertEquals(server.socket.getsockname(), [host, port]);
  assertEquals([server.addressFamily, server.socketType], [
    AF_INET,
    SOCK_STREAM,
  ]);
  (await connect(server)).close();
});

Deno.test("TCPServer takes attributes from the class, and rather from the options", async () => {
  class Server extends TCPServer {
    static override requestQueueSize = 7;
    static override allowReuseAddress = true;
    static override timeout = 5;
  }
  const shown = (server: TCPServer) => [
    server.requestQueueSize,
    server.allowReuseAddress,
    server.timeout,
  ];
  await using byClass = new Server(localhost, idle);
  assertEquals(shown(byClass), [7, true, 5]);
  await using byOption = new Server(localhost, idle, {
    requestQueueSize: 9,
    allowReuseAddress: false,
    timeout: null,
  });
  assertEquals(shown(byOption), [9, false, null]);
});

Deno.test(
  "TCPServer serves IPv6 with the static member or the option addressFamily",
  { ignore: !hasIpv6Here },
  async () => {
    class Server6 extends TCPServer<Inet6Address> {
      static override addressFamily = AF_INET6;
    }
    const greeting = handling(({ request }) => request.sendall(bytes("hello")));
    const servers = [
      new Server6(["::1", 0], greeting),
      new TCPServer<Inet6Address>(["::1", 0], greeting, {
        addressFamily: AF_INET6,
      }),
    ];
    for (const each of servers) {
      await using server = each;
      const [host, port, ...rest] = server.serverAddress;
      assertEquals([host, ...rest], ["::1", 0, 0]);
      assertEquals(server.addressFamily, AF_INET6);
      const conn = await Deno.connect({ hostname: "::1", port });
      await server.handleRequest();
      assertEquals(text(await readAll(conn)), "hello");
      conn.close();
    }
  },
);

const wrong: readonly [options: unknown, type: string, text: string][] = [
  [
    { requestQueueSize: -1 },
    "RangeError",
    "the requestQueueSize must be 0 or more, not -1",
  ],
  [
    { requestQueueSize: 1.5 },
    "TypeError",
    "the requestQueueSize must be an integer, not 1.5",
  ],
  [
    { requestQueueSize: "5" },
    "TypeError",
    "the requestQueueSize must be an integer, not string",
  ],
  [
    { timeout: -1 },
    "RangeError",
    "a timeout must be 0 to 9223372036.854774 seconds, not -1",
  ],
  [
    { maxConnections: 0 },
    "RangeError",
    "the maxConnections must be 1 or more, not 0",
  ],
];

for (const [options, type, message] of wrong) {
  Deno.test(`TCPServer refuses ${JSON.stringify(options)} and leaves nothing open`, () => {
    class Server extends TCPServer {}
    const error = assertThrows(
      () => new Server(localhost, idle, options as TCPServerOptions),
      Error,
    );
    assertEquals([error.name, error.message], [
      type,
      `Cannot make a Server: ${message}`,
    ]);
  });
}

Deno.test("TCPServer refuses what is no address", () => {
  for (const address of [undefined, null, "127.0.0.1", 8080, ["127.0.0.1"]]) {
    assertThrows(() => new TCPServer(address as never, idle), TypeError);
  }
  assertThrows(() => new TCPServer(["127.0.0.1", 70000], idle), RangeError);
});

for (
  const name of [
    "requestQueueSize",
    "allowReuseAddress",
    "allowReusePort",
  ] as const
) {
  Deno.test(`${name} may be set before the binding only`, async () => {
    await using server = new TCPServer(localhost, idle, {
      bindAndActivate: false,
    });
    const value = name === "requestQueueSize" ? 3 : true;
    server[name] = value as never;
    assertEquals(server[name], value);
    server.serverBind();
    assertThrows(
      () => server[name] = value as never,
      TypeError,
      `Cannot set ${name}: the server is bound already; make it a static member or an option, or pass bindAndActivate: false`,
    );
  });
}

Deno.test("requestQueueSize is checked where it is set", async () => {
  await using server = new TCPServer(localhost, idle, {
    bindAndActivate: false,
  });
  assertThrows(
    () => server.requestQueueSize = -1,
    RangeError,
    "Cannot set requestQueueSize: the requestQueueSize must be 0 or more, not -1",
  );
  assertEquals(server.requestQueueSize, 128);
});

Deno.test("allowReuseAddress and allowReusePort set the socket's options", async () => {
  const options = [SO_REUSEADDR, SO_REUSEPORT];
  const set: unknown[] = [];
  class Server extends TCPServer {
    override serverBind() {
      const { socket } = this;
      const setsockopt = socket.setsockopt.bind(socket) as (
        ...args: unknown[]
      ) => void;
      socket.setsockopt = (...args: unknown[]) => {
        set.push(args.slice(0, 2));
        setsockopt(...args);
      };
      super.serverBind();
    }
  }
  await using none = new Server(localhost, idle);
  assertEquals([none.serverAddress[0], set], ["127.0.0.1", []]);
  await using both = new Server(localhost, idle, {
    allowReuseAddress: true,
    allowReusePort: true,
  });
  assertEquals(set, options.map((option) => [SOL_SOCKET, option]));
  assertEquals(both.socket.getsockopt(SOL_SOCKET, SO_REUSEADDR), 1);
});

Deno.test("allowReusePort lets two servers have one port", async () => {
  const options = { allowReusePort: true };
  await using one = new TCPServer(localhost, idle, options);
  await using other = new TCPServer(one.serverAddress, idle, options);
  assertEquals(other.serverAddress, one.serverAddress);
});

Deno.test("TCPServer throws EADDRINUSE for an address in use, and keeps nothing", async () => {
  await using server = new TCPServer(localhost, idle);
  const error = assertThrows(
    () => new TCPServer(server.serverAddress, idle),
    OSError,
    `Cannot bind to "127.0.0.1:${
      server.serverAddress[1]
    }": address already in use (EADDRINUSE)`,
  );
  assertEquals(error.code, "EADDRINUSE");
});

for (const close of ["throws", "rejects"]) {
  Deno.test(`TCPServer that cannot bind gives that error also if its serverClose ${close}`, async () => {
    await using server = new TCPServer(localhost, idle);
    let closed = 0;
    class Server extends TCPServer {
      #resource: { release(): void } = { release() {} };
      override serverClose() {
        closed++;
        if (close === "throws") this.#resource.release();
        return (async () => {
          await super.serverClose();
          this.#resource.release();
        })();
      }
    }
    assertThrows(() => new Server(server.serverAddress, idle), OSError);
    // An unhandled rejection would end the process.
    await settle();
    assertEquals(closed, 1);
  });
}

Deno.test("TCPServer whose port was closed can be made again", async () => {
  const first = new TCPServer(localhost, idle);
  const address = first.serverAddress;
  await first[Symbol.asyncDispose]();
  await using again = new TCPServer(address, idle);
  assertEquals(again.serverAddress, address);
});

Deno.test("serverBind() may be overridden and is called before serverActivate()", async () => {
  const called: string[] = [];
  class Server extends TCPServer {
    override serverBind() {
      called.push("bind");
      super.serverBind();
    }
    override serverActivate() {
      called.push("activate");
      super.serverActivate();
    }
  }
  await using _ = new Server(localhost, idle);
  await using late = new Server(localhost, idle, { bindAndActivate: false });
  assertEquals(called, ["bind", "activate"]);
  assertEquals(late.serverAddress, localhost);
});

Deno.test("serveForever() of a server that was not activated is EINVAL", async () => {
  await using server = new TCPServer(localhost, idle, {
    bindAndActivate: false,
  });
  for (const bind of [false, true]) {
    if (bind) server.serverBind();
    for (const serve of ["serveForever", "handleRequest"] as const) {
      const error = await assertRejects(() => server[serve](), OSError);
      assertEquals(error.code, "EINVAL");
    }
  }
});

Deno.test("serveForever() of a closed server is EBADF", async () => {
  const server = new TCPServer(localhost, idle);
  await server.serverClose();
  for (const serve of ["serveForever", "handleRequest"] as const) {
    const error = await assertRejects(() => server[serve](), OSError);
    assertEquals(error.code, "EBADF");
  }
});

Deno.test("fileno() is EOPNOTSUPP in the sandbox, and -1 of a closed server", async () => {
  const server = new TCPServer(localhost, idle, { driver: sandbox });
  const error = assertThrows(() => server.fileno(), OSError);
  assertEquals(error.code, "EOPNOTSUPP");
  await server[Symbol.asyncDispose]();
  assertEquals(server.fileno(), -1);
});

Deno.test("shutdownRequest() takes no offence at a client that is gone", async () => {
  const gone = new Gate();
  await using server = new TCPServer(localhost, handling(() => gone.pass()));
  const conn = await connect(server);
  await conn.write(bytes("unread"));
  using printed = new Printed();
  const handled = server.handleRequest();
  await gone.reached();
  conn.close();
  gone.open();
  await handled;
  assertEquals(printed.calls, []);
});

Deno.test("closeRequest() closes a connection whose files the handler left open", async () => {
  class Handler extends BaseRequestHandler<Socket> {
    override async handle() {
      const file = this.request.makefile("wb");
      this.request.makefile("rb");
      await file.write(bytes("hello"));
      await file.flush();
    }
  }
  await using server = new TCPServer(localhost, Handler);
  using conn = await connect(server);
  await server.handleRequest();
  assertEquals(text(await readAll(conn)), "hello");
});

Deno.test("closeRequest() closes a connection that the handler never closed or read", async () => {
  await using server = new TCPServer(localhost, idle);
  using conn = await connect(server);
  await server.handleRequest();
  assertEquals(await conn.read(new Uint8Array(1)), null);
});

Deno.test("getRequest() may give something else than a socket", async () => {
  // Such as a TLS connection over it.
  class Wrapped {
    readonly log: string[] = [];
    readonly inner: Socket;
    constructor(inner: Socket) {
      this.inner = inner;
    }
    shutdown() {
      this.log.push("shutdown");
    }
    close() {
      this.log.push("close");
      this.inner.close();
    }
  }
  let wrapped: Wrapped | undefined;
  class Server extends TCPServer {
    override async getRequest() {
      const [connection, address] = await super.getRequest();
      wrapped = new Wrapped(connection as unknown as Socket);
      return [wrapped as never, address] as [never, typeof address];
    }
  }
  await using server = new Server(
    localhost,
    handling(({ request }) => {
      (request as Wrapped).log.push("handle");
    }),
  );
  using conn = await connect(server);
  await server.handleRequest();
  assertEquals(wrapped!.log, ["handle", "shutdown", "close"]);
  assertEquals(await conn.read(new Uint8Array(1)), null);
});

Deno.test("TCPServer serves a socket that was made elsewhere", async () => {
  await using server = new TCPServer(
    localhost,
    handling(({ request }) => request.sendall(bytes("hi"))),
    {
      bindAndActivate: false,
    },
  );
  server.socket.close();
  server.socket = createServer(localhost) as never;
  const [hostname, port] = server.socket.getsockname();
  using conn = await Deno.connect({ hostname, port });
  await server.handleRequest();
  assertEquals(text(await readAll(conn)), "hi");
});

Deno.test("TCPServer handles one connection at a time", async () => {
  const gate = new Gate();
  await using server = new TCPServer(localhost, handling(() => gate.pass()));
  using one = await connect(server);
  const serving = server.serveForever();
  await gate.reached();
  using other = await connect(server);
  await settle();
  assertEquals(gate.entered.length, 1);
  gate.open();
  await gate.reached(2);
  await Promise.all([readAll(one), readAll(other)]);
  await server.shutdown();
  await serving;
});

Deno.test("TCPServer serves while a handler talks to another server of the same program", async () => {
  await using inner = new TCPServer(
    localhost,
    handling(({ request }) => request.sendall(bytes("inner"))),
  );
  await using outer = new TCPServer(
    localhost,
    handling(async ({ request }) => {
      using conn = await connect(inner);
      await inner.handleRequest();
      await request.sendall(await readAll(conn));
    }),
  );
  using conn = await connect(outer);
  await outer.handleRequest();
  assertEquals(text(await readAll(conn)), "inner");
});

Deno.test("maxConnections leaves connections in the queue while there is no room", async () => {
  const gates = [new Gate(), new Gate(), new Gate()];
  let count = 0;
  await using server = new ThreadingTCPServer(
    localhost,
    handling(() => gates[count++].pass()),
    { maxConnections: 2 },
  );
  const serving = server.serveForever();
  const conns = [];
  for (let i = 0; i < 3; i++) conns.push(await connect(server));
  await gates[1].reached();
  await settle();
  assertEquals(count, 2);
  gates[0].open();
  await gates[2].reached();
  assertEquals(count, 3);
  for (const gate of gates) gate.open();
  for (const conn of conns) {
    await readAll(conn);
    conn.close();
  }
  await server.shutdown();
  await serving;
});

Deno.test("maxConnections makes handleRequest wait for room, as long as its timeout says", async () => {
  const gate = new Gate();
  let timeouts = 0;
  class Server extends ThreadingTCPServer {
    override handleTimeout() {
      timeouts++;
    }
  }
  await using server = new Server(localhost, handling(() => gate.pass()), {
    maxConnections: 1,
    timeout: 0.01,
  });
  using one = await connect(server);
  using other = await connect(server);
  await server.handleRequest();
  await gate.reached();
  await server.handleRequest();
  assertEquals([timeouts, gate.entered.length], [1, 1]);
  server.timeout = null;
  const handled = server.handleRequest();
  gate.open();
  await handled;
  await gate.reached(2);
  await Promise.all([readAll(one), readAll(other)]);
});

Deno.test("StreamRequestHandler fits TCPServer by default", async () => {
  class Echo extends StreamRequestHandler {
    override async handle() {
      const [host] = this.clientAddress;
      await this.wfile.write(bytes(`${host} ${this.server.serverAddress[0]}`));
    }
  }
  await using server = new TCPServer(localhost, Echo);
  using conn = await connect(server);
  await server.handleRequest();
  assertEquals(text(await readAll(conn)), "127.0.0.1 127.0.0.1");
});

/** Tells of each wait for a request whether it came before `getRequest` or is left to it. */
class Waiting extends TCPServer {
  readonly waits: string[] = [];
  protected override requestReady(options: ReadyOptions) {
    const ready = super.requestReady(options);
    this.waits.push(ready === true ? "getRequest" : "before");
    return ready;
  }
}

/** A server that takes requests as another one does, by a step of its own. */
class Taking extends Waiting {
  override getRequest(options?: WaitOptions) {
    return super.getRequest(options);
  }
}

const waits: readonly [
  how: string,
  prepare: (server: Waiting) => void,
  Server: typeof Waiting,
  expected: string,
][] = [
  ["by nothing else", () => {}, Waiting, "getRequest"],
  ["with a timeout", (server) => server.timeout = 60, Waiting, "before"],
  [
    "with a timeout of the socket",
    (server) => server.socket.settimeout(60),
    Waiting,
    "before",
  ],
  ["with a getRequest of its own", () => {}, Taking, "before"],
  [
    "with another accept",
    ({ socket }) => {
      const { accept } = socket;
      socket.accept = (options) => accept.call(socket, options);
    },
    Waiting,
    "before",
  ],
];
for (const [how, prepare, Server, expected] of waits) {
  Deno.test(`TCPServer waits once for a connection if nobody could notice [${how}]`, async () => {
    await using server = new Server(
      localhost,
      handling(({ request }) => request.sendall(bytes("hello"))),
    );
    prepare(server);
    const handled = server.handleRequest();
    using conn = await connect(server);
    await handled;
    assertEquals(text(await readAll(conn)), "hello");
    assertEquals(server.waits, [expected]);
  });
}

Deno.test("TCPServer that waits in accept ends at once and loses no connection", async () => {
  await using server = new Waiting(
    localhost,
    handling(({ request }) => request.sendall(bytes("hello"))),
  );
  const serving = server.serveForever();
  await settle();
  await server.shutdown();
  await serving;
  using conn = await connect(server);
  const again = server.serveForever();
  assertEquals(text(await readAll(conn)), "hello");
  await server.shutdown();
  await again;
  assertEquals(new Set(server.waits), new Set(["getRequest"]));
});

Deno.test("TCPServer that polls for serviceActions waits for readiness", async () => {
  class Polling extends Waiting {
    override serviceActions() {}
  }
  await using server = new Polling(localhost, handling(() => {}));
  const serving = server.serveForever({ pollInterval: 60 });
  await settle();
  await server.shutdown();
  await serving;
  assertEquals(server.waits, ["before"]);
});
