import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TimeoutError } from "../../socket/mod.ts";
import { ask, Client, handlers, Keeping, serving } from "../support/forking.ts";
import { runProgram } from "../support/program.ts";

const HOST: [string, number] = ["127.0.0.1", 0];
const commands = handlers("commands");

for (
  const [step, finished] of [
    ["throw in setup", undefined],
    ["throw in handle", undefined],
    ["throw in finish", undefined],
  ] as const
) {
  Deno.test(`a handler in a Worker that ${step.replace("throw", "throws")} costs its own request only, and no Worker`, async () => {
    await using to = serving(new Keeping(HOST, commands, { maxChildren: 1 }));
    assertEquals(await ask(to.port, step), finished);
    const error = await to.server.nextError();
    // A RangeError is one here too.
    assertEquals([error instanceof RangeError, error.message], [true, step]);
    assertStringIncludes(error.stack ?? "", "commands.ts");
    assertMatch(await ask(to.port, "worker") ?? "", / 2$/);
  });
}

for (
  const [how, says, cause] of [
    ["in a timer", "with an error that nothing caught", "boom"],
    ["by a promise", "with an error that nothing caught", "boom"],
    ["by close()", "by close()"],
    ["by Deno.exit(3)", "by Deno.exit(3)"],
    ["by process.exit(3)", "code 3"],
  ] as const
) {
  Deno.test(`a Worker that ends ${how} costs its own request only, and is replaced`, async () => {
    await using to = serving(new Keeping(HOST, commands, { maxChildren: 2 }));
    using other = await Client.to(to.port, "wait");
    assertEquals(await other.hear(), "waiting");
    using client = await Client.to(to.port, `crash ${how}`);
    // What it had sent has arrived.
    assertEquals(await client.hear(), "now");
    assertEquals(await client.hear(), undefined);
    const error = await to.server.nextError();
    assertMatch(error.message, /^Cannot go on with the request: its Worker /);
    if (how !== "by process.exit(3)") {
      assertStringIncludes(error.message, says);
    }
    if (cause) assertEquals((error.cause as Error).message, cause);
    // A new one.
    assertMatch(await ask(to.port, "worker") ?? "", / 1$/);
    await other.say("go on");
    assertEquals(await other.hear(), "done");
  });
}

Deno.test("requestTimeout gives a request up that takes longer, and replaces its Worker", async () => {
  await using to = serving(
    new Keeping(HOST, commands, { maxChildren: 1, requestTimeout: 2 }),
  );
  using client = await Client.to(to.port, "wait");
  assertEquals(await client.hear(), "waiting");
  const error = await to.server.nextError();
  assertEquals(
    [error instanceof TimeoutError, error.message],
    [true, "Cannot handle the request within 2 seconds: timed out"],
  );
  assertEquals(await client.hear(), undefined);
  to.server.requestTimeout = null;
  assertMatch(await ask(to.port, "worker") ?? "", / 1$/);
});

/** Runs code that serves `commands`, in a process of its own: an endless loop goes on as long as that. */
async function run(code: string): Promise<string> {
  const support = new URL("../support/forking.ts", import.meta.url);
  const { code: status, stdout, stderr } = await runProgram(
    `
    import { ask, Client, handlers, Keeping, serving } from "${support}";
    const commands = handlers("commands");
    ${code}
    console.log("over");
    `,
    { flags: ["--allow-net", "--allow-read", "--allow-write", "--allow-env"] },
  );
  return `${status} ${stdout}${stderr}`;
}

Deno.test("a handler in an endless loop is given up by requestTimeout, others are served, and the process ends", async () => {
  assertEquals(
    await run(`
      await using to = serving(new Keeping(["127.0.0.1", 0], commands, {
        maxChildren: 1, requestTimeout: 2,
      }));
      using client = await Client.to(to.port, "crash in a loop");
      console.log(await client.hear());
      console.log((await to.server.nextError()).message);
      console.log(await client.hear());
      to.server.requestTimeout = null;
      console.log((await ask(to.port, "worker")).split(" ")[1]);
    `),
    "0 now\nCannot handle the request within 2 seconds: timed out\nundefined\n1\nover\n",
  );
});

Deno.test("a handler in an endless loop is cut off by shutdown() with a grace, and the process ends", async () => {
  assertEquals(
    await run(`
      const server = new Keeping(["127.0.0.1", 0], commands);
      const served = server.serveForever();
      using client = await Client.to(server.serverAddress[1], "crash in a loop");
      console.log(await client.hear());
      console.log(await server.shutdown({ grace: 0.01 }), server.errors);
      await served;
      console.log(await client.hear());
      await server.serverClose();
    `),
    "0 now\n1 []\nundefined\nover\n",
  );
});
