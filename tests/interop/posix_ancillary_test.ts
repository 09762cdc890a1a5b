// Descriptors and credentials beside the bytes of a Unix socket, with CPython at
// the other end.

import { assertEquals, assertNotEquals } from "@std/assert";
import {
  AF_UNIX,
  close,
  CMSG_LEN,
  CMSG_SPACE,
  recvFds,
  SCM_CREDENTIALS,
  SCM_RIGHTS,
  sendFds,
  SO_PASSCRED,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  type Socket,
  socket,
  socketpair,
  SOL_SOCKET,
} from "../../socket/mod.ts";
import { runForeign } from "../support/foreign.ts";
import { bytes, text } from "../support/peers.ts";
import { posix } from "../support/posix.ts";
import { runPython } from "../support/python.ts";
import { ints, intsIn, shownControls } from "./posix/control.ts";
import { messageProbes } from "./posix/message_probes.ts";
import { needsBoth } from "./posix/needs.ts";
import { unixPeer } from "./posix/peer.ts";
import { complaints } from "./posix/probe.ts";

const driver = posix;

/** Takes a descriptor over. */
function taken(fileno: number): Socket {
  const s = socket(undefined, undefined, undefined, { fileno, driver });
  s.settimeout(10);
  return s as Socket;
}

/** The flags that Linux tells of an open descriptor of this process. */
async function flagsOf(fd: number): Promise<number> {
  const { stdout } = await runForeign("cat", [
    `/proc/${Deno.pid}/fdinfo/${fd}`,
  ]);
  const [, flags] = /flags:\s+(\d+)/.exec(new TextDecoder().decode(stdout))!;
  return parseInt(flags, 8);
}

const O_CLOEXEC = 0o2000000;

for (const [name, type] of Object.entries({ SOCK_STREAM, SOCK_SEQPACKET })) {
  Deno.test({
    ...needsBoth,
    name: `sendmsg() hands descriptors to CPython, ${name} [POSIX]`,
    async fn() {
      await using peer = await unixPeer(
        type,
        `
data, messages, flags, _ = c.recvmsg(100, 1000)
fds = array.array("i")
for level, kind, part in messages:
    assert (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS)
    fds.frombytes(part)
for number, fd in enumerate(fds):
    socket.socket(fileno=fd).sendall(b"through %d" % number)
say(data.decode(), len(fds), flags)
`,
      );
      const { s: ours, hear } = peer;
      const [one, oneEnd] = await socketpair(undefined, undefined, 0, {
        driver,
      });
      const [two, twoEnd] = await socketpair(undefined, undefined, 0, {
        driver,
      });
      await using _one = one, _two = two;
      using _oneEnd = oneEnd, _twoEnd = twoEnd;
      // Two control messages in one call.
      const count = await ours.sendmsg([bytes("a"), bytes("bc")], [
        [SOL_SOCKET, SCM_RIGHTS, ints(oneEnd.fileno())],
        [SOL_SOCKET, SCM_RIGHTS, ints(twoEnd.fileno(), twoEnd.fileno())],
      ]);
      assertEquals(count, 3);
      assertEquals(await hear(), ["abc", 3, 0]);
      assertEquals(text(await one.recv(100)), "through 0");
      assertEquals(text(await two.recv(9)), "through 1");
      assertEquals(text(await two.recv(9)), "through 2");
    },
  });

  Deno.test({
    ...needsBoth,
    name: `recvmsg() takes descriptors from CPython, ${name} [POSIX]`,
    async fn() {
      await using peer = await unixPeer(
        type,
        `
one, end = socket.socketpair()
fds = array.array("i", [end.fileno(), end.fileno()])
c.sendmsg([b"ab"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
end.close()
say(one.recv(100).decode())
`,
      );
      const { s: ours, hear } = peer;
      const [data, ancillary, flags] = await ours.recvmsg(100, CMSG_SPACE(8));
      assertEquals(text(data), "ab");
      // MSG_EOR tells the end of a packet only where the sender has said so.
      assertEquals(flags, 0);
      const [[level, kind, fds], ...others] = ancillary;
      assertEquals([level, kind, others], [SOL_SOCKET, SCM_RIGHTS, []]);
      const [first, second] = intsIn(fds);
      assertNotEquals(first, second);
      for (const fd of [first, second]) {
        assertEquals(await flagsOf(fd) & O_CLOEXEC, O_CLOEXEC);
      }
      close(second, { driver });
      await using end = taken(first);
      await end.sendall(bytes("handed over"));
      assertEquals(await hear(), ["handed over"]);
    },
  });

  Deno.test({
    ...needsBoth,
    name:
      `recvmsgInto() takes descriptors beside scattered bytes, ${name} [POSIX]`,
    async fn() {
      await using peer = await unixPeer(
        type,
        `
one, end = socket.socketpair()
socket.send_fds(c, [b"abcdefg"], [end.fileno()])
end.close()
say(one.recv(100).decode())
`,
      );
      const { s: ours, hear } = peer;
      const parts = [new Uint8Array(2), new Uint8Array(0), new Uint8Array(9)];
      const [count, ancillary] = await ours.recvmsgInto(parts, CMSG_LEN(4));
      assertEquals([count, ...parts.map(text)], [7, "ab", "", "cdefg\0\0\0\0"]);
      const [[, , fds]] = ancillary;
      await using end = taken(intsIn(fds)[0]);
      await end.sendall(bytes("still"));
      assertEquals(await hear(), ["still"]);
    },
  });
}

