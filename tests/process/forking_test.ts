import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { delay } from "@std/async/delay";
import {
  ForkingMixIn,
  ForkingTCPServer,
  ForkingUnixStreamServer,
  TCPServer,
} from "../../server/mod.ts";
import { AF_INET6, type Inet6Address } from "../../socket/mod.ts";
import { ask, Client, handlers, Keeping, serving } from "../support/forking.ts";
import { openSockets } from "../support/open_files.ts";
import {
  bytes,
  folder,
  hasIpv6Here,
  readAll,
  text,
  writeAll,
} from "../support/peers.ts";
import { needsPython, runPython } from "../support/python.ts";

const HOST: [string, number] = ["127.0.0.1", 0];
const commands = handlers("commands");

Deno.test("ForkingTCPServer has a Worker echo", async () => {
  await using to = serving(new ForkingTCPServer(HOST, handlers("echo")));
  using conn = await Deno.connect({ port: to.port });
  await writeAll(conn, bytes("hello"));
  await conn.closeWrite();
  assertEquals(text(await readAll(conn)), "hello");
});

Deno.test({
  ...needsPython,
  name: "ForkingTCPServer serves CPython's clients side by side",
  async fn() {
    await using to = serving(
      new ForkingTCPServer(HOST, handlers("echo"), { maxChildren: 3 }),
    );
    const program = `
import hashlib, os, socket, sys, threading
def client(n):
    data = os.urandom(1 << 20)
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as s:
        def send():
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
        t = threading.Thread(target=send)
        t.start()
        got = b""
        while part := s.recv(65536): got += part
        t.join()
    results[n] = got == data
results = [None] * 8
threads = [threading.Thread(target=client, args=(n,)) for n in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
print(results.count(True))
`;
    const args = [String(to.port)];
    assertEquals(await runPython(program, { args }), "8\n");
  },
});

Deno.test({
  name: "ForkingUnixStreamServer has a Worker echo",
  ignore: Deno.build.os === "windows",
  async fn() {
    const path = `${folder}/forking-stream`;
    await using server = new ForkingUnixStreamServer(path, handlers("echo"));
    const served = server.serveForever();
    {
      using conn = await Deno.connect({ transport: "unix", path });
      await writeAll(conn, bytes("hello"));
      await conn.closeWrite();
      assertEquals(text(await readAll(conn)), "hello");
    }
    await server.shutdown();
    await served;
  },
});

Deno.test({
  name: "ForkingTCPServer serves over IPv6",
  ignore: !hasIpv6Here,
  async fn() {
    class Server extends ForkingTCPServer<Inet6Address> {
      static override addressFamily = AF_INET6;
    }
    await using server = new Server(["::1", 0, 0, 0], commands);
    using conn = await Deno.connect({
      hostname: "::1",
      port: server.serverAddress[1],
    });
    await writeAll(conn, bytes("addresses\n"));
    await server.handleRequest();
    const [own, peer, client, at] = JSON.parse(text(await readAll(conn)));
    const { hostname, port } = conn.localAddr;
    assertEquals([own, peer, client, at], [
      server.serverAddress,
      [hostname, port, 0, 0],
      [hostname, port, 0, 0],
      server.serverAddress,
    ]);
  },
});

Deno.test("a handler in a Worker knows its addresses and the connection's timeout", async () => {
  class Server extends ForkingTCPServer {
    override async getRequest(options?: { signal?: AbortSignal }) {
      const [connection, address] = await super.getRequest(options);
      connection.settimeout(7);
      return [connection, address] as Awaited<
        ReturnType<ForkingTCPServer["getRequest"]>
      >;
    }
  }
  await using to = serving(new Server(HOST, commands));
  using client = await Client.to(to.port, "addresses");
  const { hostname, port } = client.conn.localAddr as Deno.NetAddr;
  assertEquals(JSON.parse(await client.hear() ?? ""), [
    ["127.0.0.1", to.port],
    [hostname, port],
    [hostname, port],
    ["127.0.0.1", to.port],
    7,
  ]);
});

Deno.test("ForkingMixIn() makes of any server class one whose handlers are in Workers", async () => {
  class Server extends ForkingMixIn(TCPServer) {
    static override maxChildren = 1;
  }
  await using server = new Server(HOST, commands);
  assertEquals([server.maxChildren, server.timeout], [1, 300]);
  const port = server.socket.getsockname()[1] as number;
  const answer = ask(port, "worker");
  await server.handleRequest();
  assertMatch(await answer ?? "", / 1$/);
});

Deno.test("a Worker that is done takes the next request", async () => {
  await using to = serving(new ForkingTCPServer(HOST, commands));
  const [worker, first] = (await ask(to.port, "worker"))!.split(" ");
  // The next one may come a moment before the Worker is back, and gets another.
  let [again, count] = ["", ""];
  while (again !== worker) {
    [again, count] = (await ask(to.port, "worker"))!.split(" ");
  }
  assertEquals(first, "1");
  assertEquals(count, "2");
});

Deno.test("handleRequest() after another one uses the same Worker", async () => {
  await using server = new ForkingTCPServer(HOST, commands, { maxChildren: 1 });
  const answers: string[] = [];
  for (let times = 0; times < 3; times++) {
    const answer = ask(server.serverAddress[1], "worker");
    await server.handleRequest();
    answers.push(await answer ?? "");
  }
  const [worker] = answers[0].split(" ");
  assertEquals(answers, [1, 2, 3].map((served) => `${worker} ${served}`));
});

