import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { Buffer } from "node:buffer";
import {
  AF_INET,
  AF_UNIX,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  OSError,
  SHUT_WR,
  type Socket,
  TimeoutError,
} from "../../socket/mod.ts";
import { arrival, bytes, connected, readAll, text } from "../support/peers.ts";
import { conforms, type Setting } from "./suite.ts";

/** Sends until nobody takes any more; tells how much was taken. */
async function fill(
  socket: Socket,
  Wants: Setting["WantsToSend"],
): Promise<number> {
  const piece = new Uint8Array(65536);
  let taken = 0;
  try {
    while (true) taken += await socket.send(piece, MSG_DONTWAIT);
  } catch (error) {
    assertInstanceOf(error, Wants);
    return taken;
  }
}

conforms(
  "Socket.send() sends and tells how much",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    assertEquals(await pair.ours.send(bytes("hello")), 5);
    assertEquals(await pair.ours.send(new Uint8Array()), 0);
    pair.ours.shutdown(SHUT_WR);
    assertEquals(text(await readAll(pair.peer)), "hello");
  },
);

conforms(
  "Socket.sendall() sends all of a large array",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const data = crypto.getRandomValues(new Uint8Array(65536));
    const large = new Uint8Array(64 * data.length);
    for (let at = 0; at < large.length; at += data.length) large.set(data, at);
    const received = readAll(pair.peer);
    await pair.ours.sendall(large);
    pair.ours.shutdown(SHUT_WR);
    assertEquals(await received, large);
  },
);

conforms(
  "Socket.sendall() takes the bytes as they are at the call",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    for (const size of [5, 5000, 500_000]) {
      const data = new Uint8Array(size).fill(1);
      const sending = pair.ours.sendall(data);
      data.fill(2);
      await Promise.all([sending, drain(pair.peer, size, 1)]);
    }
    const data = new Uint8Array(5).fill(3);
    const sending = pair.ours.send(data);
    data.fill(4);
    await Promise.all([sending, drain(pair.peer, 5, 3)]);
  },
);

conforms(
  "Socket's sends take the bytes of node's Buffer as they are at the call, too",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const { ours } = pair;
    const sends: ((data: Buffer) => Promise<number>)[] = [
      (data) => ours.send(data),
      (data) => ours.sendmsg([data]),
    ];
    if (transport.family !== AF_UNIX) {
      sends.push((data) => ours.sendto(data, ours.getpeername() as never));
    }
    // Of the larger ones, which no pool has room for, node's slices are views.
    for (const size of [5000, 70_000, 300_000]) {
      for (const send of sends) {
        const data = Buffer.alloc(size, 1);
        const sending = send(data);
        data.fill(2);
        await drain(pair.peer, await sending, 1);
      }
      const data = Buffer.alloc(size, 1);
      const sending = ours.sendall(data);
      data.fill(2);
      await Promise.all([sending, drain(pair.peer, size, 1)]);
    }
  },
);

conforms(
  "SocketFile.write() takes the bytes as they are at the call",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    await using file = pair.ours.makefile("wb");
    await using unbuffered = pair.ours.makefile("wb", { buffering: 0 });
    const makes = [
      (size: number) => Buffer.alloc(size, 1),
      (size: number) => new Uint8Array(size).fill(1),
    ];
    for (const to of [file, unbuffered]) {
      for (const make of makes) {
        for (const size of [5, 9000, 70_000, 5_000_000]) {
          const data = make(size);
          const writing = to.write(data).then(() => to.flush());
          data.fill(2);
          await Promise.all([writing, drain(pair.peer, size, 1)]);
        }
      }
    }
  },
);

/** Receives `size` bytes, each of which must be `value`. */
async function drain(
  peer: Deno.Conn,
  size: number,
  value: number,
): Promise<void> {
  const buffer = new Uint8Array(65536);
  let wrong = 0;
  for (let got = 0; got < size;) {
    const count = await peer.read(buffer);
    wrong += buffer.subarray(0, count!).filter((byte) => byte !== value).length;
    got += count!;
  }
  assertEquals(wrong, 0);
}

conforms(
  "Socket.sendall() does not mix the bytes of concurrent calls",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const received = readAll(pair.peer);
    await Promise.all(
      [1, 2, 3, 4].map((value) =>
        pair.ours.sendall(new Uint8Array(1 << 20).fill(value))
      ),
    );
    pair.ours.shutdown(SHUT_WR);
    const got = await received;
    assertEquals(got.length, 4 << 20);
    for (let at = 0; at < got.length; at++) {
      if (got[at] !== 1 + (at >> 20)) {
        throw new Error(`mixed at ${at}`);
      }
    }
  },
);

conforms(
  "Socket.send() on a non-blocking socket gives EAGAIN when there is no room, and what it took arrives",
  async ({ transport, driver, WantsToSend }) => {
    await using pair = await connected(transport, driver);
    const taken = await fill(pair.ours, WantsToSend);
    const received = readAll(pair.peer);
    await arrival();
    await pair.ours.sendall(bytes("end"));
    pair.ours.shutdown(SHUT_WR);
    assertEquals((await received).length, taken + 3);
  },
  () => MSG_DONTWAIT > 0,
);

conforms(
  "Socket.send() times out where there is no room, and nothing of it is sent",
  async ({ transport, driver, WantsToSend }) => {
    await using pair = await connected(transport, driver);
    const taken = await fill(pair.ours, WantsToSend);
    pair.ours.settimeout(0.02);
    await assertRejects(() => pair.ours.send(bytes("never")), TimeoutError);
    pair.ours.settimeout(null);
    const received = readAll(pair.peer);
    await pair.ours.sendall(bytes("end"));
    pair.ours.shutdown(SHUT_WR);
    const got = await received;
    assertEquals(got.length, taken + 3);
    assertEquals(text(got.subarray(-4)), "\0end");
  },
  () => MSG_DONTWAIT > 0,
);

