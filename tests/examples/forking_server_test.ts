import { assertEquals } from "@std/assert";
import { Client } from "../support/forking.ts";
import { copy, here, run, start } from "./process.ts";
import { type ServerExample, testServer } from "./usual.ts";

const PORT = copy.port(50010);
// It may read no other folder than the one it is run in, and its Workers read the
// library.
copy.addLibrary();

const example: ServerExample = {
  name: "forking_server",
  commands: [
    "deno run --allow-net=127.0.0.1:50010 --allow-read=. examples/forking_server.ts",
    "deno run -P=forking_server examples/forking_server.ts",
  ],
  address: "127.0.0.1:50010",
  first: here("Listening on 127.0.0.1:50010, press Ctrl-C to stop\n"),
  last: "Goodbye\n",
  hold: () => Deno.listen({ hostname: "127.0.0.1", port: PORT }),
};
const [command] = example.commands;

testServer(example);

for (const serve of example.commands) {
  Deno.test(`forking_server counts primes by forking_handler, and answers one client while it computes for another [${serve}]`, async () => {
    await using serving = start(serve);
    await serving.printed(example.first);
    // This takes hours.
    using patient = await Client.to(PORT, "10\n1000000000000");
    assertEquals(await patient.hear(), "4 primes below 10");
    using other = await Client.to(PORT, "100");
    assertEquals(await other.hear(), "25 primes below 100");
    await other.say("many");
    assertEquals(await other.hear(), "Send a number");

    // And it does not keep the server from ending.
    serving.interrupt();
    const { code, stdout } = await serving.end();
    assertEquals([code, stdout], [0, example.first + example.last]);
    assertEquals(await patient.hear(), undefined);
  });
}

Deno.test("forking_server without permission to read names the flag", async () => {
  const { code, stderr } = await run(
    command.replace("--allow-read=.", "--no-prompt"),
  );
  const root = copy.folder;
  const handler = `${root}/examples/forking_handler.ts`;
  assertEquals([code, stderr], [
    1,
    `Cannot load the handler module "file://${handler}": permission denied ` +
    `(EACCES); run again with --allow-read=${root},${handler}\n`,
  ]);
});
