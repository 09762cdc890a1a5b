import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { handlers } from "../support/forking.ts";
import { runProgram } from "../support/program.ts";

const SUPPORT = import.meta.resolve("../support/forking.ts");
const FLAGS = [
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--unstable-worker-options",
];

/** Runs a program that has `ask` and `to`, a server of handlers with fewer permissions. */
async function run(
  code: string,
  permissions: unknown,
  flags: readonly string[] = FLAGS,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return await runProgram(
    `
    import { ask, Client, Keeping, serving } from "${SUPPORT}";
    const server = new Keeping(["127.0.0.1", 0], "${handlers("net")}", {
      permissions: ${JSON.stringify(permissions)},
      unstableWorkerOptions: true,
      maxChildren: 1,
      requestTimeout: 60,
    });
    await using to = serving(server);
    ${code}
    `,
    { flags },
  );
}

for (
  const [permissions, states] of [
    ["none", "prompt prompt prompt"],
    ["inherit", "granted granted granted"],
    [{ env: true }, "prompt prompt granted"],
  ] as const
) {
  Deno.test(`permissions ${JSON.stringify(permissions)} are the handlers' own, and the parent keeps its own`, async () => {
    const { code, stdout, stderr } = await run(
      `
      console.log(await ask(to.port, "states"));
      console.log(await ask(to.port, "listen"));
      Deno.listen({ port: 0 }).close();
      `,
      permissions,
    );
    assertEquals(
      [code, stdout, stderr],
      [
        0,
        `${states}\n${permissions === "inherit" ? "allowed" : "NotCapable"}\n`,
        "",
      ],
    );
  });
}

for (
  const [how, says] of [
    ["close", "by close()"],
    ["exit", "by Deno.exit(3)"],
    ["process.exit", "exit(3)"],
    ["timer", "with an error that nothing caught"],
  ] as const
) {
  Deno.test(`a Worker with fewer permissions that ends by ${how} is heard of and replaced`, async () => {
    const { code, stdout, stderr } = await run(
      `
      console.log(await ask(to.port, "${how}"));
      console.log((await server.nextError()).message);
      console.log(await ask(to.port, "listen"));
      `,
      "none",
    );
    assertMatch(
      stdout,
      /^undefined\nCannot go on with the request: its Worker ended .*\nNotCapable\n$/,
    );
    assertStringIncludes(stdout, says);
    assertEquals([code, stderr], [0, ""]);
  });
}

Deno.test("permissions that the parent does not have are refused before anything is served", async () => {
  const { code, stdout } = await runProgram(
    `
    import { ForkingTCPServer } from "${
      import.meta.resolve("../../server/mod.ts")
    }";
    await using server = new ForkingTCPServer(["127.0.0.1", 0], "${
      handlers("net")
    }", { permissions: { run: true }, unstableWorkerOptions: true });
    await server.serveForever().catch((error) => console.log(error.message));
    `,
    {
      flags: ["--allow-net", "--allow-read", "--unstable-worker-options"],
    },
  );
  assertMatch(stdout, /^Cannot load the handler module ".*": Can't escalate/);
  assertEquals(code, 0);
});

Deno.test("permissions without unstableWorkerOptions are a TypeError that names the flag, and the process lives", async () => {
  const { code, stdout, stderr } = await runProgram(
    `
    import { ForkingTCPServer } from "${
      import.meta.resolve("../../server/mod.ts")
    }";
    try {
      new ForkingTCPServer(["127.0.0.1", 0], "${handlers("net")}", {
        permissions: { net: false },
      });
    } catch (error) {
      console.log(error.name, error.message);
    }
    `,
    { flags: ["--allow-net", "--allow-read"] },
  );
  assertEquals(
    stdout,
    "TypeError Cannot make a ForkingTCPServer: permissions need --unstable-worker-options, without which Deno would end the program; say unstableWorkerOptions: true if it always runs with that flag\n",
  );
  assertEquals([code, stderr], [0, ""]);
});
