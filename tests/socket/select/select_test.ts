import { assert, assertRejects, assertStrictEquals } from "@std/assert";
import {
  AF_INET,
  createServer,
  MSG_DONTWAIT,
  MSG_OOB,
  OSError,
  SHUT_RDWR,
  SHUT_WR,
  SO_ERROR,
  type Socket,
  SOL_SOCKET,
} from "../../../socket/mod.ts";
import { errno } from "../../../socket/constants/errno.ts";
import { select } from "../../../socket/select/mod.ts";
import { datagramsConform } from "../../conformance/datagram_suite.ts";
import { conforms } from "../../conformance/suite.ts";
import { bytes, connected, listening, text } from "../../support/peers.ts";
import { hasPosix, posix } from "../../support/posix.ts";
import {
  assertSame,
  mixed,
  once,
  open,
  pairOf,
  resettable,
  twice,
} from "./support.ts";

const { ECONNREFUSED, EINPROGRESS } = errno;

// Above this a wait that should have ended has not; milliseconds.
const LONGEST = 10_000;

conforms(
  "select() returns of each list what is ready, in the list's order",
  async ({ driver }) => {
    await using one = await pairOf(driver);
    await using two = await pairOf(driver);
    await using three = await pairOf(driver);
    for (const { b } of [three, one]) await b.sendall(bytes("x"));
    const all = [three.a, two.a, one.a];
    // Both have come before it is asked for their order.
    for (const { a } of [one, three]) await select([a], [], []);
    const [readable, writable, exceptional] = await select(all, all, all);
    assertSame(readable, [three.a, one.a]);
    assertSame(writable, all);
    assertSame(exceptional, []);
    assertSame((await select(all.toReversed(), [], []))[0], [one.a, three.a]);
  },
  once,
);

