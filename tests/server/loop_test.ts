import { assertEquals } from "@std/assert";
import { Loop } from "../../server/base_server.ts";

Deno.test("Loop stops when it is told to", () => {
  using loop = new Loop(undefined);
  assertEquals([loop.stopped, loop.signal.aborted], [false, false]);
  loop.stop();
  loop.stop();
  assertEquals([loop.stopped, loop.signal.aborted], [true, true]);
});

Deno.test("Loop stops with the signal of another", () => {
  const controller = new AbortController();
  using loop = new Loop(controller.signal);
  assertEquals(loop.stopped, false);
  controller.abort();
  assertEquals(loop.stopped, true);
  using late = new Loop(controller.signal);
  assertEquals(late.stopped, true);
});

Deno.test("Loop has ended at the end of its block, and hears of no signal then", async () => {
  const controller = new AbortController();
  let ended = false;
  let waiting: Promise<unknown>;
  let stopped: () => boolean;
  {
    using loop = new Loop(controller.signal);
    stopped = () => loop.stopped;
    waiting = loop.ended.then(() => ended = true);
    await Promise.resolve();
    assertEquals(ended, false);
  }
  await waiting;
  controller.abort();
  assertEquals([ended, stopped()], [true, false]);
});
