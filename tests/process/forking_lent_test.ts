// What a Worker of a forking server does with the descriptor that it is lent, and
// that none is left.
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { SOCK_STREAM } from "../../socket/mod.ts";
import { Client, handlers, Keeping, serving } from "../support/forking.ts";
import { openSockets } from "../support/open_files.ts";
import { bytes, readAll, text } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";

const HOST: [string, number] = ["127.0.0.1", 0];
const options = { driver: posix, maxChildren: 2 };
const ignore = !hasPosix;

/** Waits until as many sockets are open as before; they close when the Worker has said so. */
async function settled(before: number): Promise<void> {
  for (let tries = 0; openSockets().length > before && tries < 100; tries++) {
    await delay(20);
  }
  const now = openSockets().length;
  assert(now <= before, `${now} sockets are open, ${before} were`);
}

Deno.test({
  name: "a handler in a Worker has the descriptor itself [POSIX]",
  ignore,
  async fn() {
    await using to = serving(
      new Keeping(HOST, handlers("descriptor"), options),
    );
    using conn = await Deno.connect({ port: to.port });
    await conn.write(bytes("hello"));
    const { hostname, port } = conn.localAddr as Deno.NetAddr;
    assertEquals(JSON.parse(text(await readAll(conn))), {
      isNumber: true,
      type: SOCK_STREAM,
      idle: 77,
      data: "hello",
      ancillary: [],
      peer: [hostname, port],
    });
  },
});

for (
  const [what, line] of [
    ["is done", "worker"],
    ["throws", "throw in handle"],
    ["ends its Worker", "crash by Deno.exit(3)"],
  ]
) {
  Deno.test({
    name: `a handler that ${what} leaves no descriptor of its client [POSIX]`,
    ignore,
    async fn() {
      await using to = serving(
        new Keeping(HOST, handlers("commands"), options),
      );
      // The first request makes what a server keeps.
      using first = await Client.to(to.port, "worker");
      await first.hear();
      while (await first.hear() !== undefined);
      const before = openSockets().length;
      for (let round = 0; round < 3; round++) {
        using client = await Client.to(to.port, line);
        while (await client.hear() !== undefined);
      }
      await settled(before);
    },
  });
}

Deno.test({
  name:
    "a client of a handler that is given up hears its end at once, though the Worker goes on [POSIX]",
  ignore,
  async fn() {
    const path = await Deno.makeTempDir();
    const server = new Keeping(HOST, handlers("commands"), options);
    const served = server.serveForever();
    using client = await Client.to(server.serverAddress[1], `spin ${path}/end`);
    assertEquals(await client.hear(), "spinning");
    assertEquals(await server.shutdown({ grace: 0 }), 1);
    assertEquals(await client.hear(), undefined);
    // The Worker may go on from here.
    await Deno.writeTextFile(`${path}/end`, "");
    await served;
    await server[Symbol.asyncDispose]();
    await Deno.remove(path, { recursive: true });
  },
});
