import { assert, assertRejects, assertThrows } from "@std/assert";
import {
  FileExistsError,
  FileNotFoundError,
  OSError,
  SHUT_WR,
  Socket,
} from "../../../socket/mod.ts";
import { libraries } from "../../../socket/posix/layout/mod.ts";
import { sandbox } from "../../../socket/sandbox/driver.ts";
import {
  Epoll,
  epoll,
  EPOLL_CLOEXEC,
  EPOLLERR,
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLHUP,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLRDHUP,
  poll,
  POLLIN,
  select,
  type Selectable,
} from "../../../socket/select/mod.ts";
import { bytes } from "../../support/peers.ts";
import { hasPosix, posix } from "../../support/posix.ts";
import { assertSame, type Pair, pairOf, resettable } from "./support.ts";

const driver = posix;
// A descriptor's number that nobody has.
const NOBODY = 1_000_000;

/** Registers a test with an epoll and two connected sockets. */
function withEpoll(
  name: string,
  test: (setting: Pair & { queue: Epoll }) => Promise<void> | void,
): void {
  Deno.test({
    name: `${name} [POSIX]`,
    ignore: !hasPosix,
    permissions: { net: true, ffi: true },
    async fn() {
      await using pair = await pairOf(driver);
      using queue = epoll(-1, 0, { driver });
      await test({ ...pair, queue });
    },
  });
}

withEpoll(
  "Epoll.poll() is level-triggered, and told again until it is received",
  async ({ queue, a, b }) => {
    queue.register(a, EPOLLIN);
    assertSame(await queue.poll(0), []);
    assertSame(await queue.poll(0.01), []);
    const waiting = queue.poll();
    await b.sendall(bytes("xy"));
    assertSame(await waiting, [[a, EPOLLIN]]);
    assertSame(await queue.poll(), [[a, EPOLLIN]]);
    await a.recv(1);
    assertSame(await queue.poll(-1), [[a, EPOLLIN]]);
    await a.recv(1);
    assertSame(await queue.poll(0), []);
  },
);

withEpoll(
  "Epoll.register() with EPOLLET is edge-triggered: told once for what has come",
  async ({ queue, a, b }) => {
    assert((EPOLLET | EPOLLIN) < 0, "in JavaScript it is negative");
    queue.register(a, EPOLLIN | EPOLLET);
    await b.sendall(bytes("x"));
    assertSame(await queue.poll(), [[a, EPOLLIN]]);
    assertSame(await queue.poll(0), []);
    const waiting = queue.poll();
    await b.sendall(bytes("y"));
    assertSame(await waiting, [[a, EPOLLIN]]);
    assertSame(await queue.poll(0), []);
    assertSame(await a.recv(8), bytes("xy"));
    // As a positive number it is the same.
    queue.modify(a, EPOLLET + EPOLLIN);
    await b.sendall(bytes("z"));
    assertSame(await queue.poll(), [[a, EPOLLIN]]);
    assertSame(await queue.poll(0), []);
    // Modifying tells again.
    queue.modify(a, EPOLLIN | EPOLLET);
    assertSame(await queue.poll(), [[a, EPOLLIN]]);
  },
);

withEpoll(
  "Epoll.register() with EPOLLONESHOT tells once, until modify()",
  async ({ queue, a, b }) => {
    queue.register(a, EPOLLIN | EPOLLONESHOT);
    await b.sendall(bytes("x"));
    assertSame(await queue.poll(), [[a, EPOLLIN]]);
    await b.sendall(bytes("y"));
    assertSame(await queue.poll(0.01), []);
    assertThrows(
      () => queue.register(a, EPOLLIN),
      FileExistsError,
      "EEXIST",
    );
    queue.modify(a, EPOLLIN | EPOLLONESHOT);
    assertSame(await queue.poll(), [[a, EPOLLIN]]);
    assertSame(await queue.poll(0), []);
  },
);

withEpoll(
  "Epoll.register() waits for EPOLLIN, EPOLLOUT and EPOLLPRI if not told otherwise",
  async ({ queue, a, b }) => {
    queue.register(a);
    assertSame(await queue.poll(), [[a, EPOLLOUT]]);
    await b.sendall(bytes("x"));
    assertSame(await queue.poll(), [[a, EPOLLIN | EPOLLOUT]]);
  },
);

