import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  createConnection,
  createServer,
  fromfd,
  OSError,
  setDefaultDriver,
  socket,
  socketpair,
} from "../../socket/mod.ts";
import { driverFor } from "../../socket/drivers.ts";
import { sandbox } from "../../socket/sandbox/driver.ts";
import { FakeDriver } from "./fake_driver.ts";

/** Sets the default driver until the end of the block. */
function defaultDriver(driver: FakeDriver): Disposable {
  setDefaultDriver(driver);
  return { [Symbol.dispose]: () => setDefaultDriver(null) };
}

Deno.test("the sandboxed driver serves if nothing is said", () => {
  assertEquals(driverFor(undefined), sandbox);
});

Deno.test("setDefaultDriver() holds for new sockets", () => {
  const driver = new FakeDriver({});
  using before = socket();
  {
    using _default = defaultDriver(driver);
    using _s = socket();
    assertEquals(driver.open_, 1);
  }
  assertEquals([driver.open_, driverFor(undefined)], [0, sandbox]);
  assertEquals(before.getsockname(), ["0.0.0.0", 0]);
});

Deno.test("setDefaultDriver() gives way to a call's own driver", () => {
  using _default = defaultDriver(new FakeDriver({}));
  using s = socket(undefined, undefined, 0, { driver: sandbox });
  assertEquals(s.getsockname(), ["0.0.0.0", 0]);
});

Deno.test("setDefaultDriver() holds for every call that makes sockets", async () => {
  const driver = new FakeDriver({ b1: "connects" });
  using _default = defaultDriver(driver);
  const connected = await createConnection(["name", 80]);
  assertEquals(connected.getpeername(), ["b1", 80]);
  connected.close();
  const pair = await assertRejects(() => socketpair(), OSError);
  assertEquals(pair.code, "EOPNOTSUPP");
  assertEquals(
    assertThrows(() => fromfd({} as never, 2, 1), OSError).code,
    "ENOTSOCK",
  );
  createServer(["127.0.0.1", 0]).close();
  assertEquals(driver.log.slice(-2), ["0 bind 127.0.0.1", "0 listen"]);
  assertEquals(driver.open_, 0);
});
