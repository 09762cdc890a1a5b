// What can be waited for, in select(), poll() and a selector alike.
import { assert, assertRejects, assertThrows } from "@std/assert";
import { libraries } from "../../../socket/posix/layout/mod.ts";
import {
  createConnection,
  fromfd,
  OSError,
  type Socket,
} from "../../../socket/mod.ts";
import type { Driver } from "../../../socket/mod.ts";
import { sandbox } from "../../../socket/sandbox/driver.ts";
import {
  poll,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  select,
  type Selectable,
} from "../../../socket/select/mod.ts";
import { DefaultSelector, EVENT_READ } from "../../../socket/selectors/mod.ts";
import { endpointOf } from "../../../socket/socket.ts";
import { BaseRequestHandler, TCPServer } from "../../../server/mod.ts";
import { conforms } from "../../conformance/suite.ts";
import { bytes, connected, listening } from "../../support/peers.ts";
import { hasPosix, posix } from "../../support/posix.ts";
import { assertSame, once, pairOf } from "./support.ts";

/** Waits in each of the ways until an object can be read; all must find it as it is. */
async function readable<T extends Selectable>(
  object: T,
  driver?: Driver,
): Promise<void> {
  const [[found]] = await select([object], [], [], null, { driver });
  assert(found === object);
  const poller = poll<T>({ driver });
  poller.register(object, POLLIN);
  const [[same, events]] = await poller.poll();
  assert(same === object);
  assertSame(events & POLLIN, POLLIN);
  using selector = new DefaultSelector<T>({ driver });
  const key = selector.register(object, EVENT_READ);
  assertSame(await selector.select(), [[key, EVENT_READ]]);
  assert(key.fileobj === object);
}

/** Looks in each of the ways, and finds that it cannot be read. */
async function silent<T extends Selectable>(
  object: T,
  driver?: Driver,
): Promise<void> {
  assertSame((await select([object], [], [], 0, { driver }))[0], []);
  const poller = poll<T>({ driver });
  poller.register(object, POLLIN);
  assertSame(await poller.poll(0), []);
  using selector = new DefaultSelector<T>({ driver });
  selector.register(object, EVENT_READ);
  assertSame(await selector.select(0), []);
}

conforms(
  "sourceOf() takes a socket, its endpoint and objects whose fileno() asks it",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    class Connection {
      readonly sock = ours;
      fileno(): number {
        return this.sock.fileno();
      }
    }
    const connection = new Connection();
    const outer = { fileno: () => connection.fileno() };
    const objects = [ours, endpointOf(ours, "poll"), connection, outer];
    for (const object of objects) await silent<Selectable>(object);
    await peer.write(bytes("hello"));
    for (const object of objects) await readable<Selectable>(object);
    assertSame(await ours.recv(8), bytes("hello"));
    for (const object of objects) await silent<Selectable>(object);
  },
);

conforms(
  "sourceOf() takes a file of makefile(), whose buffer it does not see, as in Python",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    const file = ours.makefile("rb");
    await silent(file);
    await peer.write(bytes("one\ntwo\n"));
    await readable(file);
    assertSame(await file.readline(), bytes("one\n"));
    // Of the socket all has been received.
    await silent(file);
    await silent(ours);
    assertSame(await file.readline(), bytes("two\n"));
    await file.close();
    await assertRejects(() => select([file], [], []), OSError);
  },
  once,
);

conforms(
  "sourceOf() takes a server, which has a request when it is readable",
  async ({ driver }) => {
    let handled = 0;
    class Handler extends BaseRequestHandler {
      override handle(): Promise<void> {
        handled++;
        return Promise.resolve();
      }
    }
    await using server = new TCPServer(["127.0.0.1", 0], Handler, { driver });
    await silent(server);
    const waiting = select([server], [], []);
    await using client = await createConnection(server.serverAddress, {
      driver,
    });
    assertSame((await waiting)[0], [server]);
    await readable(server);
    await server.handleRequest();
    assertSame(handled, 1);
    await silent(server);
    assertSame((await client.recv(8)).length, 0);
    await server.serverClose();
    await assertRejects(() => select([server], [], []), OSError, "EBADF");
    assertThrows(() => poll().register(server), OSError, "EBADF");
  },
  once,
);

conforms(
  "sourceOf() takes the copies that dup() makes, which are ready together",
  async ({ driver, transport }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    using copy = ours.dup();
    await peer.write(bytes("x"));
    await readable(copy);
    await readable(ours);
    assertSame(await copy.recv(8), bytes("x"));
    await silent(ours);
    await silent(copy);
    // The other goes on when one is closed.
    const waiting = select([ours], [], []);
    copy.close();
    await peer.write(bytes("y"));
    assertSame((await waiting)[0], [ours]);
  },
  once,
);

