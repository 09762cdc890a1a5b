import { assert, assertRejects, assertThrows } from "@std/assert";
import { deadline } from "@std/async/deadline";
import {
  AF_INET,
  FileNotFoundError,
  MSG_OOB,
  OSError,
  SHUT_RD,
  SHUT_WR,
  type Socket,
} from "../../../socket/mod.ts";
import {
  KeyError,
  Poll,
  poll,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
  POLLRDBAND,
  POLLRDHUP,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
} from "../../../socket/select/mod.ts";
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

const LONGEST = 10_000;

/** A poll with one socket. */
function polling(socket: Socket, events?: number): Poll<Socket> {
  const poller = poll<Socket>();
  poller.register(socket, events);
  return poller;
}

Deno.test("poll() makes a Poll", () => {
  assert(poll() instanceof Poll);
  assert(poll() !== poll());
});

Deno.test("Poll.poll() of nothing waits as long as it may", async () => {
  const poller = poll();
  assertSame(await poller.poll(0), []);
  const start = performance.now();
  assertSame(await poller.poll(30), []);
  assert(performance.now() - start >= 29);
  const signal = AbortSignal.timeout(1);
  await assertRejects(() => poller.poll(null, { signal }), DOMException);
});

conforms(
  "Poll.register() waits for POLLIN, POLLPRI and POLLOUT if not told otherwise",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    const poller = polling(ours);
    assertSame(await poller.poll(), [[ours, POLLOUT]]);
    await peer.write(bytes("x"));
    await polling(ours, POLLIN).poll();
    assertSame(await poller.poll(), [[ours, POLLIN | POLLOUT]]);
  },
);

conforms(
  "Poll.register() again changes the events, and what is told is the object last given",
  async ({ driver }) => {
    await using pair = await pairOf(driver);
    const { a } = pair;
    const poller = poll<Socket | { fileno(): number }>();
    poller.register(a, POLLIN);
    assertSame(await poller.poll(0), []);
    poller.register(a, POLLOUT);
    assertSame(await poller.poll(), [[a, POLLOUT]]);
    const object = { fileno: () => a.fileno() };
    poller.register(object, POLLOUT);
    assertSame(await poller.poll(), [[object, POLLOUT]]);
    poller.unregister(a);
    assertSame(await poller.poll(0), []);
  },
  once,
);

conforms(
  "Poll.modify() changes the events of what is registered, and is ENOENT for others",
  async ({ driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    const poller = poll<Socket>();
    assertThrows(() => poller.modify(a, POLLOUT), FileNotFoundError, "ENOENT");
    assertSame(await poller.poll(0), []);
    poller.register(a, POLLIN);
    poller.modify(a, POLLOUT);
    assertSame(await poller.poll(), [[a, POLLOUT]]);
    poller.modify(a, POLLIN);
    assertSame(await poller.poll(0), []);
    assertThrows(() => poller.modify(b, POLLIN), FileNotFoundError);
    poller.unregister(a);
    assertThrows(() => poller.modify(a, POLLIN), FileNotFoundError);
  },
  once,
);

conforms(
  "Poll.unregister() removes what is registered, and is a KeyError for others",
  async ({ driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    const poller = polling(a);
    poller.register(b);
    assertSame((await poller.poll()).length, 2);
    poller.unregister(a);
    assertSame(await poller.poll(), [[b, POLLOUT]]);
    assertThrows(() => poller.unregister(a), KeyError);
    poller.unregister(b);
    assertThrows(() => poller.unregister(b), KeyError);
    assertSame(await poller.poll(0), []);
    poller.register(a);
    assertSame(await poller.poll(), [[a, POLLOUT]]);
  },
  once,
);

conforms(
  "Poll.register() and modify() refuse events that are none, and change nothing",
  async ({ driver }) => {
    await using pair = await pairOf(driver);
    const { a } = pair;
    const poller = polling(a, POLLOUT);
    for (const events of [-1, 65536, 2 ** 31, -(2 ** 40)]) {
      assertThrows(() => poller.register(a, events), RangeError);
      assertThrows(() => poller.modify(a, events), RangeError);
    }
    for (const events of ["1", null, {}, 1.5, NaN]) {
      assertThrows(() => poller.register(a, events as never), TypeError);
      assertThrows(() => poller.modify(a, events as never), TypeError);
    }
    assertSame(await poller.poll(), [[a, POLLOUT]]);
    poller.register(a, 65535);
    const [[, events]] = await poller.poll();
    assertSame(events & (POLLOUT | POLLIN), POLLOUT);
  },
  once,
);

conforms(
  "Poll.poll() has POLLRDNORM and POLLWRNORM where they are asked for",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    assertSame(await polling(ours, POLLWRNORM).poll(), [[ours, POLLWRNORM]]);
    const waiting = polling(ours, POLLRDNORM).poll();
    await peer.write(bytes("x"));
    assertSame(await waiting, [[ours, POLLRDNORM]]);
    const all = POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
    assertSame(await polling(ours, all).poll(), [[ours, all]]);
    const bands = POLLRDBAND | POLLPRI;
    assertSame(await polling(ours, bands).poll(0), []);
    // Linux has no priorities, and writes in each.
    const [found] = await polling(ours, POLLWRBAND | POLLOUT).poll();
    assertSame(found[1] & POLLOUT, POLLOUT);
  },
  twice,
);

conforms(
  "Poll.poll() has POLLRDHUP when the peer sends no more",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    assertSame(await polling(ours, POLLRDHUP).poll(0), []);
    const waiting = polling(ours, POLLRDHUP).poll();
    await peer.closeWrite();
    assertSame(await waiting, [[ours, POLLRDHUP]]);
    assertSame(await polling(ours, POLLIN).poll(), [[ours, POLLIN]]);
    const all = POLLIN | POLLRDHUP | POLLOUT;
    assertSame(await polling(ours, all).poll(), [[ours, all]]);
    ours.shutdown(SHUT_WR);
    assertSame(await polling(ours, all).poll(), [[ours, all | POLLHUP]]);
    assertSame(await polling(ours, 0).poll(), [[ours, POLLHUP]]);
  },
);

