import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  AF_UNIX,
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_WAITALL,
  OSError,
  Socket,
  TimeoutError,
} from "../../socket/mod.ts";
import { arrival, bytes, connected, text } from "../support/peers.ts";
import { conforms } from "./suite.ts";

conforms("Socket.recv() gives what came", async ({ transport, driver }) => {
  await using pair = await connected(transport, driver);
  await pair.peer.write(bytes("hello"));
  assertEquals(text(await pair.ours.recv(1024)), "hello");
});

conforms(
  "Socket.recv() gives no more than asked for, and the rest next time",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    await pair.peer.write(bytes("hello"));
    assertEquals(text(await pair.ours.recv(2)), "he");
    assertEquals(text(await pair.ours.recv(2)), "ll");
    assertEquals(text(await pair.ours.recv(2)), "o");
  },
);

conforms(
  "Socket.recv() gives at once all that a large call can take",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const data = new Uint8Array(20_000).map((_, index) => index);
    await pair.peer.write(data);
    await arrival();
    assertEquals(await pair.ours.recv(65536), data);
  },
  ({ isDelayed }) => !isDelayed,
);

conforms(
  "Socket.recv() gives an array with a buffer of its own size",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    await pair.peer.write(bytes("hello"));
    const got = await pair.ours.recv(65536);
    assertEquals([got.byteOffset, got.buffer.byteLength], [0, 5]);
  },
);

conforms(
  "Socket.recv() is empty, again and again, after the peer's end",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    pair.peer.close();
    assertEquals((await pair.ours.recv(8)).length, 0);
    assertEquals((await pair.ours.recv(8)).length, 0);
  },
);

conforms("Socket.recv(0) is empty at once", async ({ transport, driver }) => {
  await using pair = await connected(transport, driver);
  assertEquals((await pair.ours.recv(0)).length, 0);
});

conforms(
  "Socket.recv() loses nothing by a timeout",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    pair.ours.settimeout(0.01);
    await assertRejects(() => pair.ours.recv(8), TimeoutError);
    await assertRejects(() => pair.ours.recv(8), TimeoutError);
    await pair.peer.write(bytes("late"));
    pair.ours.settimeout(null);
    assertEquals(text(await pair.ours.recv(8)), "late");
  },
);

conforms(
  "Socket.recvInto() loses nothing by a timeout",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const gone = new Uint8Array(8);
    pair.ours.settimeout(0.01);
    await assertRejects(() => pair.ours.recvInto(gone), TimeoutError);
    await pair.peer.write(bytes("late"));
    await arrival();
    const buffer = new Uint8Array(8);
    assertEquals(await pair.ours.recvInto(buffer), 4);
    assertEquals(text(buffer.subarray(0, 4)), "late");
    assertEquals(gone, new Uint8Array(8));
  },
);

conforms(
  "Socket.recv() rejects with the signal's own reason and loses nothing",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const controller = new AbortController();
    const pending = pair.ours.recv(8, 0, { signal: controller.signal });
    const reason = { why: "enough" };
    controller.abort(reason);
    assertStrictEquals(await pending.catch((error) => error), reason);
    await pair.peer.write(bytes("late"));
    assertEquals(text(await pair.ours.recv(8)), "late");
    const aborted = pair.ours.recv(8, 0, { signal: controller.signal });
    assertStrictEquals(await aborted.catch((error) => error), reason);
  },
);

conforms(
  "Socket.recv() serves concurrent calls in order",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const pending = [4, 4, 4].map((size) => pair.ours.recv(size, MSG_WAITALL));
    const mixed = pair.ours.recvInto(new Uint8Array(4));
    for (const part of ["AAA", "ABB", "BBCCC", "CDDDD"]) {
      await pair.peer.write(bytes(part));
    }
    assertEquals((await Promise.all(pending)).map(text), [
      "AAAA",
      "BBBB",
      "CCCC",
    ]);
    assertEquals(await mixed, 4);
  },
);

