// The flags of sends and receives: what CPython at the other end sees of them, and
// what the kernel is given.

import { assertEquals, assertRejects } from "@std/assert";
import {
  AF_INET,
  AF_UNIX,
  BrokenPipeError,
  MSG_CONFIRM,
  MSG_DONTROUTE,
  MSG_DONTWAIT,
  MSG_EOR,
  MSG_ERRQUEUE,
  MSG_MORE,
  MSG_NOSIGNAL,
  MSG_OOB,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  SOCK_DGRAM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  type Socket,
  SOL_SOCKET,
} from "../../socket/mod.ts";
import { needsProgram } from "../support/foreign.ts";
import { bytes, text } from "../support/peers.ts";
import { runProgram } from "../support/program.ts";
import { needsBoth } from "./posix/needs.ts";
import { tcpPeer, udpPeer, unixPeer } from "./posix/peer.ts";
import { complaints, type Probe } from "./posix/probe.ts";
import { bytes as value } from "./posix/value.ts";

Deno.test({
  ...needsBoth,
  name: "send() with MSG_MORE makes one datagram of several [POSIX]",
  async fn() {
    await using peer = await udpPeer(
      "print(r.recv(100), r.recv(100), flush=True)",
    );
    const { s, python } = peer;
    assertEquals(await s.send(bytes("one "), MSG_MORE), 4);
    assertEquals(
      await s.sendmsg([bytes("and "), bytes("two")], [], MSG_MORE),
      7,
    );
    assertEquals(await s.send(bytes("."), 0), 1);
    await s.send(bytes("next"));
    assertEquals(await python.readLine(), "b'one and two.' b'next'");
  },
});

for (
  const [name, flag] of Object.entries({
    MSG_CONFIRM,
    MSG_DONTROUTE,
    MSG_EOR,
    MSG_NOSIGNAL,
  })
) {
  Deno.test({
    ...needsBoth,
    name: `send(), sendto() and sendmsg() send with ${name} [POSIX]`,
    async fn() {
      await using peer = await udpPeer(
        "print(*[r.recv(100) for _ in range(3)], flush=True)",
      );
      const { s, python } = peer;
      const to = s.getpeername() as [string, number];
      await s.send(bytes("a"), flag);
      await s.sendto(bytes("b"), flag, to);
      await s.sendmsg([bytes("c")], [], flag);
      assertEquals(await python.readLine(), "b'a' b'b' b'c'");
    },
  });
}

const byte = value("x");

/** Calls with flags, on sockets that CPython has alike. */
const flagProbes: readonly Probe[] = [
  // Nowhere that is not on a network of this machine's own.
  ...[0, MSG_DONTROUTE].map((flags): Probe => ({
    kind: [AF_INET, SOCK_DGRAM],
    calls: [
      // Nothing leaves: the socket is bound to the loopback interface.
      ["setsockopt", SOL_SOCKET, 25, value("lo")],
      ["sendto", byte, flags, ["192.0.2.1", 9]],
    ],
  })),
  ...[MSG_OOB, MSG_ERRQUEUE, MSG_TRUNC, MSG_MORE, 1 << 30, -1]
    .flatMap((flags) =>
      ([[AF_INET, SOCK_DGRAM], [AF_UNIX, SOCK_DGRAM], [
        AF_INET,
        SOCK_STREAM,
      ]] as const)
        .map((kind): Probe => ({ kind, calls: [["send", byte, flags]] }))
    ),
  ...[MSG_OOB, MSG_ERRQUEUE, MSG_DONTWAIT, MSG_DONTWAIT | MSG_PEEK]
    .flatMap((flags) =>
      ([[AF_UNIX, SOCK_DGRAM], [AF_INET, SOCK_STREAM]] as const)
        .flatMap((kind): Probe[] => [
          { kind, calls: [["settimeout", 0], ["recv", 10, flags]] },
          { kind, calls: [["settimeout", 0], ["recvmsg", 10, 10, flags]] },
        ])
    ),
];

Deno.test({
  ...needsBoth,
  name: "flags that a socket cannot have end as CPython's [POSIX]",
  async fn() {
    assertEquals(await complaints(flagProbes), []);
  },
});

Deno.test({
  ...needsBoth,
  name:
    "send() to a peer that is gone is EPIPE, with MSG_NOSIGNAL or not [POSIX]",
  async fn() {
    for (const flags of [MSG_NOSIGNAL, 0]) {
      await using peer = await unixPeer(SOCK_STREAM, "c.close(); sys.exit()");
      const { s: ours, python } = peer;
      await python.status;
      await assertRejects(() => ours.send(bytes("x"), flags), BrokenPipeError);
      await assertRejects(
        () => ours.sendall(bytes("x"), flags),
        BrokenPipeError,
      );
      const sending = () => ours.sendmsg([bytes("x")], [], flags);
      await assertRejects(sending, BrokenPipeError);
    }
  },
});

