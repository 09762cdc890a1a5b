import { assert, assertEquals, assertMatch } from "@std/assert";
import { needsProgram, runForeign } from "../support/foreign.ts";
import { readAll, text } from "../support/peers.ts";
import { hasPython, runPython, spawnPython } from "../support/python.ts";
import {
  ADDRESS,
  byFlags,
  Client,
  freshName,
  startPair,
  startRole,
  stop,
  ways,
} from "./fd_passing_pair.ts";
import { needsPosix, testPosixExample } from "./posix_example.ts";
import { run } from "./process.ts";

const PORT = ADDRESS.port;

testPosixExample("fd_passing", {
  roles: ["worker", "front"],
  wrong: ["", "client", "worker ", "front name more"],
  usage: "Usage: fd_passing.ts worker|front [NAME]",
});

// Sends the lines that it reads, and prints what it receives; first its own port.
const CLIENT = `
import socket, sys

with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20) as s:
    print(s.getsockname()[1])
    with s.makefile("r") as file:
        print(file.readline(), end="")
        for line in sys.stdin:
            s.sendall(line.encode())
            print(file.readline(), end="")
`;

for (const way of ways) {
  Deno.test({
    name:
      `fd_passing hands a client of Python's to the other process, ${way.how}`,
    ignore: way.ignore || !hasPython,
    async fn() {
      await using pair = await startPair(way);
      const { worker, front, workerPid, frontPid } = pair;
      await using client = spawnPython(CLIENT, [String(PORT)]);
      const from = `127.0.0.1:${await client.readLine()}`;

      assertEquals(
        await client.readLine(),
        `This is process ${frontPid}. What is your name?`,
      );
      await client.writeLine("Ann");
      assertEquals(
        await client.readLine(),
        `Hello Ann, this is now process ${workerPid}.`,
      );
      // The connection outlives the process that accepted it.
      await front.printed("Handed over");
      assertEquals(await stop(front), `Handed over ${from}\nGoodbye\n`);
      for (const line of ["still there?", "Καλημέρα"]) {
        await client.writeLine(line);
        assertEquals(
          await client.readLine(),
          `You said to process ${workerPid}: ${line}`,
        );
      }
      await client.closeInput();
      assertEquals((await client.status).code, 0);
      assertEquals(await stop(worker), `Took over ${from}\nGoodbye\n`);
    },
  });
}

Deno.test({
  ...needsPosix,
  name: "fd_passing hands over many clients, each with its own connection",
  async fn() {
    await using pair = await startPair();
    const { workerPid } = pair;
    using clients = new DisposableStack();
    const made: Client[] = [];
    for (let i = 0; i < 50; i++) made.push(clients.use(await Client.make()));
    for (const client of made) assertMatch(await client.hear(), /^This is /);

    // The last to come is the first to speak.
    for (const [at, client] of [...made.entries()].reverse()) {
      await client.say(`client ${at}`);
      await client.say(`my number is ${at}`);
    }
    for (const [at, client] of made.entries()) {
      assertEquals(
        [await client.hear(), await client.hear()],
        [
          `Hello client ${at}, this is now process ${workerPid}.`,
          `You said to process ${workerPid}: my number is ${at}`,
        ],
      );
    }
  },
});

Deno.test({
  ...needsPosix,
  name: "fd_passing goes on after clients that leave, before and after",
  async fn() {
    await using pair = await startPair();
    const { worker, front } = pair;
    for (let i = 0; i < 20; i++) {
      using client = await Client.make();
      // What is not read makes a reset of the close.
      if (i % 2 === 0) await client.hear();
      if (i % 3 !== 0) await client.say("Bob\nand more");
    }
    using client = await Client.make();
    await client.hear();
    await client.say("Ann");
    assertMatch(await client.hear(), /^Hello Ann, /);
    await stop(front);
    await stop(worker);
  },
});

const needsSs = needsProgram("ss", "-V");
Deno.test({
  name: "fd_passing has no connection left in the front",
  ignore: needsPosix.ignore || needsSs.ignore,
  async fn() {
    await using pair = await startPair();
    const { frontPid } = pair;
    for (let i = 0; i < 10; i++) {
      using client = await Client.make();
      await client.hear();
      await client.say("Ann");
      await client.hear();
    }
    // The front accepts this one after it has closed the others.
    using client = await Client.make();
    await client.hear();
    const args = ["-Htnp", `( sport = :${PORT} )`];
    const { stdout } = await runForeign("ss", args);
    const held = new TextDecoder().decode(stdout).split("\n")
      .filter((line) => line.includes(`pid=${frontPid},`));
    assertEquals(held.length, 1);
  },
});

