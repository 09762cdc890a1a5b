import { assertEquals, assertRejects } from "@std/assert";
import { Context, contextOf } from "../../server/context.ts";
import { settle } from "../socket/fake_clock.ts";

Deno.test("contextOf() is undefined outside of all servers", () => {
  assertEquals(contextOf({}), undefined);
});

Deno.test("contextOf() tells on whose behalf code runs, also once it has waited", async () => {
  const server = {};
  const context = new Context(server, undefined, true);
  await context.within(async () => {
    assertEquals(contextOf(server), context);
    await settle();
    assertEquals(contextOf(server), context);
    assertEquals(contextOf({}), undefined);
  });
  assertEquals(contextOf(server), undefined);
});

Deno.test("contextOf() finds a server within which another one runs", async () => {
  const [outer, inner] = [{}, {}];
  const context = new Context(outer, undefined, true);
  await context.within(async () => {
    const own = new Context(inner, undefined, false);
    own.within(() => {
      assertEquals(contextOf(outer), context);
      assertEquals(contextOf(inner), own);
    });
    await settle();
    assertEquals(contextOf(inner), undefined);
  });
});

Deno.test("contextOf() gives the innermost of one server's, and none when that is over", async () => {
  const server = {};
  const loop = new Context(server, undefined, true);
  await loop.within(async () => {
    const request = {};
    const own = new Context(server, request, false);
    let late: Promise<unknown> | undefined;
    own.within(() => {
      assertEquals(contextOf(server)?.request, request);
      late = settle().then(() => contextOf(server));
    });
    own.leave();
    assertEquals(await late, undefined);
    assertEquals(contextOf(server), loop);
  });
});

Deno.test("Context.within() keeps contexts that run side by side apart", async () => {
  const server = {};
  const requests = [{}, {}];
  const seen = await Promise.all(
    requests.map((request) =>
      new Context(server, request, false).within(async () => {
        await settle();
        return contextOf(server)?.request;
      })
    ),
  );
  assertEquals(seen.map((each, index) => each === requests[index]), [
    true,
    true,
  ]);
});

Deno.test("Context.within() gives what the code gives and throws what it throws", async () => {
  const context = new Context({}, undefined, false);
  assertEquals(context.within(() => 5), 5);
  const error = new Error("planned");
  const failing = context.within(() => Promise.reject(error));
  assertEquals(await assertRejects(() => failing), error);
});
