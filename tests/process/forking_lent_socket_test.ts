// What a handler does with a socket whose descriptor its Worker is lent.
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { ForkingUnixStreamServer } from "../../server/mod.ts";
import { SO_LINGER, SOL_SOCKET } from "../../socket/mod.ts";
import { ask, Client, handlers, Keeping, serving } from "../support/forking.ts";
import { openFiles } from "../support/open_files.ts";
import { bytes, folder } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { needsPython, runPython } from "../support/python.ts";

const HOST: [string, number] = ["127.0.0.1", 0];
const lent = handlers("lent");
const options = { driver: posix, maxChildren: 1 };
const ignore = !hasPosix;

/** Keeps the sockets of the requests. */
class Watching extends Keeping {
  readonly requests: Awaited<ReturnType<Keeping["getRequest"]>>[0][] = [];

  override verifyRequest(request: this["requests"][0]): boolean {
    this.requests.push(request);
    return true;
  }
}

Deno.test({
  name: "a Worker is lent the same socket under a number of its own [POSIX]",
  ignore,
  async fn() {
    await using to = serving(new Watching(HOST, lent, options));
    using client = await Client.to(to.port, "number");
    const number = Number(await client.hear());
    const own = to.server.requests[0].fileno();
    const files = openFiles();
    assertNotEquals(number, own);
    assertEquals(files.get(number), files.get(own));
    assertEquals(files.get(own)?.startsWith("socket:"), true);
    await client.say("go on");
    assertEquals(await client.hear(), "done");
  },
});

Deno.test({
  name:
    "close() in a handler gives the client its end, and the handler goes on [POSIX]",
  ignore,
  async fn() {
    await using to = serving(new Watching(HOST, lent, options));
    const name = crypto.randomUUID();
    const channel = new BroadcastChannel(name);
    const told = new Promise((resolve) =>
      channel.onmessage = ({ data }) => resolve(data)
    );
    using client = await Client.to(to.port, `close ${name}`);
    assertEquals(await client.hear(), "bye");
    assertEquals(await client.hear(), undefined);
    assertEquals(to.server.activeChildren, 1);
    channel.postMessage("go on");
    assertEquals(await told, "went on with -1");
    channel.close();
    assertEquals(await ask(to.port, "say hello"), "hello");
    assertEquals(to.server.errors, []);
  },
});

Deno.test({
  name:
    "detach() in a handler gives it a descriptor of its own, which outlives the request [POSIX]",
  ignore,
  async fn() {
    await using to = serving(new Watching(HOST, lent, options));
    using client = await Client.to(to.port, "detach");
    assertEquals(await client.hear(), "detached");
    // The same Worker, when the first request is over.
    assertEquals(await ask(to.port, "kept hello"), "said");
    assertEquals(await client.hear(), "hello");
    assertEquals(await client.hear(), undefined);
    assertEquals(to.server.errors, []);
  },
});

Deno.test({
  name:
    "a receive that a handler leaves behind takes nothing of the Worker's next client [POSIX]",
  ignore,
  async fn() {
    await using to = serving(new Watching(HOST, lent, options));
    for (let round = 0; round < 5; round++) {
      using client = await Client.to(to.port, "leave");
      assertEquals(await client.hear(), "left");
      assertEquals(await client.hear(), undefined);
      assertEquals(await ask(to.port, `say ${round}`), `${round}`);
    }
  },
});

Deno.test({
  name:
    "an option that a handler sets is the connection's for the server too [POSIX]",
  ignore,
  async fn() {
    await using to = serving(new Watching(HOST, lent, options));
    using client = await Client.to(to.port, "linger 7");
    assertEquals(await client.hear(), "waiting");
    const [request] = to.server.requests;
    const linger = request.getsockopt(SOL_SOCKET, SO_LINGER, 8).slice();
    assertEquals([...new Int32Array(linger.buffer)], [1, 7]);
    await client.say("go on");
    assertEquals(await client.hear(), "done");
  },
});

for (
  const [what, requestTimeout] of [["ends", null], ["is given up", 1]] as const
) {
  Deno.test({
    name:
      `a handler that ${what} while its socket lingers keeps the server from nothing [POSIX]`,
    ignore,
    async fn() {
      await using to = serving(
        new Watching(HOST, lent, { ...options, requestTimeout }),
      );
      const begin = performance.now();
      // The client never reads.
      using conn = await Deno.connect({ port: to.port });
      const line = what === "ends" ? "flood 0.1" : "flood";
      await conn.write(bytes(`${line}\n`));
      if (requestTimeout !== null) await to.server.nextError();
      to.server.requestTimeout = null;
      assertEquals(await ask(to.port, "say hello"), "hello");
      const seconds = (performance.now() - begin) / 1000;
      assert(seconds < 10, `the socket lingers 20 s, and it took ${seconds} s`);
    },
  });
}

Deno.test({
  ...needsPython,
  name:
    "a handler takes a descriptor that CPython's client sends over a Unix socket [POSIX]",
  ignore: needsPython.ignore || ignore,
  async fn() {
    const path = `${folder}/forking-lent`;
    await using server = new ForkingUnixStreamServer(path, lent, options);
    const served = server.serveForever();
    const program = `
import socket, sys
ours, theirs = socket.socketpair()
with socket.socket(socket.AF_UNIX) as s:
    s.connect(sys.argv[1])
    s.sendall(b"take\\n")
    assert s.recv(100) == b"send it\\n"
    socket.send_fds(s, [b"x"], [theirs.fileno()])
    theirs.close()
    print(ours.recv(100).decode())
    print(ours.recv(100), s.recv(100))
`;
    assertEquals(
      await runPython(program, { args: [path] }),
      "from the Worker\nb'' b''\n",
    );
    await server.shutdown();
    await served;
  },
});