conforms(
  "Socket.recv() with MSG_PEEK leaves the bytes",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    await pair.peer.write(bytes("hello"));
    assertEquals(text(await pair.ours.recv(2, MSG_PEEK)), "he");
    assertEquals(text(await pair.ours.recv(8, MSG_PEEK)), "hello");
    await pair.peer.write(bytes(" world"));
    await arrival();
    assertEquals(text(await pair.ours.recv(64, MSG_PEEK)), "hello world");
    const buffer = new Uint8Array(64);
    assertEquals(await pair.ours.recvInto(buffer, 0, MSG_PEEK), 11);
    assertEquals(text(await pair.ours.recv(64)), "hello world");
  },
  ({ isDelayed }) => !isDelayed,
);

conforms(
  "Socket.recv() with MSG_WAITALL waits for all",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const pending = pair.ours.recv(10, MSG_WAITALL);
    await pair.peer.write(bytes("01234"));
    await arrival();
    await pair.peer.write(bytes("56789and more"));
    assertEquals(text(await pending), "0123456789");
    assertEquals(text(await pair.ours.recv(64)), "and more");
  },
);

conforms(
  "Socket.recvInto() with MSG_WAITALL gives what there is at the end",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const buffer = new Uint8Array(10);
    const pending = pair.ours.recvInto(buffer, 0, MSG_WAITALL);
    await pair.peer.write(bytes("012"));
    await arrival();
    await pair.peer.write(bytes("34"));
    await pair.peer.closeWrite();
    assertEquals(await pending, 5);
    assertEquals(text(buffer.subarray(0, 5)), "01234");
    assertEquals(await pair.ours.recvInto(buffer), 0);
  },
);

conforms(
  "Socket.recv() with MSG_WAITALL loses nothing by a timeout",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    pair.ours.settimeout(0.03);
    await pair.peer.write(bytes("01234"));
    await assertRejects(() => pair.ours.recv(10, MSG_WAITALL), TimeoutError);
    await pair.peer.write(bytes("56789"));
    pair.ours.settimeout(null);
    assertEquals(text(await pair.ours.recv(10, MSG_WAITALL)), "0123456789");
  },
);

conforms(
  "Socket.recv() with MSG_DONTWAIT does not wait",
  async ({ transport, driver, WantsToRecv }) => {
    await using pair = await connected(transport, driver);
    const error = await assertRejects(
      () => pair.ours.recv(8, MSG_DONTWAIT),
      WantsToRecv,
    );
    assertEquals(error.code, "EAGAIN");
    await pair.peer.write(bytes("now"));
    await arrival();
    assertEquals(text(await pair.ours.recv(8, MSG_DONTWAIT)), "now");
  },
  () => MSG_DONTWAIT > 0,
);

conforms(
  "Socket.recv() on a non-blocking socket does not wait, and gets what is there at its first call",
  async ({ transport, driver, WantsToRecv }) => {
    await using pair = await connected(transport, driver);
    pair.ours.setblocking(false);
    await pair.peer.write(bytes("now"));
    await arrival();
    assertEquals(text(await pair.ours.recv(8)), "now");
    await assertRejects(() => pair.ours.recv(8), WantsToRecv);
    pair.peer.close();
    await arrival();
    assertEquals((await pair.ours.recv(8)).length, 0);
  },
);

conforms(
  "Socket.recvfrom() and recvmsg() tell of a connection no sender, but a Unix peer's path",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const from = transport.family === AF_UNIX ? pair.ours.getpeername() : null;
    await pair.peer.write(bytes("abcdef"));
    assertEquals(await pair.ours.recvfrom(2), [bytes("ab"), from]);
    assertEquals(await pair.ours.recvmsg(2), [bytes("cd"), [], 0, from]);
    const buffer = new Uint8Array(1);
    assertEquals(await pair.ours.recvfromInto(buffer), [1, from]);
    assertEquals(text(buffer), "e");
  },
);

