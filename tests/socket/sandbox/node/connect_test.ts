import { assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async/delay";
import { createServer, OSError, Socket } from "../../../../socket/mod.ts";

async function connectFrom(
  local: [string, number],
  peer: [string, number],
): Promise<Socket> {
  const socket = new Socket();
  try {
    socket.bind(local);
    await socket.connect(peer);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

Deno.test("connect() from a port whose connection to the peer is open is EADDRNOTAVAIL", async () => {
  await using server = createServer(["127.0.0.1", 0]);
  const peer = server.getsockname();
  await using one = await connectFrom(["127.0.0.1", 0], peer);
  const local = one.getsockname() as [string, number];
  const error = await assertRejects(() => connectFrom(local, peer), OSError);
  assertEquals(error.code, "EADDRNOTAVAIL");
});

Deno.test("connect() from a port whose connection to the peer has just been closed waits for it", async () => {
  await using server = createServer(["127.0.0.1", 0]);
  const peer = server.getsockname();
  let local: [string, number] = ["127.0.0.1", 0];
  for (let turn = 0; turn < 3; turn++) {
    const socket = await connectFrom(local, peer);
    local = socket.getsockname() as [string, number];
    const [accepted] = await server.accept();
    // The end that closes first keeps the ports from others.
    const [first, second] = turn % 2 === 0
      ? [socket, accepted]
      : [accepted, socket];
    await first[Symbol.asyncDispose]();
    await second[Symbol.asyncDispose]();
  }
});

Deno.test(
  "connect() from the loopback interface to another machine is EINVAL, as the kernel has it",
  {
    ignore: Deno.build.os !== "linux",
  },
  async () => {
    const error = await assertRejects(
      () => connectFrom(["127.0.0.1", 0], ["192.0.2.1", 9]),
      OSError,
    );
    assertEquals(error.code, "EINVAL");
  },
);

Deno.test("connect() from a port waits while a connection to the peer goes away", async () => {
  await using server = createServer(["127.0.0.1", 0]);
  const peer = server.getsockname();
  const one = await connectFrom(["127.0.0.1", 0], peer);
  const [accepted] = await server.accept();
  const connecting = connectFrom(one.getsockname() as [string, number], peer);
  await delay(15);
  await one[Symbol.asyncDispose]();
  await accepted[Symbol.asyncDispose]();
  await using _ = await connecting;
});
