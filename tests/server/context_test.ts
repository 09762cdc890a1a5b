import { assertEquals, assertRejects } from "@std/assert";
import { contextOf, runWithin } from "../../server/requests.ts";
import { RequestTask } from "../../server/requests.ts";
import { settle } from "../socket/fake_clock.ts";

const none = { task: undefined, inLoop: false };

Deno.test("contextOf() is undefined outside of all servers", () => {
  assertEquals(contextOf({}), undefined);
});

Deno.test("contextOf() tells on whose behalf code runs, also once it has waited", async () => {
  const server = {};
  const task = new RequestTask({});
  await runWithin({ server, task, inLoop: true }, async () => {
    assertEquals(contextOf(server)?.task, task);
    await settle();
    assertEquals(contextOf(server)?.inLoop, true);
    assertEquals(contextOf({}), undefined);
  });
  assertEquals(contextOf(server), undefined);
});

Deno.test("contextOf() finds a server within which another one runs", async () => {
  const [outer, inner] = [{}, {}];
  const task = new RequestTask({});
  await runWithin({ server: outer, task, inLoop: true }, async () => {
    await runWithin({ server: inner, ...none }, () => {
      assertEquals(contextOf(outer)?.task, task);
      assertEquals(contextOf(inner)?.inLoop, false);
    });
    assertEquals(contextOf(inner), undefined);
  });
});

Deno.test("contextOf() gives the innermost of one server's", async () => {
  const server = {};
  const task = new RequestTask({});
  await runWithin({ server, task: undefined, inLoop: true }, async () => {
    await runWithin({ server, task, inLoop: false }, () => {
      assertEquals(contextOf(server)?.task, task);
      assertEquals(contextOf(server)?.inLoop, false);
    });
  });
});

Deno.test("runWithin() keeps contexts that run side by side apart", async () => {
  const server = {};
  const tasks = [new RequestTask({}), new RequestTask({})];
  const seen = await Promise.all(
    tasks.map((task) =>
      runWithin({ server, task, inLoop: false }, async () => {
        await settle();
        return contextOf(server)?.task === task;
      })
    ),
  );
  assertEquals(seen, [true, true]);
});

Deno.test("runWithin() gives what the code gives and throws what it throws", async () => {
  assertEquals(await runWithin({ server: {}, ...none }, () => 5), 5);
  const error = new Error("planned");
  const failing = runWithin({ server: {}, ...none }, () => {
    throw error;
  });
  assertEquals(await assertRejects(() => failing), error);
});