conforms(
  "Socket.recvmsgInto() fills one buffer after another",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    await pair.peer.write(bytes("abcde"));
    await arrival();
    const [one, two, three] = [1, 3, 9].map((size) => new Uint8Array(size));
    const [count] = await pair.ours.recvmsgInto([one, two, three]);
    assertEquals(count, 5);
    assertEquals([one, two, three.subarray(0, 1)].map(text), ["a", "bcd", "e"]);
  },
);

conforms(
  "Socket.recvInto() takes any view and buffer",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    await pair.peer.write(bytes("abcd"));
    await arrival();
    const buffer = new ArrayBuffer(8);
    assertEquals(await pair.ours.recvInto(new DataView(buffer, 2, 2)), 2);
    assertEquals(await pair.ours.recvInto(buffer, 1), 1);
    assertEquals(await pair.ours.recvInto(new Uint16Array(buffer, 4)), 1);
    assertEquals(text(new Uint8Array(buffer)), "c\0abd\0\0\0");
  },
);

conforms(
  "Socket.recv() gives 1 MiB by small and large calls whole",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    const data = crypto.getRandomValues(new Uint8Array(65536));
    const sending = (async () => {
      for (let round = 0; round < 16; round++) {
        for (let sent = 0; sent < data.length;) {
          sent += await peer.write(data.subarray(sent));
        }
      }
      await peer.closeWrite();
    })();
    let total = 0;
    for (let call = 0;; call++) {
      const got = await ours.recv([1, 100, 4096, 1 << 20][call % 4]);
      if (got.length === 0) break;
      for (const byte of got) {
        if (byte !== data[total++ % data.length]) throw new Error("mixed up");
      }
    }
    await sending;
    assertEquals(total, 16 * data.length);
  },
);

conforms(
  "Socket.recv() gives ECONNRESET once after a reset, then the end",
  async ({ transport, driver }) => {
    const { address, reset } = await transport.resetting!();
    const ours = new Socket(transport.family, undefined, 0, { driver });
    await ours.connect(address as never);
    await using socket = ours;
    const pending = socket.recv(8).catch((error) => error);
    await reset();
    const error = await pending;
    assertInstanceOf(error, OSError);
    assertEquals([error.name, error.code], [
      "ConnectionResetError",
      "ECONNRESET",
    ]);
    assertEquals((await socket.recv(8)).length, 0);
  },
  ({ resetting }) => resetting !== undefined,
);

conforms(
  "Socket.recv() with MSG_DONTWAIT gets what has come, though the event loop has not rested since",
  async ({ transport, driver }) => {
    for (let round = 0; round < 20; round++) {
      await using pair = await connected(transport, driver);
      for (let call = 0; call < 5; call++) {
        await pair.peer.write(bytes("now"));
        assertEquals(text(await pair.ours.recv(8, MSG_DONTWAIT)), "now");
      }
    }
  },
  ({ isDelayed }) => !isDelayed && MSG_DONTWAIT > 0,
);

conforms(
  "Socket.recv() with MSG_DONTWAIT takes nothing from a call that waits for all",
  async ({ transport, driver, WantsToRecv }) => {
    await using pair = await connected(transport, driver);
    const all = pair.ours.recv(4, MSG_WAITALL);
    await pair.peer.write(bytes("ab"));
    await arrival();
    await assertRejects(
      () => pair.ours.recv(4, MSG_DONTWAIT | MSG_WAITALL),
      WantsToRecv,
    );
    await pair.peer.write(bytes("cd"));
    assertEquals(text(await all), "abcd");
  },
  () => MSG_DONTWAIT > 0,
);

conforms(
  "Socket.recv() with MSG_WAITALL and MSG_DONTWAIT gives what there is",
  async ({ transport, driver, WantsToRecv }) => {
    await using pair = await connected(transport, driver);
    await pair.peer.write(bytes("ab"));
    await arrival();
    const flags = MSG_WAITALL | MSG_DONTWAIT;
    assertEquals(text(await pair.ours.recv(4, flags)), "ab");
    await assertRejects(() => pair.ours.recv(4, flags), WantsToRecv);
  },
  () => MSG_DONTWAIT > 0,
);
