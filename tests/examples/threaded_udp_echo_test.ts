import { assertEquals, assertMatch } from "@std/assert";
import { needsPython, runPython } from "../support/python.ts";
import {
  commandsOf,
  examplePorts,
  run,
  start,
  unpermitted,
} from "./process.ts";

const ADDRESS = {
  transport: "udp",
  hostname: "127.0.0.1",
  port: 50008,
} as const;
const RECEIVING = "Receiving on 127.0.0.1:50008, press Ctrl-C to stop\n";
const [server, serverByName] = await commandsOf("threaded_udp_echo_server");
const [client, clientByName] = await commandsOf("udp_echo_client");

Deno.test("threaded_udp_echo_server names its commands", () => {
  assertEquals([server, serverByName], [
    "deno run --allow-net=127.0.0.1 examples/threaded_udp_echo_server.ts",
    "deno run -P=threaded_udp_echo_server examples/threaded_udp_echo_server.ts",
  ]);
});

for (const [serve, call] of [[server, client], [serverByName, clientByName]]) {
  Deno.test(`threaded_udp_echo_server serves udp_echo_client until Ctrl-C [${serve}]`, async () => {
    using _ports = await examplePorts();
    await using serving = start(serve);
    assertEquals(await serving.printed("stop\n"), RECEIVING);
    for (const called of [await run(call), await run(call)]) {
      assertEquals([called.code, called.stdout], [
        0,
        "Received Hello, world\n",
      ]);
    }
    serving.interrupt();
    const { code, stdout } = await serving.end();
    assertMatch(
      stdout.slice(RECEIVING.length),
      /^(12 bytes from \[ "127\.0\.0\.1", \d+ \]\n){2}Goodbye\n$/,
    );
    assertEquals(code, 0);
  });
}

Deno.test("threaded_udp_echo_server sends datagrams of every size back to a Deno.DatagramConn", async () => {
  using _ports = await examplePorts();
  await using serving = start(server);
  await serving.printed("Receiving");
  const conn = Deno.listenDatagram({ ...ADDRESS, port: 0 });
  for (const size of [0, 1, 1472, 8193, 65507]) {
    const sent = new Uint8Array(size).fill(size);
    await conn.send(sent, ADDRESS);
    const [received, from] = await conn.receive();
    assertEquals([received, from], [sent, ADDRESS]);
  }
  conn.close();
});

Deno.test({
  ...needsPython,
  name:
    "threaded_udp_echo_server answers each of Python's clients with its own",
  async fn() {
    using _ports = await examplePorts();
    await using serving = start(server);
    await serving.printed("Receiving");
    const received = await runPython(`
import socket

clients = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(100)]
for number, s in enumerate(clients):
    s.settimeout(20)
    s.sendto(b"%d" % number, ("127.0.0.1", 50008))
for number, s in enumerate(clients):
    data, sender = s.recvfrom(1024)
    assert data == b"%d" % number, data
    assert sender == ("127.0.0.1", 50008), sender
print("all of them")
`);
    assertEquals(received, "all of them\n");
  },
});

Deno.test({
  ...needsPython,
  name: "threaded_udp_echo_server goes on after clients that have vanished",
  async fn() {
    using _ports = await examplePorts();
    await using serving = start(server);
    await serving.printed("Receiving");
    const received = await runPython(`
import socket

for _ in range(50):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"gone", ("127.0.0.1", 50008))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.settimeout(20)
    s.sendto(b"here", ("127.0.0.1", 50008))
    print(s.recvfrom(1024)[0])
`);
    assertEquals(received, "b'here'\n");
    serving.interrupt();
    const { code, stderr } = await serving.end();
    assertEquals([code, stderr], [0, ""]);
  },
});

Deno.test("threaded_udp_echo_server ends at Ctrl-C before any datagram", async () => {
  using _ports = await examplePorts();
  await using serving = start(server);
  await serving.printed("Receiving");
  serving.interrupt();
  assertEquals(await serving.end(), {
    code: 0,
    stdout: RECEIVING + "Goodbye\n",
    stderr: "",
  });
});

Deno.test("threaded_udp_echo_server says that the port is in use", async () => {
  using _ports = await examplePorts();
  const held = Deno.listenDatagram(ADDRESS);
  assertEquals(await run(server), {
    code: 1,
    stdout: "",
    stderr:
      'Cannot bind to "127.0.0.1:50008": address already in use (EADDRINUSE)\n',
  });
  held.close();
});

Deno.test("threaded_udp_echo_server names the flag without permission", async () => {
  assertEquals(await run(unpermitted(server)), {
    code: 1,
    stdout: "",
    stderr: 'Cannot bind to "127.0.0.1:50008": permission denied (EACCES); ' +
      "run again with --allow-net=127.0.0.1:50008\n",
  });
});
