// What a wait costs: counted, not timed.
import { assert } from "@std/assert";
import {
  AF_INET,
  type Driver,
  SOCK_DGRAM,
  Socket,
} from "../../../socket/mod.ts";
import { sandbox } from "../../../socket/sandbox/driver.ts";
import { poll, POLLIN, select } from "../../../socket/select/mod.ts";
import {
  DefaultSelector,
  EVENT_READ,
  PollSelector,
  SelectSelector,
} from "../../../socket/selectors/mod.ts";
import { bytes } from "../../support/peers.ts";
import { hasPosix, posix } from "../../support/posix.ts";
import { countingDriver, type Counts } from "./counting_driver.ts";
import { assertSame, pairOf } from "./support.ts";

const ROUNDS = 20;

const drivers: readonly {
  driver: Driver;
  idle: number;
  permissions: Deno.PermissionOptionsObject;
}[] = [
  { driver: sandbox, idle: 500, permissions: { net: true } },
  ...(hasPosix
    ? [{ driver: posix, idle: 2000, permissions: { ffi: true, net: true } }]
    : []),
];

/** Something that sockets are registered with, and that waits. */
interface Waiting {
  add(socket: Socket): void;
  wait(): Promise<Socket[]>;
  close(): void;
}

function bySelector(
  Selector: typeof DefaultSelector | typeof SelectSelector,
): Waiting {
  const selector = new Selector<Socket>();
  return {
    add: (socket) => selector.register(socket, EVENT_READ),
    wait: async () => (await selector.select()).map(([{ fileobj }]) => fileobj),
    close: () => selector.close(),
  };
}

const ways: Readonly<Record<string, () => Waiting>> = {
  DefaultSelector: () => bySelector(DefaultSelector),
  PollSelector: () => bySelector(PollSelector),
  SelectSelector: () => bySelector(SelectSelector),
  poll() {
    const poller = poll<Socket>();
    return {
      add: (socket) => poller.register(socket, POLLIN),
      wait: async () => (await poller.poll()).map(([socket]) => socket),
      close() {},
    };
  },
};

/** Opens sockets that nobody sends to. */
function idleSockets(driver: Driver, count: number): Socket[] {
  return Array.from({ length: count }, () => {
    const socket = new Socket(AF_INET, SOCK_DGRAM, 0, { driver });
    socket.bind(["127.0.0.1", 0]);
    return socket as Socket;
  });
}

async function closeAll(sockets: readonly Socket[]): Promise<void> {
  await Promise.all(sockets.map((each) => each[Symbol.asyncDispose]()));
}

/** Counts what so many waits for one busy socket cost beside idle ones. */
async function costOf(
  waiting: Waiting,
  inner: Driver,
  idle: number,
): Promise<Counts> {
  const { driver, counts } = countingDriver(inner);
  const sockets = idleSockets(driver, idle);
  await using pair = await pairOf(driver);
  const { a, b } = pair;
  for (const each of [...sockets, a]) waiting.add(each);
  const work = async () => {
    for (let n = 0; n < ROUNDS; n++) {
      const found = waiting.wait();
      await b.sendall(bytes("x"));
      assertSame(await found, [a]);
      await a.recv(8);
    }
  };
  // The first waits look at each; the kernel has news of each when it is registered.
  await work();
  const before = { ...counts };
  assert(before.polls > idle && before.observes >= idle);
  await work();
  waiting.close();
  const cost = {
    polls: counts.polls - before.polls,
    observes: counts.observes - before.observes,
    observed: counts.observed,
  };
  await closeAll(sockets);
  return cost;
}

for (const { driver, idle, permissions } of drivers) {
  for (const [name, way] of Object.entries(ways)) {
    Deno.test({
      name:
        `InterestList.wait() of ${name} costs what is ready, beside ${idle} idle sockets [${driver.name}]`,
      permissions,
      async fn() {
        const few = await costOf(way(), driver, 2);
        const many = await costOf(way(), driver, idle);
        // News may come in one piece or in two, but of the busy socket alone.
        const most = ROUNDS * 6;
        assert(few.polls <= most, `${few.polls}`);
        assert(many.polls <= most, `${many.polls}`);
        assert(many.observes <= most, `${many.observes}`);
        if (name !== "poll") {
          assertSame([few.observed, many.observed], [0, 0]);
        }
      },
    });
  }

  Deno.test({
    name:
      `InterestList.wait() observes idle sockets once, not at each wait [${driver.name}]`,
    permissions,
    async fn() {
      const { driver: counted, counts } = countingDriver(driver);
      const sockets = idleSockets(counted, 50);
      const poller = poll<Socket>();
      for (const each of sockets) poller.register(each, POLLIN);
      for (let n = 0; n < 10; n++) assertSame(await poller.poll(0), []);
      assertSame([counts.observes, counts.observed], [50, 50]);
      assert(counts.polls <= 150, `${counts.polls}`);
      for (const each of sockets) poller.unregister(each);
      assertSame(counts.observed, 0);
      await closeAll(sockets);
    },
  });

  Deno.test({
    name:
      `select() observes idle sockets once, as long as it is called again with them [${driver.name}]`,
    permissions,
    async fn() {
      const { driver: counted, counts } = countingDriver(driver);
      const sockets = idleSockets(counted, 20);
      for (let n = 0; n < 10; n++) {
        assertSame(await select(sockets, [], [], 0), [[], [], []]);
      }
      assertSame([counts.observes, counts.observed], [20, 20]);
      // Another call ends it.
      await select([], [], [], 0);
      assertSame(counts.observed, 0);
      await closeAll(sockets);
    },
  });

  Deno.test({
    name:
      `select() called several times at once leaves no observer behind [${driver.name}]`,
    permissions,
    async fn() {
      const { driver: counted, counts } = countingDriver(driver);
      await using one = await pairOf(counted);
      await using two = await pairOf(counted);
      const loop = async (own: Socket, other: Socket) => {
        for (let n = 0; n < 50; n++) {
          await select([own, other], [], [], 0.001 * (n % 3));
        }
      };
      await Promise.all([loop(one.a, two.a), loop(two.a, one.a)]);
      await select([], [], [], 0);
      assertSame(counts.observed, 0);
    },
  });
}
