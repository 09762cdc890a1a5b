import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  SHUT_WR,
  type Socket,
  socketpair,
  TimeoutError,
} from "../../../socket/mod.ts";
import { SSLError, TLSVersion } from "../../../socket/ssl/mod.ts";
import { bytes, text } from "../../support/peers.ts";
import { clientContext, serverContext } from "../../support/ssl_contexts.ts";

const net = { permissions: { net: true } } as const;

async function pair(): Promise<[Socket, Socket] & AsyncDisposable> {
  const sockets = await socketpair() as unknown as [Socket, Socket];
  return Object.assign(sockets, {
    async [Symbol.asyncDispose]() {
      for (const s of sockets) await s[Symbol.asyncDispose]();
    },
  });
}

/** Passes on what comes, and ends after so many bytes; returns how many there were. */
async function passOn(from: Socket, to: Socket, most: number): Promise<number> {
  let passed = 0;
  try {
    while (passed < most) {
      const part = await from.recv(Math.min(65536, most - passed));
      if (part.length === 0) break;
      passed += part.length;
      await to.sendall(part);
    }
    to.shutdown(SHUT_WR);
  } catch {
    // An end is gone.
  }
  return passed;
}

/** What is passed on in each direction, and how it went for each end. */
interface Run {
  readonly passed: { client: number; server: number };
  readonly errors: { client: unknown; server: unknown };
}

/** Shakes hands over a connection that ends after so many bytes of one end. */
async function shake(
  most: { client?: number; server?: number },
  version: TLSVersion = TLSVersion.TLSv1_3,
): Promise<Run> {
  await using client = await pair();
  await using server = await pair();
  const end = async (
    plain: Socket,
    wrap: () => Promise<Socket>,
  ) => {
    plain.settimeout(10);
    try {
      await using s = await wrap();
      // The client may be done before the server has seen its last word.
      await s.sendall(bytes("x"));
      if ((await s.recv(1)).length === 0) throw new Error("the end");
      return null;
    } catch (error) {
      return error;
    }
  };
  const context = clientContext();
  context.maximumVersion = version;
  const ends = Promise.all([
    end(client[0], async () =>
      await context.wrapSocket(client[0], {
        serverHostname: "localhost",
      }) as unknown as Socket),
    end(server[0], async () =>
      await serverContext().wrapSocket(server[0], {
        serverSide: true,
      }) as unknown as Socket),
  ]);
  const passing = Promise.all([
    passOn(client[1], server[1], most.client ?? Infinity),
    passOn(server[1], client[1], most.server ?? Infinity),
  ]);
  const errors = await ends;
  // Nobody passes anything on any more.
  client[1].close();
  server[1].close();
  const passed = await passing;
  return {
    passed: { client: passed[0], server: passed[1] },
    errors: { client: errors[0], server: errors[1] },
  };
}

for (const version of ["TLSv1_2", "TLSv1_3"] as const) {
  for (const side of ["client", "server"] as const) {
    Deno.test({
      ...net,
      name:
        `wrapSocket() fails with one clear error where the ${side}'s bytes end anywhere in the handshake [${version}]`,
      async fn() {
        const whole = await shake({}, TLSVersion[version]);
        assertEquals(whole.errors, { client: null, server: null });
        const other = side === "client" ? "server" : "client";
        // The last records are data.
        const all = whole.passed[side] - 100;
        const step = Math.ceil(all / 60);
        for (let most = 0; most < all; most += step) {
          const { errors } = await shake({ [side]: most }, TLSVersion[version]);
          const error = errors[other] as SSLError;
          const what = `${most}: ${error}`;
          // In TLS 1.3 a client can be done, and hear of nothing but the end.
          if (!(error instanceof SSLError)) {
            assertEquals(String(error), "Error: the end", what);
          } else assertEquals(error.name, "SSLEOFError", what);
        }
      },
    });
  }
}

Deno.test({
  ...net,
  name: "wrapSocket() of a server fails where a hello ends after any byte",
  async fn() {
    await using client = await pair();
    const waiting = clientContext().wrapSocket(client[0], {
      serverHostname: "localhost",
    }).catch(() => {});
    const hello = await client[1].recv(65536);
    client[1].close();
    await waiting;
    const context = serverContext();
    for (let size = 0; size < Math.min(hello.length, 200); size++) {
      await using server = await pair();
      server[0].settimeout(10);
      await server[1].sendall(hello.subarray(0, size));
      server[1].shutdown(SHUT_WR);
      const error = await assertRejects(
        () => context.wrapSocket(server[0], { serverSide: true }),
        SSLError,
      );
      assertEquals(error.name, "SSLEOFError", `${size}: ${error}`);
    }
  },
});

