import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { needsPython, runPython, spawnPython } from "../support/python.ts";
import { commandsOf, examplePorts, run, start } from "./process.ts";

const ADDRESS = { hostname: "127.0.0.1", port: 50007 };
const LISTENING = "Listening on 127.0.0.1:50007, press Ctrl-C to stop\n";
const [server, serverByName] = await commandsOf("echo_server");
const [client, clientByName] = await commandsOf("echo_client");

/** Reads to the end. */
async function readAll(conn: Deno.Conn): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (;;) {
    const buffer = new Uint8Array(65536);
    const count = await conn.read(buffer);
    if (count === null) return await new Blob(chunks).bytes();
    chunks.push(buffer.subarray(0, count));
  }
}

/** The command without its permissions. */
function unpermitted(command: string): string {
  return command.replace(/ (--allow-net|-P)=\S+/, " --no-prompt");
}

Deno.test("the echo examples name their commands", () => {
  assertEquals([server, serverByName, client, clientByName], [
    "deno run --allow-net=127.0.0.1:50007 examples/echo_server.ts",
    "deno run -P=echo_server examples/echo_server.ts",
    "deno run --allow-net=127.0.0.1:50007 examples/echo_client.ts",
    "deno run -P=echo_client examples/echo_client.ts",
  ]);
});

for (const [serve, call] of [[server, client], [serverByName, clientByName]]) {
  Deno.test(`echo: the client gets back what it sent [${serve}]`, async () => {
    using _ports = await examplePorts();
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
  using _ports = await examplePorts();
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
    using _ports = await examplePorts();
    await using serving = start(server);
    await serving.printed("Listening");
    // The client of Python's documentation, word for word.
    const received = await runPython(`
import socket

HOST = '127.0.0.1'
PORT = 50007
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
    using _ports = await examplePorts();
    // That of Python's documentation, with the port free to be taken again.
    await using serving = spawnPython(`
import socket

HOST = '127.0.0.1'
PORT = 50007
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

Deno.test("echo_server ends at Ctrl-C while it waits for a client", async () => {
  using _ports = await examplePorts();
  await using serving = start(server);
  await serving.printed("Listening");
  serving.interrupt();
  assertEquals(await serving.end(), {
    code: 0,
    stdout: LISTENING + "Goodbye\n",
    stderr: "",
  });
});

Deno.test("echo_server ends at Ctrl-C while it serves a client", async () => {
  using _ports = await examplePorts();
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

Deno.test("echo_server says that the port is in use", async () => {
  using _ports = await examplePorts();
  using _held = Deno.listen(ADDRESS);
  assertEquals(await run(server), {
    code: 1,
    stdout: "",
    stderr:
      'Cannot bind to "127.0.0.1:50007": address already in use (EADDRINUSE)\n',
  });
});

Deno.test("echo_client says that nobody listens", async () => {
  using _ports = await examplePorts();
  assertEquals(await run(client), {
    code: 1,
    stdout: "",
    stderr:
      'Cannot connect to "127.0.0.1:50007": connection refused (ECONNREFUSED)\n',
  });
});

for (
  const [command, call] of [[server, "bind"], [client, "connect"]]
) {
  Deno.test(`echo: without permission to ${call} it names the flag`, async () => {
    assertEquals(await run(unpermitted(command)), {
      code: 1,
      stdout: "",
      stderr: `Cannot ${call} to "127.0.0.1:50007": permission denied ` +
        "(EACCES); run again with --allow-net=127.0.0.1:50007\n",
    });
  });
}

Deno.test("deno task echo shows both and ends well", async () => {
  using _ports = await examplePorts();
  const { code, stdout } = await run("deno task echo");
  assertStringIncludes(stdout, LISTENING);
  assertMatch(stdout, /^Connected by /m);
  assertMatch(stdout, /^Received Hello, world$/m);
  assertEquals(code, 0);
});

Deno.test("deno task echo ends with the server's error if the port is in use", async () => {
  using _ports = await examplePorts();
  using _held = Deno.listen(ADDRESS);
  const { code, stdout, stderr } = await run("deno task echo");
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^Cannot bind .*\(EADDRINUSE\)$/m);
});