conforms(
  "select() returns a socket as often as it is in a list",
  async ({ driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    await b.sendall(bytes("x"));
    await select([a], [], []);
    assertSame(await select([a, a], [b, a, b], []), [[a, a], [b, a, b], []]);
  },
  once,
);

conforms(
  "select() takes several objects of one socket, each as itself",
  async ({ driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    const named = { fileno: () => a.fileno(), name: "an object" };
    using copy = a.dup();
    await b.sendall(bytes("x"));
    await select([copy], [], []);
    await select([a], [], []);
    const [readable, writable] = await select([a, named, copy], [named], []);
    assertSame(readable.length, 3);
    [a, named, copy].forEach((each, n) =>
      assertStrictEquals(readable[n], each)
    );
    assertStrictEquals(writable[0], named);
    assertSame(await a.recv(8), bytes("x"));
    assertSame((await select([a, named, copy], [], [], 0))[0], []);
  },
  once,
);

conforms(
  "select() takes sets, generators and whatever can be iterated over",
  async ({ driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    function* both() {
      yield a;
      yield b;
    }
    assertSame(await select(new Set<Socket>(), both(), new Set([a])), [
      [],
      [a, b],
      [],
    ]);
    const map = new Map([["one", a]]);
    assertSame((await select([], map.values(), []))[1], [a]);
  },
  once,
);

Deno.test("select() of empty lists waits as long as it may", async () => {
  const start = performance.now();
  assertSame(await select([], [], [], 0.03), [[], [], []]);
  // Timers of Deno's fire up to a millisecond early.
  assert(performance.now() - start >= 29);
  assertSame(await select([], [], [], 0), [[], [], []]);
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = select([], [], [], null, { signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
});

conforms(
  "select() with a timeout of 0 does not wait, and with a fraction no longer than that",
  async ({ driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    assertSame(await select([a, b], [], [a], 0), [[], [], []]);
    const start = performance.now();
    assertSame(await select([a, b], [], [a], 0.025), [[], [], []]);
    const taken = performance.now() - start;
    assert(taken >= 24 && taken < LONGEST, `${taken} ms`);
    await b.sendall(bytes("x"));
    // What has come is found by a call that does not wait.
    assertSame(await select([a, b], [], [a], 0), [[a], [], []]);
  },
  twice,
);

conforms(
  "select() with a timeout of null, or none, waits until something is ready",
  async ({ driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    for (const timeout of [null, undefined, LONGEST / 1000]) {
      const waiting = select([a], [], [], timeout);
      await b.sendall(bytes("x"));
      assertSame(await waiting, [[a], [], []]);
      await a.recv(1);
    }
  },
  twice,
);

Deno.test("select() refuses a timeout that is none", async () => {
  for (const timeout of [-1, -0.001, NaN, Infinity, -Infinity, 1e12]) {
    await assertRejects(() => select([], [], [], timeout), RangeError);
  }
  for (const timeout of ["1", 1n, {}, true]) {
    await assertRejects(() => select([], [], [], timeout as never), TypeError);
  }
});

Deno.test("select() refuses what is not a list", async () => {
  for (const list of [undefined, null, 3, "text", {}, () => {}]) {
    for (const at of [0, 1, 2]) {
      const lists = [[], [], []] as unknown[];
      lists[at] = list;
      await assertRejects(
        () => select(lists[0] as never, lists[1] as never, lists[2] as never),
        TypeError,
      );
    }
  }
});

Deno.test("select() refuses what is no socket and has none", async () => {
  for (const object of [{}, null, undefined, "3", true, [], { fileno: 3 }]) {
    for (const at of [0, 1, 2]) {
      const lists: unknown[][] = [[], [], []];
      lists[at] = [object];
      await assertRejects(
        () => select(lists[0] as never, lists[1] as never, lists[2] as never),
        TypeError,
        "select",
      );
    }
  }
  for (const number of [-1, 2 ** 31]) {
    await assertRejects(() => select([number], [], [], 0), RangeError);
  }
  for (const number of [1.5, NaN]) {
    await assertRejects(() => select([number], [], [], 0), TypeError);
  }
});

Deno.test("select() passes on what an object's fileno() throws", async () => {
  const error = new Error("of its own");
  const object = {
    fileno(): number {
      throw error;
    },
  };
  assertStrictEquals(
    await assertRejects(() => select([object], [], [])),
    error,
  );
});

conforms(
  "select() of a closed socket is EBADF",
  async ({ driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    const object = { fileno: () => a.fileno() };
    a.close();
    for (const each of [a, object]) {
      for (const at of [0, 1, 2]) {
        const lists: (typeof each)[][] = [[], [b], []];
        lists[at].push(each);
        await assertRejects(
          () => select(lists[0], lists[1], lists[2]),
          OSError,
          "EBADF",
        );
      }
    }
    assertSame((await select([], [b], []))[1], [b]);
  },
  once,
);

conforms(
  "select() is EBADF when a socket is closed while it waits",
  async ({ driver, transport }) => {
    for (const at of [0, 2]) {
      await using pair = await pairOf(driver);
      await using other = await pairOf(driver);
      const lists: Socket[][] = [[other.a], [], []];
      lists[at].push(pair.a);
      const waiting = select(lists[0], lists[1], lists[2]);
      pair.a.close();
      await assertRejects(() => waiting, OSError, "EBADF");
      // The others are as before.
      await other.b.sendall(bytes("x"));
      assertSame((await select([other.a], [], []))[0], [other.a]);
    }
    const server = listening(transport, driver);
    const rejecting = assertRejects(
      () => select([server], [], [], 10),
      OSError,
      "EBADF",
    );
    await server[Symbol.asyncDispose]();
    await rejecting;
  },
  twice,
);

conforms(
  "select() with an aborted signal rejects with its reason, whatever is ready",
  async ({ driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    await b.sendall(bytes("hello"));
    await select([a], [], []);
    const reason = new Error("no longer");
    for (const timeout of [0, 1, null]) {
      const error = await assertRejects(() =>
        select([a], [a], [], timeout, { signal: AbortSignal.abort(reason) })
      );
      assertStrictEquals(error, reason);
    }
    await assertRejects(
      () => select([a], [], [], 0, { signal: {} as AbortSignal }),
      TypeError,
    );
    assertSame(await a.recv(8), bytes("hello"));
  },
  once,
);

conforms(
  "select() that is aborted rejects with the signal's own reason, and loses nothing",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    await using server = listening(transport, driver);
    for (const reason of [new Error("stop"), "a text", undefined]) {
      const controller = new AbortController();
      const { signal } = controller;
      const waiting = select([ours, server], [], [ours], null, { signal });
      controller.abort(reason);
      let caught: unknown = "nothing";
      await waiting.catch((error) => caught = error);
      assertStrictEquals(caught, signal.reason);
    }
    await peer.write(bytes("hello"));
    using client = await transport.connect(server.getsockname());
    assertSame(text(await ours.recv(8)), "hello");
    const [conn] = await server.accept();
    await conn.sendall(bytes("x"));
    assertSame(await client.read(new Uint8Array(8)), 1);
    await conn[Symbol.asyncDispose]();
  },
);

conforms(
  "select() has a listener readable while a connection waits, and takes none",
  async ({ driver, transport }) => {
    await using server = listening(transport, driver);
    assertSame(await select([server], [server], [server], 0), [[], [], []]);
    const waiting = select([server], [], []);
    using client = await transport.connect(server.getsockname());
    assertSame((await waiting)[0], [server]);
    assertSame(await select([server], [server], [server]), [
      [server],
      [],
      [],
    ]);
    const [conn] = await server.accept();
    assertSame((await select([server], [], [], 0))[0], []);
    await client.write(bytes("hello"));
    assertSame(text(await conn.recv(8)), "hello");
    await conn[Symbol.asyncDispose]();
  },
);

conforms(
  "select() tells when a non-blocking connect() is over, and SO_ERROR is 0",
  async ({ driver, transport }) => {
    const { listener, address } = transport.listen();
    await using ours = open(transport, driver);
    ours.setblocking(false);
    const accepting = listener.accept();
    const outcome = await ours.connectEx(address as never);
    assert(outcome === 0 || outcome === EINPROGRESS, `${outcome}`);
    assertSame(await select([ours], [ours], [ours]), [[], [ours], []]);
    assertSame(ours.getsockopt(SOL_SOCKET, SO_ERROR), 0);
    using peer = await accepting;
    listener.close();
    // Over TLS the peer may still be shaking hands, which a send would have to wait for.
    ours.setblocking(true);
    await ours.send(bytes("hello"));
    const buffer = new Uint8Array(8);
    assertSame(await peer.read(buffer), 5);
  },
);

conforms(
  "select() tells when a non-blocking connect() has failed: readable and writable, and SO_ERROR says why",
  async ({ driver, transport }) => {
    const { listener, address } = transport.listen();
    listener.close();
    await using ours = open(transport, driver);
    ours.setblocking(false);
    assertSame(await ours.connectEx(address as never), EINPROGRESS);
    const [, writable] = await select([], [ours], []);
    assertSame(writable, [ours]);
    assertSame(await select([ours], [ours], [ours]), [[ours], [ours], []]);
    assertSame(ours.getsockopt(SOL_SOCKET, SO_ERROR), ECONNREFUSED);
  },
  once,
);

conforms(
  "select() has a stream readable at its end, again and again",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    const waiting = select([ours], [], [ours]);
    await peer.closeWrite();
    assertSame(await waiting, [[ours], [], []]);
    for (let n = 0; n < 3; n++) {
      assertSame(await select([ours], [ours], [ours]), [[ours], [ours], []]);
      assertSame((await ours.recv(8)).length, 0);
    }
    ours.shutdown(SHUT_WR);
    assertSame(await select([ours], [ours], []), [[ours], [ours], []]);
  },
);

conforms(
  "select() has a stream readable after shutdown(SHUT_RDWR)",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours } = pair;
    const waiting = select([ours], [], []);
    ours.shutdown(SHUT_RDWR);
    assertSame(await waiting, [[ours], [], []]);
    assertSame((await ours.recv(8)).length, 0);
  },
);

for (const driver of mixed) {
  Deno.test({
    name:
      `select() has a stream that was reset readable and writable [${driver.name}]`,
    ignore: !hasPosix,
    permissions: { net: true, ffi: true },
    async fn() {
      await using pair = await resettable(driver);
      const { ours, reset } = pair;
      const waiting = select([ours], [], [ours]);
      reset();
      assertSame(await waiting, [[ours], [], []]);
      assertSame(await select([ours], [ours], [ours]), [[ours], [ours], []]);
      await assertRejects(() => ours.recv(8), OSError, "ECONNRESET");
      assertSame(await select([ours], [ours], []), [[ours], [ours], []]);
      assertSame((await ours.recv(8)).length, 0);
    },
  });
}

conforms(
  "select() does not have a stream writable while the peer takes nothing",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    assertSame(await select([], [ours], [], 0), [[], [ours], []]);
    // More than two kernels' buffers hold.
    const length = 16 << 20;
    const sending = ours.sendall(new Uint8Array(length));
    assertSame(await select([], [ours], [], 0.02), [[], [], []]);
    const waiting = select([ours], [ours], []);
    const buffer = new Uint8Array(1 << 20);
    for (let got = 0; got < length;) got += (await peer.read(buffer)) ?? length;
    assertSame(await waiting, [[], [ours], []]);
    await sending;
  },
  twice,
);

datagramsConform(
  "select() has a datagram socket readable when a datagram has come",
  async ({ bound, transport }) => {
    const a = bound();
    const b = bound();
    const addresses = [a.getsockname(), b.getsockname()];
    try {
      assertSame(await select([a], [b], [], 0), [[], [b], []]);
      const waiting = select([a], [], []);
      await b.sendto(bytes("hello"), addresses[0] as never);
      assertSame((await waiting)[0], [a]);
      assertSame(await select([a], [], [a]), [[a], [], []]);
      assertSame(await a.recv(8), bytes("hello"));
      assertSame((await select([a], [], [], 0))[0], []);
      // An empty one counts.
      await b.sendto(new Uint8Array(), addresses[0] as never);
      assertSame((await select([a], [], []))[0], [a]);
      assertSame((await a.recv(8)).length, 0);
    } finally {
      await Promise.all([a, b].map((each) => each[Symbol.asyncDispose]()));
      if (!transport.udp) {
        await Promise.all(
          addresses.map((path) => transport.unlink(path as never)),
        );
      }
    }
  },
);

conforms(
  "select() tells again what nobody has received, accepted or sent",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    await peer.write(bytes("abc"));
    for (let n = 0; n < 5; n++) {
      assertSame(await select([ours], [], []), [[ours], [], []]);
    }
    assertSame(text(await ours.recv(1)), "a");
    assertSame(await select([ours], [], []), [[ours], [], []]);
    assertSame(text(await ours.recv(8)), "bc");
    assertSame(await select([ours], [], [], 0), [[], [], []]);
  },
);

conforms(
  "select() that ended takes nothing: what comes later is received without another",
  async ({ driver, transport, WantsToRecv }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    await using server = listening(transport, driver);
    assertSame(await select([ours, server], [], [], 0.001), [[], [], []]);
    await peer.write(bytes("one"));
    using client = await transport.connect(server.getsockname());
    assertSame(text(await ours.recv(8)), "one");
    const [conn] = await server.accept();
    await client.write(bytes("from the client"));
    assertSame(text(await conn.recv(32)), "from the client");
    await conn[Symbol.asyncDispose]();
    // In a call that does not wait it is found as well.
    await peer.write(bytes("two"));
    await select([ours], [], []);
    assertSame(text(await ours.recv(8, MSG_DONTWAIT)), "two");
    await assertRejects(() => ours.recv(8, MSG_DONTWAIT), WantsToRecv);
    // A receive that waits comes before a select that waits.
    const receiving = ours.recv(8);
    const waiting = select([ours], [], []);
    await peer.write(bytes("three"));
    assertSame(text(await receiving), "three");
    await peer.write(bytes("four"));
    assertSame((await waiting)[0], [ours]);
    assertSame(text(await ours.recv(8)), "four");
  },
);

conforms(
  "select() may go on several times at once, with sockets in common",
  async ({ driver }) => {
    await using one = await pairOf(driver);
    await using two = await pairOf(driver);
    await using three = await pairOf(driver);
    const ROUNDS = 200;
    const count = async (sockets: Socket[], last: Socket) => {
      let got = 0;
      while (got < ROUNDS) {
        const [readable] = await select(sockets, [], []);
        if (readable.includes(last)) got += (await last.recv(1)).length;
        if (readable.includes(two.a)) seen++;
      }
      return got;
    };
    let seen = 0;
    await two.b.sendall(bytes("x"));
    await select([two.a], [], []);
    const loops = [
      count([one.a, two.a], one.a),
      count([two.a, three.a], three.a),
    ];
    for (let n = 0; n < ROUNDS; n++) {
      await one.b.sendall(bytes("1"));
      await three.b.sendall(bytes("3"));
    }
    assertSame(await Promise.all(loops), [ROUNDS, ROUNDS]);
    assert(seen >= 2 * ROUNDS, `${seen}`);
    assertSame(await two.a.recv(8), bytes("x"));
  },
  once,
);

conforms(
  "select() called twice at once returns to both, and each in its own order",
  async ({ driver }) => {
    await using one = await pairOf(driver);
    await using two = await pairOf(driver);
    const waits = [
      select([one.a, two.a], [], []),
      select([two.a, one.a], [], []),
      select([two.a], [], [], LONGEST / 1000),
    ];
    await two.b.sendall(bytes("x"));
    assertSame((await Promise.all(waits)).map(([readable]) => readable), [
      [two.a],
      [two.a],
      [two.a],
    ]);
  },
  once,
);

conforms(
  "select() of sockets that are always ready leaves timers and other sockets their turn",
  async ({ driver, transport }) => {
    await using busy = await pairOf(driver);
    await using pair = await connected(transport, driver);
    await using server = listening(transport, driver);
    const { ours, peer } = pair;
    const start = performance.now();
    let fired = 0;
    const timer = setInterval(() => fired++, 1);
    let received = 0;
    const receiving = (async () => {
      while (received < 3) {
        await peer.write(bytes("x"));
        received += (await ours.recv(8)).length;
      }
    })();
    let accepted = 0;
    const accepting = server.accept().then(([conn]) => {
      accepted++;
      return conn[Symbol.asyncDispose]();
    });
    const connecting = transport.connect(server.getsockname());
    let rounds = 0;
    while (fired < 3 || received < 3 || accepted < 1 || rounds < 100) {
      const [, writable] = await select([], [busy.a, busy.b], []);
      assertSame(writable, [busy.a, busy.b]);
      rounds++;
      const taken = performance.now() - start;
      assert(taken < LONGEST, `${fired} ${received} ${accepted} of ${rounds}`);
    }
    clearInterval(timer);
    await Promise.all([receiving, accepting]);
    (await connecting).close();
  },
  twice,
);

conforms(
  "select() with a busy socket tells of the others too",
  async ({ driver }) => {
    await using busy = await pairOf(driver);
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    const start = performance.now();
    await select([a], [busy.a], []);
    await b.sendall(bytes("x"));
    for (;;) {
      const [readable, writable] = await select([a], [busy.a], []);
      assertSame(writable, [busy.a]);
      if (readable.length > 0) break;
      assert(performance.now() - start < LONGEST);
    }
    assertSame(await a.recv(8), bytes("x"));
  },
  once,
);

Deno.test({
  name:
    "select() has a socket exceptional while it has out-of-band data [POSIX]",
  ignore: !hasPosix,
  permissions: { net: true, ffi: true },
  async fn() {
    using server = createServer(["127.0.0.1", 0], { driver: posix });
    using a = open({ family: AF_INET } as never, posix);
    const [[b]] = await Promise.all([
      server.accept(),
      a.connect(server.getsockname() as never),
    ]);
    using _b = b;
    const waiting = select([], [], [b]);
    await a.send(bytes("!"), MSG_OOB);
    assertSame((await waiting)[2], [b]);
    assertSame((await select([b], [b], [b]))[2], [b]);
    assertSame(await b.recv(1, MSG_OOB), bytes("!"));
    assertSame((await select([], [], [b], 0))[2], []);
  },
});

conforms(
  "select() has nothing exceptional without out-of-band data",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    await peer.write(bytes("x"));
    await select([ours], [], []);
    assertSame(await select([], [], [ours], 0.01), [[], [], []]);
    await peer.closeWrite();
    assertSame(await select([], [], [ours], 0.01), [[], [], []]);
  },
);