withEpoll(
  "Epoll.poll() has EPOLLRDHUP and EPOLLHUP at the end",
  async ({ queue, a, b }) => {
    queue.register(a, EPOLLRDHUP);
    const waiting = queue.poll();
    b.shutdown(SHUT_WR);
    assertSame(await waiting, [[a, EPOLLRDHUP]]);
    queue.modify(a, 0);
    assertSame(await queue.poll(0), []);
    a.shutdown(SHUT_WR);
    assertSame(await queue.poll(), [[a, EPOLLHUP]]);
  },
);

Deno.test({
  name: "Epoll.poll() has EPOLLERR of a stream that was reset [POSIX]",
  ignore: !hasPosix,
  permissions: { net: true, ffi: true },
  async fn() {
    await using pair = await resettable(driver);
    const { ours, reset } = pair;
    using queue = epoll(-1, 0, { driver });
    queue.register(ours, 0);
    const waiting = queue.poll();
    reset();
    const [[found, events]] = await waiting;
    assert(found === ours);
    assertSame(events, EPOLLERR | EPOLLHUP);
  },
});

withEpoll(
  "Epoll.register() is EEXIST for what is registered, and modify() and unregister() ENOENT for what is not",
  async ({ queue, a, b }) => {
    assertThrows(() => queue.modify(a, EPOLLIN), FileNotFoundError, "ENOENT");
    assertThrows(() => queue.unregister(a), FileNotFoundError, "ENOENT");
    queue.register(a, EPOLLIN);
    assertThrows(() => queue.register(a), FileExistsError, "EEXIST");
    assertThrows(() => queue.register(a.fileno()), FileExistsError);
    await b.sendall(bytes("x"));
    assertSame(await queue.poll(), [[a, EPOLLIN]]);
    queue.modify(a, EPOLLOUT);
    assertSame(await queue.poll(), [[a, EPOLLOUT]]);
    queue.unregister(a);
    assertSame(await queue.poll(0), []);
    assertThrows(() => queue.unregister(a), FileNotFoundError);
  },
);

withEpoll(
  "Epoll.register() takes numbers and objects with a fileno(), and tells what was given last",
  async ({ queue, a }) => {
    const object = { fileno: () => a.fileno() };
    queue.register(a.fileno(), EPOLLOUT);
    assertSame(await queue.poll(), [[a.fileno(), EPOLLOUT]]);
    queue.modify(object, EPOLLOUT);
    assertSame(await queue.poll(), [[object, EPOLLOUT]]);
    queue.unregister(a);
    assertSame(await queue.poll(0), []);
  },
);

withEpoll(
  "Epoll.register() is EBADF for what is closed, and EPERM for a file on a disk",
  async ({ queue, a }) => {
    assertThrows(() => queue.register(NOBODY), OSError, "EBADF");
    a.close();
    for (
      const call of [
        () => queue.register(a),
        () => queue.modify(a, EPOLLIN),
        () => queue.unregister(a),
      ]
    ) assertThrows(call, OSError, "EBADF");
    assertSame(await queue.poll(0), []);
    assertThrows(() => queue.register({} as Selectable), TypeError);
    assertThrows(() => queue.register(-1), RangeError);
  },
);

