import { assertEquals } from "@std/assert";
import {
  type PendingCall,
  WaitQueue,
} from "../../../socket/endpoint/wait_queue.ts";
import { waitOf } from "../../../socket/wait.ts";

interface Call extends PendingCall {
  readonly name: string;
}

/** A queue and what happens to it, in order. */
function queue() {
  const log: string[] = [];
  const operation = {
    ref: () => log.push("ref"),
    unref: () => log.push("unref"),
  };
  const calls = new WaitQueue<Call>(operation, {
    expire: ({ name }) => log.push(`${name} expires`),
    abort: ({ name }, reason) => log.push(`${name} aborts: ${reason}`),
  });
  const call = (name: string): Call => ({
    name,
    owner: calls,
    resolve: (failed) =>
      failed.catch((reason) => log.push(`${name} rejects: ${reason}`)),
  });
  const add = (name: string, wait = waitOf(null)): Call => {
    const added = call(name);
    calls.add(added, wait);
    return added;
  };
  return { calls, log, add };
}

Deno.test("WaitQueue keeps calls in order, and takes one out wherever it is", () => {
  const { calls, add } = queue();
  add("a");
  const b = add("b");
  add("c");
  assertEquals(calls.remove(b), true);
  assertEquals(calls.remove(b), false);
  assertEquals(calls.first?.name, "a");
  calls.shift();
  assertEquals(calls.first?.name, "c");
  calls.shift();
  assertEquals(calls.first, undefined);
});

Deno.test("WaitQueue has one operation under way at a time", () => {
  const { calls } = queue();
  assertEquals([calls.begin(), calls.begin()], [true, false]);
  calls.end();
  assertEquals(calls.begin(), true);
});

Deno.test("WaitQueue lets the process end when nothing waits for the operation", () => {
  const { calls, log, add } = queue();
  const a = add("a");
  calls.begin();
  const cancel = calls.observe(() => {}, true);
  calls.remove(a);
  assertEquals(log, []);
  cancel();
  assertEquals(log, ["unref"]);
  cancel();
  add("b");
  assertEquals(log, ["unref", "ref"]);
  calls.shift();
  assertEquals(log, ["unref", "ref", "unref"]);
});

Deno.test("WaitQueue tells when a call's time is over, and not after it was taken out", async () => {
  const { log, add, calls } = queue();
  add("a", waitOf(0.01));
  add("b", waitOf(0.01));
  calls.shift();
  const stop = new AbortController();
  add("c", waitOf(null, stop.signal));
  stop.abort("enough");
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(log, ["c aborts: enough", "b expires"]);
});

Deno.test("WaitQueue.observe() that does not hold lets the process end, until another holds", () => {
  const { calls, log } = queue();
  const cancel = calls.observe(() => {}, false);
  calls.begin();
  assertEquals(log, ["unref"]);
  const cancelHolding = calls.observe(() => {}, true);
  assertEquals(log, ["unref", "ref"]);
  cancel();
  assertEquals(log, ["unref", "ref"]);
  cancelHolding();
  assertEquals(log, ["unref", "ref", "unref"]);
});

Deno.test("WaitQueue.observe() takes one function twice, each until its own is called", () => {
  const { calls, log } = queue();
  const observer = () => log.push("news");
  const cancel = calls.observe(observer, false);
  const cancelOther = calls.observe(observer, false);
  calls.notify();
  cancel();
  cancel();
  calls.notify();
  cancelOther();
  calls.notify();
  assertEquals(log, ["news", "news", "news"]);
  assertEquals(calls.isObserved, false);
});

Deno.test("WaitQueue.notify() calls every observer, also one that is taken back meanwhile by another", () => {
  const { calls } = queue();
  const log: string[] = [];
  const cancelFirst = calls.observe(() => {
    log.push("first");
    cancelFirst();
  }, true);
  calls.observe(() => log.push("second"), true);
  calls.notify();
  calls.notify();
  assertEquals(log, ["first", "second", "second"]);
});

Deno.test("WaitQueue.close() fails every call and has the process wait for the operation's end", async () => {
  const { calls, log, add } = queue();
  add("a");
  add("b");
  calls.begin();
  calls.close(() => "closed");
  assertEquals(log, ["unref", "ref"]);
  const settled = calls.settled();
  calls.end();
  calls.rest();
  await settled;
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(log.slice(2), ["a rejects: closed", "b rejects: closed"]);
});
