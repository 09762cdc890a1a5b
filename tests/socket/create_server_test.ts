import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AF_INET6,
  AF_UNIX,
  createServer,
  gaierror,
  hasDualstackIpv6,
  hasIpv6,
  OSError,
  SO_ACCEPTCONN,
  SO_REUSEADDR,
  type Socket,
  socket,
  SOL_SOCKET,
  TimeoutError,
} from "../../socket/mod.ts";
import { folder, hasIpv6Here } from "../support/peers.ts";

const net = { permissions: { net: true } } as const;

const onIpv6 = { ...net, ignore: !hasIpv6Here } as const;

const onLinux = { ...net, ignore: Deno.build.os !== "linux" } as const;

/** How many clients connect to a server that accepts none, of four that try. */
async function queued(server: Socket): Promise<number> {
  const clients = Array.from({ length: 4 }, () => socket());
  let connected = 0;
  for (const client of clients) {
    client.settimeout(0.05);
    await client.connect(server.getsockname() as [string, number]).then(
      () => connected++,
      (error) => {
        if (!(error instanceof TimeoutError)) throw error;
      },
    );
  }
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  return connected;
}

Deno.test("createServer() listens, with SO_REUSEADDR", net, async () => {
  await using server = createServer(["127.0.0.1", 0]);
  assertEquals(server.getsockopt(SOL_SOCKET, SO_ACCEPTCONN), 1);
  assertEquals(server.getsockopt(SOL_SOCKET, SO_REUSEADDR), 1);
});

Deno.test("createServer() of the empty host listens everywhere", net, () => {
  using server = createServer(["", 0]);
  assertEquals(server.getsockname()[0], "0.0.0.0");
});

Deno.test(
  "createServer() bounds the queue by its backlog",
  onLinux,
  async () => {
    using server = createServer(["127.0.0.1", 0], { backlog: 0 });
    assertEquals(await queued(server), 1);
  },
);

Deno.test(
  "Socket.listen() bounds the queue of a socket that is bound already, at its port",
  onLinux,
  async () => {
    using server = socket();
    server.bind(["127.0.0.1", 0]);
    const address = server.getsockname();
    server.listen(0);
    assertEquals(server.getsockname(), address);
    assertEquals(await queued(server), 1);
  },
);

Deno.test("Socket.listen() with a backlog needs no more than bind()", {
  permissions: { net: ["localhost:0"] },
}, () => {
  using server = socket();
  server.bind(["localhost", 0]);
  // A grant for port 0 is none for the one that was found.
  server.listen(5);
  assertEquals(server.getsockopt(SOL_SOCKET, SO_ACCEPTCONN), 1);
});

Deno.test(
  "createServer() takes a negative backlog as 0, as Python does",
  onLinux,
  async () => {
    using server = createServer(["127.0.0.1", 0], { backlog: -5 });
    assertEquals(await queued(server), 1);
  },
);

Deno.test(
  "createServer() has a queue that is long enough if nothing is said",
  onLinux,
  async () => {
    using server = createServer(["127.0.0.1", 0]);
    assertEquals(await queued(server), 4);
  },
);

Deno.test("createServer() where someone listens is EADDRINUSE", net, () => {
  using server = createServer(["127.0.0.1", 0]);
  const again = () => createServer(server.getsockname());
  assertEquals(assertThrows(again, OSError).code, "EADDRINUSE");
});

Deno.test(
  "createServer() at no address of this machine is EADDRNOTAVAIL",
  net,
  () => {
    const call = () => createServer(["192.0.2.77", 0]);
    assertEquals(assertThrows(call, OSError).code, "EADDRNOTAVAIL");
  },
);

Deno.test(
  "createServer() at an address of another family is a gaierror",
  net,
  () => {
    assertThrows(() => createServer(["::1", 0]), gaierror);
  },
);

Deno.test("createServer() of AF_UNIX listens at a path", {
  permissions: { net: true, read: [folder], write: [folder] },
  ignore: Deno.build.os === "windows",
}, async () => {
  const path = `${folder}/create_server`;
  await using server = createServer(path, { family: AF_UNIX });
  await using client = socket(AF_UNIX);
  await client.connect(path);
  const [accepted] = await server.accept();
  await using _accepted = accepted;
  assertEquals(client.getpeername(), path);
});

Deno.test(
  "createServer() of AF_INET6 gives an address of four parts",
  onIpv6,
  () => {
    using server = createServer(["::1", 0], { family: AF_INET6 });
    const [host, port, flow, scope] = server.getsockname();
    assertEquals([host, port > 0, flow, scope], ["::1", true, 0, 0]);
  },
);

Deno.test(
  "createServer() of AF_INET6 turns IPv4 clients away",
  onIpv6,
  async () => {
    await using server = createServer(["::", 0], { family: AF_INET6 });
    const [, port] = server.getsockname();
    const accepting = server.accept();
    await using stranger = socket();
    await stranger.connect(["127.0.0.1", port]);
    const end = await stranger.recv(8).catch((error) => error.code);
    assert(end === "ECONNRESET" || end.length === 0, String(end));
    await using client = socket(AF_INET6);
    await client.connect(["::1", port]);
    const [accepted, address] = await accepting;
    await using _accepted = accepted;
    assertEquals(address[0], "::1");
  },
);

Deno.test(
  "createServer() with dualstackIpv6 serves IPv4 clients too",
  onIpv6,
  async () => {
    await using server = createServer(["::", 0], {
      family: AF_INET6,
      dualstackIpv6: true,
    });
    const [, port] = server.getsockname();
    await using client = socket();
    await client.connect(["127.0.0.1", port]);
    const [accepted, address] = await server.accept();
    await using connection = accepted;
    assertEquals(address, ["::ffff:127.0.0.1", client.getsockname()[1], 0, 0]);
    await client.sendall(new Uint8Array(3));
    assertEquals((await connection.recv(8)).length, 3);
  },
);

Deno.test(
  "createServer() with dualstackIpv6 of AF_INET is a RangeError",
  net,
  () => {
    assertThrows(
      () => createServer(["127.0.0.1", 0], { dualstackIpv6: true }),
      RangeError,
      "Cannot createServer: dualstackIpv6 requires family AF_INET6",
    );
  },
);

Deno.test(
  "createServer() checks its arguments before it opens anything",
  net,
  () => {
    const call = (...args: unknown[]) =>
      createServer(...args as Parameters<typeof createServer>);
    assertThrows(() => call(["127.0.0.1", 70000]), RangeError);
    assertThrows(() => call("127.0.0.1:80"), TypeError);
    assertThrows(() => call(["127.0.0.1", 0], { backlog: 1.5 }), TypeError);
    assertThrows(() => call(["127.0.0.1", 0], { backlog: "8" }), TypeError);
  },
);

Deno.test(
  "hasDualstackIpv6() is true where IPv6 is known, and asks the driver given",
  net,
  () => {
    assertEquals(hasDualstackIpv6(), hasIpv6);
    const without = {
      name: "without",
      open() {
        throw new OSError({ code: "EAFNOSUPPORT", syscall: "socket" });
      },
    };
    assertEquals(hasDualstackIpv6({ driver: without as never }), false);
  },
);

Deno.test("createServer() that fails leaves nothing open", net, async () => {
  using server = createServer(["127.0.0.1", 0]);
  const address = server.getsockname();
  await assertRejects(async () => {
    await using _second = createServer(address);
  }, OSError);
});
