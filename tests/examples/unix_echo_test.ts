import { assertEquals, assertMatch } from "@std/assert";
import { bytes, folder, readAll, text, writeAll } from "../support/peers.ts";
import { needsProgram, runPiped } from "../support/foreign.ts";
import { hasPython, runPython, spawnPython } from "../support/python.ts";
import { altered, here, run, start } from "./process.ts";
import {
  type ClientExample,
  type ServerExample,
  testClient,
  testServer,
} from "./usual.ts";

const PATH = "/tmp/echo.sock";
const OWN_PATH = here(PATH);
const FLAGS = `--allow-read=${PATH} --allow-write=${PATH} ` +
  `--allow-net=unix:${PATH}`;
const LISTENING = `Listening on ${OWN_PATH}, press Ctrl-C to stop\n`;
// Windows has no such paths.
const ignore = Deno.build.os === "windows";
const reached = { address: PATH, flags: FLAGS, clear, ignore };
const serverExample: ServerExample = {
  ...reached,
  name: "unix_echo_server",
  commands: [
    `deno run ${FLAGS} examples/unix_echo_server.ts`,
    "deno run -P=unix_echo_server examples/unix_echo_server.ts",
  ],
  first: LISTENING,
  last: "Goodbye, clients cut off: 0\n",
};
const clientExample: ClientExample = {
  ...reached,
  name: "unix_echo_client",
  commands: [
    `deno run ${FLAGS} examples/unix_echo_client.ts`,
    "deno run -P=unix_echo_client examples/unix_echo_client.ts",
  ],
  refusal: "no such file or directory (ENOENT)",
};
const [server, serverByName] = serverExample.commands;
const [client, clientByName] = clientExample.commands;

testServer(serverExample);
testClient(clientExample);

/** Removes what a server that was killed has left at the path. */
async function clear(): Promise<void> {
  if (await isThere(OWN_PATH)) await Deno.remove(OWN_PATH);
}