conforms(
  "Socket.sendall() that times out tells what was taken, and can be gone on with",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const data = new Uint8Array(32 << 20).map((_, index) => index >> 8);
    pair.ours.settimeout(0.02);
    const error = await assertRejects(
      () => pair.ours.sendall(data),
      TimeoutError,
    );
    assert(error.bytesSent! > 0 && error.bytesSent! < data.length);
    pair.ours.settimeout(null);
    const received = readAll(pair.peer);
    await pair.ours.sendall(data.subarray(error.bytesSent));
    pair.ours.shutdown(SHUT_WR);
    const got = await received;
    assertEquals(got.length, data.length);
    assert(got.every((byte, index) => byte === data[index]));
  },
);

conforms(
  "Socket.sendall() rejects with the signal's own reason",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const controller = new AbortController();
    const { signal } = controller;
    const pending = pair.ours.sendall(new Uint8Array(32 << 20), 0, { signal });
    const reason = new Error("enough");
    await arrival();
    controller.abort(reason);
    assertStrictEquals(await pending.catch((error) => error), reason);
    const late = pair.ours.send(bytes("x"), 0, { signal });
    assertStrictEquals(await late.catch((error) => error), reason);
  },
);

conforms(
  "Socket.close() after a timed-out send still delivers what it took",
  async ({ transport, driver, WantsToSend }) => {
    await using pair = await connected(transport, driver);
    const taken = await fill(pair.ours, WantsToSend);
    const closed = pair.ours[Symbol.asyncDispose]();
    assertEquals((await readAll(pair.peer)).length, taken);
    await closed;
  },
  () => MSG_DONTWAIT > 0,
);

conforms(
  "Socket.shutdown(SHUT_WR) after a timed-out send still delivers what it took",
  async ({ transport, driver, WantsToSend }) => {
    await using pair = await connected(transport, driver);
    const taken = await fill(pair.ours, WantsToSend);
    pair.ours.shutdown(SHUT_WR);
    assertEquals((await readAll(pair.peer)).length, taken);
  },
  () => MSG_DONTWAIT > 0,
);

conforms(
  "Socket.send() gives EPIPE after shutdown(SHUT_WR)",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    pair.ours.shutdown(SHUT_WR);
    for (const data of [bytes("x"), new Uint8Array()]) {
      const error = await assertRejects(() => pair.ours.send(data), OSError);
      assertEquals([error.name, error.code], ["BrokenPipeError", "EPIPE"]);
    }
  },
);

conforms(
  "Socket.sendall() gives EPIPE or ECONNRESET when the peer has gone, and what was taken",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    pair.peer.close();
    await arrival();
    const error = await assertRejects(async () => {
      while (true) await pair.ours.sendall(bytes("x"));
    }, OSError);
    assert(["EPIPE", "ECONNRESET"].includes(error.code), error.message);
    assertEquals(error.bytesSent, 0);
  },
);

conforms(
  "Socket.send() honours MSG_NOSIGNAL",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    assertEquals(await pair.ours.send(bytes("x"), MSG_NOSIGNAL), 1);
  },
  () => MSG_NOSIGNAL > 0,
);

conforms(
  "Socket.sendmsg() sends the buffers one after another",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const parts = [bytes("a"), new Uint8Array(), bytes("bcd").buffer];
    assertEquals(await pair.ours.sendmsg(parts as BufferSource[]), 4);
    pair.ours.shutdown(SHUT_WR);
    assertEquals(text(await readAll(pair.peer)), "abcd");
  },
);

conforms(
  "Socket.sendto() on TCP does not look at the address",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const nowhere = [
      transport.family === AF_INET ? "192.0.2.1" : "::2",
      9,
    ] as never;
    assertEquals(await pair.ours.sendto(bytes("ab"), nowhere), 2);
    assertEquals(await pair.ours.sendto(bytes("cd"), 0, nowhere), 2);
    pair.ours.shutdown(SHUT_WR);
    assertEquals(text(await readAll(pair.peer)), "abcd");
  },
  ({ name }) => name !== "Unix",
);

conforms(
  "Socket.sendto() on a connected Unix stream is EISCONN",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const error = await assertRejects(
      () => pair.ours.sendto(bytes("ab"), "/nowhere"),
      OSError,
    );
    assertEquals(error.code, "EISCONN");
  },
  ({ name }) => name === "Unix",
);

conforms(
  "Socket.sendall() is not kept waiting by a receive, nor the other way round",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const pending = pair.ours.recv(8);
    await pair.ours.sendall(bytes("ping"));
    const buffer = new Uint8Array(8);
    await pair.peer.read(buffer);
    await pair.peer.write(buffer.subarray(0, 4));
    assertEquals(text(await pending), "ping");
  },
);

conforms(
  "Socket.sendall() sends several buffers one after another, as they are at the call",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const last = bytes("ef");
    const sending = pair.ours.sendall([
      bytes("ab"),
      new Uint16Array([0x6463]),
      new Uint8Array(),
      last.buffer,
    ]);
    last.fill(0);
    await sending;
    await pair.ours.sendall([]);
    const error = await assertRejects(
      () => pair.ours.sendall([bytes("a"), "b" as never]),
      TypeError,
    );
    assertMatch(error.message, /^Cannot sendall: .* not a string/);
    pair.ours.shutdown(SHUT_WR);
    assertEquals(text(await readAll(pair.peer)), "abcdef");
  },
);
