import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Turns } from "../../socket/lock.ts";

Deno.test("Turns.take() gives the turn at once, then in the order of the calls", async () => {
  const turns = new Turns();
  const order: number[] = [];
  assertEquals(turns.take(undefined), undefined);
  const calls = [1, 2, 3].map(async (number) => {
    await turns.take(undefined);
    order.push(number);
    turns.pass();
  });
  turns.pass();
  await Promise.all(calls);
  assertEquals(order, [1, 2, 3]);
  assertEquals(turns.free, true);
});

Deno.test("Turns.take() leaves the queue when its signal aborts", async () => {
  const turns = new Turns();
  turns.take(undefined);
  const controller = new AbortController();
  const first = turns.take(controller.signal);
  const second = turns.take(undefined);
  controller.abort("enough");
  assertEquals(await first!.catch((reason) => reason), "enough");
  turns.pass();
  await second;
  turns.pass();
  assertEquals(turns.free, true);
  assertThrows(
    () => turns.take(AbortSignal.abort(new Error("no"))),
    Error,
    "no",
  );
  assertEquals(turns.free, true);
});

Deno.test("Turns.end() rejects who waits", async () => {
  const turns = new Turns();
  turns.take(undefined);
  const waiting = turns.take(undefined)!;
  turns.end(new Error("closed"));
  await assertRejects(() => waiting, Error, "closed");
});
