import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  OSError,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  type Socket,
  socketpair,
} from "../../socket/mod.ts";
import { bytes, hasIpv6Here, text } from "../support/peers.ts";

const net = { permissions: { net: true } } as const;

/** Sends a word each way. */
async function assertConnected(a: Socket, b: Socket): Promise<void> {
  await a.sendall(bytes("there"));
  await b.sendall(bytes("back"));
  assertEquals(text(await b.recv(16)), "there");
  assertEquals(text(await a.recv(16)), "back");
}

const families: [name: string, family: number | undefined, ignore: boolean][] =
  [
    ["", undefined, false],
    ["AF_INET", AF_INET, false],
    ["AF_INET6", AF_INET6, !hasIpv6Here],
    // Under an abstract name, which is Linux's own.
    ["AF_UNIX", AF_UNIX, Deno.build.os !== "linux"],
  ];
for (const [name, family, ignore] of families) {
  Deno.test(`socketpair(${name}) connects two sockets`, {
    ...net,
    ignore,
  }, async () => {
    const [a, b] = await socketpair(family);
    await using _a = a;
    await using _b = b;
    await assertConnected(a, b);
    assertEquals([a.family, b.family], [family ?? AF_INET, a.family]);
    assertEquals([a.type, a.proto], [SOCK_STREAM, 0]);
    a.close();
    assertEquals((await b.recv(8)).length, 0);
  });
}

Deno.test("socketpair()'s ends name each other", net, async () => {
  const [a, b] = await socketpair(AF_INET);
  await using _a = a;
  await using _b = b;
  assertEquals(a.getpeername(), b.getsockname());
  assertEquals(b.getpeername(), a.getsockname());
});

Deno.test("socketpair() refuses what the sandbox has not", net, async () => {
  for (
    const [family, type] of [[999, SOCK_STREAM], [AF_INET, SOCK_SEQPACKET]]
  ) {
    await assertRejects(() => socketpair(family, type), OSError);
  }
});

Deno.test(
  "socketpair() turns away strangers that find its port first",
  net,
  async () => {
    const { listen } = Deno;
    const strangers: Promise<Deno.Conn>[] = [];
    Deno.listen = ((options: Deno.TcpListenOptions) => {
      const listener = listen(options);
      for (let count = 0; count < 3; count++) {
        strangers.push(
          Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port }),
        );
      }
      return listener;
    }) as typeof Deno.listen;
    try {
      const [a, b] = await socketpair();
      await using _a = a;
      await using _b = b;
      assertEquals(a.getpeername(), b.getsockname());
      assertEquals(b.getpeername(), a.getsockname());
      await assertConnected(a, b);
      for (const stranger of await Promise.all(strangers)) {
        const read = await stranger.read(new Uint8Array(8)).catch((error) =>
          error.code
        );
        assert(read === null || read === "ECONNRESET", String(read));
        stranger.close();
      }
    } finally {
      Deno.listen = listen;
    }
  },
);

Deno.test(
  "socketpair() turns away a stranger with the same port at another address",
  {
    ...net,
    // Elsewhere than on Linux 127.0.0.2 is not an address of the machine.
    ignore: Deno.build.os !== "linux",
  },
  async () => {
    const { sandbox } = await import("../../socket/sandbox/driver.ts");
    const { connect, listen } = Deno;
    // The stranger's connection is taken in place of the one that came.
    const stranger = { hostname: "127.0.0.2", transport: "tcp" as const };
    let port = 0;
    let turnedAway = false;
    Deno.connect = (async (options: Deno.ConnectOptions) => {
      const conn = await connect(options);
      port = (conn.localAddr as Deno.NetAddr).port;
      return conn;
    }) as typeof Deno.connect;
    Deno.listen = ((options: Deno.TcpListenOptions) => {
      const listener = listen(options);
      const accept = listener.accept.bind(listener);
      let calls = 0;
      listener.accept = () =>
        calls++ > 0 ? accept() : Promise.resolve({
          remoteAddr: { ...stranger, port },
          localAddr: listener.addr,
          close: () => turnedAway = true,
        } as unknown as Deno.TcpConn);
      return listener;
    }) as typeof Deno.listen;
    try {
      const ends = await sandbox.pair(undefined, SOCK_STREAM, 0, undefined);
      await Promise.all(
        ends.map((end) => end.close()),
      );
      assert(turnedAway, "the stranger was taken for the peer");
    } finally {
      Object.assign(Deno, { connect, listen });
    }
  },
);

Deno.test(
  "socketpair() with an aborted signal rejects with its reason and leaves nothing open",
  net,
  async () => {
    const signal = AbortSignal.abort("enough");
    const call = socketpair(AF_INET, SOCK_STREAM, 0, { signal });
    assertEquals(await call.catch((error) => error), "enough");
    // Whatever was under way is to end by itself.
    await new Promise((resolve) => setTimeout(resolve, 50));
  },
);

Deno.test(
  "socketpair() that is aborted on the way leaves nothing open",
  net,
  async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const call = socketpair(AF_INET, SOCK_STREAM, 0, { signal });
    controller.abort("enough");
    assertEquals(await call.catch((error) => error), "enough");
    await new Promise((resolve) => setTimeout(resolve, 50));
  },
);

Deno.test("socketpair() ends dispose like any socket", net, async () => {
  const [a, b] = await socketpair();
  {
    using _a = a;
    using _b = b;
  }
  assertThrows(() => a.getsockname(), OSError, "EBADF");
  await a[Symbol.asyncDispose]();
  await b[Symbol.asyncDispose]();
});