const libc = hasPosix
  ? Deno.dlopen(libraries[0], {
    open: { parameters: ["buffer", "i32"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
  }).symbols
  : undefined;

withEpoll(
  "Epoll.register() is EPERM for what need not be waited for, such as a file on a disk",
  ({ queue }) => {
    const path = new URL(import.meta.url).pathname;
    const fd = libc!.open(bytes(`${path}\0`), 0);
    const error = assertThrows(() => queue.register(fd), OSError, "EPERM");
    assertSame(error.name, "PermissionError");
    libc!.close(fd);
  },
);

withEpoll(
  "Epoll.register() refuses events that are none",
  ({ queue, a }) => {
    for (const events of [2 ** 32, -(2 ** 31) - 1]) {
      assertThrows(() => queue.register(a, events), RangeError);
    }
    for (const events of ["1", null, 1.5]) {
      assertThrows(() => queue.register(a, events as never), TypeError);
    }
    queue.register(a, 0xffffffff & ~EPOLLEXCLUSIVE);
    queue.unregister(a);
  },
);

withEpoll(
  "Epoll.poll() returns `maxevents` at most, and the others later",
  async ({ queue, a, b }) => {
    queue.register(a, EPOLLOUT | EPOLLET);
    queue.register(b, EPOLLOUT | EPOLLET);
    const [[first]] = await queue.poll(null, { maxevents: 1 });
    const [[second], ...others] = await queue.poll(null, { maxevents: 1 });
    assertSame(others, []);
    assert(new Set([first, second]).size === 2);
    assertSame(await queue.poll(0, { maxevents: 1 }), []);
    assertSame(await queue.poll(0, { maxevents: -1 }), []);
    for (const maxevents of [0, -2, 2 ** 40]) {
      await assertRejects(() => queue.poll(0, { maxevents }), RangeError);
    }
    for (const timeout of [NaN, Infinity]) {
      await assertRejects(() => queue.poll(timeout), RangeError);
    }
    for (const timeout of ["1", "-1", {}]) {
      await assertRejects(() => queue.poll(timeout as never), TypeError);
    }
  },
);

withEpoll(
  "Epoll.poll() that is aborted rejects with the reason, and loses nothing",
  async ({ queue, a, b }) => {
    queue.register(a, EPOLLIN | EPOLLET);
    const reason = new Error("stop");
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = queue.poll(null, { signal });
    controller.abort(reason);
    assert(await assertRejects(() => waiting) === reason);
    await b.sendall(bytes("x"));
    assert(await assertRejects(() => queue.poll(0, { signal })) === reason);
    assertSame(await queue.poll(), [[a, EPOLLIN]]);
  },
);

withEpoll(
  "Epoll.poll() by two tasks tells both what lasts, and one what happens once",
  async ({ queue, a, b }) => {
    queue.register(a, EPOLLIN);
    const both = [queue.poll(), queue.poll()];
    await b.sendall(bytes("x"));
    assertSame(await Promise.all(both), [[[a, EPOLLIN]], [[a, EPOLLIN]]]);
    await a.recv(8);
    queue.modify(a, EPOLLIN | EPOLLET);
    const controller = new AbortController();
    let told = 0;
    const one = async () => {
      const { signal } = controller;
      const { length } = await queue.poll(null, { signal });
      told += length;
    };
    const waits = [one(), one()];
    await b.sendall(bytes("y"));
    await Promise.race(waits);
    assertSame(told, 1);
    await b.sendall(bytes("z"));
    await Promise.all(waits);
    assertSame(told, 2);
  },
);

withEpoll(
  "Epoll.register() while another task waits wakes it",
  async ({ queue, a, b }) => {
    const waiting = queue.poll();
    queue.register(a, EPOLLIN);
    await b.sendall(bytes("x"));
    assertSame(await waiting, [[a, EPOLLIN]]);
    await a.recv(8);
    const again = queue.poll();
    queue.modify(a, EPOLLOUT);
    assertSame(await again, [[a, EPOLLOUT]]);
  },
);

withEpoll(
  "Epoll.close() while a poll waits is EBADF for it, and for every call after that",
  async ({ queue, a }) => {
    queue.register(a, EPOLLIN);
    assertSame(queue.closed, false);
    assert(queue.fileno() > 2);
    const waits = [queue.poll(), queue.poll(10)];
    queue.close();
    for (const each of waits) {
      await assertRejects(() => each, OSError, "EBADF");
    }
    assertSame(queue.closed, true);
    queue.close();
    await assertRejects(() => queue.poll(0), OSError, "EBADF");
    for (
      const call of [
        () => queue.register(a),
        () => queue.modify(a, 1),
        () => queue.unregister(a),
        () => queue.fileno(),
      ]
    ) assertThrows(call, OSError, "EBADF");
    // The sockets stay open.
    assertSame(await select([], [a], [], 0), [[], [a], []]);
  },
);

withEpoll(
  "Epoll.poll() forgets a socket that is closed",
  async ({ queue, a, b }) => {
    queue.register(a, EPOLLIN);
    queue.register(b, EPOLLIN);
    const waiting = queue.poll();
    b.close();
    // The peer has the end of the stream, the closed one nothing.
    assertSame(await waiting, [[a, EPOLLIN | EPOLLHUP]]);
    a.close();
    assertSame(await queue.poll(0), []);
    await using pair = await pairOf(driver);
    queue.register(pair.a, EPOLLOUT);
    assertSame(await queue.poll(), [[pair.a, EPOLLOUT]]);
    queue.unregister(pair.a);
  },
);

withEpoll(
  "epoll.fromfd() shares the registrations of another object, as numbers",
  async ({ queue, a, b }) => {
    const same = epoll.fromfd(queue.fileno(), { driver });
    assert(same instanceof Epoll);
    assertSame(same.fileno(), queue.fileno());
    queue.register(a, EPOLLIN);
    const waits = [queue.poll(), same.poll()];
    await b.sendall(bytes("x"));
    assertSame(await waits[0], [[a, EPOLLIN]]);
    assertSame(await waits[1], [[a.fileno(), EPOLLIN]]);
    same.modify(a, EPOLLOUT);
    assertSame(await queue.poll(), [[a, EPOLLOUT]]);
    assertSame(await same.poll(), [[a, EPOLLOUT]]);
    assertThrows(() => epoll.fromfd(-1, { driver }), RangeError);
    assertThrows(() => epoll.fromfd("3" as never, { driver }), TypeError);
    using none = epoll.fromfd(a.fileno(), { driver });
    assertThrows(() => none.register(b), OSError, "EINVAL");
    // It closes with the socket's number, which is not its own.
    a.detach();
  },
);

withEpoll(
  "Epoll.register() takes another epoll, which is readable while it has events",
  async ({ queue, a, b }) => {
    using inner = epoll(-1, 0, { driver });
    inner.register(a, EPOLLIN);
    queue.register(inner, EPOLLIN);
    assertSame(await queue.poll(0), []);
    const poller = poll<Selectable>({ driver });
    poller.register(inner, POLLIN);
    const waits = [
      queue.poll(),
      poller.poll(),
      select([inner], [], [], null, { driver }),
    ] as const;
    await b.sendall(bytes("x"));
    assertSame(await waits[0], [[inner, EPOLLIN]]);
    assertSame(await waits[1], [[inner, POLLIN]]);
    assertSame(await waits[2], [[inner], [], []]);
    assertSame(await inner.poll(), [[a, EPOLLIN]]);
    await a.recv(8);
    assertSame(await queue.poll(0), []);
    assertThrows(() => inner.register(queue), OSError, "ELOOP");
    assertThrows(() => queue.register(queue), OSError, "EINVAL");
  },
);

withEpoll(
  "Epoll.register() with EPOLLEXCLUSIVE tells at least one of several epolls",
  async ({ queue, a, b }) => {
    using other = epoll(-1, 0, { driver });
    for (const each of [queue, other]) {
      each.register(a, EPOLLIN | EPOLLEXCLUSIVE);
    }
    assertThrows(() => queue.modify(a, EPOLLIN), OSError, "EINVAL");
    const controller = new AbortController();
    const { signal } = controller;
    const waits = [queue, other].map((each) => each.poll(null, { signal }));
    await b.sendall(bytes("x"));
    assertSame(await Promise.race(waits), [[a, EPOLLIN]]);
    controller.abort();
    await Promise.allSettled(waits);
    queue.unregister(a);
  },
);

withEpoll(
  "epoll() takes a size hint and EPOLL_CLOEXEC, as Python's does",
  () => {
    epoll(1, EPOLL_CLOEXEC, { driver }).close();
    epoll(undefined, undefined, { driver }).close();
    for (const sizehint of [0, -2]) {
      assertThrows(() => epoll(sizehint, 0, { driver }), RangeError);
    }
    assertThrows(() => epoll("1" as never, 0, { driver }), TypeError);
    assertThrows(() => epoll(-1, 1, { driver }), OSError, "EINVAL");
  },
);

Deno.test({
  name: "epoll() is EOPNOTSUPP with the sandboxed driver, and says what to use",
  permissions: { net: true },
  fn() {
    for (
      const call of [
        () => epoll(-1, 0, { driver: sandbox }),
        () => epoll(),
        () => epoll.fromfd(5, { driver: sandbox }),
      ]
    ) {
      const { message } = assertThrows(call, OSError, "EOPNOTSUPP");
      assert(/poll\(\) or a selector/.test(message), message);
      assert(/--allow-ffi/.test(message), message);
    }
  },
});

withEpoll(
  "Epoll.register() is EOPNOTSUPP for a socket of the sandboxed driver",
  ({ queue }) => {
    using s = new Socket(undefined, undefined, 0, { driver: sandbox });
    for (
      const call of [
        () => queue.register(s),
        () => queue.modify(s, EPOLLIN),
        () => queue.unregister(s),
        () => queue.register({ fileno: () => s.fileno() }),
      ]
    ) {
      const { message } = assertThrows(call, OSError, "EOPNOTSUPP");
      assert(/POSIX driver/.test(message), message);
    }
  },
);