Deno.test({
  name:
    "sourceOf() refuses a number in the sandbox with EOPNOTSUPP, and says what to use",
  permissions: { net: true },
  async fn() {
    const options = { driver: sandbox };
    const calls: (() => unknown)[] = [
      () => poll(options).register(0),
      () => poll().register(0),
      () => new DefaultSelector(options).register(0, EVENT_READ),
      () => poll(options).register({ fileno: () => 3 }),
    ];
    for (const call of calls) {
      const error = assertThrows(call, OSError, "EOPNOTSUPP");
      assert(/--allow-ffi/.test(error.message), error.message);
    }
    await assertRejects(
      () => select([0], [], [], 0, options),
      OSError,
      "EOPNOTSUPP",
    );
  },
});

Deno.test("sourceOf() refuses what is no descriptor and has none", () => {
  for (const object of [{}, null, undefined, "3", true, [], { fileno: 3 }]) {
    assertThrows(() => poll().register(object as never), TypeError, "register");
    assertThrows(
      () => new DefaultSelector().register(object as never, EVENT_READ),
      TypeError,
      "register",
    );
  }
  for (const number of [-1, 2 ** 31]) {
    assertThrows(() => poll().register(number), RangeError);
  }
  for (const closed of [-1]) {
    const object = { fileno: () => closed };
    assertThrows(() => poll().register(object), OSError, "EBADF");
  }
});

// A descriptor of another kind than a socket's is opened by libc itself.
const libc = hasPosix
  ? Deno.dlopen(libraries[0], {
    pipe: { parameters: ["buffer"], result: "i32" },
    fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
    open: { parameters: ["buffer", "i32"], result: "i32" },
    write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
    read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
    close: { parameters: ["i32"], result: "i32" },
  }).symbols
  : undefined;

function withLibc(
  name: string,
  test: (symbols: NonNullable<typeof libc>) => Promise<void>,
): void {
  Deno.test({
    name: `${name} [POSIX]`,
    ignore: !hasPosix,
    permissions: { net: true, ffi: true, read: true },
    fn: () => test(libc!),
  });
}

const options = { driver: posix };

const F_DUPFD = 0;
const HIGH = 5000;

withLibc(
  "sourceOf() takes the numbers of a pipe, and sees its end and its error",
  async ({ pipe, fcntl, write, read, close }) => {
    const fds = new Int32Array(2);
    assertSame(pipe(new Uint8Array(fds.buffer)), 0);
    const w = fds[1];
    // A number that nobody else gets when it is closed.
    const r = fcntl(fds[0], F_DUPFD, HIGH);
    assert(r >= HIGH, `${r}`);
    close(fds[0]);
    await silent(r, posix);
    assertSame(await select([r], [w], [r, w], 0, options), [[], [w], []]);
    const waiting = select([r], [], [], null, options);
    write(w, bytes("hello"), 5n);
    assertSame((await waiting)[0], [r]);
    await readable(r, posix);
    // Twice in a list, and as an object.
    const object = { fileno: () => r };
    assertSame((await select([r, r, object], [], [], 0, options))[0], [
      r,
      r,
      object,
    ]);
    read(r, new Uint8Array(8), 8n);
    await silent(r, posix);
    // At its end there is POLLHUP alone, and select() has it readable.
    const ended = select([r], [], [], null, options);
    close(w);
    assertSame((await ended)[0], [r]);
    const poller = poll<number>(options);
    poller.register(r, POLLIN);
    assertSame(await poller.poll(), [[r, 0x10]]);
    close(r);
    assertSame(await poller.poll(), [[r, POLLNVAL]]);
    await assertRejects(
      () => select([r], [], [], 0, options),
      OSError,
      "EBADF",
    );
  },
);

withLibc(
  "sourceOf() takes a number again that is another pipe's by now",
  async ({ pipe, fcntl, write, close }) => {
    const fds = new Int32Array(2);
    const another = () => {
      assertSame(pipe(new Uint8Array(fds.buffer)), 0);
      const r = fcntl(fds[0], F_DUPFD, HIGH + 500);
      close(fds[0]);
      return [r, fds[1]];
    };
    const [old, end] = another();
    assertSame(await select([old], [], [], 0.001, options), [[], [], []]);
    // What still has the old one is not in the way of the new one.
    await silent(old, posix);
    for (const fd of [old, end]) close(fd);
    const [r, w] = another();
    assertSame(r, old);
    const poller = poll<number>(options);
    poller.register(r, POLLIN);
    const waits = [poller.poll(), select([r], [], [], null, options)] as const;
    write(w, bytes("x"), 1n);
    assertSame(await waits[0], [[r, POLLIN]]);
    assertSame((await waits[1])[0], [r]);
    for (const fd of [r, w]) close(fd);
  },
);

