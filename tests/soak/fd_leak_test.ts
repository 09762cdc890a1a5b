// No descriptor stays open: hundreds of calls of each kind that fail, time out
// or are aborted, and as many open files afterwards as before.

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AF_UNIX,
  createConnection,
  createServer,
  MSG_PEEK,
  OSError,
  Socket,
  socketpair,
} from "../../socket/mod.ts";
import { fullQueue } from "../support/full_queue.ts";
import { openSockets } from "../support/open_files.ts";
import { folder, transports } from "../support/peers.ts";

const TURNS = 200;

/** Does it hundreds of times and finds nothing open that was not before. */
async function assertNothingLeft(
  turn: (number: number) => Promise<void>,
): Promise<void> {
  // A file that is opened once for all is not a leak.
  for (let i = 0; i < 3; i++) await turn(i);
  const before = openSockets();
  for (let i = 3; i < TURNS; i++) await turn(i);
  let left: string[] = [];
  for (let i = 0; i < 20; i++) {
    left = openSockets().filter((each) => !before.includes(each));
    if (left.length === 0) break;
    // An attempt that lost a race is closed when nobody waits any more.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assertEquals(left, [], `${left.length} sockets of ${TURNS} turns`);
}

function test(name: string, turn: (number: number) => Promise<void>): void {
  Deno.test({
    name: `${name} leaves no descriptor open`,
    ignore: Deno.build.os !== "linux",
    fn: () => assertNothingLeft(turn),
  });
}

/** An address that nobody listens on. */
async function nowhere(): Promise<[string, number]> {
  await using listener = createServer(["127.0.0.1", 0]);
  return listener.getsockname();
}

/** A signal that aborts soon, at any of the moments that a call goes through. */
function soon(number: number): AbortSignal {
  const controller = new AbortController();
  let turns = number % 8;
  const step = () => {
    if (turns-- === 0) controller.abort(new Error("given up by the test"));
    else setImmediate(step);
  };
  step();
  return controller.signal;
}

for (const { name, family, fresh } of transports) {
  const connected = async (): Promise<[Socket, Socket]> => {
    await using listener = new Socket(family);
    listener.bind(fresh() as never);
    listener.listen();
    const one = new Socket(family);
    await one.connect(listener.getsockname() as never);
    return [one, (await listener.accept())[0]];
  };

  test(`Socket.connect() that is aborted [${name}]`, async (number) => {
    await using listener = new Socket(family);
    listener.bind(fresh() as never);
    listener.listen();
    const address = listener.getsockname() as never;
    await using socket = new Socket(family);
    await socket.connect(address, { signal: soon(number) }).catch(() => {});
  });

  test(`Socket.connect() that times out or is closed [${name}]`, async (number) => {
    await using listener = new Socket(family);
    listener.bind(fresh() as never);
    listener.listen();
    const address = listener.getsockname() as never;
    await using socket = new Socket(family);
    socket.settimeout([0, 0.00001, 0.0002, null][number % 4]);
    const connecting = socket.connect(address).catch(() => {});
    if (number % 3 === 0) socket.close();
    else await connecting;
  });

  test(`Socket.accept() that is aborted or times out [${name}]`, async (number) => {
    await using listener = new Socket(family);
    listener.bind(fresh() as never);
    listener.listen();
    listener.settimeout([0, 0.0002, null][number % 3]);
    const accepts = [1, 2, 3].map(() =>
      listener.accept({ signal: soon(number) }).then(
        ([connection]) => connection[Symbol.asyncDispose](),
        () => {},
      )
    );
    // Sometimes a connection comes, which perhaps nobody accepts any more.
    await using client = new Socket(family);
    if (number % 2 === 0) {
      await client.connect(listener.getsockname() as never);
    }
    await Promise.all(accepts);
  });

  test(`Socket.close() with pending calls [${name}]`, async (number) => {
    const [one, other] = await connected();
    await using _one = one, _other = other;
    const calls = [
      one.recv(9),
      one.recvInto(new Uint8Array(9)),
      one.recv(9, MSG_PEEK),
      other.recv(1),
    ];
    if (number % 2 === 0) calls.push(one.send(new Uint8Array(99)));
    const outcomes = Promise.allSettled<unknown>(calls);
    if (number % 3 === 0) await new Promise((go) => setImmediate(go));
    one.close();
    other.close();
    await outcomes;
  });

  test(`Socket.dup() [${name}]`, async (number) => {
    const [one, other] = await connected();
    await using _other = other;
    const copies = [one, one.dup(), one.dup()];
    copies.push(copies[number % 3].dup());
    await copies[number % 4].sendall(new Uint8Array(3));
    assertEquals((await other.recv(9)).length, 3);
    for (const copy of copies) await copy[Symbol.asyncDispose]();
    assertEquals((await other.recv(9)).length, 0);
  });

  test(`Socket.recv() after the peer has gone [${name}]`, async (number) => {
    const [one, other] = await connected();
    await using _one = one;
    await one.sendall(new Uint8Array(3));
    if (number % 2 === 0) await other.recv(1);
    await other[Symbol.asyncDispose]();
    await one.recv(9).catch(() => {});
    await one.send(new Uint8Array(3)).catch(() => {});
  });

  test(`Socket.bind() that fails [${name}]`, async () => {
    await using listener = new Socket(family);
    listener.bind(fresh() as never);
    listener.listen();
    await using socket = new Socket(family);
    try {
      socket.bind(listener.getsockname() as never);
    } catch (error) {
      assert(error instanceof OSError && error.code === "EADDRINUSE");
    }
    assert(socket.getsockname() !== listener.getsockname());
  });
}

const refusing = await nowhere();

test("Socket.connect() that is refused [TCP]", async () => {
  await using socket = new Socket();
  await assertRejects(() => socket.connect(refusing), OSError);
});

test("Socket.connect() that is refused [Unix]", async () => {
  await using socket = new Socket(AF_UNIX);
  await assertRejects(() => socket.connect(`${folder}/nobody`), OSError);
});

Deno.test({
  name: "Socket.connect() that is never answered leaves no descriptor open",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using queue = await fullQueue();
    await assertNothingLeft(async (number) => {
      await using socket = new Socket();
      const signal = number % 2 === 0 ? soon(number) : undefined;
      socket.settimeout(number % 4 === 1 ? 0.001 : null);
      const options = { signal };
      const connecting = socket.connect(queue.address, options).catch(() => {});
      if (number % 4 === 3) socket.close();
      await connecting;
    });
  },
});

