import { assertEquals, assertMatch } from "@std/assert";
import { needsPython, runPython, spawnPython } from "../support/python.ts";
import { commandsOf, examplePorts, run, start } from "./process.ts";

const ADDRESS = { hostname: "127.0.0.1", port: 9999 };
const LISTENING = "Listening on 127.0.0.1:9999, press Ctrl-C to stop\n";
const WELCOME = "Welcome! Καλώς ήρθες! ようこそ!";
const [server, serverByName] = await commandsOf("welcome_server");
const [client, clientByName] = await commandsOf("welcome_client");

/** The command without its permissions. */
function unpermitted(command: string): string {
  return command.replace(/ (--allow-net|-P)=\S+/, " --no-prompt");
}

Deno.test("the welcome examples name their commands", () => {
  assertEquals([server, serverByName, client, clientByName], [
    "deno run --allow-net=127.0.0.1:9999 examples/welcome_server.ts",
    "deno run -P=welcome_server examples/welcome_server.ts",
    "deno run --allow-net=127.0.0.1:9999 examples/welcome_client.ts",
    "deno run -P=welcome_client examples/welcome_client.ts",
  ]);
});

for (const [serve, call] of [[server, client], [serverByName, clientByName]]) {
  Deno.test(`welcome: every client is welcomed until Ctrl-C [${serve}]`, async () => {
    using _ports = await examplePorts();
    await using serving = start(serve);
    assertEquals(await serving.printed("stop\n"), LISTENING);
    for (const called of [await run(call), await run(call)]) {
      assertEquals([called.code, called.stdout], [0, `${WELCOME}\n`]);
    }
    serving.interrupt();
    const { code, stdout } = await serving.end();
    assertMatch(
      stdout.slice(LISTENING.length),
      /^(Connected by \[ "127\.0\.0\.1", \d+ \]\n){2}Goodbye\n$/,
    );
    assertEquals(code, 0);
  });
}

Deno.test("welcome_server sends every one of many clients a line that ends in CRLF", async () => {
  using _ports = await examplePorts();
  await using serving = start(server);
  await serving.printed("Listening");
  const expected = new TextEncoder().encode(`${WELCOME}\r\n`);
  await Promise.all(Array.from({ length: 20 }, async () => {
    using conn = await Deno.connect(ADDRESS);
    assertEquals(await new Response(conn.readable).bytes(), expected);
  }));
});

Deno.test({
  ...needsPython,
  name: "welcome_server goes on after clients that reset the connection",
  async fn() {
    using _ports = await examplePorts();
    await using serving = start(server);
    await serving.printed("Listening");
    const line = await runPython(`
import socket, struct

for _ in range(50):
    s = socket.create_connection(("127.0.0.1", 9999))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
with socket.create_connection(("127.0.0.1", 9999)) as s, s.makefile("rb") as file:
    print(repr(file.read().decode("utf-8")))
`);
    assertEquals(line, `'${WELCOME}\\r\\n'\n`);
    serving.interrupt();
    const { code, stderr } = await serving.end();
    assertEquals([code, stderr], [0, ""]);
  },
});

Deno.test("welcome_server ends at Ctrl-C before any client", async () => {
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

Deno.test("welcome_client puts a line together that comes byte by byte", async () => {
  using _ports = await examplePorts();
  using listener = Deno.listen(ADDRESS);
  async function serve() {
    using conn = await listener.accept();
    for (const byte of new TextEncoder().encode("¡Olé!\r\nmore\r\n")) {
      await conn.write(new Uint8Array([byte]));
    }
  }
  const [called] = await Promise.all([run(client), serve()]);
  assertEquals(called, { code: 0, stdout: "¡Olé!\n", stderr: "" });
});

Deno.test({
  ...needsPython,
  name: "welcome_client is served by Python's server",
  async fn() {
    using _ports = await examplePorts();
    await using serving = spawnPython(`
import socketserver

class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write("Привет!\\r\\n".encode())

socketserver.TCPServer.allow_reuse_address = True
with socketserver.TCPServer(("127.0.0.1", 9999), Handler) as server:
    print("Listening")
    server.handle_request()
`);
    assertEquals(await serving.readLine(), "Listening");
    assertEquals((await run(client)).stdout, "Привет!\n");
    assertEquals((await serving.status).code, 0);
  },
});

Deno.test("welcome_server says that the port is in use", async () => {
  using _ports = await examplePorts();
  using _held = Deno.listen(ADDRESS);
  assertEquals(await run(server), {
    code: 1,
    stdout: "",
    stderr:
      'Cannot bind to "127.0.0.1:9999": address already in use (EADDRINUSE)\n',
  });
});

Deno.test("welcome_client says that nobody listens", async () => {
  using _ports = await examplePorts();
  assertEquals(await run(client), {
    code: 1,
    stdout: "",
    stderr:
      'Cannot connect to "127.0.0.1:9999": connection refused (ECONNREFUSED)\n',
  });
});

for (
  const [command, call] of [[server, "bind"], [client, "connect"]]
) {
  Deno.test(`welcome: without permission to ${call} it names the flag`, async () => {
    assertEquals(await run(unpermitted(command)), {
      code: 1,
      stdout: "",
      stderr: `Cannot ${call} to "127.0.0.1:9999": permission denied ` +
        "(EACCES); run again with --allow-net=127.0.0.1:9999\n",
    });
  });
}
