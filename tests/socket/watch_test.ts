import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  createServer,
  socket,
  socketpair,
  TimeoutError,
} from "../../socket/mod.ts";
import {
  isNonBlocking,
  NO_WAIT,
  type Wait,
  waitOf,
  watch,
} from "../../socket/wait.ts";
import { FakeClock } from "./fake_clock.ts";

/** A signal that counts the listeners on it. */
function countedSignal(): {
  controller: AbortController;
  listeners: () => number;
} {
  const controller = new AbortController();
  const { signal } = controller;
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  const live = new Set<unknown>();
  signal.addEventListener = (...call: unknown[]) => {
    live.add(call[1]);
    count = live.size;
    return addEventListener.apply(signal, call as never);
  };
  signal.removeEventListener = (...call: unknown[]) => {
    live.delete(call[1]);
    count = live.size;
    return removeEventListener.apply(signal, call as never);
  };
  return { controller, listeners: () => count };
}

Deno.test("waitOf() makes no Wait where nothing limits the call", () => {
  assertEquals(waitOf(null), undefined);
  assertEquals(waitOf(0), NO_WAIT);
  assert(isNonBlocking(waitOf(0)));
  assert(!isNonBlocking(undefined));
});

Deno.test("waitOf() keeps the signal beside any timeout", () => {
  const { signal } = new AbortController();
  assertEquals(waitOf(null, signal)?.deadline, Infinity);
  assertEquals(waitOf(0, signal)?.deadline, -Infinity);
  for (const timeout of [null, 0, 1]) {
    assertEquals(waitOf(timeout, signal)?.signal, signal);
  }
});

/** Watches a wait and notes what is called. */
function watched(wait: Wait): { calls: unknown[]; stop: () => void } {
  const calls: unknown[] = [];
  const stop = watch(
    wait,
    () => calls.push("expired"),
    (reason) => calls.push(reason),
  );
  return { calls, stop };
}

Deno.test("watch() expires at the deadline, and once only", async () => {
  using clock = new FakeClock();
  const { calls } = watched(waitOf(1)!);
  await clock.advance(999);
  assertEquals(calls, []);
  await clock.advance(1);
  assertEquals(calls, ["expired"]);
  await clock.advance(10_000);
  assertEquals([calls, clock.timers], [["expired"], 0]);
});

for (const seconds of [2147483.647, 2147483.648, 3e6, 9223372036.854775]) {
  Deno.test(`watch() does not expire at once if ${seconds} s are left`, async () => {
    using clock = new FakeClock();
    const { calls, stop } = watched(waitOf(seconds)!);
    assert(clock.longest <= 2 ** 31 - 1, `a timer of ${clock.longest} ms`);
    await clock.advance(2 ** 31 - 2);
    assertEquals(calls, []);
    stop();
    assertEquals(clock.timers, 0);
  });
}

Deno.test("watch() expires at a deadline that one timer cannot reach", async () => {
  using clock = new FakeClock();
  const { calls } = watched(waitOf(3e6)!);
  await clock.advance(3e9 - 1);
  assertEquals(calls, []);
  await clock.advance(1);
  assertEquals(calls, ["expired"]);
  assert(clock.longest <= 2 ** 31 - 1, `a timer of ${clock.longest} ms`);
});

Deno.test("watch() of a call that must not wait expires when the event loop has rested once", async () => {
  const { calls } = watched(NO_WAIT);
  await new Promise((resolve) => setImmediate(resolve));
  assertEquals(calls, []);
  // How long two rests take depends on what else the machine does.
  for (let turn = 0; turn < 100 && calls.length === 0; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(calls, ["expired"]);
});

Deno.test("watch() gives the signal's reason, stops its timer and takes its listener away", async () => {
  using clock = new FakeClock();
  const { controller, listeners } = countedSignal();
  const { calls } = watched(waitOf(1, controller.signal)!);
  assertEquals([listeners(), clock.timers], [1, 1]);
  controller.abort("enough");
  assertEquals([calls, listeners(), clock.timers], [["enough"], 0, 0]);
  await clock.advance(2000);
  assertEquals(calls, ["enough"]);
});

Deno.test("watch() that expires takes its listener from the signal", async () => {
  using clock = new FakeClock();
  const { controller, listeners } = countedSignal();
  const { calls } = watched(waitOf(1, controller.signal)!);
  await clock.advance(1000);
  controller.abort("late");
  assertEquals([calls, listeners()], [["expired"], 0]);
});

Deno.test("watch() that is stopped calls nothing and leaves nothing", async () => {
  using clock = new FakeClock();
  const { controller, listeners } = countedSignal();
  const { calls, stop } = watched(waitOf(1, controller.signal)!);
  stop();
  stop();
  controller.abort();
  await clock.advance(2000);
  assertEquals([calls, listeners(), clock.timers], [[], 0, 0]);
});

Deno.test({
  name: "waiting calls leave no listener on their signal",
  permissions: { net: true },
  async fn() {
    const { controller, listeners } = countedSignal();
    const { signal } = controller;
    using server = createServer(["127.0.0.1", 0]);
    await using client = socket();
    await client.connect(server.getsockname(), { signal });
    const [connection] = await server.accept({ signal });
    await using accepted = connection;
    await accepted.sendall(new Uint8Array(3), 0, { signal });
    assertEquals((await client.recv(8, 0, { signal })).length, 3);
    client.settimeout(0.001);
    await assertRejects(() => client.recv(8, 0, { signal }), TimeoutError);
    assertEquals(listeners(), 0);
  },
});

Deno.test({
  name: "a receive with a timeout of a month does not time out at once",
  permissions: { net: true },
  async fn() {
    const [a, b] = await socketpair();
    await using _a = a;
    await using _b = b;
    a.settimeout(31 * 24 * 3600);
    const pending = a.recv(8);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await b.sendall(new Uint8Array(5));
    assertEquals((await pending).length, 5);
  },
});
