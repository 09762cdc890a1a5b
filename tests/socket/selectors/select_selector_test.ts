import { assertRejects } from "@std/assert";
import { OSError } from "../../../socket/mod.ts";
import {
  EVENT_READ,
  EVENT_WRITE,
  SelectSelector,
} from "../../../socket/selectors/mod.ts";
import { assertSame, mixed, pairOf, resettable } from "../select/support.ts";

for (const driver of mixed) {
  Deno.test({
    name:
      `SelectSelector.select() has a stream that was reset in the sets it is in [${driver.name}]`,
    permissions: { net: true, ffi: true },
    async fn() {
      await using pair = await resettable(driver);
      const { ours, reset } = pair;
      using selector = new SelectSelector();
      const read = selector.register(ours, EVENT_READ);
      const waiting = selector.select();
      reset();
      assertSame(await waiting, [[read, EVENT_READ]]);
      const both = selector.modify(ours, EVENT_READ | EVENT_WRITE);
      assertSame(await selector.select(), [[both, EVENT_READ | EVENT_WRITE]]);
    },
  });

  Deno.test({
    name:
      `SelectSelector.select() goes on when the closed socket is unregistered [${driver.name}]`,
    permissions: { net: true, ffi: true },
    async fn() {
      await using pair = await pairOf(driver);
      const { a, b } = pair;
      using selector = new SelectSelector();
      selector.register(a, EVENT_WRITE);
      const key = selector.register(b, EVENT_WRITE);
      a.close();
      for (const timeout of [0, 1, null]) {
        await assertRejects(() => selector.select(timeout), OSError, "EBADF");
      }
      selector.unregister(a);
      assertSame(await selector.select(), [[key, EVENT_WRITE]]);
    },
  });
}
