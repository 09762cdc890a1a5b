import { assertEquals } from "@std/assert";
import { needsPython, runPython, spawnPython } from "../support/python.ts";
import { copy, here, run, start } from "./process.ts";
import {
  type ClientExample,
  type ServerExample,
  testClient,
  testServer,
  testServing,
} from "./usual.ts";

const ADDRESS = { hostname: "127.0.0.1", port: copy.port(9999) };
const WELCOME = "Welcome! Καλώς ήρθες! ようこそ!";
const reached = {
  address: "127.0.0.1:9999",
  flags: "--allow-net=127.0.0.1:9999",
};
const serverExample: ServerExample = {
  ...reached,
  name: "welcome_server",
  commands: [
    "deno run --allow-net=127.0.0.1:9999 examples/welcome_server.ts",
    "deno run -P=welcome_server examples/welcome_server.ts",
  ],
  first: here("Listening on 127.0.0.1:9999, press Ctrl-C to stop\n"),
  last: "Goodbye\n",
  hold: () => Deno.listen(ADDRESS),
};
const clientExample: ClientExample = {
  ...reached,
  name: "welcome_client",
  commands: [
    "deno run --allow-net=127.0.0.1:9999 examples/welcome_client.ts",
    "deno run -P=welcome_client examples/welcome_client.ts",
  ],
  refusal: "connection refused (ECONNREFUSED)",
};
const [server] = serverExample.commands;
const [client] = clientExample.commands;

testServer(serverExample);
testClient(clientExample);
testServing(serverExample, "welcome_client", {
  client: `${WELCOME}\n`,
  server: /^(Connected by \[ "127\.0\.0\.1", \d+ \]\n){2}Goodbye\n$/,
});

Deno.test("welcome_server sends every one of many clients a line that ends in CRLF", async () => {
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
    await using serving = start(server);
    await serving.printed("Listening");
    const line = await runPython(`
import socket, struct

for _ in range(50):
    s = socket.create_connection(("127.0.0.1", ${ADDRESS.port}))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()
with socket.create_connection(("127.0.0.1", ${ADDRESS.port})) as s, s.makefile("rb") as file:
    print(repr(file.read().decode("utf-8")))
`);
    assertEquals(line, `'${WELCOME}\\r\\n'\n`);
    serving.interrupt();
    const { code, stderr } = await serving.end();
    assertEquals([code, stderr], [0, ""]);
  },
});

Deno.test("welcome_client puts a line together that comes byte by byte", async () => {
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

Deno.test("welcome_client says that there was no greeting", async () => {
  using listener = Deno.listen(ADDRESS);
  const [called] = await Promise.all([
    run(client),
    listener.accept().then((conn) => conn.close()),
  ]);
  assertEquals(called, {
    code: 1,
    stdout: "",
    stderr: "The server closed the connection without a greeting\n",
  });
});

Deno.test({
  ...needsPython,
  name: "welcome_client is served by Python's server",
  async fn() {
    await using serving = spawnPython(`
import socketserver

class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write("Привет!\\r\\n".encode())

socketserver.TCPServer.allow_reuse_address = True
with socketserver.TCPServer(("127.0.0.1", ${ADDRESS.port}), Handler) as server:
    print("Listening")
    server.handle_request()
`);
    assertEquals(await serving.readLine(), "Listening");
    assertEquals((await run(client)).stdout, "Привет!\n");
    assertEquals((await serving.status).code, 0);
  },
});