conforms(
  "Poll.poll() has POLLRDHUP after shutdown(SHUT_RD)",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours } = pair;
    const waiting = polling(ours, POLLIN | POLLRDHUP).poll();
    ours.shutdown(SHUT_RD);
    assertSame(await waiting, [[ours, POLLIN | POLLRDHUP]]);
  },
);

conforms(
  "Poll.poll() has POLLHUP and POLLOUT of a stream without a connection",
  async ({ driver, transport }) => {
    await using ours = open(transport, driver);
    assertSame(await polling(ours).poll(), [[ours, POLLOUT | POLLHUP]]);
    assertSame(await polling(ours, POLLIN).poll(), [[ours, POLLHUP]]);
    assertSame(await polling(ours, 0).poll(), [[ours, POLLHUP]]);
  },
);

conforms(
  "Poll.poll() with a mask of 0 waits for what is always told",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    const poller = polling(ours, 0);
    await peer.write(bytes("x"));
    await polling(ours, POLLIN).poll();
    assertSame(await poller.poll(10), []);
    // In the sandbox the end is noticed behind what has been received.
    await ours.recv(8);
    const waiting = poller.poll();
    ours.shutdown(SHUT_WR);
    await peer.closeWrite();
    assertSame(await waiting, [[ours, POLLHUP]]);
  },
  twice,
);

for (const driver of mixed) {
  Deno.test({
    name:
      `Poll.poll() has POLLERR and POLLHUP of a stream that was reset [${driver.name}]`,
    permissions: { net: true, ffi: true },
    async fn() {
      await using pair = await resettable(driver);
      const { ours, reset } = pair;
      const waits = [
        polling(ours, 0).poll(),
        polling(ours, POLLIN | POLLOUT).poll(),
      ];
      const idle = polling(ours, 0);
      assertSame(await idle.poll(0), []);
      reset();
      const [[[same, always]], [[, writable]]] = await Promise.all(waits);
      assert(same === ours);
      assertSame(always, POLLERR | POLLHUP);
      assertSame(writable & POLLOUT, POLLOUT);
      assertSame(await idle.poll(), [[ours, POLLERR | POLLHUP]]);
      const all = POLLIN | POLLOUT | POLLERR | POLLHUP;
      assertSame(await polling(ours).poll(), [[ours, all]]);
      await assertRejects(() => ours.recv(8), OSError, "ECONNRESET");
      assertSame(await polling(ours).poll(), [[ours, all & ~POLLERR]]);
    },
  });
}

conforms(
  "Poll.poll() has POLLNVAL of a closed socket, which can be unregistered",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    await using other = await connected(transport, driver);
    const { ours } = pair;
    const poller = polling(ours, POLLIN);
    poller.register(other.ours, POLLIN);
    const waiting = poller.poll();
    ours.close();
    assertSame(await waiting, [[ours, POLLNVAL]]);
    assertSame(await poller.poll(), [[ours, POLLNVAL]]);
    assertSame(await poller.poll(0), [[ours, POLLNVAL]]);
    assertThrows(() => poller.register(ours), OSError, "EBADF");
    assertThrows(() => poll().register(ours), OSError, "EBADF");
    poller.unregister(ours);
    assertThrows(() => poller.unregister(ours), KeyError);
    assertSame(await poller.poll(0), []);
    await other.peer.write(bytes("x"));
    assertSame(await poller.poll(), [[other.ours, POLLIN]]);
  },
);

