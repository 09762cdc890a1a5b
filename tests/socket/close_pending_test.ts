// Closing a socket ends every call that waits on it, at once.

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  EAGAIN,
  MSG_PEEK,
  MSG_WAITALL,
  OSError,
  Socket,
  TimeoutError,
} from "../../socket/mod.ts";
import { fullQueue } from "../support/full_queue.ts";
import { type Transport, transports } from "../support/peers.ts";

/** How soon is at once, on a machine that has other things to do; milliseconds. */
const PROMPT = 200;

/** Closes the socket and checks that each call then fails with EBADF. */
async function assertClosed(
  socket: Socket,
  calls: Readonly<Record<string, Promise<unknown>>>,
): Promise<void> {
  const outcomes = Object.entries(calls).map(async ([name, call]) => {
    try {
      return `${name} gave ${await call}`;
    } catch (error) {
      return error instanceof OSError ? `${name} ${error.code}` : `${error}`;
    }
  });
  // Long enough for the calls to reach Deno.
  await new Promise((resolve) => setTimeout(resolve, 20));
  const start = performance.now();
  socket.close();
  assertEquals(
    await Promise.all(outcomes),
    Object.keys(calls).map((name) => `${name} EBADF`),
  );
  const settled = performance.now() - start;
  assert(settled < PROMPT, `the calls took ${settled} ms to end`);
  await socket[Symbol.asyncDispose]();
  const disposed = performance.now() - start;
  assert(disposed < 2 * PROMPT, `the socket took ${disposed} ms to close`);
}

/** Two connected sockets of ours. */
async function pair({ family, fresh }: Transport): Promise<[Socket, Socket]> {
  await using listener = new Socket(family);
  listener.bind(fresh() as never);
  listener.listen();
  const one = new Socket(family);
  await one.connect(listener.getsockname() as never);
  return [one, (await listener.accept())[0]];
}

for (const transport of transports) {
  const { name, family, fresh } = transport;

  Deno.test(`Socket.close() ends every pending receive [${name}]`, async () => {
    const [socket, peer] = await pair(transport);
    await using _ = peer;
    await assertClosed(socket, {
      recvInto: socket.recvInto(new Uint8Array(9)),
      recv: socket.recv(9),
      all: socket.recv(9, MSG_WAITALL),
      peek: socket.recv(9, MSG_PEEK),
      recvmsg: socket.recvmsg(9),
      recvmsgInto: socket.recvmsgInto([new Uint8Array(9)]),
      recvfrom: socket.recvfrom(9),
      signalled: socket.recv(9, 0, { signal: new AbortController().signal }),
    });
  });

  Deno.test(`Socket.close() ends every pending send [${name}]`, async () => {
    const [socket, peer] = await pair(transport);
    await using _ = peer;
    const much = new Uint8Array(32 * 1024 * 1024);
    const controller = new AbortController();
    await assertClosed(socket, {
      sendall: socket.sendall(much),
      send: socket.send(much),
      again: socket.sendall(much),
      sendmsg: socket.sendmsg([much]),
      signalled: socket.sendall(much, 0, { signal: controller.signal }),
      recv: socket.recv(9),
    });
  });

  Deno.test(`Socket.close() ends pending calls with a timeout [${name}]`, async () => {
    const [socket, peer] = await pair(transport);
    await using _ = peer;
    socket.settimeout(60);
    const much = new Uint8Array(32 * 1024 * 1024);
    await assertClosed(socket, {
      sendall: socket.sendall(much),
      send: socket.send(much),
      recv: socket.recv(9),
      recvInto: socket.recvInto(new Uint8Array(9)),
    });
  });

  Deno.test(`Socket.close() ends every pending accept [${name}]`, async () => {
    const listener = new Socket(family);
    listener.bind(fresh() as never);
    listener.listen();
    const address = listener.getsockname();
    const timed = listener.dup();
    timed.settimeout(60);
    const calls = {
      accept: listener.accept(),
      second: listener.accept(),
      signalled: listener.accept({ signal: new AbortController().signal }),
    };
    const next = timed.accept();
    await assertClosed(listener, calls);
    await assertClosed(timed, { next });
    // The address is free again.
    await using again = new Socket(family);
    again.bind(address as never);
  });

  Deno.test(`Socket.close() ends the loop over connections [${name}]`, async () => {
    const listener = new Socket(family);
    listener.bind(fresh() as never);
    listener.listen();
    const loop = (async () => {
      let count = 0;
      for await (const [connection] of listener) {
        connection.close();
        count++;
      }
      return count;
    })();
    await using client = new Socket(family);
    await client.connect(listener.getsockname() as never);
    assertEquals(await client.recv(1), new Uint8Array());
    await listener[Symbol.asyncDispose]();
    assertEquals(await loop, 1);
  });

  Deno.test(`Socket.close() of one duplicate leaves the calls of the other [${name}]`, async () => {
    const [socket, peer] = await pair(transport);
    await using _ = peer;
    await using other = socket.dup();
    const others = other.recv(3);
    await assertClosed(socket, {
      recv: socket.recv(9),
      recvInto: socket.recvInto(new Uint8Array(9)),
    });
    await peer.sendall(new Uint8Array([1, 2, 3]));
    assertEquals(await others, new Uint8Array([1, 2, 3]));
  });

  Deno.test(`Socket.close() of one duplicate leaves the other what was received for it [${name}]`, async () => {
    const [socket, peer] = await pair(transport);
    await using _peer = peer, _socket = socket;
    await using other = socket.dup();
    for (const flags of [0, MSG_WAITALL]) {
      using copy = socket.dup();
      const buffer = new Uint8Array(8);
      const waiting = assertRejects(() => copy.recvInto(buffer, 0, flags));
      if (flags === MSG_WAITALL) {
        await peer.sendall(new Uint8Array([1, 2, 3]));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      copy.close();
      await waiting;
      if (flags === 0) await peer.sendall(new Uint8Array([1, 2, 3]));
      await peer.sendall(new Uint8Array([4, 5]));
      assertEquals(
        await other.recv(5, MSG_WAITALL),
        new Uint8Array([1, 2, 3, 4, 5]),
      );
    }
  });
}

Deno.test({
  name: "Socket.close() ends a pending connect",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using queue = await fullQueue();
    for (const timeout of [null, 60]) {
      const socket = new Socket();
      socket.settimeout(timeout);
      await assertClosed(socket, {
        connect: socket.connect(queue.address),
        recv: socket.recv(9),
        send: socket.send(new Uint8Array(9)),
      });
    }
  },
});

Deno.test({
  name: "Socket.connect() that is never answered times out and is aborted",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using queue = await fullQueue();
    await using socket = new Socket();
    const signal = AbortSignal.abort("enough");
    assertEquals(
      await socket.connect(queue.address, { signal }).catch((reason) => reason),
      "enough",
    );
    socket.settimeout(0.02);
    await Promise.all([
      assertRejects(
        () => socket.connect(queue.address),
        TimeoutError,
        "timed out",
      ),
      // As on a connection, it waits for the attempt under way.
      assertRejects(() => socket.recv(9), OSError),
    ]);
    assertEquals(await socket.connectEx(queue.address), EAGAIN);
  },
});
