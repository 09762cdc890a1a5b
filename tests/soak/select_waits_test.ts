// Many waits, given up again and again, at many sockets: nothing is lost, nothing is
// kept, and none hangs.
import { assert, assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { type Driver, MSG_DONTWAIT, type Socket } from "../../socket/mod.ts";
import { sandbox } from "../../socket/sandbox/driver.ts";
import {
  epoll,
  EPOLLIN,
  poll,
  POLLHUP,
  POLLIN,
  POLLRDHUP,
  select,
} from "../../socket/select/mod.ts";
import {
  DefaultSelector,
  EVENT_READ,
  SelectSelector,
} from "../../socket/selectors/mod.ts";
import { pairOf } from "../socket/select/support.ts";
import { Checksum } from "../support/checksum.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { allowLibc, POSIX } from "../support/posix_program.ts";
import { valueOf } from "../support/program.ts";
import { Random } from "../support/random.ts";
import { atLeast, sized } from "../support/soak.ts";

const SOCKETS = 50;
const TASKS = 4;
/** How many waits all tasks do together, at least. */
const WAITS = sized(50_000);

/** When a run counts as one that stands still; milliseconds. */
const LONGEST = 300_000;

/** A wait at sockets, some of which come and go. */
interface Waiting {
  wait(
    timeout: number | null,
    signal: AbortSignal | undefined,
  ): Promise<Socket[]>;
  remove(socket: Socket): void;
  close(): void;
}

type Way = (sockets: readonly Socket[], driver: Driver) => Waiting;

function bySelector(
  Selector: typeof DefaultSelector | typeof SelectSelector,
): Way {
  return (sockets, driver) => {
    const selector = new Selector<Socket>({ driver });
    for (const each of sockets) selector.register(each, EVENT_READ);
    return {
      wait: async (timeout, signal) =>
        (await selector.select(timeout, { signal }))
          .map(([{ fileobj }]) => fileobj),
      remove: (socket) => selector.unregister(socket),
      close: () => selector.close(),
    };
  };
}

const ways: Readonly<Record<string, Way>> = {
  "select()": (sockets) => {
    const left = new Set(sockets);
    return {
      wait: async (timeout, signal) =>
        (await select(left, [], [], timeout, { signal }))[0],
      remove: (socket) => left.delete(socket),
      close() {},
    };
  },
  "Poll.poll()": (sockets) => {
    const poller = poll<Socket>();
    for (const each of sockets) poller.register(each, POLLIN | POLLRDHUP);
    return {
      wait: async (timeout, signal) => {
        const found = await poller.poll(timeout && timeout * 1000, { signal });
        for (const [, events] of found) {
          assert((events & (POLLIN | POLLHUP | POLLRDHUP)) !== 0);
        }
        return found.map(([socket]) => socket);
      },
      remove: (socket) => poller.unregister(socket),
      close() {},
    };
  },
  "DefaultSelector.select()": bySelector(DefaultSelector),
  "SelectSelector.select()": bySelector(SelectSelector),
  "Epoll.poll()": (sockets, driver) => {
    const queue = epoll<Socket>(-1, 0, { driver });
    for (const each of sockets) queue.register(each, EPOLLIN);
    return {
      wait: async (timeout, signal) =>
        (await queue.poll(timeout, { signal })).map(([socket]) => socket),
      remove: (socket) => queue.unregister(socket),
      close: () => queue.close(),
    };
  },
};

/** What has been done, by all tasks together. */
interface Counts {
  waits: number;
  aborts: number;
  timeouts: number;
  removals: number;
}

/** Sends pieces at random times until the waits have been done, then ends the stream. */
async function send(
  socket: Socket,
  random: Random,
  counts: Counts,
): Promise<string> {
  const sum = new Checksum();
  do {
    const piece = random.bytes(random.size(2000));
    sum.update(piece);
    await socket.sendall(piece);
    await new Promise((resolve) => setTimeout(resolve, random.integer(0, 150)));
  } while (counts.waits < WAITS);
  socket.close();
  return sum.hex();
}

/** Waits at all sockets, and receives from its own, until each of them has ended. */
async function receive(
  waiting: Waiting,
  own: readonly Socket[],
  random: Random,
  counts: Counts,
): Promise<string[]> {
  const sums = new Map(own.map((each) => [each, new Checksum()]));
  const ended = new Set<Socket>();
  while (ended.size < own.length) {
    const timeout = random.pick([0, 0.0002, 0.001, 0.003, null, null, 5]);
    const controller = random.chance(0.4) ? new AbortController() : undefined;
    const reason = new Error("given up");
    const timer = controller && setTimeout(
      () => controller.abort(reason),
      random.pick([0, 0, 1, 3]),
    );
    counts.waits++;
    const { removals } = counts;
    let ready: Socket[];
    try {
      ready = await waiting.wait(timeout, controller?.signal);
    } catch (error) {
      if (error !== reason) throw error;
      counts.aborts++;
      continue;
    } finally {
      clearTimeout(timer);
    }
    if (ready.length === 0) {
      // What was ready may have been removed before it was told.
      assert(
        timeout !== null || counts.removals > removals,
        "it has timed out",
      );
      counts.timeouts++;
    }
    if (!ready.some((each) => sums.has(each))) {
      // It is another task's, which is given its turn.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    for (const socket of ready) {
      const sum = sums.get(socket);
      if (sum === undefined || ended.has(socket)) continue;
      // Nobody else takes what was told, so this never has to wait.
      const data = await socket.recv(random.size(4000), MSG_DONTWAIT);
      if (data.length > 0) sum.update(data);
      else {
        ended.add(socket);
        waiting.remove(socket);
        counts.removals++;
      }
    }
  }
  return [...sums.values()].map((sum) => sum.hex());
}

async function run(way: Way, driver: Driver): Promise<void> {
  const random = new Random();
  const counts: Counts = { waits: 0, aborts: 0, timeouts: 0, removals: 0 };
  const pairs = await Promise.all(
    Array.from({ length: SOCKETS }, () => pairOf(driver)),
  );
  const ours = pairs.map(({ a }) => a);
  const waiting = way(ours, driver);
  try {
    const sending = pairs.map(({ b }) => send(b, random, counts));
    const size = Math.ceil(SOCKETS / TASKS);
    const receiving = Array.from(
      { length: TASKS },
      (_, n) =>
        receive(
          waiting,
          ours.slice(n * size, (n + 1) * size),
          random,
          counts,
        ),
    );
    // One that fails does not leave the others behind.
    const all = Promise.allSettled([...sending, ...receiving]);
    for (const each of await deadline(all, LONGEST)) {
      if (each.status === "rejected") throw each.reason;
    }
    const sent = await Promise.all(sending);
    const received = await Promise.all(receiving);
    assertEquals(received.flat(), sent, `seed ${random.seed}`);
    assert(counts.waits >= WAITS, `${counts.waits}`);
    assert(counts.aborts >= atLeast(500), `${counts.aborts} aborts`);
    assert(counts.timeouts >= atLeast(100), `${counts.timeouts} timeouts`);
  } finally {
    waiting.close();
    for (const each of pairs) await each[Symbol.asyncDispose]();
  }
}

for (const driver of hasPosix ? [sandbox, posix] : [sandbox]) {
  for (const [name, way] of Object.entries(ways)) {
    if (name === "Epoll.poll()" && driver !== posix) continue;
    Deno.test(
      `${name} given up at random loses no byte of ${SOCKETS} sockets in ${WAITS} waits [${driver.name}]`,
      () => run(way, driver),
    );
  }
}

const imports = `
  import { poll, select } from "${
  import.meta.resolve("../../socket/select/mod.ts")
}";
  import { DefaultSelector, EVENT_READ } from "${
  import.meta.resolve("../../socket/selectors/mod.ts")
}";
  import { setDefaultDriver, socketpair } from "socket";`;

/** The programs that wait often; each round waits in vain, aborts, and is answered. */
const rounds: Readonly<Record<string, string>> = {
  "select()": `
    const round = async (isTenth) => {
      if (isTenth) await select([a, c], [], [], 0);
      await aborted((signal) => select([a, c], [], [], null, { signal }));
      const both = [select([a, c], [], []), select([c, a], [], [], 10)];
      await b.sendall(one);
      await Promise.all(both);
      await a.recv(1);
    };`,
  "Poll.poll()": `
    const poller = poll();
    poller.register(a, 1);
    const round = async (isTenth) => {
      if (isTenth) await poller.poll(0);
      await aborted((signal) => poller.poll(null, { signal }));
      poller.register(c, 1);
      const both = [poller.poll(), poller.poll(10_000)];
      await b.sendall(one);
      await Promise.all(both);
      poller.unregister(c);
      await a.recv(1);
    };`,
  "DefaultSelector.select()": `
    const selector = new DefaultSelector();
    selector.register(a, EVENT_READ);
    const round = async (isTenth) => {
      if (isTenth) await selector.select(0);
      await aborted((signal) => selector.select(null, { signal }));
      selector.register(c, EVENT_READ);
      const both = [selector.select(), selector.select(10)];
      await b.sendall(one);
      await Promise.all(both);
      selector.unregister(c);
      await a.recv(1);
      const other = new DefaultSelector();
      other.register(a, EVENT_READ);
      const ending = other.select().catch(() => {});
      other.close();
      await ending;
    };`,
};

/** How many bytes a round leaves in the heap. */
async function keptBy(round: string, isPosix: boolean): Promise<number> {
  const driver = isPosix
    ? `import { posix as driver } from "${POSIX}";`
    : "const driver = null;";
  return await valueOf(
    `${driver}${imports}
    setDefaultDriver(driver);
    const [a, b] = await socketpair();
    const [c, d] = await socketpair();
    const one = new Uint8Array(1);
    const { signal } = new AbortController();
    const aborted = async (wait) => {
      const controller = new AbortController();
      const waiting = wait(AbortSignal.any([controller.signal, signal])).catch(() => {});
      controller.abort();
      await waiting;
    };
    ${round}
    function held() {
      for (let time = 0; time < 4; time++) gc();
      return process.memoryUsage().heapUsed;
    }
    const COUNT = ${sized(20_000)};
    const many = async () => { for (let n = 0; n < COUNT; n++) await round(n % 10 === 0); };
    await many();
    held();
    await many();
    const before = held();
    await many();
    await many();
    console.log((held() - before) / COUNT / 2);
    for (const each of [a, b, c, d]) each.close();`,
    {
      flags: [
        ...(isPosix ? [allowLibc] : ["--allow-net"]),
        "--v8-flags=--expose-gc",
      ],
      longest: 120_000,
    },
  ) as number;
}

for (const isPosix of hasPosix ? [false, true] : [false]) {
  for (const [name, round] of Object.entries(rounds)) {
    Deno.test(
      `${name} keeps nothing of waits that are over [${
        isPosix ? "POSIX" : "sandboxed"
      }]`,
      async () => {
        const bytes = await keptBy(round, isPosix);
        // An observer alone would be more than that.
        assert(bytes < 100, `${bytes} bytes a round`);
      },
    );
  }
}
