// What TLS keeps in memory, and how it ends.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Delegate } from "../../socket/endpoint/delegate.ts";
import { sandbox } from "../../socket/sandbox/driver.ts";
import {
  type Driver,
  MSG_DONTWAIT,
  OSError,
  type Socket,
} from "../../socket/mod.ts";
import { forceClose, socketOver, takeEndpoint } from "../../socket/socket.ts";
import { SSLWantWriteError } from "../../socket/ssl/mod.ts";
import type { Wait } from "../../socket/wait.ts";
import { arrival, bytes, connected, text } from "../support/peers.ts";
import { FakeClock, settle } from "../socket/fake_clock.ts";
import { tlsDriver } from "./tls_driver.ts";
import {
  asClient,
  asServer,
  closing,
  type Ends,
  overAll,
  overBoth,
  plainEnds,
  tlsEnds,
} from "./tls_ends.ts";
import { clientContext, serverContext } from "../support/ssl_contexts.ts";
import { tlsTransports } from "./tls_transports.ts";

// What may be held beyond what was asked for.
const MOST = 256 << 10;

/** Counts the bytes that go through a connection under TLS. */
class Counting extends Delegate {
  received = 0;
  /** Bytes that were given to be sent, and are not sent yet. */
  sending = 0;
  mostSending = 0;
  /** Whether nothing is sent any more. */
  isStuck = false;

  override async recv(size: number, flags: number, wait: Wait | undefined) {
    const data = await super.recv(size, flags, wait);
    this.received += data.length;
    return data;
  }

