// A Worker needs descriptors; where there are too few, Deno itself ends the process.
import { assertEquals } from "@std/assert";
import { handlers } from "../support/forking.ts";
import { runProgram } from "../support/program.ts";

const SERVER = import.meta.resolve("../../server/mod.ts");

/** Serves a request with so many descriptors free, and then one with all; returns what it printed. */
async function serve(free: number, options: string): Promise<string> {
  const { code, stdout, stderr } = await runProgram(
    `
    import { ForkingTCPServer } from "${SERVER}";
    // What Deno hears signals by, and node's built-ins, have descriptors of their own.
    Deno.addSignalListener("SIGHUP", () => {});
    globalThis.process.getBuiltinModule("node:worker_threads");
    await using server = new ForkingTCPServer(
      ["127.0.0.1", 0], "${handlers("echo")}", ${options},
    );
    const client = await Deno.connect({ port: server.serverAddress[1] });
    await client.write(new TextEncoder().encode("hello"));
    await client.closeWrite();
    const held = [];
    try {
      while (true) held.push(Deno.openSync("/dev/null"));
    } catch {
      // All are taken.
    }
    for (let freed = 0; freed < ${free}; freed++) held.pop().close();
    await server.handleRequest().catch(({ name, message }) =>
      console.log(name, message.replace(/"file:.*"/, "it"))
    );
    for (const file of held) file.close();
    await server.handleRequest();
    const buffer = new Uint8Array(9);
    console.log(new TextDecoder().decode(buffer.subarray(0, await client.read(buffer))));
    Deno.exit();
    `,
    {
      flags: ["--allow-net", "--allow-read", "--unstable-worker-options"],
      through: ["sh", "-c", 'ulimit -n 100; exec "$@"', "sh"],
    },
  );
  return `${code} ${stdout}${stderr}`;
}

for (
  const options of [
    "{}",
    '{ permissions: "none", unstableWorkerOptions: true }',
  ]
) {
  for (const free of [0, 1, 5, 6, 7]) {
    Deno.test(`a forking server ${options} with ${free} descriptors free throws EMFILE, and serves when there are more`, async () => {
      assertEquals(
        await serve(free, options),
        "0 OSError Cannot start a Worker for the handler module it: too many open files (EMFILE)\nhello\n",
      );
    });
  }
}
