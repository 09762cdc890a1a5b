// A Worker of a forking server is lent the descriptor of its request.
import { assertEquals } from "@std/assert";
import { SOCK_STREAM } from "../../socket/mod.ts";
import { Client, handlers, Keeping, serving } from "../support/forking.ts";
import { bytes, readAll, text } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";

const HOST: [string, number] = ["127.0.0.1", 0];
const options = { driver: posix, maxChildren: 2 };
const ignore = !hasPosix;

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