Deno.test("maxChildren bounds the Workers: more requests wait to be taken", async () => {
  let taken = 0;
  class Server extends ForkingTCPServer {
    override verifyRequest() {
      return ++taken > 0;
    }
  }
  await using to = serving(new Server(HOST, commands, { maxChildren: 2 }));
  const clients: Client[] = [];
  for (let each = 0; each < 5; each++) {
    clients.push(await Client.to(to.port, "wait"));
  }
  const told = clients.map((client) => client.hear());
  assertEquals(await told[0], "waiting");
  assertEquals(await told[1], "waiting");
  assertEquals([taken, to.server.activeChildren], [2, 2]);
  for (const [index, client] of clients.entries()) {
    assertEquals(await told[index], "waiting");
    // Never more than the two.
    assertEquals(taken <= index + 2 && to.server.activeChildren <= 2, true);
    await client.say("go on");
    assertEquals(await client.hear(), "done");
    client[Symbol.dispose]();
  }
  assertEquals(taken, 5);
});

Deno.test("maxConnections bounds the Workers too", async () => {
  await using to = serving(
    new ForkingTCPServer(HOST, commands, { maxChildren: 4, maxConnections: 1 }),
  );
  using one = await Client.to(to.port, "wait");
  assertEquals(await one.hear(), "waiting");
  using other = await Client.to(to.port, "worker");
  const answer = other.hear();
  await one.say("go on");
  assertEquals(await one.hear(), "done");
  assertMatch(await answer ?? "", / 2$/);
});

Deno.test("a handler that computes keeps nobody waiting: another Worker answers meanwhile", async () => {
  await using to = serving(
    new ForkingTCPServer(HOST, commands, { maxChildren: 2 }),
  );
  const path = `${folder}/enough`;
  using busy = await Client.to(to.port, `spin ${path}`);
  assertEquals(await busy.hear(), "spinning");
  assertMatch(await ask(to.port, "worker") ?? "", / 1$/);
  await Deno.writeTextFile(path, "");
  assertEquals(await busy.hear(), "done");
});

Deno.test("shutdown() called by a handler in a Worker ends the serving, and not the request", async () => {
  await using server = new ForkingTCPServer(HOST, commands);
  const served = server.serveForever();
  const answer = ask(server.serverAddress[1], "shutdown {}");
  await served;
  assertEquals(await answer, "0");
});

Deno.test("shutdown() called by a handler in a Worker cuts others off and tells how many", async () => {
  await using server = new ForkingTCPServer(HOST, commands, { maxChildren: 2 });
  const served = server.serveForever();
  using waiting = await Client.to(server.serverAddress[1], "wait");
  assertEquals(await waiting.hear(), "waiting");
  const answer = ask(server.serverAddress[1], 'shutdown {"grace":0}');
  assertEquals(await answer, "1");
  assertEquals(await waiting.hear(), undefined);
  await served;
});

Deno.test("shutdown() called by a handler in a Worker refuses a grace as the server would", async () => {
  await using to = serving(new Keeping(HOST, commands));
  assertEquals(await ask(to.port, 'shutdown {"grace":-1}'), undefined);
  const error = await to.server.nextError();
  assertEquals(error.name, "RangeError");
  assertStringIncludes(error.message, "Cannot shutdown");
});

Deno.test("shutdown() with a grace gives the Worker of a request up", async () => {
  const server = new Keeping(HOST, commands, { maxChildren: 1 });
  const served = server.serveForever();
  using client = await Client.to(server.serverAddress[1], "wait");
  assertEquals(await client.hear(), "waiting");
  assertEquals(await server.shutdown({ grace: 0 }), 1);
  await served;
  assertEquals(await client.hear(), undefined);
  assertEquals([server.activeChildren, server.errors], [0, []]);
  await server.serverClose();
});

Deno.test("serverClose() waits for the requests that are being handled", async () => {
  const server = new ForkingTCPServer(HOST, commands);
  const served = server.serveForever();
  using client = await Client.to(server.serverAddress[1], "wait");
  assertEquals(await client.hear(), "waiting");
  let closed = false;
  const closing = (async () => {
    await server.serverClose();
    closed = true;
  })();
  await served;
  assertEquals(closed, false);
  await client.say("go on");
  assertEquals(await client.hear(), "done");
  await closing;
});

Deno.test("serverClose() of a server that does not block lets requests go on", async () => {
  const server = new ForkingTCPServer(HOST, commands);
  server.blockOnClose = false;
  const served = server.serveForever();
  using client = await Client.to(server.serverAddress[1], "wait");
  assertEquals(await client.hear(), "waiting");
  await server.serverClose();
  await served;
  await client.say("go on");
  assertEquals(await client.hear(), "done");
  assertEquals(await client.hear(), undefined);
});

Deno.test("serveForever() of a closed server is EBADF, and starts no Worker", async () => {
  const server = new ForkingTCPServer(HOST, handlers("nowhere"));
  await server.serverClose();
  const { code } = await assertRejects(() => server.serveForever()) as {
    code?: string;
  } & Error;
  assertEquals(code, "EBADF");
});

Deno.test({
  name: "requests in Workers leave no descriptors open",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const turns = async (count: number) => {
      await using to = serving(
        new Keeping(HOST, commands, { maxChildren: 2 }),
      );
      for (let times = 0; times < count; times++) {
        assertNotEquals(await ask(to.port, "worker"), undefined);
        assertEquals(await ask(to.port, "crash by Deno.exit(3)"), "now");
      }
    };
    // What is opened once for all is no leak.
    await turns(1);
    const before = openSockets();
    await turns(20);
    // The thread of a Worker is gone a little later than the Worker.
    let left = openSockets().filter((each) => !before.includes(each));
    // Deno has a pair of its own now and then.
    for (let looks = 0; looks < 100 && left.length > 4; looks++) {
      await delay(20);
      const open = openSockets();
      left = left.filter((each) => open.includes(each));
    }
    assert(left.length <= 4, `${left.length} are left of 40 requests`);
  },
});
