import { assertEquals, assertMatch } from "@std/assert";
import { needsPython, runPython } from "../support/python.ts";
import { commandsOf, examplePorts, run, start } from "./process.ts";

const RECEIVING = "Receiving on 127.0.0.1:50008, press Ctrl-C to stop\n";
const [server, serverByName] = await commandsOf("udp_echo_server");
const [client, clientByName] = await commandsOf("udp_echo_client");

Deno.test("the UDP echo examples name their commands", () => {
  assertEquals([server, serverByName, client, clientByName], [
    "deno run --allow-net=127.0.0.1 examples/udp_echo_server.ts",
    "deno run -P=udp_echo_server examples/udp_echo_server.ts",
    "deno run --allow-net=127.0.0.1:0,127.0.0.1:50008 examples/udp_echo_client.ts",
    "deno run -P=udp_echo_client examples/udp_echo_client.ts",
  ]);
});

for (const [serve, call] of [[server, client], [serverByName, clientByName]]) {
  Deno.test(`UDP echo: the client gets back what it sent [${serve}]`, async () => {
    using _ports = await examplePorts();
    await using serving = start(serve);
    assertEquals(await serving.printed("stop\n"), RECEIVING);

    const called = await run(call);
    assertEquals(called.stdout, "Received Hello, world\n");
    assertEquals(called.code, 0);

    serving.interrupt();
    const { code, stdout } = await serving.end();
    assertMatch(
      stdout.slice(RECEIVING.length),
      /^12 bytes from \[ "127\.0\.0\.1", \d+ \]\nGoodbye\n$/,
    );
    assertEquals(code, 0);
  });
}

Deno.test("udp_echo_client says that nobody answers", async () => {
  using _ports = await examplePorts();
  const { code, stdout, stderr } = await run(client);
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /Cannot receive from "127\.0\.0\.1:\d+": timed out\n$/);
});

Deno.test({
  ...needsPython,
  name: "udp_echo_server serves Python's client",
  async fn() {
    using _ports = await examplePorts();
    await using serving = start(server);
    await serving.printed("Receiving");
    const received = await runPython(`
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.sendto(b"Hello, world", ("127.0.0.1", 50008))
print(s.recvfrom(1024)[0].decode())
`);
    assertEquals(received.trim(), "Hello, world");
    serving.interrupt();
    assertEquals((await serving.end()).code, 0);
  },
});
