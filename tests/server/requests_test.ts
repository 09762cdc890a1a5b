import { assertEquals, assertRejects } from "@std/assert";
import { Requests, signalOf, wasAborted } from "../../server/requests.ts";
import { FakeClock, settle } from "../socket/fake_clock.ts";

/** Requests that end when the test says. */
function pending(count: number) {
  const ends = new Map<object, Promise<void>>();
  const requests = new Requests<object, string>({}, {
    handle: ({ request }) => ends.get(request)!,
    late: () => {},
    ended: () => {},
  });
  const list = Array.from({ length: count }, () => {
    const request = {};
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    ends.set(request, promise);
    const ended = requests.add(request, "a client", false, null);
    return { request, end: resolve, fail: reject, ended };
  });
  return { requests, list };
}

Deno.test("Requests counts requests in until they have ended, however they end", async () => {
  const { requests, list: [one, other] } = pending(2);
  assertEquals(requests.size, 2);
  one.end();
  await one.ended;
  assertEquals(requests.size, 1);
  const error = new Error("planned");
  other.fail(error);
  assertEquals(await assertRejects(() => other.ended), error);
  assertEquals(requests.size, 0);
});

Deno.test("Requests.untilAtMost() is true at once if no more are left", async () => {
  const { requests, list: [one] } = pending(1);
  assertEquals(await requests.untilAtMost(1), true);
  assertEquals(await requests.untilAtMost(0, { by: one.request }), true);
  one.end();
  await one.ended;
  assertEquals(await requests.untilAtMost(0), true);
});

Deno.test("Requests.untilAtMost() waits until as few are left", async () => {
  const { requests, list } = pending(3);
  let isLeft = false;
  const left = requests.untilAtMost(1).then((value) => isLeft = value);
  list[0].end();
  await settle();
  assertEquals(isLeft, false);
  list[2].end();
  assertEquals(await left, true);
  list[1].end();
});

Deno.test("Requests.untilAtMost() is false after its timeout", async () => {
  using clock = new FakeClock();
  const { requests, list: [one] } = pending(1);
  let value: boolean | undefined;
  const left = requests.untilAtMost(0, { timeout: 2 }).then((each) =>
    value = each
  );
  await clock.advance(1999);
  assertEquals(value, undefined);
  await clock.advance(1);
  assertEquals([await left, clock.timers], [false, 0]);
  one.end();
});

Deno.test("Requests.untilAtMost() does not wait with the timeout 0", async () => {
  const { requests, list: [one] } = pending(1);
  assertEquals(await requests.untilAtMost(0, { timeout: 0 }), false);
  one.end();
});

Deno.test("Requests.untilAtMost() rejects with the signal's reason, before and while it waits", async () => {
  const { requests, list: [one] } = pending(1);
  const reason = new Error("reason");
  const early = AbortSignal.abort(reason);
  assertEquals(
    await assertRejects(() => requests.untilAtMost(0, { signal: early })),
    reason,
  );
  const controller = new AbortController();
  const left = requests.untilAtMost(0, { signal: controller.signal });
  controller.abort(reason);
  assertEquals(await assertRejects(() => left), reason);
  one.end();
});

Deno.test("Requests.untilAtMost() counts on behalf of a request no other that waits likewise", async () => {
  const { requests, list: [one, other, third] } = pending(3);
  const waits = [one, other].map(({ request }) =>
    requests.untilAtMost(0, { by: request })
  );
  third.end();
  assertEquals(await Promise.all(waits), [true, true]);
  assertEquals(await requests.untilAtMost(0, { timeout: 0 }), false);
  one.end();
  other.end();
});

Deno.test("Requests.abort() waits no longer for what it cuts", async () => {
  const { requests, list } = pending(2);
  const signals = list.map(({ request }) => signalOf(request));
  const cut = requests.abort(undefined);
  await Promise.all(list.map(({ ended }) => ended));
  assertEquals(
    cut.map(({ request }) => request),
    list.map(({ request }) => request),
  );
  assertEquals(signals.map(({ aborted }) => aborted), [true, true]);
  assertEquals([requests.size, wasAborted(list[0].request)], [0, true]);
  for (const { fail } of list) fail(new Error("nobody hears of it"));
  await settle();
});

Deno.test("Requests.abort() leaves the request on whose behalf it is called", async () => {
  const { requests, list: [one, other] } = pending(2);
  requests.abort(one.request);
  assertEquals([wasAborted(one.request), wasAborted(other.request)], [
    false,
    true,
  ]);
  assertEquals(requests.size, 1);
  one.end();
  await one.ended;
});

Deno.test("signalOf() gives one signal for each request", () => {
  const { requests, list: [one, other] } = pending(2);
  assertEquals(signalOf(one.request) === signalOf(one.request), true);
  assertEquals(signalOf(one.request) === signalOf(other.request), false);
  requests.abort(undefined);
});

Deno.test("signalOf() of a request that was cut off has aborted, also if nobody asked before", () => {
  const { requests, list: [one] } = pending(1);
  requests.abort(undefined);
  assertEquals(signalOf(one.request).aborted, true);
});

Deno.test("signalOf() of what no server handles never aborts", () => {
  assertEquals(signalOf({}).aborted, false);
  assertEquals(wasAborted({}), false);
});

Deno.test("wasAborted() and signalOf() know the task of a request that is frozen, too", () => {
  const ended = new Promise<void>(() => {});
  const requests = new Requests<object, string>({}, {
    handle: () => ended,
    late: () => {},
    ended: () => {},
  });
  const request = Object.freeze(["data"]);
  requests.add(request, "a client", true, null);
  const signal = signalOf(request);
  requests.abort(undefined);
  assertEquals([signal.aborted, wasAborted(request)], [true, true]);
});

Deno.test("Requests.waitUntil() counts a request of its own that another server handles", async () => {
  const { list: [one] } = pending(1);
  const { requests: own } = pending(0);
  const { promise, resolve } = Promise.withResolvers<void>();
  own.waitUntil(one.request, promise);
  assertEquals(own.size, 1);
  resolve();
  await settle();
  assertEquals(own.size, 0);
  one.end();
  await one.ended;
});
