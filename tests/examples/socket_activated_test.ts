import { assert, assertEquals } from "@std/assert";
import { handing } from "../support/descriptors.ts";
import { folder, readAll } from "../support/peers.ts";
import { hasPython, needsPython, runPython } from "../support/python.ts";
import { commandsOf, ROOT, run, type Running, start } from "./process.ts";

const [command] = await commandsOf("socket_activated");
const READY = "Listening on descriptor 3, press Ctrl-C to stop\n";
// Handing descriptors over is a matter of exec(2).
const ignore = !hasPython || Deno.build.os === "windows";

/** Starts the example with a listener; gives it and what connects to it. */
async function activated(kind: "TCP listener" | "Unix listener") {
  const path = `${folder}/${crypto.randomUUID()}`;
  const running: Running = start(
    command.replace("deno run", "deno run --no-prompt"),
    ROOT,
    handing(kind, path),
  );
  const [where] = (await running.printed(READY)).split("\n");
  function connect(): Promise<Deno.Conn> {
    return kind === "Unix listener"
      ? Deno.connect({ transport: "unix", path })
      : Deno.connect({ hostname: "127.0.0.1", port: Number(where) });
  }
  return { running, where, connect };
}

/** Sends bytes and gives what comes back until the end. */
async function echoed(conn: Deno.Conn, sent: Uint8Array): Promise<Uint8Array> {
  async function send() {
    const writer = conn.writable.getWriter();
    await writer.write(sent);
    writer.releaseLock();
    await conn.closeWrite();
  }
  const [received] = await Promise.all([readAll(conn), send()]);
  return received;
}

Deno.test("socket_activated names its command, which grants nothing", () => {
  assertEquals(command, "deno run examples/socket_activated.ts");
});

for (const kind of ["TCP listener", "Unix listener"] as const) {
  Deno.test({
    name: `socket_activated serves several clients at once [${kind}]`,
    ignore,
    async fn() {
      const { running, connect } = await activated(kind);
      await using serving = running;
      const sent = crypto.getRandomValues(new Uint8Array(60000));
      const conns = await Promise.all(Array.from({ length: 16 }, connect));
      // The last connected is the first served: no client waits for another.
      for (const conn of conns.reverse()) {
        assertEquals(await echoed(conn, sent), sent);
        conn.close();
      }
      serving.interrupt();
      const { code, stdout, stderr } = await serving.end();
      assertEquals([code, stderr], [0, ""]);
      assert(stdout.endsWith(`${READY}Goodbye\n`), stdout);
    },
  });

  Deno.test({
    name: `socket_activated serves Python's client [${kind}]`,
    ...needsPython,
    async fn() {
      const { running, where } = await activated(kind);
      await using _ = running;
      const received = await runPython(
        `
import socket, sys
where = sys.argv[1]
if where.isdigit():
    s = socket.create_connection(('127.0.0.1', int(where)))
else:
    s = socket.socket(socket.AF_UNIX)
    s.connect(where)
with s:
    s.sendall(b'Hello, world')
    print(repr(s.recv(1024)))
`,
        { args: [where] },
      );
      assertEquals(received, "b'Hello, world'\n");
    },
  });
}

Deno.test({
  name: "socket_activated ends at Ctrl-C while a client is connected",
  ignore,
  async fn() {
    const { running, connect } = await activated("TCP listener");
    await using serving = running;
    using conn = await connect();
    await conn.write(new Uint8Array([1]));
    await conn.read(new Uint8Array(1));
    serving.interrupt();
    const { code, stderr } = await serving.end();
    assertEquals([code, stderr], [0, ""]);
    assertEquals(await conn.read(new Uint8Array(1)), null);
  },
});

Deno.test({
  name: "socket_activated serves a client that connected before it was started",
  ignore,
  async fn() {
    const path = `${folder}/${crypto.randomUUID()}`;
    const [python, ...args] = handing("Unix listener", path);
    // Between listening and exec, the launcher lets a client in.
    const early = args.map((arg) =>
      arg.replace(
        "print(sys.argv[1], flush=True)",
        "c = socket.socket(socket.AF_UNIX); c.connect(sys.argv[1]); c.sendall(b'early'); os.set_inheritable(c.fileno(), True); os.dup2(c.fileno(), 9)\nif os.fork() == 0:\n    print(c.recv(9), flush=True)\n    os._exit(0)",
      )
    );
    await using serving = start(command, ROOT, [python, ...early]);
    await serving.printed("b'early'");
    serving.interrupt();
    assertEquals((await serving.end()).code, 0);
  },
});

for (const kind of ["nothing", "file", "UDP"] as const) {
  Deno.test({
    name: `socket_activated says how to start it [${kind}]`,
    ignore,
    async fn() {
      await using running = start(command, ROOT, handing(kind));
      const { code, stdout, stderr } = await running.end();
      assertEquals([code, stdout], [1, ""]);
      const [first, second] = stderr.split("\n");
      assert(first.startsWith("Cannot take over descriptor 3: "), first);
      assertEquals(
        second,
        "Start it with a socket that listens as descriptor 3.",
      );
    },
  });
}

Deno.test("socket_activated says how to start it where nothing is handed over", async () => {
  const { code, stderr } = await run(command);
  assertEquals(code, 1);
  assert(stderr.includes("descriptor 3"), stderr);
});
