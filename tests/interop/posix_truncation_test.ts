// Messages that do not fit what they are received into: both languages tell the
// same, and no descriptor that came with one stays open unseen.

import { assertEquals } from "@std/assert";
import {
  AF_UNIX,
  close,
  MSG_CTRUNC,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  recvFds,
  sendFds,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  type Socket,
  socketpair,
} from "../../socket/mod.ts";
import { bytes, text } from "../support/peers.ts";
import { posix as driver } from "../support/posix.ts";
import { runPython } from "../support/python.ts";
import { copiesOf, intsIn } from "./posix/control.ts";
import { needsBoth } from "./posix/needs.ts";
import { tcpPeer, unixPeer } from "./posix/peer.ts";

// How much of a control message fits: three descriptors have 28 bytes.
const sizes = [0, 1, 8, 15, 16, 17, 19, 20, 21, 23, 24, 25, 27, 28, 32, 100];

/** What CPython receives for each of the sizes. */
async function truncatedInPython(): Promise<unknown> {
  return JSON.parse(
    await runPython(
      `
import array, json, socket, sys
results = []
for size in json.loads(sys.argv[1]):
    one, other = socket.socketpair()
    fds = array.array("i", [0, 1, 2])
    one.sendmsg([b"abc"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
    data, messages, flags, _ = other.recvmsg(100, size)
    results.append([data.decode(), [[l, k, len(d)] for l, k, d in messages], flags])
print(json.dumps(results))
`,
      { args: [JSON.stringify(sizes)] },
    ),
  );
}

Deno.test({
  ...needsBoth,
  name:
    "recvmsg() tells what did not fit as CPython does, and leaks no descriptor [POSIX]",
  async fn() {
    const expected = await truncatedInPython();
    const [one, other] = await socketpair(undefined, undefined, 0, { driver });
    using _one = one, _other = other;
    const results = [];
    const fd = one.fileno();
    for (const size of sizes) {
      await sendFds(one, [bytes("abc")], [fd, fd, fd]);
      const [data, ancillary, flags] = await other.recvmsg(100, size);
      results.push([
        text(data),
        ancillary.map(([level, kind, part]) => [level, kind, part.length]),
        flags,
      ]);
      for (const [, , part] of ancillary) {
        const whole = part.subarray(0, part.length - part.length % 4);
        for (const fd of intsIn(whole)) close(fd, { driver });
      }
    }
    assertEquals<unknown>(results, expected);
    assertEquals(copiesOf(fd), 1);
  },
});

const withoutSpace: Readonly<Record<string, (s: Socket) => Promise<unknown>>> =
  {
    "recv()": (s) => s.recv(100),
    "recvInto()": (s) => s.recvInto(new Uint8Array(100)),
    "recvfrom()": (s) => s.recvfrom(100),
    "recvfromInto()": (s) => s.recvfromInto(new Uint8Array(100)),
    "recvmsg()": (s) => s.recvmsg(100),
    "recvmsgInto()": (s) => s.recvmsgInto([new Uint8Array(100)]),
  };

for (const [name, receive] of Object.entries(withoutSpace)) {
  Deno.test({
    ...needsBoth,
    name: `${name} without space for them leaks no descriptor [POSIX]`,
    async fn() {
      const [one, other] = await socketpair(AF_UNIX, SOCK_STREAM, 0, {
        driver,
      });
      using _one = one, _other = other;
      await sendFds(one, [bytes("abc")], [one.fileno(), other.fileno()]);
      await receive(other as Socket);
      assertEquals([one, other].map((s) => copiesOf(s.fileno())), [1, 1]);
    },
  });
}

Deno.test({
  ...needsBoth,
  name: "recvFds() of fewer than come tells MSG_CTRUNC, and leaks none [POSIX]",
  async fn() {
    await using peer = await unixPeer(
      SOCK_SEQPACKET,
      `
socket.send_fds(c, [b"abcdef"], [c.fileno()] * 5)
sys.stdin.readline()
`,
    );
    const [data, fds, flags] = await recvFds(peer.s, 2, 3);
    assertEquals([text(data), fds.length], ["ab", 3]);
    assertEquals(flags, MSG_TRUNC | MSG_CTRUNC);
    const copies = copiesOf(fds[0]);
    for (const fd of fds) close(fd, { driver });
    assertEquals(copies, 3);
  },
});

Deno.test({
  ...needsBoth,
  name: "recvmsg() with MSG_PEEK gives descriptors anew each time [POSIX]",
  async fn() {
    await using peer = await unixPeer(
      SOCK_STREAM,
      `
socket.send_fds(c, [b"abc"], [c.fileno()])
sys.stdin.readline()
`,
    );
    const all = new Set<number>();
    for (const flags of [MSG_PEEK, MSG_PEEK, 0]) {
      const [data, fds] = await recvFds(peer.s, 100, 1, flags);
      assertEquals([text(data), fds.length], ["abc", 1]);
      all.add(fds[0]);
    }
    const [first] = all;
    const copies = copiesOf(first);
    for (const fd of all) close(fd, { driver });
    assertEquals([all.size, copies], [3, 3]);
  },
});

Deno.test({
  ...needsBoth,
  name: "receives with MSG_TRUNC tell the length of the whole datagram [POSIX]",
  async fn() {
    const [one, other] = await socketpair(AF_UNIX, SOCK_DGRAM, 0, {
      driver,
    });
    using _one = one, _other = other;
    const buffer = new Uint8Array(3);
    for (let count = 0; count < 4; count++) await one.send(bytes("whole"));
    // As CPython, which gives the count that the kernel gives.
    assertEquals(await other.recvInto(buffer, 0, MSG_TRUNC), 5);
    assertEquals(text(buffer), "who");
    const [count, , flags] = await other.recvmsgInto([buffer], 0, MSG_TRUNC);
    assertEquals([count, flags], [5, MSG_TRUNC]);
    assertEquals(text(await other.recv(3, MSG_TRUNC)), "who");
    const [data, , told] = await other.recvmsg(3, 0, MSG_TRUNC);
    assertEquals([text(data), told], ["who", MSG_TRUNC]);
  },
});

Deno.test({
  ...needsBoth,
  name: "recv() with MSG_TRUNC of a TCP socket shows no other's bytes [POSIX]",
  async fn() {
    await using peer = await tcpPeer(`
c.sendall(b"private" * 100)
sys.stdin.readline()
c.sendall(b"discarded" + b"kept")
sys.stdin.readline()
`);
    const { s, python } = peer;
    assertEquals((await s.recv(700, MSG_WAITALL)).length, 700);
    await python.writeLine("more");
    await s.recv(13, MSG_PEEK | MSG_WAITALL);
    // The kernel drops them without a look.
    assertEquals(await s.recv(9, MSG_TRUNC), new Uint8Array(9));
    assertEquals(text(await s.recv(100)), "kept");
  },
});