  override async sendall(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<void> {
    this.sending += data.length;
    this.mostSending = Math.max(this.mostSending, this.sending);
    if (this.isStuck) await new Promise(() => {});
    await super.sendall(data, flags, wait);
    this.sending -= data.length;
  }
}

/** Makes two ends of which the client's counts. */
async function countedEnds(
  driver: Driver,
): Promise<Ends & { counting: Counting }> {
  const { client, server } = await plainEnds(driver);
  const counting = new Counting(takeEndpoint(client, "wrap"));
  const ends = closing(
    ...await Promise.all([
      clientContext().wrapSocket(
        socketOver(counting, driver) as Socket<never> as never,
        asClient,
      ),
      serverContext().wrapSocket(server, asServer),
    ]),
  );
  return Object.assign(ends, { counting });
}

overBoth(
  "SSLSocket.recv() takes little more from a peer that sends without end than was asked for",
  async (driver) => {
    await using ends = await countedEnds(driver);
    const { client, server, counting } = ends;
    const sending = server.sendall(new Uint8Array(16 << 20));
    let got = 0;
    for (const size of [1, 100, 100_000]) {
      got += (await client.recv(size)).length;
      await arrival();
      assert(counting.received <= got + MOST, `${counting.received}`);
    }
    while (got < 16 << 20) got += (await client.recv(1 << 20)).length;
    await sending;
  },
);

overBoth(
  "SSLSocket.sendall() waits for a peer that does not receive, and holds little beyond its own bytes",
  async (driver) => {
    await using ends = await countedEnds(driver);
    const { client, server, counting } = ends;
    let isDone = false;
    const sending = client.sendall(new Uint8Array(32 << 20))
      .then(() => isDone = true);
    await arrival();
    assertEquals(isDone, false);
    for (let got = 0; got < 32 << 20;) {
      got += (await server.recv(1 << 20)).length;
    }
    await sending;
    assert(counting.mostSending <= MOST, `${counting.mostSending}`);
  },
);

overAll(
  "SSLSocket sends and receives at once, whole and in order",
  async (make) => {
    await using ends = await make();
    const data = crypto.getRandomValues(new Uint8Array(65536));
    const rounds = 64;
    const sizes = [1, 100, 16384, 16385, 65536, 1 << 20];
    const send = async (s: Socket) => {
      for (let round = 0; round < rounds; round++) await s.sendall(data);
    };
    const receive = async (s: Socket) => {
      for (let at = 0, call = 0; at < rounds * data.length; call++) {
        for (const byte of await s.recv(sizes[call % sizes.length])) {
          if (byte !== data[at++ % data.length]) throw new Error("mixed up");
        }
      }
    };
    const client = ends.client as Socket;
    const server = ends.server as Socket;
    await Promise.all([
      send(client),
      receive(client),
      send(server),
      receive(server),
    ]);
  },
);

overAll(
  "SSLSocket.close() ends TLS, after all that was sent",
  async (make) => {
    for (const [from, to] of [["client", "server"], ["server", "client"]]) {
      await using ends = await make();
      const sender = ends[from as "client"];
      const receiver = ends[to as "client"];
      const receiving = (async () => {
        let got = 0;
        for (let part; (part = await receiver.recv(65536)).length > 0;) {
          got += part.length;
        }
        return got;
      })();
      await sender.sendall(new Uint8Array(4 << 20));
      sender.close();
      assertEquals(await receiving, 4 << 20);
    }
  },
);

overBoth(
  "SSLSocket.recv() tells a peer's close() from a connection that is cut off, where suppressRaggedEofs is false",
  async (driver) => {
    for (const isTold of [true, false]) {
      const { client, server } = await plainEnds(driver);
      const cutting = new Delegate(takeEndpoint(server, "wrap"));
      await using ends = closing(
        ...await Promise.all([
          clientContext().wrapSocket(client, {
            ...asClient,
            suppressRaggedEofs: false,
          }),
          serverContext().wrapSocket(
            socketOver(cutting, driver) as Socket<never> as never,
            asServer,
          ),
        ]),
      );
      await ends.server.sendall(bytes("hello"));
      if (isTold) ends.server.close();
      else cutting.inner.shutdown(1);
      assertEquals(text(await ends.client.recv(8)), "hello");
      if (isTold) assertEquals((await ends.client.recv(8)).length, 0);
      else {
        const error = await assertRejects(() => ends.client.recv(8), OSError);
        assertEquals(error.name, "SSLEOFError");
      }
    }
  },
);

for (const transport of tlsTransports) {
  for (const inner of [sandbox]) {
    Deno.test({
      name:
        `Socket.close() with the peer's tickets unread loses nothing that was sent [TLS over ${inner.name}, ${transport.name}]`,
      permissions: { net: true },
      async fn() {
        for (let round = 0; round < 20; round++) {
          await using pair = await connected(transport, tlsDriver(inner));
          await pair.ours.sendall(new Uint8Array(1 << 16));
          pair.ours.close();
          const buffer = new Uint8Array(1 << 16);
          let got = 0;
          for (let count; (count = await pair.peer.read(buffer)) !== null;) {
            got += count;
          }
          assertEquals(got, 1 << 16);
        }
      },
    });
  }
}

overBoth(
  "SSLSocket.close() waits no longer than its bound for a peer that takes nothing",
  async (driver) => {
    const ends = await countedEnds(driver);
    const { client, server, counting } = ends;
    counting.isStuck = true;
    {
      using clock = new FakeClock();
      let isClosed = false;
      const closed = client[Symbol.asyncDispose]()
        .then(() => isClosed = true);
      await settle();
      assertEquals(isClosed, false);
      await clock.advance(4999);
      assertEquals(isClosed, false);
      await clock.advance(1);
      await closed;
    }
    await server[Symbol.asyncDispose]();
  },
);

overBoth(
  "SSLSocket.close() does not wait behind a send that it has ended",
  async (driver) => {
    const { client, server } = await tlsEnds(driver);
    const sending = assertRejects(
      () => client.sendall(new Uint8Array(32 << 20)),
      OSError,
    );
    await arrival();
    using _clock = new FakeClock();
    await client[Symbol.asyncDispose]();
    assertEquals((await sending).code, "EBADF");
    await server[Symbol.asyncDispose]();
  },
);

overBoth(
  "SSLSocket.close() that a signal cuts short waits for nothing",
  async (driver) => {
    const { client, server } = await tlsEnds(driver);
    const piece = new Uint8Array(65536);
    await assertRejects(async () => {
      while (true) await client.send(piece, MSG_DONTWAIT);
    }, SSLWantWriteError);
    using _clock = new FakeClock();
    forceClose(client as Socket, AbortSignal.abort("now"));
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  },
);
