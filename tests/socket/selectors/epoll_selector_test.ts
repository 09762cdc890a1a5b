import { assert, assertThrows } from "@std/assert";
import { OSError, Socket } from "../../../socket/mod.ts";
import { sandbox } from "../../../socket/sandbox/driver.ts";
import {
  DefaultSelector,
  EpollSelector,
  EVENT_READ,
} from "../../../socket/selectors/mod.ts";
import { bytes } from "../../support/peers.ts";
import { hasPosix, posix } from "../../support/posix.ts";
import { assertSame, pairOf } from "../select/support.ts";

Deno.test({
  name:
    "EpollSelector.fileno() is the queue's descriptor, which another selector can wait for [POSIX]",
  ignore: !hasPosix,
  permissions: { net: true, ffi: true },
  async fn() {
    await using pair = await pairOf(posix);
    const { a, b } = pair;
    const selector = new EpollSelector({ driver: posix });
    const key = selector.register(a, EVENT_READ);
    assert(selector.fileno() > 2);
    using outer = new DefaultSelector({ driver: posix });
    const inner = outer.register(selector, EVENT_READ);
    assertSame(inner.fd, selector.fileno());
    assertSame(await outer.select(0), []);
    const waiting = outer.select();
    await b.sendall(bytes("x"));
    assertSame(await waiting, [[inner, EVENT_READ]]);
    assertSame(await selector.select(), [[key, EVENT_READ]]);
    outer.unregister(selector);
    selector.close();
    assertThrows(() => selector.fileno(), OSError, "EBADF");
  },
});

Deno.test({
  name: "EpollSelector is EOPNOTSUPP with the sandboxed driver",
  permissions: { net: true },
  fn() {
    for (const options of [{ driver: sandbox }, undefined]) {
      const { message } = assertThrows(
        () => new EpollSelector(options),
        OSError,
        "EOPNOTSUPP",
      );
      assert(/selector/.test(message) && /--allow-ffi/.test(message), message);
    }
  },
});

Deno.test({
  name:
    "EpollSelector.register() is EOPNOTSUPP for a socket of the sandboxed driver, and registers nothing [POSIX]",
  ignore: !hasPosix,
  permissions: { net: true, ffi: true },
  fn() {
    using s = new Socket(undefined, undefined, 0, { driver: sandbox });
    using selector = new EpollSelector({ driver: posix });
    assertThrows(() => selector.register(s, EVENT_READ), OSError, "EOPNOTSUPP");
    assertSame(selector.getMap().size, 0);
  },
});
