// What comes between a receive that finds nothing and the look whether the receiving
// half has ended: it is received, and not taken for the end.
import { assertEquals } from "@std/assert";
import {
  MSG_PEEK,
  MSG_WAITALL,
  SHUT_WR,
  type Socket,
  socketpair,
} from "../../socket/mod.ts";
import { Descriptor } from "../../socket/posix/descriptor.ts";
import { bytes, text } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";

/** Has something happen just before the next look at a descriptor. */
function beforeTheNextLook(happen: () => void): void {
  const { poll } = Descriptor.prototype;
  Descriptor.prototype.poll = function (events) {
    Descriptor.prototype.poll = poll;
    happen();
    return poll.call(this, events);
  };
}

const buffer = new Uint8Array(8);

const receives: Readonly<Record<string, (s: Socket) => Promise<string>>> = {
  "recv()": async (s) => text(await s.recv(8)),
  "recvInto()": async (s) => text(buffer.subarray(0, await s.recvInto(buffer))),
  "recvmsg()": async (s) => text((await s.recvmsg(8))[0]),
  "recvmsgInto()": async (s) =>
    text(buffer.subarray(0, (await s.recvmsgInto([buffer]))[0])),
  "recv() with MSG_PEEK and MSG_WAITALL": async (s) =>
    text(await s.recv(8, MSG_PEEK | MSG_WAITALL)),
};

for (const [call, receive] of Object.entries(receives)) {
  Deno.test({
    name:
      `Socket.${call} takes what comes just before the end for no end [POSIX]`,
    ignore: !hasPosix,
    async fn() {
      const [ours, peer] = await socketpair(undefined, undefined, undefined, {
        driver: posix,
      });
      using _ours = ours, _peer = peer;
      // From here on the end is looked for.
      ours.shutdown(SHUT_WR);
      beforeTheNextLook(() => {
        peer.sendall(bytes("bye"));
        peer.shutdown(SHUT_WR);
      });
      assertEquals(await receive(ours as Socket), "bye");
    },
  });
}
