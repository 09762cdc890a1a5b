import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  BlockingIOError,
  createServer,
  OSError,
  Socket,
  TimeoutError,
} from "../../socket/mod.ts";
import { select } from "../../socket/select/mod.ts";
import {
  PROTOCOL_TLS_CLIENT,
  SSLCertVerificationError,
  SSLContext,
  type SSLSocket,
  SSLWantReadError,
} from "../../socket/ssl/mod.ts";
import { arrival, bytes, text } from "../support/peers.ts";
import {
  asClient,
  asServer,
  closing,
  overBoth,
  plainEnds,
  tlsEnds,
} from "./tls_ends.ts";
import { clientContext, serverContext } from "../support/ssl_contexts.ts";

const lazy = { doHandshakeOnConnect: false };

overBoth(
  "SSLSocket.recv() and sendall() shake hands where wrapSocket() has not",
  async (driver) => {
    await using ends = await tlsEnds(driver, lazy);
    const { client, server } = ends;
    assertEquals([client.version(), client.cipher()], [null, null]);
    const receiving = server.recv(8);
    await client.sendall(bytes("hello"));
    assertEquals(text(await receiving), "hello");
    assertEquals(client.version(), "TLSv1.3");
  },
);

overBoth(
  "SSLSocket.doHandshake() that a timeout or a signal ends goes on when it is asked for again",
  async (driver) => {
    await using ends = await tlsEnds(driver, lazy);
    const { client, server } = ends;
    client.settimeout(0.01);
    await assertRejects(() => client.doHandshake(), TimeoutError);
    client.settimeout(null);
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    const aborted = client.doHandshake({ signal });
    assertStrictEquals(await aborted.catch((error) => error), reason);
    const stop = new AbortController();
    const pending = client.doHandshake({ signal: stop.signal });
    stop.abort(reason);
    assertStrictEquals(await pending.catch((error) => error), reason);
    await Promise.all([client.doHandshake(), server.doHandshake()]);
    await client.sendall(bytes("hello"));
    assertEquals(text(await server.recv(8)), "hello");
  },
);

overBoth(
  "SSLSocket.doHandshake() on a non-blocking socket is SSLWantReadError, and select() tells when to try again",
  async (driver) => {
    await using ends = await tlsEnds(driver, lazy);
    const { client, server } = ends;
    client.setblocking(false);
    await assertRejects(() => client.doHandshake(), SSLWantReadError);
    await assertRejects(() => client.send(bytes("x")), SSLWantReadError);
    const waiting = select([client], [], []);
    await server.doHandshake();
    assertEquals((await waiting)[0], [client]);
    await client.doHandshake();
    await assertRejects(() => client.recv(8), SSLWantReadError);
    assertEquals(await client.send(bytes("x")), 1);
    assertEquals(text(await server.recv(8)), "x");
  },
);

overBoth(
  "SSLSocket.sendall() that times out before the handshake is over has taken nothing",
  async (driver) => {
    await using ends = await tlsEnds(driver, lazy);
    const { client, server } = ends;
    client.settimeout(0.01);
    for (const send of ["send", "sendall"] as const) {
      await assertRejects(() => client[send](bytes("never")), TimeoutError);
    }
    client.settimeout(null);
    const data = bytes("hello");
    const sending = client.sendall(data);
    data.fill(0);
    await server.doHandshake();
    await sending;
    assertEquals(text(await server.recv(16)), "hello");
  },
);

overBoth(
  "SSLSocket.close() settles a pending doHandshake(), recv() and sendall() with EBADF at once",
  async (driver) => {
    await using ends = await tlsEnds(driver, lazy);
    const { client } = ends;
    const codes = Promise.all(
      [client.doHandshake(), client.recv(8), client.sendall(bytes("x"))]
        .map(async (call) => (await assertRejects(() => call, OSError)).code),
    );
    await arrival();
    client.close();
    assertEquals(await codes, ["EBADF", "EBADF", "EBADF"]);
  },
);

overBoth(
  "SSLSocket's calls tell of a failed handshake again and again",
  async (driver) => {
    const { client, server } = await plainEnds(driver);
    const context = new SSLContext(PROTOCOL_TLS_CLIENT);
    await using ends = closing(
      await context.wrapSocket(client, { ...asClient, ...lazy }),
      await serverContext().wrapSocket(server, { ...asServer, ...lazy }),
    );
    ends.server.doHandshake().catch(() => {});
    for (let round = 0; round < 3; round++) {
      for (
        const call of [
          () => ends.client.recv(8),
          () => ends.client.recvInto(new Uint8Array(8)),
          () => ends.client.sendall(bytes("secret")),
          () => ends.client.doHandshake(),
          () => ends.client.unwrap(),
        ]
      ) await assertRejects(call, SSLCertVerificationError);
    }
  },
);

