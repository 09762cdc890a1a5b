// Connections that are closed while bytes of theirs have not left, and closing steps
// that throw.
import { assert, assertEquals } from "@std/assert";
import {
  BaseRequestHandler,
  type StreamRequest,
  TCPServer,
  ThreadingTCPServer,
} from "../../server/mod.ts";
import { type InetAddress, OSError } from "../../socket/mod.ts";
import { readAll } from "../support/peers.ts";
import { Gate, Printed } from "./support.ts";

const HOST: [string, number] = ["127.0.0.1", 0];

/** Sends more than a client takes that does not read, until its time is over; then some bytes count as sent that are not. */
class Flood extends BaseRequestHandler<StreamRequest> {
  static counted = 0;
  static over = new Gate();
  static goesOn = false;

  override async handle() {
    this.request.settimeout(0.05);
    try {
      await this.request.sendall(new Uint8Array(1 << 25));
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      Flood.counted = error.bytesSent!;
    }
    await Flood.over.pass();
    if (Flood.goesOn) await new Promise(() => {});
  }
}

/** Has a server flood a client; gives both when the handler is over, or stays as it is. */
async function flood(goesOn: boolean) {
  Flood.over = new Gate();
  Flood.goesOn = goesOn;
  Flood.over.open();
  const server = new ThreadingTCPServer(HOST, Flood);
  const serving = server.serveForever();
  const [hostname, port] = server.serverAddress;
  const client = await Deno.connect({ hostname, port });
  await Flood.over.reached();
  return {
    server,
    client,
    async [Symbol.asyncDispose]() {
      client.close();
      await serving;
      await server.serverClose();
    },
  };
}

/** Tells whether the other end of a connection is closed, without reading from it: then it does not take what is sent. */
async function refuses(conn: Deno.Conn): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      await conn.write(new Uint8Array(1));
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

for (
  const [what, goesOn, cut] of [
    ["has ended", false, 0],
    ["goes on", true, 1],
  ] as const
) {
  Deno.test(`shutdown({ grace }) leaves no connection open whose bytes have not left and whose handler ${what}`, async () => {
    await using to = await flood(goesOn);
    assertEquals(await to.server.shutdown({ grace: 0.05 }), cut);
    assert(await refuses(to.client), "the connection is open");
  });
}

Deno.test("shutdown({ grace }) lets bytes leave that count as sent, in that time", async () => {
  await using to = await flood(false);
  const ended = to.server.shutdown({ grace: 20 });
  assertEquals((await readAll(to.client)).length, Flood.counted);
  assertEquals(await ended, 0);
});

for (
  const Server of [TCPServer<InetAddress>, ThreadingTCPServer<InetAddress>]
) {
  Deno.test(`shutdownRequest() that throws does not keep its connection open [${Server.name}]`, async () => {
    using printed = new Printed();
    class Throwing extends Server {
      override shutdownRequest() {
        throw new RangeError("not today");
      }
    }
    await using server = new Throwing(HOST, BaseRequestHandler);
    const [hostname, port] = server.serverAddress;
    using client = await Deno.connect({ hostname, port });
    // As in Python it ends the loop of a server without threads.
    const error = await server.handleRequest().catch((error) => error);
    assertEquals(await client.read(new Uint8Array(1)), null);
    await server.shutdown({ grace: null });
    const thrown = Server === TCPServer ? error : printed.error;
    assertEquals((thrown as Error).message, "not today");
  });
}