Deno.test({
  ...needsPosix,
  name: "fd_passing: the worker takes the next front after the first has ended",
  async fn() {
    const name = freshName();
    const [worker, pid] = await startRole(byFlags.command(`worker ${name}`));
    await using _worker = worker;
    for (let i = 0; i < 2; i++) {
      const [front] = await startRole(byFlags.command(`front ${name}`));
      await using _front = front;
      using client = await Client.make();
      await client.hear();
      await client.say("Ann");
      assertEquals(
        await client.hear(),
        `Hello Ann, this is now process ${pid}.`,
      );
      await stop(front);
    }
  },
});

Deno.test({
  ...needsPosix,
  name: "fd_passing: the worker answers bytes that are not UTF-8",
  async fn() {
    await using pair = await startPair();
    using conn = await Deno.connect(ADDRESS);
    await conn.write(new Uint8Array([0xff, 0x41, 0x0a]));
    await conn.closeWrite();
    const lines = text(await readAll(conn)).split("\n");
    const hello = `Hello \ufffdA, this is now process ${pair.workerPid}.`;
    assertEquals(lines.slice(1), [hello, ""]);
    await stop(pair.worker);
  },
});

Deno.test({
  name: "fd_passing: the worker goes on after a stranger's messages",
  ignore: needsPosix.ignore || !hasPython,
  async fn() {
    const name = freshName();
    const [worker, pid] = await startRole(byFlags.command(`worker ${name}`));
    await using _worker = worker;
    // A message without a descriptor, and one with that of a file.
    await runPython(
      `
import socket, sys

with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
    s.connect("\\0" + sys.argv[1])
    s.send(b"nothing")
    with open("/dev/null") as file:
        socket.send_fds(s, [b"no socket"], [file.fileno()])
`,
      { args: [name] },
    );
    const [front] = await startRole(byFlags.command(`front ${name}`));
    await using _front = front;
    using client = await Client.make();
    await client.hear();
    await client.say("Ann");
    assertEquals(await client.hear(), `Hello Ann, this is now process ${pid}.`);
    await stop(worker);
  },
});

Deno.test({
  ...needsPosix,
  name: "fd_passing: the front ends with a line if its worker has ended",
  async fn() {
    await using pair = await startPair();
    const { worker, front } = pair;
    await stop(worker);
    using client = await Client.make();
    await client.hear();
    await client.say("Ann");
    const { code, stderr } = await front.end();
    assertEquals(code, 1);
    assertMatch(stderr, /^Cannot send.*: broken pipe \(EPIPE\)\n$/);
  },
});

for (const role of ["worker", "front"] as const) {
  Deno.test({
    ...needsPosix,
    name: `fd_passing: the ${role} ends at SIGTERM`,
    async fn() {
      await using pair = await startPair();
      const ending = pair[role];
      ending.terminate();
      const { code, stdout, stderr } = await ending.end();
      assertEquals([code, stderr], [0, ""]);
      assert(stdout.endsWith("\nGoodbye\n"), stdout);
    },
  });
}

Deno.test({
  ...needsPosix,
  name: "fd_passing: the front says that there is no worker",
  async fn() {
    const name = freshName();
    assertEquals(await run(byFlags.command(`front ${name}`)), {
      code: 1,
      stdout: "",
      stderr:
        `Cannot connect to "\\0${name}": connection refused (ECONNREFUSED)\n`,
    });
  },
});

Deno.test({
  ...needsPosix,
  name: "fd_passing: the worker says that its name is in use",
  async fn() {
    const name = freshName();
    const [worker] = await startRole(byFlags.command(`worker ${name}`));
    await using _worker = worker;
    assertEquals(await run(byFlags.command(`worker ${name}`)), {
      code: 1,
      stdout: "",
      stderr:
        `Cannot bind to "\\0${name}": address already in use (EADDRINUSE)\n`,
    });
  },
});

Deno.test({
  ...needsPosix,
  name: "fd_passing: the front says that its port is in use",
  async fn() {
    const name = freshName();
    const [worker] = await startRole(byFlags.command(`worker ${name}`));
    await using _worker = worker;
    using _taken = Deno.listen(ADDRESS);
    const { code, stderr } = await run(byFlags.command(`front ${name}`));
    assertEquals(code, 1);
    assertEquals(
      stderr,
      `Cannot bind to "127.0.0.1:${PORT}": address already in use (EADDRINUSE)\n`,
    );
  },
});
