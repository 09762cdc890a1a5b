import { assertEquals, assertMatch } from "@std/assert";
import { needsPython, runPython } from "../support/python.ts";
import { copy, here, run, start } from "./process.ts";
import {
  type ClientExample,
  type ServerExample,
  testClient,
  testServer,
  testServing,
} from "./usual.ts";

const address = "127.0.0.1:50008";
const serverExample: ServerExample = {
  name: "udp_echo_server",
  commands: [
    "deno run --allow-net=127.0.0.1 examples/udp_echo_server.ts",
    "deno run -P=udp_echo_server examples/udp_echo_server.ts",
  ],
  address,
  flags: "--allow-net=127.0.0.1:50008",
  first: here("Receiving on 127.0.0.1:50008, press Ctrl-C to stop\n"),
  last: "Goodbye\n",
  hold: () =>
    Deno.listenDatagram({
      transport: "udp",
      hostname: "127.0.0.1",
      port: copy.port(50008),
    }),
};
const clientExample: ClientExample = {
  name: "udp_echo_client",
  commands: [
    "deno run --allow-net=127.0.0.1:0,127.0.0.1:50008 examples/udp_echo_client.ts",
    "deno run -P=udp_echo_client examples/udp_echo_client.ts",
  ],
  address,
};
const [server] = serverExample.commands;
const [client] = clientExample.commands;

testServer(serverExample);
testClient(clientExample);
testServing(serverExample, "udp_echo_client", {
  client: "Received Hello, world\n",
  server: /^(12 bytes from \[ "127\.0\.0\.1", \d+ \]\n){2}Goodbye\n$/,
});

Deno.test("udp_echo_client says that nobody answers", async () => {
  const { code, stdout, stderr } = await run(client);
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /Cannot receive from "127\.0\.0\.1:\d+": timed out\n$/);
});

Deno.test({
  ...needsPython,
  name: "udp_echo_server serves Python's client",
  async fn() {
    await using serving = start(server);
    await serving.printed("Receiving");
    const received = await runPython(`
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.sendto(b"Hello, world", ("127.0.0.1", ${copy.port(50008)}))
print(s.recvfrom(1024)[0].decode())
`);
    assertEquals(received.trim(), "Hello, world");
    serving.interrupt();
    assertEquals((await serving.end()).code, 0);
  },
});
