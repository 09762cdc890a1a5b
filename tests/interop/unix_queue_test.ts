import { assert, assertEquals, assertRejects } from "@std/assert";
import { AF_UNIX, BlockingIOError, OSError, socket } from "../../socket/mod.ts";
import { arrival, folder } from "../support/peers.ts";
import { hasPython, spawnPython } from "../support/python.ts";

let count = 0;
const fresh = () => `${folder}/queue_${count++}`;

// Deno's own listeners have long queues; Python's can be short.
const withQueue = {
  ignore: !hasPython || Deno.build.os !== "linux",
};

/** A server in CPython whose queue is full; a line to it lets it accept all. */
async function fullServer(path: string) {
  const peer = spawnPython(
    `
import socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen(0)
one = socket.socket(socket.AF_UNIX)
one.connect(sys.argv[1])
print("full")
sys.stdin.readline()
kept = [server.accept() for _ in range(int(sys.argv[2]))]
print("accepted")
sys.stdin.readline()`,
    [path, "2"],
  );
  assertEquals(await peer.readLine(), "full");
  return peer;
}

Deno.test(
  "connect() waits while the server's queue is full, as on Linux",
  withQueue,
  async () => {
    const path = fresh();
    await using peer = await fullServer(path);
    await using s = socket(AF_UNIX);
    let connected = false;
    const connecting = s.connect(path).then(() => connected = true);
    await arrival();
    await arrival();
    assertEquals(connected, false);
    await peer.writeLine("");
    await connecting;
    assertEquals(await peer.readLine(), "accepted");
  },
);

Deno.test(
  "connect() that waits for a full queue can be aborted",
  withQueue,
  async () => {
    const path = fresh();
    await using _peer = await fullServer(path);
    await using s = socket(AF_UNIX);
    const controller = new AbortController();
    const connecting = s.connect(path, { signal: controller.signal });
    await arrival();
    controller.abort("enough");
    assertEquals(await connecting.catch((error) => error), "enough");
  },
);

Deno.test(
  "connect() of a socket with any timeout to a full queue is EAGAIN, as in CPython",
  withQueue,
  async () => {
    const path = fresh();
    await using peer = await fullServer(path);
    await using s = socket(AF_UNIX);
    s.setblocking(false);
    const connecting = s.connect(path).catch((error) => error);
    const late = setTimeout(() => s.close(), 250);
    const error = await connecting;
    clearTimeout(late);
    assert(error instanceof BlockingIOError, String(error));
    assertEquals(error.code, "EAGAIN");
    assertEquals(peer.pid > 0, true);
  },
);

Deno.test(
  "close() ends a connect() that waits for a full queue at once",
  withQueue,
  async () => {
    const path = fresh();
    await using _peer = await fullServer(path);
    const s = socket(AF_UNIX);
    const connecting = s.connect(path);
    await arrival();
    const closing = s[Symbol.asyncDispose]();
    const error = await assertRejects(() => connecting, OSError);
    assertEquals(error.code, "EBADF");
    await closing;
  },
);