Deno.test({
  ...needsBoth,
  name: "sendFds() and recvFds() exchange descriptors with CPython [POSIX]",
  async fn() {
    await using peer = await unixPeer(
      SOCK_STREAM,
      `
data, fds, flags, address = socket.recv_fds(c, 100, 5)
say(data.decode(), len(fds), flags)
# Back with them, the other way round.
socket.send_fds(c, [b"back"], list(reversed(fds)))
`,
    );
    const { s: ours, hear } = peer;
    const pairs = await Promise.all(
      [1, 2].map(() => socketpair(undefined, undefined, 0, { driver })),
    );
    const stack = new AsyncDisposableStack();
    await using _stack = stack;
    for (const each of pairs.flat()) stack.use(each);
    const fds = pairs.map(([one]) => one.fileno());
    assertEquals(await sendFds(ours, [bytes("here")], fds), 4);
    assertEquals(await hear(), ["here", 2, 0]);
    const [data, back, flags, address] = await recvFds(ours, 100, 5);
    assertEquals([text(data), back.length, flags, address], [
      "back",
      2,
      0,
      null,
    ]);
    for (const [index, fd] of back.reverse().entries()) {
      await using s = taken(fd);
      await s.sendall(bytes(`number ${index}`));
      assertEquals(text(await pairs[index][1].recv(100)), `number ${index}`);
    }
  },
});

Deno.test({
  ...needsBoth,
  name: "recvmsg() tells who sent, if SO_PASSCRED is on [POSIX]",
  async fn() {
    await using peer = await unixPeer(
      SOCK_STREAM,
      `
say(os.getpid(), os.getuid(), os.getgid())
sys.stdin.readline()
c.sendall(b"by myself")
sys.stdin.readline()
me = struct.pack("iII", os.getpid(), os.getuid(), os.getgid())
c.sendmsg([b"by name"], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, me)])
`,
    );
    const { s: ours, python, hear } = peer;
    ours.setsockopt(SOL_SOCKET, SO_PASSCRED, 1);
    const them = ints(...await hear() as number[]).toHex();
    for (const message of ["by myself", "by name"]) {
      await python.writeLine("send");
      const [data, ancillary, flags] = await ours.recvmsg(100, CMSG_SPACE(12));
      assertEquals([text(data), flags], [message, 0]);
      const told = [SOL_SOCKET, SCM_CREDENTIALS, them] as const;
      assertEquals<unknown>(shownControls(ancillary), [told]);
    }
  },
});

Deno.test({
  ...needsBoth,
  name: "sendmsg() tells CPython who sends, beside a descriptor [POSIX]",
  async fn() {
    await using peer = await unixPeer(
      SOCK_STREAM,
      `
c.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
say(os.getuid(), os.getgid())
data, messages, flags, _ = c.recvmsg(100, 1000)
say(data.decode(), sorted([l, k, len(d)] for l, k, d in messages), flags)
say(*[list(struct.unpack("iII", d)) for l, k, d in messages if k == socket.SCM_CREDENTIALS])
`,
    );
    const { s: ours, hear } = peer;
    // The program runs as the same user.
    const me = [Deno.pid, ...await hear() as number[]];
    await ours.sendmsg([bytes("me")], [
      [SOL_SOCKET, SCM_CREDENTIALS, ints(...me)],
      [SOL_SOCKET, SCM_RIGHTS, ints(ours.fileno())],
    ]);
    assertEquals(await hear(), [
      "me",
      [[SOL_SOCKET, SCM_RIGHTS, 4], [SOL_SOCKET, SCM_CREDENTIALS, 12]],
      0,
    ]);
    assertEquals(await hear(), [me]);
  },
});

Deno.test({
  ...needsBoth,
  name: "recvmsg() gives several control messages in CPython's order [POSIX]",
  async fn() {
    // SO_TIMESTAMPNS, which Python names no more than its message.
    const stamps = 35;
    const receive = `
import array, json, os, socket, sys
one, other = socket.socketpair(type=socket.SOCK_DGRAM)
other.setsockopt(socket.SOL_SOCKET, ${stamps}, 1)
other.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
socket.send_fds(one, [b"abc"], [0, 1])
data, messages, flags, _ = other.recvmsg(100, 1000)
print(json.dumps([[l, k, len(d)] for l, k, d in messages]))
`;
    const [one, other] = await socketpair(AF_UNIX, SOCK_DGRAM, 0, { driver });
    using _one = one, _other = other;
    other.setsockopt(SOL_SOCKET, stamps, 1);
    other.setsockopt(SOL_SOCKET, SO_PASSCRED, 1);
    const fd = one.fileno();
    await sendFds(one, [bytes("abc")], [fd, fd]);
    const [, ancillary] = await other.recvmsg(100, 1000);
    for (const [, kind, part] of ancillary) {
      if (kind !== SCM_RIGHTS) continue;
      for (const fd of intsIn(part)) close(fd, { driver });
    }
    const got = ancillary.map(([level, kind, part]) => [
      level,
      kind,
      part.length,
    ]);
    assertEquals(got.length, 3);
    assertEquals(got, JSON.parse(await runPython(receive)));
  },
});

for (const [name, probes] of Object.entries(messageProbes)) {
  Deno.test({
    ...needsBoth,
    name: `sendmsg() and recvmsg() end as CPython's: ${name} [POSIX]`,
    async fn() {
      assertEquals(await complaints(probes), []);
    },
  });
}