for (const side of ["client", "server"] as const) {
  const wrap = (s: Socket, signal?: AbortSignal) =>
    side === "client"
      ? clientContext().wrapSocket(s, { serverHostname: "localhost", signal })
      : serverContext().wrapSocket(s, { serverSide: true, signal });

  Deno.test({
    ...net,
    name:
      `wrapSocket() of a ${side} ends by the socket's timeout where the peer says nothing`,
    async fn() {
      await using both = await pair();
      both[0].settimeout(0.05);
      const error = await assertRejects(() => wrap(both[0]), TimeoutError);
      assertInstanceOf(error, TimeoutError);
      // The connection is closed with it.
      for (;;) {
        const part = await both[1].recv(65536);
        if (part.length === 0) break;
      }
    },
  });

  Deno.test({
    ...net,
    name: `wrapSocket() of a ${side} ends with the signal's reason`,
    async fn() {
      await using both = await pair();
      const controller = new AbortController();
      const wrapping = wrap(both[0], controller.signal);
      setTimeout(() => controller.abort(new RangeError("mine")));
      await assertRejects(() => wrapping, RangeError, "mine");
      await using again = await pair();
      await assertRejects(
        () => wrap(again[0], AbortSignal.abort(new RangeError("at once"))),
        RangeError,
        "at once",
      );
    },
  });

  Deno.test({
    ...net,
    name:
      `SSLSocket.recv() of a ${side} fails at garbage behind the handshake, and close() ends it`,
    async fn() {
      const garbage = [
        bytes("HTTP/1.1 200 OK\r\n\r\n"),
        Uint8Array.fromHex("1703030020".padEnd(74, "0")),
        Uint8Array.fromHex("160303ffff"),
        Uint8Array.fromHex("1603030004" + "0e000000"),
        Uint8Array.fromHex("15030300020228"),
      ];
      for (const data of garbage) {
        await using client = await pair();
        await using server = await pair();
        // Both ends have a plain one, by which the garbage comes in.
        const passing = [
          passOn(client[1], server[1], Infinity),
          passOn(server[1], client[1], Infinity),
        ];
        const [one, other] = await Promise.all([
          clientContext().wrapSocket(client[0], {
            serverHostname: "localhost",
          }),
          serverContext().wrapSocket(server[0], { serverSide: true }),
        ]);
        await Promise.all([one.sendall(bytes("a")), other.sendall(bytes("b"))]);
        assertEquals(text(await one.recv(1)), "b");
        assertEquals(text(await other.recv(1)), "a");
        const [ours, plain] = side === "client"
          ? [one, client[1]]
          : [other, server[1]];
        ours.settimeout(10);
        await plain.sendall(data);
        const error = await assertRejects(() => ours.recv(1), SSLError);
        assertEquals(typeof error.reason, "string", data.toHex());
        await one[Symbol.asyncDispose]();
        await other[Symbol.asyncDispose]();
        client[1].close();
        server[1].close();
        await Promise.all(passing);
      }
    },
  });
}

Deno.test({
  ...net,
  name:
    "wrapSocket() refuses what is the caller's mistake before it sends anything",
  async fn() {
    await using both = await pair();
    const client = clientContext();
    const refused = [
      () => client.wrapSocket(both[0]),
      () => client.wrapSocket(both[0], { serverHostname: "" }),
      () => client.wrapSocket(both[0], { serverHostname: ".example.org" }),
      () => client.wrapSocket(both[0], { serverHostname: "a..b" }),
      () => client.wrapSocket(both[0], { serverSide: true }),
      () =>
        serverContext().wrapSocket(both[0], { serverHostname: "localhost" }),
      () =>
        serverContext().wrapSocket(both[0], {
          serverSide: true,
          serverHostname: "localhost",
        }),
    ];
    for (const wrap of refused) {
      const error = await assertRejects(wrap, Error) as Error;
      assertEquals(
        ["RangeError", "UnicodeEncodeError"].includes(error.name),
        true,
        String(error),
      );
    }
    // It is as plain as before.
    await both[0].sendall(bytes("plain"));
    assertEquals(text(await both[1].recv(10)), "plain");
  },
});
