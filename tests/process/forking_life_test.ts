import { assertEquals } from "@std/assert";
import { handlers } from "../support/forking.ts";
import { runProgram } from "../support/program.ts";

const SERVER = import.meta.resolve("../../server/mod.ts");
const SUPPORT = import.meta.resolve("../support/forking.ts");

/** Runs a program that has `server` and `ask`; tells how it ended and what it printed. */
async function run(code: string, flags: string[] = []): Promise<string> {
  const { code: status, stdout, stderr } = await runProgram(
    `
    import { ForkingTCPServer } from "${SERVER}";
    import { ask, Client, serving } from "${SUPPORT}";
    const server = new ForkingTCPServer(["127.0.0.1", 0], "${
      handlers("commands")
    }", ${
      flags.length > 0
        ? '{ permissions: "none", unstableWorkerOptions: true }'
        : "{}"
    });
    const port = server.serverAddress[1];
    ${code}
    console.log("over");
    `,
    {
      flags: [
        "--allow-net",
        "--allow-read",
        "--allow-write",
        "--allow-env",
        ...flags,
      ],
    },
  );
  return `${status} ${stdout}${stderr}`;
}

for (
  const [kind, flags] of [
    ["", []],
    [", of fewer permissions", ["--unstable-worker-options"]],
  ] as [string, string[]][]
) {
  Deno.test(`Workers that have nothing to do do not keep the process alive after shutdown()${kind}`, async () => {
    assertEquals(
      await run(
        `
        const served = server.serveForever();
        await ask(port, "worker");
        await server.shutdown({ grace: 10 });
        await served;
        `,
        flags,
      ),
      "0 over\n",
    );
  });

  Deno.test(`nor after handleRequest()${kind}`, async () => {
    assertEquals(
      await run(
        `
        const answer = ask(port, "worker");
        await server.handleRequest();
        await answer;
        `,
        flags,
      ),
      "0 over\n",
    );
  });

  Deno.test(`nor after a handleRequest() that nothing came to${kind}`, async () => {
    assertEquals(
      await run("server.timeout = 0.01; await server.handleRequest();", flags),
      "0 over\n",
    );
  });

  Deno.test(`nor after serverClose()${kind}`, async () => {
    assertEquals(
      await run(
        `
        const served = server.serveForever();
        await ask(port, "worker");
        await server.serverClose();
        await served;
        `,
        flags,
      ),
      "0 over\n",
    );
  });

  Deno.test(`a request that a Worker handles keeps the process alive${kind}`, async () => {
    assertEquals(
      await run(
        `
        const client = await Client.to(port, "wait");
        await server.handleRequest();
        await client.hear();
        client.say("go on").then(() => client.hear()).then((line) => {
          console.log(line);
          client[Symbol.dispose]();
        });
        `,
        flags,
      ),
      "0 over\ndone\n",
    );
  });
}