function connect(): Promise<Deno.UnixConn> {
  return Deno.connect({ transport: "unix", path: OWN_PATH });
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

for (const [serve, call] of [[server, client], [serverByName, clientByName]]) {
  Deno.test({
    name:
      `Unix echo: the client gets back what it sent, until Ctrl-C [${serve}]`,
    ignore,
    async fn() {
      await clear();
      await using serving = start(serve);
      assertEquals(await serving.printed("stop\n"), LISTENING);
      for (const called of [await run(call), await run(call)]) {
        assertEquals(
          [called.code, called.stdout],
          [0, "Received Hello, world\n"],
        );
      }
      serving.interrupt();
      const { code, stdout } = await serving.end();
      assertEquals(stdout, LISTENING + "Goodbye, clients cut off: 0\n");
      assertEquals(code, 0);
      assertEquals(await isThere(OWN_PATH), false);
    },
  });
}

Deno.test({
  name: "Unix echo: the path may be another one",
  ignore,
  async fn() {
    const path = `${folder}/${crypto.randomUUID()}`;
    const elsewhere = (command: string) =>
      `${command.replaceAll(PATH, path)} ${path}`;
    await using serving = start(elsewhere(server));
    await serving.printed(`Listening on ${path},`);
    assertEquals(
      (await run(elsewhere(client))).stdout,
      "Received Hello, world\n",
    );
    serving.interrupt();
    assertEquals((await serving.end()).code, 0);
    assertEquals(await isThere(path), false);
  },
});

for (const command of [server, client]) {
  Deno.test({
    name: `Unix echo: an empty path is refused [${command}]`,
    ignore,
    async fn() {
      assertEquals(await run(`${command} `), {
        code: 1,
        stdout: "",
        stderr: "The path is empty; leave it out for " + OWN_PATH + "\n",
      });
    },
  });
}

Deno.test({
  name: "unix_echo_server serves many clients at once",
  ignore,
  async fn() {
    await clear();
    await using serving = start(server);
    await serving.printed("Listening");
    const conns = await Promise.all(Array.from({ length: 100 }, connect));
    const sent = bytes("a line\n".repeat(1000));
    // The last connected is the first served: no client waits for another.
    for (const conn of conns.reverse()) {
      const [received] = await Promise.all([
        readAll(conn),
        writeAll(conn, sent).then(() => conn.closeWrite()),
      ]);
      assertEquals(text(received), text(sent));
      conn.close();
    }
  },
});

Deno.test({
  name: "unix_echo_server serves Python's clients",
  ignore: ignore || !hasPython,
  async fn() {
    await clear();
    await using serving = start(server);
    await serving.printed("Listening");
    const received = await runPython(
      `
import socket, sys

with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
    s.connect(sys.argv[1])
    s.sendall(b"one\\ntwo\\nthree")
    s.shutdown(socket.SHUT_WR)
    with s.makefile("rb") as file:
        print(file.read())
`,
      { args: [OWN_PATH] },
    );
    assertEquals(received, "b'one\\ntwo\\nthree'\n");
  },
});

const needsSocat = needsProgram("socat", "-V");
Deno.test({
  name: "unix_echo_server serves socat",
  ignore: ignore || needsSocat.ignore,
  async fn() {
    await clear();
    await using serving = start(server);
    await serving.printed("Listening");
    const received = await runPiped(
      ["socat", "-t20", "-", `UNIX-CONNECT:${OWN_PATH}`],
      "one\ntwo",
    );
    assertEquals(received, "one\ntwo");
  },
});

Deno.test({
  name: "unix_echo_client is served by Python's server",
  ignore: ignore || !hasPython,
  async fn() {
    await clear();
    await using serving = spawnPython(
      `
import os, socketserver, sys

class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.readline())

with socketserver.UnixStreamServer(sys.argv[1], Handler) as server:
    print("Listening")
    server.handle_request()
os.unlink(sys.argv[1])
`,
      [OWN_PATH],
    );
    assertEquals(await serving.readLine(), "Listening");
    assertEquals((await run(client)).stdout, "Received Hello, world\n");
    assertEquals((await serving.status).code, 0);
  },
});

Deno.test({
  name: "unix_echo_server goes on after clients that vanish",
  ignore,
  async fn() {
    await clear();
    await using serving = start(server);
    await serving.printed("Listening");
    for (let i = 0; i < 50; i++) {
      const conn = await connect();
      // It never gets its echo.
      if (i % 2 === 0) await conn.write(bytes("a line\n"));
      conn.close();
    }
    assertEquals((await run(client)).stdout, "Received Hello, world\n");
    serving.interrupt();
    const { code } = await serving.end();
    assertEquals([code, await isThere(OWN_PATH)], [0, false]);
  },
});

Deno.test({
  name: "unix_echo_server cuts off at Ctrl-C the clients that are still there",
  ignore,
  async fn() {
    await clear();
    await using serving = start(await altered(server, { GRACE: 0.3 }));
    await serving.printed("Listening");
    const conns = await Promise.all(Array.from({ length: 3 }, connect));
    for (const conn of conns) {
      await conn.write(bytes("\n"));
      assertEquals(await conn.read(new Uint8Array(9)), 1);
    }
    serving.interrupt();
    for (const conn of conns) {
      assertEquals(await conn.read(new Uint8Array(1)), null);
      conn.close();
    }
    const { code, stdout, stderr } = await serving.end();
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /\nGoodbye, clients cut off: 3\n$/);
    assertEquals(await isThere(OWN_PATH), false);
  },
});

Deno.test({
  name: "unix_echo_server says that the path is in use",
  ignore,
  async fn() {
    await clear();
    using _held = Deno.listen({ transport: "unix", path: OWN_PATH });
    assertEquals(await run(server), {
      code: 1,
      stdout: "",
      stderr:
        `Cannot bind to "${OWN_PATH}": address already in use (EADDRINUSE)\n`,
    });
    // What is not its own it leaves.
    (await connect()).close();
  },
});