withLibc(
  "sourceOf() takes the number of a file on a disk, which is always ready",
  async ({ open, close }) => {
    const path = new URL(import.meta.url).pathname;
    const fd = open(bytes(`${path}\0`), 0);
    assert(fd > 2, `${fd}`);
    assertSame(await select([fd], [fd], [fd], null, options), [
      [fd],
      [fd],
      [],
    ]);
    const poller = poll<number>(options);
    poller.register(fd);
    assertSame(await poller.poll(), [[fd, POLLIN | POLLOUT]]);
    await readable(fd, posix);
    close(fd);
  },
);

withLibc(
  "sourceOf() takes the number of a socket, which is the same as the socket",
  async () => {
    await using pair = await pairOf(posix);
    const { a, b } = pair;
    const fd = a.fileno();
    await silent(fd, posix);
    await b.sendall(bytes("hello"));
    await readable(fd, posix);
    const lists: Selectable[] = [fd, a, fd];
    assertSame(
      (await select(lists, [], [], 0, options))[0],
      lists,
    );
    const poller = poll<Selectable>(options);
    poller.register(a, POLLIN);
    poller.register(fd, POLLOUT);
    const found = await poller.poll();
    assertSame(found.length, 1);
    assertSame(found[0][1], POLLOUT);
    poller.unregister(a);
    assertSame(await poller.poll(0), []);
    assertSame(await a.recv(8), bytes("hello"));
    await silent(fd, posix);
  },
);

withLibc(
  "sourceOf() takes an object for what its number says, whichever socket it has asked besides",
  async () => {
    await using one = await pairOf(posix);
    await using two = await pairOf(posix);
    const object = {
      fileno() {
        const fd = one.a.fileno();
        two.a.fileno();
        return fd;
      },
    };
    await two.b.sendall(bytes("x"));
    await silent(object, posix);
    await one.b.sendall(bytes("x"));
    await readable(object, posix);
  },
);

withLibc(
  "sourceOf() takes a socket that fromfd() has made of a number",
  async () => {
    await using pair = await pairOf(posix);
    const { a, b } = pair;
    using same = fromfd(
      a.fileno(),
      a.family,
      a.type,
      0,
      options,
    ) as Socket;
    await silent(same);
    await b.sendall(bytes("hello"));
    await readable(same);
    await readable(a);
  },
);

withLibc(
  "sourceOf() takes sockets of several drivers side by side",
  async () => {
    await using one = await pairOf(sandbox);
    await using two = await pairOf(posix);
    const all = [one.a, two.a];
    for (const [sender, object] of [[one.b, one.a], [two.b, two.a]] as const) {
      const waiting = select(all, [], []);
      const poller = poll<Socket>();
      for (const each of all) poller.register(each, POLLIN);
      const polling = poller.poll();
      await sender.sendall(bytes("x"));
      assertSame((await waiting)[0], [object]);
      assertSame(await polling, [[object, POLLIN]]);
      assertSame(await object.recv(8), bytes("x"));
    }
    assertSame(await select(all, all, all, 0), [[], all, []]);
  },
);

withLibc(
  "sourceOf() takes a number that another socket has got meanwhile",
  async () => {
    // The kernel gives the lowest number that is free, but other test files of the
    // process may take it first.
    for (let tries = 0; tries < 20; tries++) {
      let old: number;
      {
        await using pair = await pairOf(posix);
        old = pair.a.fileno();
        assertSame((await select([pair.a], [], [], 0))[0], []);
      }
      await using pair = await pairOf(posix);
      const { a, b } = pair;
      const waiting = select([a], [], []);
      await b.sendall(bytes("x"));
      assertSame((await waiting)[0], [a]);
      if (a.fileno() === old) break;
    }
  },
);

Deno.test({
  name:
    "sourceOf() has a listener of each driver readable at once when a connection comes",
  ignore: !hasPosix,
  permissions: { net: true, ffi: true },
  async fn() {
    const transport = { family: 2, fresh: () => ["127.0.0.1", 0] } as never;
    await using one = listening(transport, sandbox);
    await using two = listening(transport, posix);
    for (const server of [two, one]) {
      const waiting = select([one, two], [], []);
      await using client = await createConnection(
        server.getsockname() as [string, number],
      );
      assertSame((await waiting)[0], [server]);
      const [conn] = await server.accept();
      await conn[Symbol.asyncDispose]();
      assertSame((await client.recv(8)).length, 0);
    }
  },
});
