import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  BlockingIOError,
  createConnection,
  gaierror,
  OSError,
  setdefaulttimeout,
  TimeoutError,
} from "../../socket/mod.ts";
import { settle } from "./fake_clock.ts";
import { FakeDriver } from "./fake_driver.ts";
import { race } from "./race.ts";

// None of these tests touches a network.
const none = { permissions: "none" } as const;

Deno.test(
  "createConnection() rejects with the last error, whose cause is all of them",
  none,
  async () => {
    using run = race({ "a:1": "EHOSTUNREACH", b1: "ECONNREFUSED" });
    const { error } = await run.outcome;
    assertInstanceOf(error, OSError);
    assertEquals(error.code, "ECONNREFUSED");
    const all = error.cause;
    assertInstanceOf(all, AggregateError);
    assertEquals(all.errors.map((each) => each.code), [
      "EHOSTUNREACH",
      "ECONNREFUSED",
    ]);
  },
);

Deno.test(
  "createConnection() adds nothing to the error of a single address",
  none,
  async () => {
    using run = race({ b1: "ECONNREFUSED" });
    const { error } = await run.outcome;
    assertEquals([error.code, error.cause], ["ECONNREFUSED", undefined]);
  },
);

Deno.test(
  "createConnection() keeps every address's failure in an AggregateError with allErrors",
  none,
  async () => {
    for (const count of [1, 2]) {
      const fates = [["a:1", "EHOSTUNREACH"], ["b1", "ECONNREFUSED"]];
      using run = race(Object.fromEntries(fates.slice(0, count)), {
        allErrors: true,
      });
      const { error } = await run.outcome;
      assertInstanceOf(error, AggregateError);
      assertEquals(error.errors.length, count);
      assertEquals(
        error.message,
        `Cannot connect to "name:80": ${count} of ${count} addresses failed`,
      );
    }
  },
);

Deno.test(
  "createConnection() has one deadline for all addresses",
  none,
  async () => {
    using run = race({ "a:1": "hangs", b1: "hangs", "a:2": "hangs" }, {
      timeout: 0.4,
    });
    await run.clock.advance(399);
    assert(!run.isOver());
    await run.clock.advance(1);
    const { error } = await run.outcome;
    assertInstanceOf(error, TimeoutError);
    assertEquals(error.errno, undefined);
    await settle();
    assertEquals([run.driver.open_, run.clock.timers], [0, 0]);
  },
);

Deno.test(
  "createConnection() that times out tells of the attempts that failed",
  none,
  async () => {
    using run = race({ "a:1": "ECONNREFUSED", b1: "hangs" }, { timeout: 0.4 });
    await run.clock.advance(400);
    const { error } = await run.outcome;
    assertInstanceOf(error, TimeoutError);
    assertInstanceOf(error.cause, AggregateError);
    assertEquals(error.cause.errors.map((each) => each.name), [
      "ConnectionRefusedError",
      "TimeoutError",
    ]);
  },
);

Deno.test(
  "createConnection() leaves its timeout to the socket",
  none,
  async () => {
    using run = race({ b1: "connects" }, { timeout: 7 });
    const { socket } = await run.outcome;
    assertEquals([socket!.gettimeout(), run.clock.timers], [7, 0]);
    socket!.close();
  },
);

Deno.test(
  "createConnection() takes the default timeout if none is given, and null as none",
  none,
  async () => {
    setdefaulttimeout(3);
    try {
      for (
        const [timeout, seconds] of [[undefined, 3], [null, null]] as const
      ) {
        using run = race({ b1: "connects" }, { timeout });
        const { socket } = await run.outcome;
        assertEquals(socket!.gettimeout(), seconds);
        socket!.close();
      }
    } finally {
      setdefaulttimeout(null);
    }
  },
);

Deno.test(
  "createConnection() with a timeout of 0 is in progress, as in Python",
  none,
  async () => {
    using run = race({ b1: "hangs" }, { timeout: 0 });
    const { error } = await run.outcome;
    assertInstanceOf(error, BlockingIOError, String(error));
    assertEquals(error.code, "EINPROGRESS");
  },
);

Deno.test(
  "createConnection() rejects with the signal's own reason and closes all",
  none,
  async () => {
    const controller = new AbortController();
    using run = race({ "a:1": "hangs", b1: "hangs" }, {
      signal: controller.signal,
    });
    await run.clock.advance(300);
    const reason = { why: "enough" };
    controller.abort(reason);
    assertStrictEquals((await run.outcome).error, reason);
    await settle();
    assertEquals([run.driver.open_, run.clock.timers], [0, 0]);
  },
);

Deno.test(
  "createConnection() with a signal that is aborted already connects nowhere",
  none,
  async () => {
    using run = race({ b1: "connects" }, {
      signal: AbortSignal.abort("enough"),
    });
    const { socket, error } = await run.outcome;
    socket?.close();
    assertEquals([error, run.driver.open_], ["enough", 0]);
    assertEquals(run.driver.log.filter((line) => line.includes("connect")), []);
  },
);

Deno.test(
  "createConnection() with allErrors still rejects with the signal's reason",
  none,
  async () => {
    const controller = new AbortController();
    using run = race({ "a:1": "EIO", b1: "hangs" }, {
      signal: controller.signal,
      allErrors: true,
    });
    await settle();
    controller.abort("enough");
    assertEquals((await run.outcome).error, "enough");
  },
);

Deno.test(
  "createConnection() binds every attempt to the sourceAddress",
  none,
  async () => {
    using run = race({ b1: "EIO", b2: "connects" }, {
      sourceAddress: ["127.0.0.1", 0],
    });
    (await run.outcome).socket!.close();
    assertEquals(run.driver.log.slice(1), [
      "0 bind 127.0.0.1",
      "0 connect b1",
      "0 bind 127.0.0.1",
      "0 connect b2",
    ]);
  },
);

Deno.test(
  "createConnection() gives a failed look-up as it is",
  none,
  async () => {
    const driver = new FakeDriver({});
    driver.lookUpError = new gaierror({ code: "EAI_NONAME", syscall: "x" });
    for (const allErrors of [false, true]) {
      const call = () => createConnection(["name", 80], { driver, allErrors });
      assertStrictEquals(await assertRejects(call), driver.lookUpError);
    }
  },
);