conforms(
  "Poll.poll() has POLLNVAL of a closed listener",
  async ({ driver, transport }) => {
    await using server = listening(transport, driver);
    const poller = polling(server, POLLIN);
    assertSame(await poller.poll(0), []);
    const waiting = poller.poll();
    server.close();
    assertSame(await waiting, [[server, POLLNVAL]]);
  },
  twice,
);

conforms(
  "Poll.poll() takes milliseconds; null, none and negative numbers wait for ever",
  async ({ driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    const poller = polling(a, POLLIN);
    const start = performance.now();
    assertSame(await poller.poll(25), []);
    assert(performance.now() - start < LONGEST);
    assert(performance.now() - start >= 24);
    assertSame(await poller.poll(0.5), []);
    for (const timeout of [null, undefined, -1, -0.5, -Infinity, LONGEST]) {
      const waiting = poller.poll(timeout);
      await b.sendall(bytes("x"));
      assertSame(await waiting, [[a, POLLIN]]);
      await a.recv(1);
    }
    for (const timeout of [NaN, Infinity]) {
      await assertRejects(() => poller.poll(timeout), RangeError);
    }
    for (const timeout of ["1", "-1", {}]) {
      await assertRejects(() => poller.poll(timeout as never), TypeError);
    }
  },
  once,
);

conforms(
  "Poll.poll() that is aborted rejects with the reason, and loses nothing",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    const poller = polling(ours, POLLIN);
    const reason = new Error("stop");
    const controller = new AbortController();
    const waiting = poller.poll(null, { signal: controller.signal });
    controller.abort(reason);
    assert(await assertRejects(() => waiting) === reason);
    const { signal } = controller;
    assert(await assertRejects(() => poller.poll(0, { signal })) === reason);
    await peer.write(bytes("hello"));
    assertSame(await poller.poll(), [[ours, POLLIN]]);
    assertSame(text(await ours.recv(8)), "hello");
  },
);

conforms(
  "Poll.register() while another task waits wakes it, if the socket is ready",
  async ({ driver }) => {
    await using one = await pairOf(driver);
    await using two = await pairOf(driver);
    const poller = polling(one.a, POLLIN);
    const waiting = poller.poll();
    poller.register(two.a, POLLIN);
    await two.b.sendall(bytes("x"));
    assertSame(await waiting, [[two.a, POLLIN]]);
    await two.a.recv(1);
    const again = poller.poll();
    poller.modify(one.a, POLLOUT);
    assertSame(await again, [[one.a, POLLOUT]]);
    const empty = poll<Socket>();
    const third = empty.poll();
    empty.register(two.a, POLLOUT);
    assertSame(await third, [[two.a, POLLOUT]]);
  },
  once,
);

conforms(
  "Poll.unregister() while another task waits takes the socket out of its wait",
  async ({ driver }) => {
    await using one = await pairOf(driver);
    await using two = await pairOf(driver);
    const poller = polling(one.a, POLLIN);
    poller.register(two.a, POLLIN);
    const waiting = poller.poll();
    poller.unregister(one.a);
    await one.b.sendall(bytes("x"));
    await polling(one.a, POLLIN).poll();
    await two.b.sendall(bytes("x"));
    assertSame(await waiting, [[two.a, POLLIN]]);
    assertSame(await one.a.recv(8), bytes("x"));
  },
  once,
);

conforms(
  "Poll.poll() by several tasks at once is told to each, as it is level-triggered",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    const poller = polling(ours, POLLIN);
    const waits = [poller.poll(), poller.poll(LONGEST), poller.poll(-1)];
    await peer.write(bytes("x"));
    for (const found of await Promise.all(waits)) {
      assertSame(found, [[ours, POLLIN]]);
    }
    await ours.recv(8);
    // One that is aborted leaves the other.
    const controller = new AbortController();
    const { signal } = controller;
    const both = [poller.poll(null, { signal }), poller.poll()];
    controller.abort(new Error("stop"));
    await assertRejects(() => both[0], Error, "stop");
    await peer.write(bytes("y"));
    assertSame(await both[1], [[ours, POLLIN]]);
  },
);

conforms(
  "Poll.poll() waits on when another task has received what was there",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    const poller = polling(ours, POLLIN);
    for (let n = 0; n < 20; n++) {
      await peer.write(bytes("x"));
      await poller.poll();
      const waiting = poller.poll();
      const got = await ours.recv(8);
      await peer.write(bytes("y"));
      // Unless it was told before that.
      assertSame(await waiting, [[ours, POLLIN]]);
      assertSame(got, bytes("x"));
      assertSame(await ours.recv(8), bytes("y"));
    }
  },
);

