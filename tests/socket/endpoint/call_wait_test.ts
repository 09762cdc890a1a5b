import { assertEquals } from "@std/assert";
import { CallWait } from "../../../socket/endpoint/call_wait.ts";
import { waitOf } from "../../../socket/wait.ts";
import { FakeClock } from "../fake_clock.ts";

function logged() {
  const log: unknown[] = [];
  const wait = new CallWait({
    expire: (wait) => {
      log.push("expire", wait.deadline);
      call.end();
    },
    abort: (reason) => {
      log.push("abort", reason);
      call.end();
    },
  });
  const call = wait;
  return { log, wait };
}

/** Counts the listeners of a signal. */
function counted() {
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    listeners++;
    Reflect.apply(addEventListener, signal, args);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listeners--;
    Reflect.apply(removeEventListener, signal, args);
  };
  return { controller, signal, listeners: () => listeners };
}

Deno.test("CallWait tells of the deadline of a call, and not of one that has ended", async () => {
  using clock = new FakeClock();
  const { log, wait } = logged();
  wait.begin(waitOf(1)!);
  wait.end();
  await clock.advance(2000);
  assertEquals(log, []);
  const second = waitOf(1)!;
  wait.begin(second);
  await clock.advance(999);
  assertEquals(log, []);
  await clock.advance(1);
  assertEquals(log, ["expire", second.deadline]);
  wait.rest();
});

Deno.test("CallWait tells of the signal of a call, and listens no longer than the call lasts", () => {
  const { log, wait } = logged();
  const { controller, signal, listeners } = counted();
  wait.begin(waitOf(null, signal)!);
  assertEquals([wait.wait?.signal, listeners()], [signal, 1]);
  wait.end();
  assertEquals([wait.wait, listeners()], [undefined, 0]);
  wait.begin(waitOf(null, signal)!);
  controller.abort("reason");
  assertEquals([log, listeners()], [["abort", "reason"], 0]);
});

Deno.test("CallWait tells what comes first of a deadline and a signal, once", async () => {
  using clock = new FakeClock();
  const { log, wait } = logged();
  const { controller, signal, listeners } = counted();
  wait.begin(waitOf(1, signal)!);
  await clock.advance(1000);
  assertEquals([log[0], listeners()], ["expire", 0]);
  controller.abort("reason");
  assertEquals(log.length, 2);
  wait.rest();
});

Deno.test("calls of two that wait for one signal share its listener", () => {
  const one = logged(), other = logged();
  const { controller, signal, listeners } = counted();
  one.wait.begin(waitOf(null, signal)!);
  other.wait.begin(waitOf(null, signal)!);
  assertEquals(listeners(), 1);
  one.wait.end();
  controller.abort("reason");
  assertEquals([one.log, other.log], [[], ["abort", "reason"]]);
  assertEquals(listeners(), 0);
});
