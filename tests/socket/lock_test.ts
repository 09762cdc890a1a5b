import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Lock } from "../../socket/lock.ts";

Deno.test("Lock.acquire() gives the lock at once, then in the order of the calls", async () => {
  const lock = new Lock();
  const order: number[] = [];
  assertEquals(lock.acquire(undefined), undefined);
  const calls = [1, 2, 3].map(async (number) => {
    await lock.acquire(undefined);
    order.push(number);
    lock.release();
  });
  lock.release();
  await Promise.all(calls);
  assertEquals(order, [1, 2, 3]);
  assertEquals(lock.held, false);
});

Deno.test("Lock.acquire() leaves the queue when its signal aborts", async () => {
  const lock = new Lock();
  lock.acquire(undefined);
  const controller = new AbortController();
  const first = lock.acquire(controller.signal);
  const second = lock.acquire(undefined);
  controller.abort("enough");
  assertEquals(await first!.catch((reason) => reason), "enough");
  lock.release();
  await second;
  lock.release();
  assertEquals(lock.held, false);
  assertThrows(
    () => lock.acquire(AbortSignal.abort(new Error("no"))),
    Error,
    "no",
  );
  assertEquals(lock.held, false);
});

Deno.test("Lock.rejectWaiting() rejects the calls that wait", async () => {
  const lock = new Lock();
  lock.acquire(undefined);
  const waiting = lock.acquire(undefined)!;
  lock.rejectWaiting(new Error("closed"));
  await assertRejects(() => waiting, Error, "closed");
});
