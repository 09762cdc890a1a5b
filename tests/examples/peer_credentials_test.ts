import { assertEquals, assertMatch } from "@std/assert";
import { needsProgram, runForeign } from "../support/foreign.ts";
import { hasPython, runPython, spawnPython } from "../support/python.ts";
import {
  needsPosix,
  needsThrough,
  testPosixExample,
  waysOf,
  withPid,
} from "./posix_example.ts";
import { run, type Running, start } from "./process.ts";

const ways = waysOf("peer_credentials");
const [byFlags] = ways;
const needsId = needsProgram("id");
const ignorePython = needsPosix.ignore || !hasPython;
const [OTHER_USER, OTHER_GROUP] = ["65534", "65533"];
// Only root may become another user.
const needsOther = needsThrough([
  "setpriv",
  `--reuid=${OTHER_USER}`,
  "--clear-groups",
]);

testPosixExample("peer_credentials", {
  roles: ["server", "client"],
  wrong: ["", "worker", "client ", "server name more"],
  usage: "Usage: peer_credentials.ts server|client [NAME]",
});

/** A name that only this test uses. */
function freshName(): string {
  return `peer_credentials-${crypto.randomUUID()}`;
}

/** Starts the server; gives it and the number of its process when it listens. */
async function startServer(command: string): Promise<[Running, string]> {
  const serving = start(command, undefined, withPid);
  const [pid] = (await serving.printed("press Ctrl-C to stop\n")).split("\n");
  return [serving, pid];
}

async function id(flag: string): Promise<string> {
  const { stdout } = await runForeign("id", [flag]);
  return new TextDecoder().decode(stdout).trim();
}

for (const { how, command, ignore } of ways) {
  Deno.test({
    name: `peer_credentials tells both who the other is, as id does, ${how}`,
    ignore: ignore || needsId.ignore,
    async fn() {
      const name = freshName();
      const [serving, pid] = await startServer(command(`server ${name}`));
      await using _serving = serving;
      const ids = `uid ${await id("-u")}, gid ${await id("-g")}`;
      const clients: string[] = [];
      for (let i = 0; i < 2; i++) {
        const call = command(`client ${name}`);
        await using asking = start(call, undefined, withPid);
        const { code, stdout, stderr } = await asking.end();
        assertEquals([code, stderr], [0, ""]);
        const [clientPid] = stdout.split("\n");
        assertEquals(
          stdout,
          `${clientPid}\n` +
            `The server is pid ${pid}, ${ids}\n` +
            `It says: You are pid ${clientPid}, ${ids}\n`,
        );
        clients.push(`Connected by pid ${clientPid}, ${ids}\n`);
      }
      serving.interrupt();
      assertEquals(await serving.end(), {
        code: 0,
        stdout: `${pid}\nListening on @${name}, press Ctrl-C to stop\n` +
          clients.join("") + "Goodbye\n",
        stderr: "",
      });
    },
  });
}

// Becomes another user of another group if told; can tell who it is and who its peer is.
const USER = `
import os, socket, struct, sys

name = "\\0" + sys.argv[1]
if len(sys.argv) > 2:
    os.setgroups([])
    os.setgid(int(sys.argv[3]))
    os.setuid(int(sys.argv[2]))

def me():
    return "pid %d, uid %d, gid %d" % (os.getpid(), os.getuid(), os.getgid())

def peer(s):
    ucred = s.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return "pid %d, uid %d, gid %d" % struct.unpack("iII", ucred)
`;

for (
  const [who, args, needs] of [
    ["Python", [], needsPosix],
    ["another user", [OTHER_USER, OTHER_GROUP], needsOther],
  ] as const
) {
  Deno.test({
    name: `peer_credentials: the server tells ${who} who it is`,
    ignore: ignorePython || needs.ignore,
    async fn() {
      const name = freshName();
      const [serving, pid] = await startServer(
        byFlags.command(`server ${name}`),
      );
      await using _serving = serving;
      const told = await runPython(
        `${USER}
with socket.socket(socket.AF_UNIX) as s:
    s.connect(name)
    with s.makefile("r") as file:
        print(me(), peer(s), file.read(), sep="\\n", end="")
`,
        { args: [name, ...args] },
      );
      const [client, server, answer] = told.split("\n");
      assertMatch(server, RegExp(`^pid ${pid}, `));
      assertEquals(answer, `You are ${client}`);
      if (args.length > 0) {
        assertMatch(client, RegExp(`, uid ${OTHER_USER}, gid ${OTHER_GROUP}$`));
      }
      await serving.printed(`Connected by ${client}\n`);
    },
  });

  Deno.test({
    name: `peer_credentials: the client tells that the server is ${who}`,
    ignore: ignorePython || needs.ignore,
    async fn() {
      const name = freshName();
      await using serving = spawnPython(
        `${USER}
with socket.socket(socket.AF_UNIX) as listener:
    listener.bind(name)
    listener.listen()
    print(me())
    conn, _ = listener.accept()
    print(peer(conn))
    conn.sendall(b"Good day\\n")
    conn.close()
`,
        [name, ...args],
      );
      const server = await serving.readLine();
      await using asking = start(
        byFlags.command(`client ${name}`),
        undefined,
        withPid,
      );
      const { code, stdout, stderr } = await asking.end();
      assertEquals([code, stderr], [0, ""]);
      const [pid, ...told] = stdout.split("\n");
      assertEquals(told, [
        `The server is ${server}`,
        "It says: Good day",
        "",
      ]);
      assertMatch(await serving.readLine() ?? "", RegExp(`^pid ${pid}, `));
    },
  });
}

Deno.test({
  name: "peer_credentials: the server goes on after clients that do not listen",
  ignore: ignorePython,
  async fn() {
    const name = freshName();
    const [serving] = await startServer(byFlags.command(`server ${name}`));
    await using _serving = serving;
    await runPython(
      `${USER}
for _ in range(20):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(name)
`,
      { args: [name] },
    );
    assertEquals((await run(byFlags.command(`client ${name}`))).code, 0);
    serving.terminate();
    const { code, stdout, stderr } = await serving.end();
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout.match(/^Connected by /gm)?.length, 21);
  },
});

Deno.test({
  ...needsPosix,
  name: "peer_credentials: the client says that there is no server",
  async fn() {
    const name = freshName();
    assertEquals(await run(byFlags.command(`client ${name}`)), {
      code: 1,
      stdout: "",
      stderr:
        `Cannot connect to "\\0${name}": connection refused (ECONNREFUSED)\n`,
    });
  },
});

Deno.test({
  ...needsPosix,
  name: "peer_credentials: the server says that its name is in use",
  async fn() {
    const name = freshName();
    const [serving] = await startServer(byFlags.command(`server ${name}`));
    await using _serving = serving;
    assertEquals(await run(byFlags.command(`server ${name}`)), {
      code: 1,
      stdout: "",
      stderr:
        `Cannot bind to "\\0${name}": address already in use (EADDRINUSE)\n`,
    });
  },
});
