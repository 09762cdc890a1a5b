import { assert, assertThrows } from "@std/assert";
import { OSError } from "../../../socket/mod.ts";
import { sandbox } from "../../../socket/sandbox/driver.ts";
import {
  DefaultSelector,
  EVENT_READ,
  EVENT_WRITE,
  PollSelector,
} from "../../../socket/selectors/mod.ts";
import { fromPoll, toPoll } from "../../../socket/selectors/poll_selector.ts";
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
} from "../../../socket/select/mod.ts";
import { bytes } from "../../support/peers.ts";
import { posix } from "../../support/posix.ts";
import { assertSame, mixed, pairOf, resettable } from "../select/support.ts";

const BOTH = EVENT_READ | EVENT_WRITE;

Deno.test("toPoll() and fromPoll() translate events as CPython does", () => {
  assertSame([EVENT_READ, EVENT_WRITE, BOTH].map(toPoll), [
    POLLIN,
    POLLOUT,
    POLLIN | POLLOUT,
  ]);
  for (
    const [found, events] of [
      [POLLIN, EVENT_READ],
      [POLLOUT, EVENT_WRITE],
      [POLLIN | POLLOUT, BOTH],
      [POLLERR, BOTH],
      [POLLHUP, BOTH],
      [POLLNVAL, BOTH],
      [POLLIN | POLLHUP, BOTH],
      [POLLOUT | POLLHUP, BOTH],
      [0, 0],
    ]
  ) assertSame(fromPoll(found), events);
});

Deno.test("DefaultSelector is a PollSelector, for sockets of every driver", () => {
  using selector = new DefaultSelector();
  assert(selector instanceof PollSelector);
});

for (const driver of mixed) {
  Deno.test({
    name:
      `PollSelector.select() has a stream that was reset ready for what is waited for [${driver.name}]`,
    permissions: { net: true, ffi: true },
    async fn() {
      for (const events of [EVENT_READ, EVENT_WRITE, BOTH]) {
        await using pair = await resettable(driver);
        const { ours, reset } = pair;
        using selector = new PollSelector();
        const read = selector.register(ours, EVENT_READ);
        const waiting = selector.select();
        reset();
        assertSame(await waiting, [[read, EVENT_READ]]);
        const key = selector.modify(ours, events);
        assertSame(await selector.select(), [[key, events]]);
      }
    },
  });
}

Deno.test({
  name:
    "DefaultSelector.select() waits for sockets of several drivers together",
  ignore: mixed.length === 0,
  permissions: { net: true, ffi: true },
  async fn() {
    await using one = await pairOf(sandbox);
    await using two = await pairOf(posix);
    using selector = new DefaultSelector();
    for (const { a, b } of [one, two]) {
      selector.register(a, EVENT_READ, b);
    }
    for (const { a, b } of [one, two, one]) {
      const waiting = selector.select();
      await b.sendall(bytes("x"));
      assertSame(await waiting, [[selector.getKey(a), EVENT_READ]]);
      await a.recv(8);
    }
  },
});

Deno.test({
  name: "DefaultSelector.register() refuses a number in the sandbox",
  permissions: { net: true },
  fn() {
    using selector = new DefaultSelector({ driver: sandbox });
    assertThrows(
      () => selector.register(0, EVENT_READ),
      OSError,
      "EOPNOTSUPP",
    );
    assertSame(selector.getMap().size, 0);
  },
});
