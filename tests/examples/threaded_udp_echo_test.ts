import { assertEquals } from "@std/assert";
import { needsPython, runPython } from "../support/python.ts";
import { copy, here, start } from "./process.ts";
import { type ServerExample, testServer, testServing } from "./usual.ts";

const ADDRESS = {
  transport: "udp",
  hostname: "127.0.0.1",
  port: copy.port(50008),
} as const;
const example: ServerExample = {
  name: "threaded_udp_echo_server",
  commands: [
    "deno run --allow-net=127.0.0.1 examples/threaded_udp_echo_server.ts",
    "deno run -P=threaded_udp_echo_server examples/threaded_udp_echo_server.ts",
  ],
  address: "127.0.0.1:50008",
  flags: "--allow-net=127.0.0.1:50008",
  first: here("Receiving on 127.0.0.1:50008, press Ctrl-C to stop\n"),
  last: "Goodbye\n",
  hold: () => Deno.listenDatagram(ADDRESS),
};
const [server] = example.commands;

testServer(example);
testServing(example, "udp_echo_client", {
  client: "Received Hello, world\n",
  server: /^(12 bytes from \[ "127\.0\.0\.1", \d+ \]\n){2}Goodbye\n$/,
});

Deno.test("threaded_udp_echo_server sends datagrams of every size back to a Deno.DatagramConn", async () => {
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
    await using serving = start(server);
    await serving.printed("Receiving");
    const received = await runPython(`
import socket

clients = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(100)]
for number, s in enumerate(clients):
    s.settimeout(20)
    s.sendto(b"%d" % number, ("127.0.0.1", ${ADDRESS.port}))
for number, s in enumerate(clients):
    data, sender = s.recvfrom(1024)
    assert data == b"%d" % number, data
    assert sender == ("127.0.0.1", ${ADDRESS.port}), sender
print("all of them")
`);
    assertEquals(received, "all of them\n");
  },
});

Deno.test({
  ...needsPython,
  name: "threaded_udp_echo_server goes on after clients that have vanished",
  async fn() {
    await using serving = start(server);
    await serving.printed("Receiving");
    const received = await runPython(`
import socket

for _ in range(50):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.sendto(b"gone", ("127.0.0.1", ${ADDRESS.port}))
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.settimeout(20)
    s.sendto(b"here", ("127.0.0.1", ${ADDRESS.port}))
    print(s.recvfrom(1024)[0])
`);
    assertEquals(received, "b'here'\n");
    serving.interrupt();
    const { code, stderr } = await serving.end();
    assertEquals([code, stderr], [0, ""]);
  },
});
