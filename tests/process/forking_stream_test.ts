import { assert, assertEquals, assertMatch } from "@std/assert";
import { ForkingTCPServer } from "../../server/mod.ts";
import { sandbox } from "../../socket/sandbox/driver.ts";
import type { InetAddress, Socket, WaitOptions } from "../../socket/mod.ts";
import { Checksum, checksum } from "../support/checksum.ts";
import { ask, Client, handlers, Keeping, serving } from "../support/forking.ts";
import { bytes, readAll, writeAll } from "../support/peers.ts";
import { needsPython, runPython } from "../support/python.ts";
import { Random } from "../support/random.ts";

const HOST: [string, number] = ["127.0.0.1", 0];
const MIB = 1 << 20;
const commands = handlers("commands");

/** Counts the bytes that the parent receives. */
class Counting extends ForkingTCPServer {
  received = 0;

  override async getRequest(
    options?: WaitOptions,
  ): Promise<[Socket<InetAddress, null>, InetAddress]> {
    const [connection, address] = await super.getRequest(options);
    const { recv } = connection;
    connection.recv = async (...args) => {
      const data = await recv.apply(connection, args);
      this.received += data.length;
      return data;
    };
    return [connection, address];
  }
}

/** Writes until a write does not end while nobody reads; tells how much it wrote, and ends it. */
async function fill(conn: Deno.Conn, most: number): Promise<number> {
  const piece = new Uint8Array(65536);
  let written = 0;
  while (written < most) {
    let isBlocked = true;
    const writing = conn.write(piece).then((count) => {
      isBlocked = false;
      written += count;
    }).catch(() => {});
    // Some turns of the event loop, in which all that can move has moved.
    for (let turn = 0; isBlocked && turn < 300; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    if (!isBlocked) continue;
    conn.close();
    await writing;
    break;
  }
  return written;
}

Deno.test("bytes of any size go through a Worker and back unchanged", async () => {
  const random = new Random();
  await using to = serving(new ForkingTCPServer(HOST, handlers("echo")));
  using conn = await Deno.connect({ port: to.port });
  const data = random.bytes(24 * MIB);
  const send = async () => {
    for (let sent = 0; sent < data.length;) {
      const end = sent + random.size(MIB);
      await writeAll(conn, data.subarray(sent, end));
      sent = Math.min(end, data.length);
    }
    await conn.closeWrite();
  };
  const receive = async () => {
    const sum = new Checksum();
    const buffer = new Uint8Array(MIB);
    while (true) {
      const count = await conn.read(buffer.subarray(0, random.size(MIB)));
      if (count === null) return sum;
      sum.update(buffer.subarray(0, count));
    }
  };
  const [sum] = await Promise.all([receive(), send()]);
  assertEquals(sum.length, data.length, `seed ${random.seed}`);
  assertEquals(sum.hex(), checksum(data), `seed ${random.seed}`);
});

Deno.test("a handler that does not receive keeps the parent from receiving more than the window", async () => {
  await using to = serving(
    new Counting(HOST, handlers("deaf"), { driver: sandbox }),
  );
  const conn = await Deno.connect({ port: to.port });
  const written = await fill(conn, 64 * MIB);
  assert(written < 32 * MIB, `the client could write ${written} bytes`);
  // Exactly: the parent stops when its credit is used up.
  assertEquals(to.server.received, 262144);
});

Deno.test("a handler that receives slowly, and answers meanwhile, gets all of it", async () => {
  await using to = serving(new ForkingTCPServer(HOST, handlers("slow")));
  using conn = await Deno.connect({ port: to.port });
  const data = new Random().bytes(8 * MIB);
  const sending = writeAll(conn, data).then(() => conn.closeWrite());
  // The handler tells after each piece how much it has had by then.
  const lines = new TextDecoder().decode(await readAll(conn)).trim().split(
    "\n",
  );
  await sending;
  assertEquals(lines.pop(), `${data.length} ${checksum(data)}`);
});

Deno.test("a client that does not receive keeps the handler from sending more than the window", async () => {
  const channel = new BroadcastChannel("flood");
  const told = new Promise<number>((resolve) => {
    channel.onmessage = ({ data }) => {
      channel.close();
      resolve(data);
    };
  });
  await using to = serving(new ForkingTCPServer(HOST, handlers("flood")));
  using conn = await Deno.connect({ port: to.port });
  // It floods until it cannot for a while, and tells how much it sent.
  const sent = await told;
  assert(sent > 0 && sent < 32 * MIB, `the handler could send ${sent} bytes`);
  // And all of that arrives.
  assertEquals((await readAll(conn)).length, sent);
});

Deno.test("what a client sends after the handler's shutdown(SHUT_WR) arrives", async () => {
  await using to = serving(new Keeping(HOST, commands));
  using client = await Client.to(to.port, "half-close");
  assertEquals(await client.hear(), "all");
  assertEquals(await client.hear(), undefined);
  await client.say("more");
  await client.conn.closeWrite();
  assertEquals(
    (await to.server.nextError()).message,
    "after the end came more\n",
  );
});

Deno.test("a handler's Buffer is sent as it was at the call, and stays the handler's", async () => {
  await using to = serving(new ForkingTCPServer(HOST, commands));
  using client = await Client.to(to.port, "buffer");
  const answer = new TextDecoder().decode(await readAll(client.conn));
  assertEquals(answer.replaceAll("a", ""), "20000098\n");
  assertEquals(answer.length, 200_000 + "20000098\n".length);
});

Deno.test("what a handler sends after the client's end arrives", async () => {
  await using to = serving(new ForkingTCPServer(HOST, handlers("digest")));
  using conn = await Deno.connect({ port: to.port });
  const data = new Random().bytes(3 * MIB);
  await writeAll(conn, data);
  await conn.closeWrite();
  const answer = await readAll(conn);
  assertEquals(new TextDecoder().decode(answer), checksum(data));
});

Deno.test("a timeout in a Worker loses nothing", async () => {
  await using to = serving(new ForkingTCPServer(HOST, commands));
  using client = await Client.to(to.port, "late");
  for (let sent = 0; sent < 100; sent++) {
    if (sent % 25 === 0) assertEquals(await client.hear(), sent ? "" : "late");
    await client.conn.write(new Uint8Array([120]));
  }
  let line;
  do line = await client.hear(); while (line === "");
  assertEquals(line, "all");
});

Deno.test("StreamRequestHandler.timeout ends a handler in a Worker whose client is silent", async () => {
  await using to = serving(new Keeping(HOST, handlers("impatient")));
  using conn = await Deno.connect({ port: to.port });
  const error = await to.server.nextError();
  assertEquals(error.name, "TimeoutError");
  assertEquals(await conn.read(new Uint8Array(1)), null);
});

Deno.test("close() of the handler's socket ends the connection at once", async () => {
  await using to = serving(new Keeping(HOST, commands));
  using client = await Client.to(to.port, "close");
  assertEquals(await client.hear(), "bye");
  assertEquals(await client.hear(), undefined);
  assertEquals(to.server.activeChildren, 1);
});

Deno.test({
  ...needsPython,
  name:
    "a client's reset is ECONNRESET to a handler's receive, then the end of the stream; its sends fail",
  async fn() {
    await using to = serving(new Keeping(HOST, commands));
    await runPython(
      `
import socket, struct, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(b"code\\n")
assert s.recv(100) == b"ready\\n"
s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
s.close()
`,
      { args: [String(to.port)] },
    );
    const { message } = await to.server.nextError();
    assertMatch(message, /^ECONNRESET 0 EPIPE EPIPE$/);
  },
});

Deno.test("a client that goes away while it is sent to costs its own request only", async () => {
  await using to = serving(
    new Keeping(HOST, commands, { maxChildren: 1 }),
  );
  {
    using client = await Client.to(to.port, "code");
    assertEquals(await client.hear(), "ready");
    await client.conn.write(bytes("x"));
    await client.conn.closeWrite();
  }
  assertMatch((await to.server.nextError()).message, /^data 0 E[A-Z]+ EPIPE$/);
  assertMatch(await ask(to.port, "worker") ?? "", / 2$/);
});
