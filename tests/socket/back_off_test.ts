import { assertEquals } from "@std/assert";
import { BackOff, isPassing } from "../../socket/back_off.ts";
import { osError } from "../../socket/errors.ts";
import { FakeClock, settle } from "./fake_clock.ts";

const error = (code: string) => osError({ code, syscall: "accept" });

/** Gives how long a pause lasts; milliseconds. */
async function length(clock: FakeClock, backOff: BackOff): Promise<number> {
  let isOver = false;
  const begin = clock.now;
  const pause = backOff.pause(error("EMFILE"), {}).then(() => isOver = true);
  await settle();
  while (!isOver) await clock.advance(1);
  await pause;
  return clock.now - begin;
}

Deno.test("BackOff pauses twice as long each time, a second at most, and shortly after a success", async () => {
  using clock = new FakeClock();
  const backOff = new BackOff();
  const lengths: number[] = [];
  for (let turn = 0; turn < 10; turn++) {
    lengths.push(await length(clock, backOff));
  }
  assertEquals(lengths, [5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000]);
  backOff.reset();
  assertEquals(await length(clock, backOff), 5);
});

Deno.test("BackOff does not pause after a connection that was given up", async () => {
  using clock = new FakeClock();
  await new BackOff().pause(error("ECONNABORTED"), {});
  assertEquals(clock.longest, 0);
});

Deno.test("BackOff ends a pause quietly when the signal aborts, also before it", async () => {
  using clock = new FakeClock();
  const backOff = new BackOff();
  const controller = new AbortController();
  const pause = backOff.pause(error("EMFILE"), controller);
  await settle();
  controller.abort(new Error("reason"));
  await pause;
  await backOff.pause(error("EMFILE"), controller);
  assertEquals(clock.timers, 0);
});

for (
  const [code, passes] of [
    ["ECONNABORTED", true],
    ["EMFILE", true],
    ["ENOBUFS", true],
    ["EBADF", false],
    ["EINVAL", false],
    ["EAGAIN", false],
  ] as const
) {
  Deno.test(`isPassing() is ${passes} for ${code}`, () => {
    assertEquals(isPassing(error(code)), passes);
  });
}
