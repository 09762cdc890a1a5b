import { assertEquals, assertThrows } from "@std/assert";
import {
  createServer,
  getdefaulttimeout,
  setdefaulttimeout,
  SO_TYPE,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  socket,
  socketpair,
  SOL_SOCKET,
} from "../../socket/mod.ts";

/** Sets the default timeout until the end of the block. */
function defaultTimeout(seconds: number | null): Disposable {
  setdefaulttimeout(seconds);
  return { [Symbol.dispose]: () => setdefaulttimeout(null) };
}

Deno.test("getdefaulttimeout() is null at first, and then what was set", () => {
  assertEquals(getdefaulttimeout(), null);
  using _default = defaultTimeout(2.5);
  assertEquals(getdefaulttimeout(), 2.5);
});

Deno.test("setdefaulttimeout() holds for new sockets, not for those there are", () => {
  using before = socket();
  using _default = defaultTimeout(2.5);
  using after = socket();
  assertEquals([before.gettimeout(), after.gettimeout()], [null, 2.5]);
  assertEquals(after.timeout, 2.5);
});

Deno.test("setdefaulttimeout(0) makes new sockets non-blocking", () => {
  using _default = defaultTimeout(0);
  using s = socket();
  assertEquals([s.gettimeout(), s.getblocking()], [0, false]);
});

Deno.test({
  name:
    "setdefaulttimeout() holds for accepted sockets, whatever the listener has",
  permissions: { net: true },
  async fn() {
    using _default = defaultTimeout(3);
    using server = createServer(["127.0.0.1", 0]);
    server.settimeout(7);
    await using client = socket();
    await client.connect(server.getsockname());
    const [connection] = await server.accept();
    await using accepted = connection;
    assertEquals(accepted.gettimeout(), 3);
  },
});

Deno.test({
  name:
    "an accepted socket blocks if there is no default, whatever the listener has",
  permissions: { net: true },
  async fn() {
    using server = createServer(["127.0.0.1", 0]);
    server.settimeout(7);
    await using client = socket();
    await client.connect(server.getsockname());
    const [connection] = await server.accept();
    await using accepted = connection;
    assertEquals(accepted.gettimeout(), null);
  },
});

Deno.test({
  name: "setdefaulttimeout() holds for both ends of socketpair(), 0 too",
  permissions: { net: true },
  async fn() {
    for (const seconds of [4, 0]) {
      using _default = defaultTimeout(seconds);
      const [a, b] = await socketpair();
      await using _a = a;
      await using _b = b;
      assertEquals([a.gettimeout(), b.gettimeout()], [seconds, seconds]);
    }
  },
});

Deno.test(
  "SOCK_NONBLOCK in the type makes a socket non-blocking, and is not a part of its type",
  {
    ignore: SOCK_NONBLOCK <= 0,
  },
  () => {
    using _default = defaultTimeout(2.5);
    using s = socket(undefined, SOCK_STREAM | SOCK_NONBLOCK);
    assertEquals([s.gettimeout(), s.type], [0, SOCK_STREAM]);
    assertEquals(s.getsockopt(SOL_SOCKET, SO_TYPE), SOCK_STREAM);
  },
);

const wrong: [timeout: unknown, ErrorClass: typeof TypeError][] = [
  ["1", TypeError],
  [undefined, TypeError],
  [1n, TypeError],
  [{}, TypeError],
  [-1, RangeError],
  [-1e-9, RangeError],
  [NaN, RangeError],
  [Infinity, RangeError],
  [-Infinity, RangeError],
  [9223372036.854776, RangeError],
  [1e300, RangeError],
];
for (const [timeout, ErrorClass] of wrong) {
  const shown = typeof timeout === "bigint" ? "1n" : JSON.stringify(timeout);
  Deno.test(`a timeout of ${shown} (${String(timeout)}) is a ${ErrorClass.name}`, () => {
    using s = socket();
    s.settimeout(5);
    assertThrows(
      () => s.settimeout(timeout as number),
      ErrorClass,
      "Cannot settimeout: a timeout must be ",
    );
    assertThrows(() => setdefaulttimeout(timeout as number), ErrorClass);
    assertEquals([s.gettimeout(), getdefaulttimeout()], [5, null]);
  });
}

Deno.test("Socket.settimeout() takes all that Python does", () => {
  using s = socket();
  for (const timeout of [null, 0, 1e-9, 0.5, 1, 9223372036.854775]) {
    s.settimeout(timeout);
    assertEquals(s.gettimeout(), timeout);
    assertEquals(s.getblocking(), timeout !== 0);
  }
});

Deno.test("Socket.setblocking() is settimeout(null) and settimeout(0)", () => {
  using s = socket();
  s.settimeout(5);
  s.setblocking(false);
  assertEquals([s.gettimeout(), s.getblocking()], [0, false]);
  s.setblocking(true);
  assertEquals([s.gettimeout(), s.getblocking()], [null, true]);
});
