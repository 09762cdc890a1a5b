import { assertEquals } from "@std/assert";
import { Client } from "../support/forking.ts";
import { commandsOf, examplePorts, run, start } from "./process.ts";

const LISTENING = "Listening on 127.0.0.1:50010, press Ctrl-C to stop\n";
const [command, byName] = await commandsOf("forking_server");

Deno.test("forking_server names its commands", () => {
  assertEquals([command, byName], [
    "deno run --allow-net=127.0.0.1:50010 --allow-read=. examples/forking_server.ts",
    "deno run -P=forking_server examples/forking_server.ts",
  ]);
});

for (const serve of [command, byName]) {
  Deno.test(`forking_server counts primes by forking_handler, and answers one client while it computes for another [${serve}]`, async () => {
    using _ports = await examplePorts();
    await using serving = start(serve);
    await serving.printed(LISTENING);
    // This takes hours.
    using patient = await Client.to(50010, "10\n1000000000000");
    assertEquals(await patient.hear(), "4 primes below 10");
    using other = await Client.to(50010, "100");
    assertEquals(await other.hear(), "25 primes below 100");
    await other.say("many");
    assertEquals(await other.hear(), "Send a number");

    // And it does not keep the server from ending.
    serving.interrupt();
    const { code, stdout } = await serving.end();
    assertEquals([code, stdout], [0, `${LISTENING}Goodbye\n`]);
    assertEquals(await patient.hear(), undefined);
  });
}

Deno.test("forking_server says that the port is in use", async () => {
  using _ports = await examplePorts();
  using _held = Deno.listen({ hostname: "127.0.0.1", port: 50010 });
  assertEquals(await run(command), {
    code: 1,
    stdout: "",
    stderr:
      'Cannot bind to "127.0.0.1:50010": address already in use (EADDRINUSE)\n',
  });
});

Deno.test("forking_server without permission to read names the flag", async () => {
  using _ports = await examplePorts();
  const { code, stderr } = await run(
    command.replace("--allow-read=.", "--no-prompt"),
  );
  const root = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
  const handler = `${root}/examples/forking_handler.ts`;
  assertEquals([code, stderr], [
    1,
    `Cannot load the handler module "file://${handler}": permission denied ` +
    `(EACCES); run again with --allow-read=${root},${handler}\n`,
  ]);
});
