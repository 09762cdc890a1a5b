import { assertEquals, assertMatch } from "@std/assert";
import { readAll } from "../support/peers.ts";
import { needsPython, runPython, spawnPython } from "../support/python.ts";
import { copy, here, ROOT, run, start } from "./process.ts";
import {
  type ClientExample,
  type ServerExample,
  testClient,
  testServer,
} from "./usual.ts";

const ADDRESS = { hostname: "127.0.0.1", port: copy.port(50007) };
const LISTENING = here(
  "Listening on 127.0.0.1:50007, press Ctrl-C to stop\n",
);
const reached = {
  address: "127.0.0.1:50007",
  flags: "--allow-net=127.0.0.1:50007",
};
const serverExample: ServerExample = {
  ...reached,
  name: "echo_server",
  commands: [
    "deno run --allow-net=127.0.0.1:50007 examples/echo_server.ts",
    "deno run -P=echo_server examples/echo_server.ts",
  ],
  first: LISTENING,
  last: "Goodbye\n",
  hold: () => Deno.listen(ADDRESS),
};
const clientExample: ClientExample = {
  ...reached,
  name: "echo_client",
  commands: [
    "deno run --allow-net=127.0.0.1:50007 examples/echo_client.ts",
    "deno run -P=echo_client examples/echo_client.ts",
  ],
  refusal: "connection refused (ECONNREFUSED)",
};
const [server, serverByName] = serverExample.commands;
const [client, clientByName] = clientExample.commands;

testServer(serverExample);
testClient(clientExample);

for (const [serve, call] of [[server, client], [serverByName, clientByName]]) {
  Deno.test(`echo: the client gets back what it sent [${serve}]`, async () => {
    await using serving = start(serve);
    assertEquals(await serving.printed("stop\n"), LISTENING);

    const called = await run(call);
    assertEquals(called.stdout, "Received Hello, world\n");
    assertEquals(called.code, 0);

    const { code, stdout } = await serving.end();
    assertMatch(
      stdout.slice(LISTENING.length),
      /^Connected by \[ "127\.0\.0\.1", \d+ \]\n$/,
    );
    assertEquals(code, 0);
  });
}

Deno.test("echo_server sends all back to a Deno.Conn that ends its sending", async () => {
  await using serving = start(server);
  await serving.printed("Listening");
  using conn = await Deno.connect(ADDRESS);
  async function send() {
    const writer = conn.writable.getWriter();
    for (let i = 0; i < 16; i++) await writer.write(sent);
    await conn.closeWrite();
  }
  const sent = crypto.getRandomValues(new Uint8Array(65536));
  const [received] = await Promise.all([readAll(conn), send()]);
  assertEquals(received.length, 16 * sent.length);
  assertEquals(received.slice(-sent.length), sent);
  assertEquals((await serving.end()).code, 0);
});

Deno.test({
  ...needsPython,
  name: "echo_server serves Python's client",
  async fn() {
    await using serving = start(server);
    await serving.printed("Listening");
    // The client of Python's documentation, word for word.
    const received = await runPython(`
import socket

HOST = '127.0.0.1'
PORT = ${ADDRESS.port}
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.connect((HOST, PORT))
    s.sendall(b'Hello, world')
    data = s.recv(1024)
print('Received', repr(data))
`);
    assertEquals(received, "Received b'Hello, world'\n");
    assertEquals((await serving.end()).code, 0);
  },
});

Deno.test({
  ...needsPython,
  name: "echo_client is served by Python's server",
  async fn() {
    // That of Python's documentation, with the port free to be taken again.
    await using serving = spawnPython(`
import socket

HOST = '127.0.0.1'
PORT = ${ADDRESS.port}
with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((HOST, PORT))
    s.listen(1)
    print('Listening')
    conn, addr = s.accept()
    with conn:
        print('Connected by', addr)
        while True:
            data = conn.recv(1024)
            if not data: break
            conn.sendall(data)
`);
    assertEquals(await serving.readLine(), "Listening");
    assertEquals((await run(client)).stdout, "Received Hello, world\n");
    assertMatch(await serving.readLine() ?? "", /^Connected by \('127/);
    assertEquals((await serving.status).code, 0);
  },
});

Deno.test("echo_server ends at Ctrl-C while it serves a client", async () => {
  await using serving = start(server);
  await serving.printed("Listening");
  using conn = await Deno.connect(ADDRESS);
  await serving.printed("Connected by");
  serving.interrupt();
  const { code, stdout, stderr } = await serving.end();
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /\nGoodbye\n$/);
  assertEquals(await conn.read(new Uint8Array(1)), null);
});

Deno.test("deno task echo shows both and ends well, also two at once", async () => {
  const tasks = [1, 2].map(() => run("deno task echo", ROOT));
  const ports = new Set<string>();
  for (const { code, stdout } of await Promise.all(tasks)) {
    const [, port] =
      /^Listening on 127\.0\.0\.1:(\d+), press Ctrl-C to stop$/m.exec(stdout) ??
        [];
    ports.add(port);
    assertMatch(stdout, /^Connected by /m);
    assertMatch(stdout, /^Received Hello, world$/m);
    assertEquals(code, 0);
  }
  assertEquals(ports.size, 2);
});

Deno.test("deno task echo ends with the server's error if the port is in use", async () => {
  using _held = Deno.listen(ADDRESS);
  const { code, stdout, stderr } = await run(
    `deno task echo ${ADDRESS.port}`,
    ROOT,
  );
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^Cannot bind .*\(EADDRINUSE\)$/m);
});