Deno.test({
  ...needsBoth,
  name: "receives with MSG_PEEK leave what CPython sent where it is [POSIX]",
  async fn() {
    for (const type of [SOCK_STREAM, SOCK_SEQPACKET]) {
      await using peer = await unixPeer(type, "c.send(b'peeked'); c.recv(1)");
      const { s: ours } = peer;
      assertEquals(text(await ours.recv(4, MSG_PEEK)), "peek");
      const buffer = new Uint8Array(6);
      assertEquals(await ours.recvInto(buffer, 0, MSG_PEEK), 6);
      assertEquals(text(buffer), "peeked");
      assertEquals((await ours.recvfrom(9, MSG_PEEK))[0], buffer);
      const [data, , flags] = await ours.recvmsg(2, 0, MSG_PEEK);
      const cut = type === SOCK_STREAM ? 0 : MSG_TRUNC;
      assertEquals([text(data), flags], ["pe", cut]);
      const [count] = await ours.recvmsgInto([buffer], 0, MSG_PEEK);
      assertEquals(count, 6);
      assertEquals(await ours.recv(9), buffer);
    }
  },
});

const buffer = new Uint8Array(11);
const waiting: Readonly<
  Record<string, (s: Socket) => Promise<Uint8Array>>
> = {
  "recv()": (s) => s.recv(11, MSG_WAITALL),
  "recvfrom()": async (s) => (await s.recvfrom(11, MSG_WAITALL))[0],
  "recvmsg()": async (s) => (await s.recvmsg(11, 0, MSG_WAITALL))[0],
  "recvInto()": async (s) =>
    buffer.subarray(0, await s.recvInto(buffer, 0, MSG_WAITALL)),
  "recvfromInto()": async (s) =>
    buffer.subarray(0, (await s.recvfromInto(buffer, 0, MSG_WAITALL))[0]),
};

for (const [name, receive] of Object.entries(waiting)) {
  Deno.test({
    ...needsBoth,
    name: `${name} with MSG_WAITALL waits until all have come [POSIX]`,
    async fn() {
      await using peer = await tcpPeer(`
c.sendall(b"first")
sys.stdin.readline()
c.sendall(b"second")
sys.stdin.readline()
`);
      const { s, python } = peer;
      await s.recv(5, MSG_PEEK);
      const all = receive(s);
      await python.writeLine("more");
      assertEquals(text(await all), "firstsecond");
    },
  });
}

const needsStrace = {
  ignore: needsBoth.ignore || needsProgram("strace", "-V").ignore ||
    !canTrace(),
};

function canTrace(): boolean {
  const { success, stderr } = new Deno.Command("strace", {
    args: ["-o", "/dev/null", "true"],
  }).outputSync();
  const reason = new TextDecoder().decode(stderr).trim();
  if (!success) console.log(`skipping the test that needs strace: ${reason}`);
  return success;
}

const POSIX = new URL("../../socket/posix/mod.ts", import.meta.url).href;

const traced = `
import { AF_INET, AF_UNIX, SOCK_DGRAM, socket, socketpair } from "socket";
import { posix as driver } from "${POSIX}";
const x = new Uint8Array(1);
const s = socket(AF_INET, SOCK_DGRAM, 0, { driver });
s.bind(["127.0.0.1", 0]);
await s.connect(s.getsockname());
for (const flags of JSON.parse(Deno.args[0])) {
  await s.send(x, flags);
  await s.sendto(x, flags, s.getsockname());
  await s.sendmsg([x, x], [], flags);
}
for (const flags of JSON.parse(Deno.args[1])) {
  await s.recv(1, flags);
  await s.recvmsg(1, 100, flags);
}
`;

Deno.test({
  ...needsStrace,
  name:
    "sends and receives give the kernel the flags that they are given [POSIX]",
  async fn() {
    const sent = { MSG_CONFIRM, MSG_DONTROUTE, MSG_EOR, MSG_NOSIGNAL };
    const received = { MSG_PEEK, MSG_TRUNC, MSG_NOSIGNAL };
    const file = await Deno.makeTempFile();
    try {
      const { code, stderr } = await runProgram(traced, {
        flags: ["--allow-ffi", "--allow-net"],
        args: [sent, received].map((each) =>
          JSON.stringify(Object.values(each))
        ),
        // The thread that runs the program; its calls are where it makes them.
        through: [
          ...["strace", "-qq", "-s0", "-o", file],
          ...["-e", "trace=sendto,sendmsg,recvfrom,recvmsg"],
        ],
      });
      assertEquals(code, 0, stderr);
      const calls = (await Deno.readTextFile(file)).split("\n")
        .map((line) => /^(\w+)\(.* (MSG_[A-Z_|]+)/.exec(line))
        .filter((match) => match !== null)
        // The driver may say so itself: a descriptor that it was lent may block.
        .map(([, call, flags]) =>
          `${call} ${
            flags.split("|").filter((flag) => flag !== "MSG_DONTWAIT")
          }`
        );
      assertEquals(
        calls.slice(0, 3 * Object.keys(sent).length),
        Object.keys(sent).flatMap((flag) => [
          `sendto ${flag}`,
          `sendto ${flag}`,
          `sendmsg ${flag}`,
        ]),
      );
      assertEquals(
        calls.slice(3 * Object.keys(sent).length),
        Object.keys(received).flatMap((flag) => [
          `recvfrom ${flag}`,
          `recvmsg ${flag}`,
        ]),
      );
    } finally {
      await Deno.remove(file);
    }
  },
});
