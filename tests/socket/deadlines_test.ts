import { assert, assertEquals } from "@std/assert";
import { Deadline, restTimer } from "../../socket/deadlines.ts";
import { FakeClock } from "./fake_clock.ts";

/** Deadlines that note their names when they expire. */
function notes(): { told: string[]; make: (name: string) => Deadline } {
  const told: string[] = [];
  return { told, make: (name) => new Deadline(() => told.push(name), false) };
}

Deno.test("Deadline expires at its time, the earliest first, by one timer", async () => {
  using clock = new FakeClock();
  const { told, make } = notes();
  const times = [70, 20, 50, 10, 60, 40, 30, 20];
  for (const time of times) make(String(time)).set(clock.now + time);
  assertEquals(clock.timers, 1);
  await clock.advance(9);
  assertEquals(told, []);
  await clock.advance(1);
  assertEquals(told, ["10"]);
  await clock.advance(30);
  assertEquals(told, ["10", "20", "20", "30", "40"]);
  await clock.advance(1000);
  assertEquals(told.slice(5), ["50", "60", "70"]);
  assertEquals(clock.timers, 0);
});

Deno.test("Deadline that is set again expires at the new time, later or earlier", async () => {
  using clock = new FakeClock();
  const { told, make } = notes();
  const [late, early] = [make("late"), make("early")];
  late.set(clock.now + 20);
  early.set(clock.now + 90);
  late.set(clock.now + 60);
  early.set(clock.now + 10);
  await clock.advance(10);
  assertEquals(told, ["early"]);
  await clock.advance(49);
  assertEquals(told, ["early"]);
  await clock.advance(1);
  assertEquals(told, ["early", "late"]);
});

Deno.test("Deadline expires once, and can be set again after that", async () => {
  using clock = new FakeClock();
  const { told, make } = notes();
  const deadline = make("it");
  deadline.set(clock.now + 10);
  await clock.advance(100);
  assertEquals(told, ["it"]);
  deadline.set(clock.now + 10);
  await clock.advance(10);
  assertEquals(told, ["it", "it"]);
});

Deno.test("Deadline that is cleared or ended does not expire, and the others do", async () => {
  using clock = new FakeClock();
  const { told, make } = notes();
  const all = Array.from({ length: 40 }, (_, index) => make(String(index)));
  // In no order.
  all.forEach((deadline, index) => deadline.set(clock.now + 7 * index % 40));
  all.forEach((deadline, index) => {
    if (index % 3 === 0) deadline.clear();
    if (index % 3 === 1) deadline.end();
  });
  await clock.advance(100);
  const left = all.flatMap((_, index) => index % 3 === 2 ? [index] : []);
  const byTime = left.toSorted((one, other) => 7 * one % 40 - 7 * other % 40);
  assertEquals(told, byTime.map(String));
});

Deno.test("Deadline may be set, cleared and ended while others expire", async () => {
  using clock = new FakeClock();
  const told: string[] = [];
  const cleared = new Deadline(() => told.push("cleared"), false);
  const ended = new Deadline(() => told.push("ended"), false);
  const first = new Deadline(() => {
    told.push("first");
    cleared.clear();
    ended.end();
    first.set(clock.now + 5);
  }, false);
  first.set(clock.now + 10);
  cleared.set(clock.now + 10);
  ended.set(clock.now + 10);
  await clock.advance(10);
  assertEquals(told, ["first"]);
  await clock.advance(5);
  assertEquals(told, ["first", "first"]);
  first.end();
  restTimer();
});

Deno.test("Deadline far away does not overflow the runtime's timer", async () => {
  using clock = new FakeClock();
  const { told, make } = notes();
  const month = 30 * 24 * 3600 * 1000;
  make("far").set(clock.now + month);
  await clock.advance(month - 1);
  assertEquals(told, []);
  await clock.advance(1);
  assertEquals(told, ["far"]);
  assert(clock.longest < 2 ** 31, `${clock.longest}`);
});

Deno.test("restTimer() lets go of the timer once nothing is left to wait for", () => {
  using clock = new FakeClock();
  const { make } = notes();
  const [one, other] = [make("one"), make("other")];
  one.set(clock.now + 10);
  other.set(clock.now + 20);
  one.end();
  restTimer();
  assertEquals(clock.timers, 1);
  other.end();
  assertEquals(clock.timers, 1); // for the next call
  restTimer();
  assertEquals(clock.timers, 0);
});

Deno.test("Deadline that holds leaves no timer when it ends", () => {
  using clock = new FakeClock();
  const deadline = new Deadline(() => {}, true);
  deadline.set(clock.now + 10);
  assertEquals(clock.timers, 1);
  deadline.end();
  assertEquals(clock.timers, 0);
});