conforms(
  "Poll.poll() is aborted when another task has received what was there",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    const poller = polling(ours, POLLIN);
    for (let n = 0; n < 20; n++) {
      await peer.write(bytes("x"));
      await poller.poll();
      const controller = new AbortController();
      const { signal } = controller;
      // In the sandbox, where it needs no turn of the event loop, it may be told.
      const ending = poller.poll(null, { signal }).catch((error) => error);
      const receiving = ours.recv(8);
      controller.abort(new Error("stop"));
      const outcome = await deadline(ending, LONGEST);
      if (driver.name === "POSIX") assert(outcome === signal.reason);
      assertSame(await receiving, bytes("x"));
    }
  },
);

conforms(
  "Poll.register() has the copies that dup() makes apart",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    const copy = ours.dup() as Socket;
    const poller = polling(ours, POLLOUT);
    poller.register(copy, POLLIN);
    assertSame(await poller.poll(), [[ours, POLLOUT]]);
    await peer.write(bytes("x"));
    await polling(copy, POLLIN).poll();
    assertSame(await poller.poll(), [[ours, POLLOUT], [copy, POLLIN]]);
    copy.close();
    const found = await poller.poll();
    assertSame(found.toSorted(([, one], [, other]) => one - other), [
      [ours, POLLOUT],
      [copy, POLLNVAL],
    ]);
    poller.unregister(copy);
    assertSame(await poller.poll(), [[ours, POLLOUT]]);
    assertSame(await ours.recv(8), bytes("x"));
  },
  twice,
);

conforms(
  "Poll.poll() tells of a listener, and of a connect() that is over",
  async ({ driver, transport }) => {
    await using server = listening(transport, driver);
    await using client = open(transport, driver);
    client.setblocking(false);
    const poller = polling(server, POLLIN);
    const waiting = poller.poll();
    await client.connectEx(server.getsockname() as never);
    const connecting = polling(client, POLLOUT).poll();
    assertSame(await waiting, [[server, POLLIN]]);
    assertSame(await connecting, [[client, POLLOUT]]);
    const [conn] = await server.accept();
    assertSame(await poller.poll(0), []);
    assertSame(await polling(conn as Socket).poll(), [[conn, POLLOUT]]);
    await conn[Symbol.asyncDispose]();
  },
);

conforms(
  "Poll.poll() of sockets that are always ready leaves timers and other sockets their turn",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    await using busy = await pairOf(driver);
    const { ours, peer } = pair;
    const poller = polling(busy.a, POLLOUT);
    poller.register(ours, POLLIN);
    let fired = 0;
    const timer = setInterval(() => fired++, 1);
    const start = performance.now();
    let got = 0;
    let rounds = 0;
    const writing = (async () => {
      for (let n = 0; n < 10; n++) await peer.write(bytes("x"));
    })();
    while (fired < 3 || got < 10 || rounds < 100) {
      for (const [socket, events] of await poller.poll()) {
        if (socket === ours) got += (await ours.recv(1)).length;
        else assertSame([socket, events], [busy.a, POLLOUT]);
      }
      rounds++;
      assert(performance.now() - start < LONGEST, `${fired} ${got} ${rounds}`);
    }
    clearInterval(timer);
    await writing;
  },
  twice,
);

Deno.test({
  name: "Poll.poll() has POLLPRI while there is out-of-band data [POSIX]",
  ignore: !hasPosix,
  permissions: { net: true, ffi: true },
  async fn() {
    const transport = { family: AF_INET, fresh: () => ["127.0.0.1", 0] };
    await using server = listening(transport as never, posix);
    await using a = open(transport as never, posix);
    const [[b]] = await Promise.all([
      server.accept(),
      a.connect(server.getsockname() as never),
    ]);
    const waiting = polling(b as Socket, POLLPRI).poll();
    await a.send(bytes("!"), MSG_OOB);
    assertSame(await waiting, [[b, POLLPRI]]);
    assertSame(await polling(b as Socket).poll(), [[b, POLLPRI | POLLOUT]]);
    assertSame(await b.recv(8, MSG_OOB), bytes("!"));
    assertSame(await polling(b as Socket, POLLPRI).poll(0), []);
    await b[Symbol.asyncDispose]();
  },
});

Deno.test({
  name: "Poll.register() has a number and its socket for one [POSIX]",
  ignore: !hasPosix,
  permissions: { ffi: true },
  async fn() {
    await using pair = await pairOf(posix);
    const { a, b } = pair;
    const fd = a.fileno();
    const poller = poll<Socket | number>({ driver: posix });
    poller.register(fd, POLLIN);
    poller.modify(a, POLLOUT);
    assertSame(await poller.poll(), [[a, POLLOUT]]);
    poller.register(fd, POLLIN);
    const waiting = poller.poll();
    await b.sendall(bytes("x"));
    assertSame(await waiting, [[fd, POLLIN]]);
    poller.unregister(a);
    assertThrows(() => poller.unregister(fd), KeyError);
  },
});
