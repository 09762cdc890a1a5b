// Messages around the sizes of the rooms that reads have, 1, 16 and 64 KiB.

import { assert, assertEquals } from "@std/assert";
import type { Socket } from "../../socket/mod.ts";
import { arrival, connected } from "../support/peers.ts";
import { conforms } from "./suite.ts";

const SIZES = [1023, 1024, 1025, 2000, 16_384, 17_408, 40_000, 65_536];

function counted(length: number, first: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => first + index);
}

/** Receives in the ways that there are, each with its own way through the reader. */
const calls: Record<string, (s: Socket) => Promise<Uint8Array>> = {
  recv: (s) => s.recv(1 << 17),
  async recvInto(s) {
    const into = new Uint8Array(1 << 17);
    return into.subarray(0, await s.recvInto(into));
  },
  async "recvInto with a timeout"(s) {
    s.settimeout(30);
    const into = new Uint8Array(1 << 17);
    return into.subarray(0, await s.recvInto(into));
  },
};

for (const [name, receive] of Object.entries(calls)) {
  conforms(
    `${name}() gives messages of all sizes in order, and waits for no more than is there`,
    async ({ transport, driver }) => {
      await using pair = await connected(transport, driver);
      const ours = pair.ours as Socket;
      for (const [index, size] of SIZES.entries()) {
        const message = counted(size, index);
        // Before the call, or while it waits.
        const first = index % 2 === 0 ? receive(ours) : undefined;
        await pair.peer.write(message);
        if (first === undefined) await arrival();
        const got = [await (first ?? receive(ours))];
        let length = got[0].length;
        while (length < size) {
          const next = await receive(ours);
          assert(next.length > 0);
          got.push(next);
          length += next.length;
        }
        assertEquals(length, size);
        const whole = new Uint8Array(size);
        let at = 0;
        for (const part of got) {
          whole.set(part, at);
          at += part.length;
        }
        assert(whole.every((byte, at) => byte === message[at]), `${size}`);
      }
    },
  );
}

conforms(
  "recv() that has emptied the connection keeps its room from others while it waits on",
  async ({ transport, driver }) => {
    await using one = await connected(transport, driver);
    await using other = await connected(transport, driver);
    for (const size of [1024, 16_384]) {
      // It fills all its room, so that a second read begins, and stays.
      await one.peer.write(counted(size, 1));
      await arrival();
      let left = size;
      while (left > 0) left -= (await one.ours.recv(1 << 17)).length;
      // Others have larger rooms meanwhile, and what they get is their own.
      for (let round = 0; round < 3; round++) {
        const message = counted(30_000, round);
        await other.peer.write(message);
        await arrival();
        let got = await other.ours.recv(1 << 17);
        if (round === 0) {
          await one.peer.write(counted(3000, 100));
          await arrival();
        }
        let at = 0;
        for (;;) {
          assert(got.every((byte, index) => byte === message[at + index]));
          at += got.length;
          if (at === message.length) break;
          got = await other.ours.recv(1 << 17);
        }
      }
      const expected = counted(3000, 100);
      for (let at = 0; at < 3000;) {
        const got = await one.ours.recv(1 << 17);
        assertEquals(got, expected.slice(at, at + got.length));
        at += got.length;
      }
    }
  },
);