overBoth(
  "SSLSocket sends nothing in plain text, however its connection comes about",
  async (driver) => {
    using listener = createServer(["127.0.0.1", 0], { driver });
    const context = clientContext();
    const fresh = () => new Socket(undefined, undefined, 0, { driver });
    const wrap = (plain: Socket<never>) =>
      context.wrapSocket(plain as unknown as Socket, { ...asClient, ...lazy });
    // One that is wrapped first, and one whose connect() is under way already.
    const ways = [
      async () => {
        const s = await wrap(fresh() as never);
        s.setblocking(false);
        const connecting = () => s.connect(listener.getsockname() as never);
        await assertRejects(connecting, BlockingIOError);
        return s;
      },
      async () => {
        const plain = fresh();
        plain.setblocking(false);
        await assertRejects(
          () => plain.connect(listener.getsockname()),
          BlockingIOError,
        );
        return await wrap(plain as never);
      },
    ];
    for (const way of ways) {
      await using client = await way();
      client.settimeout(0.05);
      const sending = client.sendall(bytes("secret")).catch((error) => error);
      const [peer] = await listener.accept();
      await using _peer = peer;
      const hello = await peer.recv(4096);
      assertEquals(hello[0], 22); // a record of the handshake
      assert(!text(hello).includes("secret"));
      assert(await sending instanceof TimeoutError);
    }
  },
);

overBoth(
  "SSLSocket.connections() waits for no handshake, and no bad client ends it",
  async (driver) => {
    await using listener = await serverContext().wrapSocket(
      createServer(["127.0.0.1", 0], { driver }) as Socket<never> as never,
      asServer,
    );
    const address = listener.getsockname() as never;
    const fresh = () => new Socket(undefined, undefined, 0, { driver });
    await using silent = fresh();
    await using plain = fresh();
    await silent.connect(address);
    await plain.connect(address);
    await plain.sendall(bytes("GET / HTTP/1.0\r\n\r\n"));
    await using good = await clientContext()
      .wrapSocket(fresh() as Socket<never> as never, asClient);
    const asked = good.connect(address).then(() => good.recv(8));
    const peers: Socket[] = [];
    const outcomes: Promise<unknown>[] = [];
    for await (const [peer] of listener.connections()) {
      peers.push(peer as Socket);
      outcomes.push(
        peer.sendall(bytes("welcome")).catch((error) => error.reason),
      );
      if (peers.length === 3) break;
    }
    assertEquals(text(await asked), "welcome");
    assertEquals(await outcomes[1], "HTTP_REQUEST");
    for (const peer of peers) await peer[Symbol.asyncDispose]();
    assertEquals(await outcomes[0], undefined);
  },
);

overBoth(
  "SSLSocket.accept() and connect() shake hands, under the signal",
  async (driver) => {
    await using listener = await serverContext().wrapSocket(
      createServer(["127.0.0.1", 0], { driver }) as Socket<never> as never,
      asServer,
    );
    const address = listener.getsockname() as never;
    await using silent = new Socket(undefined, undefined, 0, { driver });
    await silent.connect(address);
    const signal = AbortSignal.timeout(20);
    const hung = listener.accept({ signal }).catch((error) => error);
    assertStrictEquals(await hung, signal.reason);
    await using client = await clientContext().wrapSocket(
      new Socket(undefined, undefined, 0, { driver }) as Socket<never> as never,
      asClient,
    );
    const [[peer]] = await Promise.all([
      listener.accept(),
      client.connect(address),
    ]);
    await using _peer = peer;
    assertEquals((peer as SSLSocket).version(), "TLSv1.3");
    await client.sendall(bytes("hello"));
    assertEquals(text(await peer.recv(8)), "hello");
  },
);

overBoth(
  "SSLSocket.version() and getpeercert() stay when both ends have ended",
  async (driver) => {
    await using ends = await tlsEnds(driver);
    const { client, server } = ends;
    const told = () => [
      client.version(),
      client.cipher(),
      client.getpeercert(true)?.length,
      client.selectedAlpnProtocol(),
      client.sessionReused,
    ];
    const before = told();
    assert((before[2] as number) > 0);
    client.shutdown(1);
    assertEquals((await server.recv(8)).length, 0);
    server.shutdown(1);
    assertEquals((await client.recv(8)).length, 0);
    await arrival();
    assertEquals(told(), before);
  },
);
