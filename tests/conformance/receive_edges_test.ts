import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  MSG_PEEK,
  MSG_WAITALL,
  OSError,
  SHUT_RD,
  SO_REUSEADDR,
  Socket,
  SOL_SOCKET,
} from "../../socket/mod.ts";
import { arrival, bytes, connected, connectedTo } from "../support/peers.ts";
import { datagramsConform } from "./datagram_suite.ts";
import { conforms } from "./suite.ts";

/** Receives in a loop that does not stop at the end, until a timer says so. */
async function untilTimer(receive: () => Promise<unknown>): Promise<number> {
  let isOver = false;
  setTimeout(() => isOver = true, 5);
  let calls = 0;
  while (!isOver && calls < 100_000) {
    await receive();
    calls++;
  }
  return calls;
}

conforms(
  "a loop of recv() past the end of the stream leaves timers alive",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    await pair.peer.closeWrite();
    assert(await untilTimer(() => pair.ours.recv(8)) < 1000);
    const buffer = new Uint8Array(8);
    assert(await untilTimer(() => pair.ours.recvInto(buffer)) < 1000);
  },
);

conforms(
  "a loop of recv() after shutdown(SHUT_RD) leaves timers alive",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    pair.ours.shutdown(SHUT_RD);
    assert(await untilTimer(() => pair.ours.recv(8)) < 1000);
  },
);

conforms(
  "recv() that is told of the end again is settled by close(), in order",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    await pair.peer.closeWrite();
    assertEquals((await pair.ours.recv(8)).length, 0);
    const again = assertRejects(() => pair.ours.recv(8), OSError);
    pair.ours.close();
    assertEquals((await again).code, "EBADF");
  },
);

/** Makes a buffer and a function that detaches it. */
function lent(): [buffer: Uint8Array<ArrayBuffer>, detach: () => void] {
  const buffer = new Uint8Array(8);
  return [buffer, () => {
    structuredClone(buffer.buffer, { transfer: [buffer.buffer] });
  }];
}

for (const [name, flags] of Object.entries({ MSG_PEEK, MSG_WAITALL })) {
  conforms(
    `recvInto() with ${name} whose buffer was detached fails, and leaves the bytes`,
    async ({ transport, driver }) => {
      await using pair = await connected(transport, driver);
      pair.ours.settimeout(60);
      const [buffer, detach] = lent();
      const lost = assertRejects(
        () => pair.ours.recvInto(buffer, 0, flags),
        TypeError,
        "the buffer was detached",
      );
      detach();
      await pair.peer.write(bytes("12345678"));
      await lost;
      assertEquals(await pair.ours.recv(8), bytes("12345678"));
    },
  );
}

conforms(
  "recvInto() with a timeout whose buffer was detached fails, and leaves the bytes",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    pair.ours.settimeout(60);
    const [buffer, detach] = lent();
    const lost = assertRejects(() => pair.ours.recvInto(buffer), TypeError);
    detach();
    await pair.peer.write(bytes("x"));
    await lost;
    assertEquals(await pair.ours.recv(8), bytes("x"));
  },
);

conforms(
  "recvInto() of a duplicate that is closed has nothing written into its buffer",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const copy = pair.ours.dup();
    const buffer = new Uint8Array(8);
    const ended = assertRejects(() => copy.recvInto(buffer), OSError);
    copy.close();
    await ended;
    await pair.peer.write(bytes("x"));
    assertEquals(await pair.ours.recv(8), bytes("x"));
    await arrival();
    assertEquals(buffer, new Uint8Array(8));
  },
);

datagramsConform(
  "recvInto() of a datagram whose buffer was detached fails, and leaves the datagram",
  async ({ bound, open }) => {
    await using receiver = bound();
    await using sender = open();
    const [buffer, detach] = lent();
    const lost = assertRejects(() => receiver.recvInto(buffer), TypeError);
    detach();
    await sender.sendto(bytes("one"), receiver.getsockname());
    await lost;
    assertEquals(await receiver.recv(8), bytes("one"));
  },
);

conforms(
  "recvmsg() with room for ancillary data gives none on TCP",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    await pair.peer.write(bytes("x"));
    const [data, ancdata] = await pair.ours.recvmsg(8, 64);
    assertEquals([data, ancdata], [bytes("x"), []]);
  },
  ({ name }) => name !== "Unix",
);

conforms(
  "a signal that is none is a TypeError before the call begins, and takes nothing",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    for (const signal of [{}, null, 5, "stop"]) {
      await assertRejects(
        () => pair.ours.recv(8, 0, { signal: signal as AbortSignal }),
        TypeError,
        "AbortSignal",
      );
    }
    await pair.peer.write(bytes("x"));
    assertEquals(await pair.ours.recv(8), bytes("x"));
  },
);

conforms(
  "SO_REUSEADDR is 0 until it is set",
  async ({ transport, driver }) => {
    using fresh = new Socket(transport.family, undefined, 0, { driver });
    assertEquals(fresh.getsockopt(SOL_SOCKET, SO_REUSEADDR), 0);
    const [ours, peer] = await connectedTo(transport, driver);
    await using _ours = ours;
    using _peer = peer;
    assertEquals(ours.getsockopt(SOL_SOCKET, SO_REUSEADDR), 0);
    fresh.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
    assertEquals(fresh.getsockopt(SOL_SOCKET, SO_REUSEADDR), 1);
  },
);
