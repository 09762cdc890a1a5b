import { assert, assertRejects, assertThrows } from "@std/assert";
import { deadline } from "@std/async/deadline";
import {
  createConnection,
  createServer,
  OSError,
  SHUT_WR,
  SO_ERROR,
  Socket,
  SOL_SOCKET,
} from "../../../socket/mod.ts";
import type { Selectable } from "../../../socket/select/mod.ts";
import {
  BaseSelector,
  EVENT_READ,
  EVENT_WRITE,
  KeyError,
  SelectorKey,
} from "../../../socket/selectors/mod.ts";
import { bytes } from "../../support/peers.ts";
import { hasPosix, posix } from "../../support/posix.ts";
import { assertSame, pairOf } from "../select/support.ts";
import { kinds, selectorsConform } from "./support.ts";

const LONGEST = 10_000;
const BOTH = EVENT_READ | EVENT_WRITE;

selectorsConform(
  "BaseSelector.register() gives a key with what is registered, its events and its data",
  async ({ make, driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    using selector = make();
    assert(selector instanceof BaseSelector);
    const data = { mine: 1 };
    const key = selector.register(a, EVENT_READ, data);
    assert(key instanceof SelectorKey);
    assert(key.fileobj === a && key.data === data);
    assertSame(key.events, EVENT_READ);
    const number = /POSIX/.test(driver.name) ? a.fileno() : undefined;
    assertSame(key.fd, number);
    assertSame(selector.register(b, BOTH).data, null);
    assert(selector.getKey(a) === key);
  },
);

selectorsConform(
  "BaseSelector.register() is a KeyError for what is registered, and refuses wrong events",
  async ({ make, driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    using selector = make();
    for (const events of [0, 4, 7, -1, 2 ** 31]) {
      assertThrows(() => selector.register(a, events), RangeError);
    }
    for (const events of ["1", null, undefined, 1.5]) {
      assertThrows(() => selector.register(a, events as never), TypeError);
    }
    assertSame(selector.getMap().size, 0);
    const key = selector.register(a, EVENT_READ);
    assertThrows(() => selector.register(a, EVENT_WRITE), KeyError);
    const object = { fileno: () => a.fileno() };
    assertThrows(() => selector.register(object, EVENT_WRITE), KeyError);
    assert(selector.getKey(a) === key);
    assertSame(await selector.select(0), []);
    for (const object of [{}, null, undefined, "x"]) {
      assertThrows(
        () => selector.register(object as never, EVENT_READ),
        TypeError,
      );
    }
    b.close();
    assertThrows(() => selector.register(b, EVENT_READ), OSError, "EBADF");
    assertSame(selector.getMap().size, 1);
  },
);

selectorsConform(
  "BaseSelector.unregister() gives the key back, and is a KeyError for others",
  async ({ make, driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    using selector = make();
    assertThrows(() => selector.unregister(a), KeyError);
    const key = selector.register(a, BOTH);
    const other = selector.register(b, EVENT_WRITE);
    assert(selector.unregister(a) === key);
    assertThrows(() => selector.unregister(a), KeyError);
    assertThrows(() => selector.getKey(a), KeyError);
    assertSame(await selector.select(), [[other, EVENT_WRITE]]);
    selector.register(a, EVENT_WRITE);
    assertSame((await selector.select()).length, 2);
    // By another object of the same socket, as in Python.
    selector.unregister({ fileno: () => a.fileno() });
    assertSame(await selector.select(), [[other, EVENT_WRITE]]);
  },
);

selectorsConform(
  "BaseSelector.modify() replaces the key, with other events, other data or both",
  async ({ make, driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    using selector = make();
    assertThrows(() => selector.modify(a, EVENT_READ), KeyError);
    const first = selector.register(a, EVENT_READ, "first");
    assertSame(await selector.select(0), []);
    const second = selector.modify(a, EVENT_WRITE, "second");
    assert(second !== first && selector.getKey(a) === second);
    assertSame([first.events, first.data], [EVENT_READ, "first"]);
    assertSame([second.events, second.data], [EVENT_WRITE, "second"]);
    assertSame(await selector.select(), [[second, EVENT_WRITE]]);
    const third = selector.modify(a, EVENT_WRITE, "third");
    assertSame(await selector.select(), [[third, EVENT_WRITE]]);
    assertSame(selector.modify(a, EVENT_WRITE).data, null);
    for (const events of [0, 4, -1]) {
      assertThrows(() => selector.modify(a, events), RangeError);
    }
    const last = selector.modify(a, BOTH);
    await b.sendall(bytes("x"));
    selector.modify(a, EVENT_READ);
    const [[key]] = await selector.select();
    assert(key !== last && key === selector.getKey(a));
    assertSame(await selector.select(), [[key, EVENT_READ]]);
  },
);

selectorsConform(
  "BaseSelector.getMap() is what is registered, and changes with it",
  async ({ make, driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    using selector = make();
    const map = selector.getMap();
    assertSame(map.size, 0);
    const key = selector.register(a, EVENT_READ);
    const other = selector.register(b, EVENT_READ);
    assertSame([...map], [[a, key], [b, other]]);
    assert(map.get(a) === key && map.has(b) && !map.has({} as Selectable));
    const changed = selector.modify(a, EVENT_WRITE);
    assert(map.get(a) === changed);
    selector.unregister(b);
    assertSame([...map.keys()], [a]);
    assert(selector.getMap() === map);
  },
);

selectorsConform(
  "BaseSelector.getKey() takes any object of the socket, and is a KeyError for others",
  async ({ make, driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    using selector = make();
    const key = selector.register(a, EVENT_READ);
    assert(selector.getKey({ fileno: () => a.fileno() }) === key);
    assertThrows(() => selector.getKey(b), KeyError);
    assertThrows(() => selector.getKey({} as Selectable), TypeError);
    // A copy is another descriptor.
    using copy = a.dup();
    assertThrows(() => selector.getKey(copy), KeyError);
  },
);

selectorsConform(
  "BaseSelector.select() tells of each socket what it is ready for, of what is waited for",
  async ({ make, driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    using selector = make();
    const key = selector.register(a, EVENT_READ);
    assertSame(await selector.select(0), []);
    const waiting = selector.select();
    await b.sendall(bytes("x"));
    assertSame(await waiting, [[key, EVENT_READ]]);
    // Again, until it is received.
    assertSame(await selector.select(), [[key, EVENT_READ]]);
    const both = selector.modify(a, BOTH);
    assertSame(await selector.select(), [[both, BOTH]]);
    const write = selector.modify(a, EVENT_WRITE);
    assertSame(await selector.select(), [[write, EVENT_WRITE]]);
    assertSame(await a.recv(8), bytes("x"));
    const again = selector.modify(a, BOTH);
    assertSame(await selector.select(), [[again, EVENT_WRITE]]);
    const read = selector.modify(a, EVENT_READ);
    b.shutdown(SHUT_WR);
    assertSame(await selector.select(), [[read, EVENT_READ]]);
    // A hang-up is both, masked by what is waited for.
    a.shutdown(SHUT_WR);
    assertSame(await selector.select(), [[read, EVENT_READ]]);
  },
);

selectorsConform(
  "BaseSelector.select() does not wait with a timeout of 0 or less, and waits with another",
  async ({ make, driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    using selector = make();
    assertSame(await selector.select(0), []);
    assertSame(await selector.select(0.001), []);
    const key = selector.register(a, EVENT_READ);
    for (const timeout of [0, -1, -0.5, -Infinity]) {
      assertSame(await selector.select(timeout), []);
    }
    const start = performance.now();
    assertSame(await selector.select(0.025), []);
    assert(performance.now() - start >= 24);
    for (const timeout of [null, undefined, LONGEST / 1000]) {
      const waiting = selector.select(timeout);
      await b.sendall(bytes("x"));
      assertSame(await waiting, [[key, EVENT_READ]]);
      await a.recv(8);
    }
    for (const timeout of [NaN, Infinity]) {
      await assertRejects(() => selector.select(timeout), RangeError);
    }
    for (const timeout of ["1", {}]) {
      await assertRejects(() => selector.select(timeout as never), TypeError);
    }
  },
);

selectorsConform(
  "BaseSelector.select() that is aborted rejects with the reason, and loses nothing",
  async ({ make, driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    using selector = make();
    const key = selector.register(a, EVENT_READ);
    const reason = new Error("stop");
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = selector.select(null, { signal });
    controller.abort(reason);
    assert(await assertRejects(() => waiting) === reason);
    assert(
      await assertRejects(() => selector.select(0, { signal })) === reason,
    );
    await b.sendall(bytes("hello"));
    assertSame(await selector.select(), [[key, EVENT_READ]]);
    assertSame(await a.recv(8), bytes("hello"));
  },
);

selectorsConform(
  "BaseSelector.close() makes every call EBADF, those that wait too, and closes no socket",
  async ({ make, driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    const selector = make();
    selector.register(a, EVENT_READ);
    const map = selector.getMap();
    const waits = [selector.select(), selector.select(10)].map((each) =>
      assertRejects(() => each, OSError, "EBADF")
    );
    selector.close();
    await deadline(Promise.all(waits), LONGEST);
    selector.close();
    selector[Symbol.dispose]();
    assertSame(map.size, 0);
    for (
      const call of [
        () => selector.register(b, EVENT_READ),
        () => selector.modify(a, EVENT_READ),
        () => selector.unregister(a),
        () => selector.getKey(a),
        () => selector.getMap(),
      ]
    ) assertThrows(call, OSError, "EBADF");
    await assertRejects(() => selector.select(0), OSError, "EBADF");
    await b.sendall(bytes("x"));
    assertSame(await a.recv(8), bytes("x"));
    using other = make();
    const key = other.register(a, EVENT_WRITE);
    assertSame(await other.select(), [[key, EVENT_WRITE]]);
  },
);

selectorsConform(
  "BaseSelector.close() while a ready socket is told ends the wait at once",
  async ({ make, driver }) => {
    await using pair = await pairOf(driver);
    const { a } = pair;
    for (let n = 0; n < 5; n++) {
      const selector = make();
      selector.register(a, EVENT_WRITE);
      await selector.select();
      // It is ready, and the wait has begun: told, or closed, but it ends.
      const waiting = selector.select().then(
        (found) => found.length,
        (error) => error.code,
      );
      selector.close();
      const outcome = await deadline(waiting, LONGEST);
      assert([0, 1, "EBADF"].includes(outcome), `${outcome}`);
    }
  },
);

selectorsConform(
  "BaseSelector.select() by two tasks tells both",
  async ({ make, driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    using selector = make();
    const key = selector.register(a, EVENT_READ);
    const waits = [selector.select(), selector.select(LONGEST / 1000)];
    await b.sendall(bytes("x"));
    assertSame(await Promise.all(waits), [
      [[key, EVENT_READ]],
      [[key, EVENT_READ]],
    ]);
  },
);

selectorsConform(
  "BaseSelector.register() and modify() in the middle of a wait are part of it",
  async ({ make, driver }) => {
    await using one = await pairOf(driver);
    await using two = await pairOf(driver);
    using selector = make();
    selector.register(one.a, EVENT_READ);
    const waiting = selector.select();
    const key = selector.register(two.a, EVENT_READ);
    await two.b.sendall(bytes("x"));
    assertSame(await waiting, [[key, EVENT_READ]]);
    await two.a.recv(8);
    const again = selector.select();
    const changed = selector.modify(one.a, EVENT_WRITE);
    assertSame(await again, [[changed, EVENT_WRITE]]);
    selector.unregister(one.a);
    const third = selector.select();
    selector.unregister(two.a);
    await two.b.sendall(bytes("y"));
    const last = selector.register(one.a, EVENT_WRITE);
    assertSame(await third, [[last, EVENT_WRITE]]);
  },
);

selectorsConform(
  "BaseSelector.select() does not have EVENT_WRITE while the peer takes nothing",
  async ({ make, driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    using selector = make();
    const key = selector.register(a, EVENT_WRITE);
    assertSame(await selector.select(), [[key, EVENT_WRITE]]);
    const length = 16 << 20;
    const sending = a.sendall(new Uint8Array(length));
    assertSame(await selector.select(0.02), []);
    const waiting = selector.select();
    const buffer = new Uint8Array(1 << 20);
    for (let got = 0; got < length;) got += await b.recvInto(buffer);
    assertSame(await waiting, [[key, EVENT_WRITE]]);
    await sending;
  },
);

selectorsConform(
  "BaseSelector.select() tells of a listener, and of a connect() that is over",
  async ({ make, driver }) => {
    await using server = createServer(["127.0.0.1", 0], { driver });
    await using client = new Socket(undefined, undefined, 0, { driver });
    client.setblocking(false);
    using selector = make();
    const key = selector.register(server as Socket, EVENT_READ, "server");
    assertSame(await selector.select(0), []);
    await client.connectEx(server.getsockname());
    assertSame(await selector.select(), [[key, EVENT_READ]]);
    selector.unregister(server as Socket);
    const connected = selector.register(client as Socket, EVENT_WRITE);
    assertSame(await selector.select(), [[connected, EVENT_WRITE]]);
    assertSame(client.getsockopt(SOL_SOCKET, SO_ERROR), 0);
    const [conn] = await server.accept();
    await conn[Symbol.asyncDispose]();
  },
);

selectorsConform(
  "BaseSelector.unregister() takes a socket that is closed",
  async ({ make, driver }) => {
    await using pair = await pairOf(driver);
    const { a, b } = pair;
    using selector = make();
    const key = selector.register(a, EVENT_READ);
    a.close();
    assert(selector.getKey(a) === key);
    assert(selector.unregister(a) === key);
    assertSame(selector.getMap().size, 0);
    assertThrows(() => selector.register(a, EVENT_READ), OSError, "EBADF");
    const other = selector.register(b, EVENT_WRITE);
    const [[found]] = await selector.select();
    assert(found === other);
  },
);

selectorsConform(
  "BaseSelector.select() has a closed socket as the call behind the class has it",
  async ({ make, driver, kind }) => {
    await using pair = await pairOf(driver);
    await using other = await pairOf(driver);
    const { a } = pair;
    using selector = make();
    const key = selector.register(a, EVENT_READ);
    const still = selector.register(other.a, EVENT_READ);
    const waiting = selector.select();
    if (kind.closed === "EBADF") {
      const failing = assertRejects(() => waiting, OSError, "EBADF");
      a.close();
      await failing;
      await assertRejects(() => selector.select(0), OSError, "EBADF");
      selector.unregister(a);
    } else if (kind.closed === "ready") {
      a.close();
      assertSame(await waiting, [[key, EVENT_READ]]);
      assertSame(await selector.select(0), [[key, EVENT_READ]]);
      selector.unregister(a);
    } else {
      a.close();
      await other.b.sendall(bytes("x"));
      assertSame(await waiting, [[still, EVENT_READ]]);
      await other.a.recv(8);
      assertSame(await selector.select(0), []);
      assert(selector.unregister(a) === key);
    }
    await other.b.sendall(bytes("y"));
    assertSame(await selector.select(), [[still, EVENT_READ]]);
  },
);

selectorsConform(
  "BaseSelector.register() takes a server's, a file's and an object's socket",
  async ({ make, driver }) => {
    await using server = createServer(["127.0.0.1", 0], { driver });
    await using client = await createConnection(server.getsockname(), {
      driver,
    });
    const [conn] = await server.accept();
    const file = client.makefile("rb");
    const object = { fileno: () => conn.fileno() };
    using selector = make();
    const key = selector.register(file, EVENT_READ, "file");
    const other = selector.register(object, EVENT_READ, "object");
    await conn.sendall(bytes("one\n"));
    assertSame(await selector.select(), [[key, EVENT_READ]]);
    assertSame(await file.readline(), bytes("one\n"));
    await client.sendall(bytes("two\n"));
    assertSame(await selector.select(), [[other, EVENT_READ]]);
    assert(selector.getKey(object).fileobj === object);
    await file.close();
    await conn[Symbol.asyncDispose]();
  },
);

// Other test files of the process may take a number first that has become free.
const TRIES = 100;

for (const { name, Class } of hasPosix ? kinds : []) {
  Deno.test({
    name:
      `BaseSelector.register() is a KeyError for a socket whose number one has that is closed and still registered [${name}, POSIX]`,
    permissions: { ffi: true, net: true },
    async fn() {
      for (let tries = 0; tries < TRIES; tries++) {
        using selector = new Class({ driver: posix });
        const before = await pairOf(posix);
        const old = before.a;
        const key = selector.register(old, EVENT_READ, "old");
        await before[Symbol.asyncDispose]();
        await using pair = await pairOf(posix);
        const { a, b } = pair;
        if (a.fileno() !== key.fd) continue;
        // As in Python, where a socket is its number.
        assertThrows(() => selector.register(a, EVENT_READ), KeyError);
        assert(selector.unregister(old) === key);
        selector.register(a, EVENT_READ, "new");
        assertThrows(() => selector.unregister(old), OSError, "EBADF");
        const waiting = selector.select();
        await b.sendall(bytes("x"));
        const found = await waiting;
        assertSame(found, [[selector.getKey(a), EVENT_READ]]);
        assertSame(found[0][0].data, "new");
        selector.unregister(a);
        assertSame(selector.getMap().size, 0);
        return;
      }
      assert(false, "the number never came again");
    },
  });
}
