import { assertEquals, assertThrows } from "@std/assert";
import { AF_UNIX, OSError } from "../../socket/mod.ts";
import {
  BaseRequestHandler,
  DatagramRequestHandler,
  StreamRequestHandler,
  ThreadingUnixDatagramServer,
  ThreadingUnixStreamServer,
  UnixDatagramServer,
  UnixStreamServer,
} from "../../server/mod.ts";
import type { UnixAddress } from "../../socket/mod.ts";
import { hasListenDatagram } from "../support/datagrams.ts";
import { bytes, folder, readAll, text } from "../support/peers.ts";
import { handling } from "./support.ts";

const ignore = Deno.build.os === "windows";
const ignoreDatagrams = ignore || !hasListenDatagram;
if (ignoreDatagrams) {
  console.log("skipping Unix datagrams: they need Linux and --unstable-net");
}

let paths = 0;
const fresh = () => `${folder}/server-${paths++}`;

class StreamEcho extends StreamRequestHandler<UnixAddress> {
  override async handle() {
    for await (const line of this.rfile) await this.wfile.write(line);
  }
}

class DatagramEcho extends DatagramRequestHandler<UnixAddress> {
  override async handle() {
    await this.wfile.write(await this.rfile.read());
  }
}

for (const Server of [UnixStreamServer, ThreadingUnixStreamServer]) {
  Deno.test(`${Server.name} serves a path`, { ignore }, async () => {
    const path = fresh();
    await using server = new Server(path, StreamEcho);
    assertEquals([server.serverAddress, server.addressFamily], [path, AF_UNIX]);
    const serving = server.serveForever();
    const conn = await Deno.connect({ transport: "unix", path });
    await conn.write(bytes("one\ntwo\n"));
    await conn.closeWrite();
    assertEquals(text(await readAll(conn)), "one\ntwo\n");
    conn.close();
    await server.shutdown();
    await serving;
  });
}

for (const Server of [UnixDatagramServer, ThreadingUnixDatagramServer]) {
  Deno.test(
    `${Server.name} serves a path`,
    { ignore: ignoreDatagrams },
    async () => {
      const path = fresh();
      await using server = new Server(path, DatagramEcho);
      assertEquals([server.serverAddress, server.addressFamily], [
        path,
        AF_UNIX,
      ]);
      const serving = server.serveForever();
      const transport = "unixpacket";
      const conn = Deno.listenDatagram({ transport, path: fresh() });
      await conn.send(bytes("hello"), { transport, path });
      const [data, from] = await conn.receive();
      assertEquals([text(data), (from as Deno.UnixAddr).path], ["hello", path]);
      conn.close();
      await server.shutdown();
      await serving;
    },
  );
}

Deno.test(
  "UnixStreamServer gives the client's address, which is empty without a path",
  { ignore },
  async () => {
    const path = fresh();
    const addresses: unknown[] = [];
    await using server = new UnixStreamServer(
      path,
      handling(({ clientAddress }) => addresses.push(clientAddress)),
    );
    const conn = await Deno.connect({ transport: "unix", path });
    await server.handleRequest();
    conn.close();
    assertEquals(addresses, [""]);
  },
);

Deno.test("UnixStreamServer throws EADDRINUSE for a path that is there", {
  ignore,
}, async () => {
  const path = fresh();
  await using _ = new UnixStreamServer(path, BaseRequestHandler);
  const error = assertThrows(
    () => new UnixStreamServer(path, BaseRequestHandler),
    OSError,
  );
  assertEquals(error.code, "EADDRINUSE");
});

Deno.test("UnixStreamServer refuses what is no path", { ignore }, () => {
  for (const path of [["127.0.0.1", 0], null, 5]) {
    assertThrows(
      () => new UnixStreamServer(path as never, BaseRequestHandler),
      TypeError,
    );
  }
});
