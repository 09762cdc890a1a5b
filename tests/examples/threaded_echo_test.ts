import { assertEquals, assertMatch } from "@std/assert";
import { bytes, readAll, text, writeAll } from "../support/peers.ts";
import { needsProgram, runPiped } from "../support/foreign.ts";
import { needsPython, runPython } from "../support/python.ts";
import { altered, copy, here, start } from "./process.ts";
import { type ServerExample, testServer, testServing } from "./usual.ts";

const ADDRESS = { hostname: "127.0.0.1", port: copy.port(50007) };
const example: ServerExample = {
  name: "threaded_echo_server",
  commands: [
    "deno run --allow-net=127.0.0.1:50007 examples/threaded_echo_server.ts",
    "deno run -P=threaded_echo_server examples/threaded_echo_server.ts",
  ],
  address: "127.0.0.1:50007",
  flags: "--allow-net=127.0.0.1:50007",
  first: here("Listening on 127.0.0.1:50007, press Ctrl-C to stop\n"),
  last: "Goodbye, clients cut off: 0\n",
  hold: () => Deno.listen(ADDRESS),
};
const [server] = example.commands;

testServer(example);
testServing(example, "echo_client", {
  client: "Received Hello, world\n",
  server:
    /^(Connected by \[ "127\.0\.0\.1", \d+ \]\n){2}Goodbye, clients cut off: 0\n$/,
});

/** Connects, and waits until the server handles it. */
async function connect(): Promise<Deno.Conn> {
  const conn = await Deno.connect(ADDRESS);
  await conn.write(bytes("?"));
  assertEquals(await conn.read(new Uint8Array(9)), 1);
  return conn;
}

Deno.test("threaded_echo_server serves many clients at once", async () => {
  await using serving = start(server);
  await serving.printed("Listening");
  const conns = await Promise.all(Array.from({ length: 100 }, connect));
  const sent = crypto.getRandomValues(new Uint8Array(65536));
  async function echoed(conn: Deno.Conn): Promise<Uint8Array> {
    async function send() {
      await writeAll(conn, sent);
      await conn.closeWrite();
    }
    const [received] = await Promise.all([readAll(conn), send()]);
    conn.close();
    return received;
  }
  // The last connected is served while all others wait.
  assertEquals(await echoed(conns.pop()!), sent);
  for (const received of await Promise.all(conns.map(echoed))) {
    assertEquals(received, sent);
  }
});

Deno.test({
  ...needsPython,
  name: "threaded_echo_server serves Python's clients",
  async fn() {
    await using serving = start(server);
    await serving.printed("Listening");
    // The client of the example of ThreadingMixIn in Python's documentation.
    const received = await runPython(`
import socket

def client(ip, port, message):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.connect((ip, port))
        sock.sendall(bytes(message, 'ascii'))
        response = str(sock.recv(1024), 'ascii')
        print("Received: {}".format(response))

client("127.0.0.1", ${ADDRESS.port}, "Hello World 1")
client("127.0.0.1", ${ADDRESS.port}, "Hello World 2")
client("127.0.0.1", ${ADDRESS.port}, "Hello World 3")
`);
    assertEquals(
      received,
      "Received: Hello World 1\nReceived: Hello World 2\nReceived: Hello World 3\n",
    );
  },
});

Deno.test({
  ...needsProgram("socat", "-V"),
  name: "threaded_echo_server serves socat",
  async fn() {
    await using serving = start(server);
    await serving.printed("Listening");
    const received = await runPiped(
      ["socat", "-t20", "-", `TCP:127.0.0.1:${ADDRESS.port}`],
      "one\ntwo",
    );
    assertEquals(received, "one\ntwo");
  },
});

Deno.test({
  ...needsPython,
  name: "threaded_echo_server goes on after clients that reset or vanish",
  async fn() {
    await using serving = start(server);
    await serving.printed("Listening");
    await runPython(`
import os, socket, struct

def client():
    s = socket.create_connection(("127.0.0.1", ${ADDRESS.port}))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return s

for _ in range(20):
    client().close()
for _ in range(20):
    s = client()
    s.sendall(b"x" * 100000)
    s.close()
left = [socket.create_connection(("127.0.0.1", ${ADDRESS.port})) for _ in range(20)]
os._exit(0)
`);
    using conn = await connect();
    await conn.write(bytes("still here"));
    const buffer = new Uint8Array(20);
    const count = await conn.read(buffer) ?? 0;
    assertEquals(text(buffer.subarray(0, count)), "still here");
    serving.interrupt();
    assertEquals((await serving.end()).code, 0);
  },
});

Deno.test("threaded_echo_server cuts off at Ctrl-C the clients that are still there", async () => {
  await using serving = start(await altered(server, { GRACE: 0.3 }));
  await serving.printed("Listening");
  const conns = await Promise.all([connect(), connect(), connect()]);
  serving.interrupt();
  for (const conn of conns) {
    assertEquals(await conn.read(new Uint8Array(1)), null);
    conn.close();
  }
  const { code, stdout, stderr } = await serving.end();
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /\nGoodbye, clients cut off: 3\n$/);
});

Deno.test("threaded_echo_server lets clients finish at Ctrl-C, and then ends at once", async () => {
  await using serving = start(await altered(server, { GRACE: 3600 }));
  await serving.printed("Listening");
  using conn = await connect();
  serving.interrupt();
  for (let i = 0; i < 10; i++) {
    await conn.write(bytes("!"));
    assertEquals(await conn.read(new Uint8Array(9)), 1);
  }
  await conn.closeWrite();
  assertEquals(await conn.read(new Uint8Array(1)), null);
  const { code, stdout, stderr } = await serving.end();
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /\nGoodbye, clients cut off: 0\n$/);
});