test("Socket.connect() from a bound address", async (number) => {
  await using listener = createServer(["127.0.0.1", 0]);
  await using socket = new Socket();
  socket.bind(["127.0.0.1", 0]);
  const to = number % 3 === 0 ? refusing : listener.getsockname();
  const signal = number % 3 === 1 ? soon(number) : undefined;
  await socket.connect(to as never, { signal }).catch(() => {});
});

test("createConnection() to a name with several addresses", async (number) => {
  await using listener = createServer(["127.0.0.1", 0]);
  const [, port] = number % 4 === 0 ? refusing : listener.getsockname();
  const signal = number % 4 === 1 ? soon(number) : undefined;
  try {
    await using socket = await createConnection(["localhost", port], {
      timeout: number % 4 === 2 ? 0.0005 : 5,
      signal,
    });
    assertEquals(socket.getpeername()[1], port);
  } catch (error) {
    assert(number % 4 !== 3, `${error}`);
  }
});

test("createServer() where somebody listens", async () => {
  await using listener = createServer(["127.0.0.1", 0]);
  try {
    createServer(listener.getsockname()).close();
  } catch (error) {
    assert(error instanceof OSError);
  }
});

test("socketpair() that is aborted", async (number) => {
  const family = number % 2 === 0 ? AF_UNIX : undefined;
  try {
    const ends = await socketpair(family, undefined, undefined, {
      signal: soon(number),
    });
    for (const end of ends) await end[Symbol.asyncDispose]();
  } catch (error) {
    assertEquals((error as Error).message, "given up by the test");
  }
});
