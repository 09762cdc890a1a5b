import { assert, assertEquals } from "@std/assert";
import { settle } from "./fake_clock.ts";
import { race } from "./race.ts";

// None of these tests touches a network.
const none = { permissions: "none" } as const;

Deno.test(
  "createConnection() tries the families in turn, beginning with the first found",
  none,
  async () => {
    const fates = { "a:1": "EIO", "a:2": "EIO", "a:3": "EIO", b1: "EIO" };
    using run = race({ ...fates, b2: "EIO" });
    await run.outcome;
    assertEquals(run.driver.log.slice(1), [
      "0 connect a:1",
      "0 connect b1",
      "0 connect a:2",
      "0 connect b2",
      "0 connect a:3",
    ]);
    assertEquals(run.driver.open_, 0);
  },
);

Deno.test(
  "createConnection() begins with IPv4 if that is found first",
  none,
  async () => {
    using run = race({ b1: "EIO", b2: "EIO", b3: "EIO", "a:1": "EIO" });
    await run.outcome;
    assertEquals(run.driver.log.slice(1), [
      "0 connect b1",
      "0 connect a:1",
      "0 connect b2",
      "0 connect b3",
    ]);
  },
);

Deno.test(
  "createConnection() looks for streams of any family",
  none,
  async () => {
    using run = race({ b1: "connects" });
    (await run.outcome).socket!.close();
    assertEquals(run.driver.log[0], "0 look up name 0 true");
  },
);

Deno.test(
  "createConnection() starts the next attempt after a quarter of a second",
  none,
  async () => {
    using run = race({ "a:1": "hangs", b1: "hangs", "a:2": "hangs" });
    await run.clock.advance(249);
    assertEquals(run.driver.log.slice(1), ["0 connect a:1"]);
    await run.clock.advance(1000);
    assertEquals(run.driver.log.slice(1), [
      "0 connect a:1",
      "250 connect b1",
      "500 connect a:2",
    ]);
    assert(!run.isOver());
    run.driver.hanging.get("b1")!();
    const { socket } = await run.outcome;
    assertEquals(socket!.getpeername(), ["b1", 80]);
    socket!.close();
  },
);

Deno.test(
  "createConnection() starts the next attempt at once when one fails",
  none,
  async () => {
    using run = race({ "a:1": "ECONNREFUSED", b1: "hangs", "a:2": "hangs" });
    await settle();
    assertEquals(run.driver.log.slice(1), ["0 connect a:1", "0 connect b1"]);
    await run.clock.advance(250);
    assertEquals(run.driver.log.at(-1), "250 connect a:2");
    run.driver.hanging.get("a:2")!();
    (await run.outcome).socket!.close();
  },
);

Deno.test(
  "createConnection() waits for an attempt that hangs when the others failed",
  none,
  async () => {
    using run = race({ "a:1": "hangs", b1: "ECONNREFUSED" });
    await run.clock.advance(300);
    assert(!run.isOver());
    run.driver.hanging.get("a:1")!();
    const { socket } = await run.outcome;
    assertEquals(socket!.getpeername(), ["a:1", 80, 0, 0]);
    socket!.close();
  },
);

Deno.test(
  "createConnection() closes the losers, and leaves no timer",
  none,
  async () => {
    using run = race({ "a:1": "hangs", b1: "hangs", "a:2": "connects" });
    await run.clock.advance(500);
    const { socket } = await run.outcome;
    await settle();
    assertEquals(run.driver.log.slice(-2), [
      "500 give up a:1",
      "500 give up b1",
    ]);
    assertEquals([run.driver.open_, run.clock.timers], [1, 0]);
    socket!.close();
  },
);

Deno.test(
  "createConnection() closes a loser that connects in the same moment",
  none,
  async () => {
    using run = race({ "a:1": "hangs", b1: "hangs" });
    await run.clock.advance(250);
    run.driver.hanging.get("a:1")!();
    run.driver.hanging.get("b1")!();
    const { socket } = await run.outcome;
    await settle();
    assertEquals(run.driver.open_, 1);
    socket!.close();
  },
);
