// What comes beside a datagram over IP, and what can be sent beside one: CPython
// receives the same with the same options.

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  BlockingIOError,
  IP_RECVTOS,
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_ROUTING,
  IPV6_HOPLIMIT,
  IPV6_RECVHOPLIMIT,
  IPV6_RECVRTHDR,
  IPV6_RECVTCLASS,
  IPV6_RTHDR,
  IPV6_TCLASS,
  MSG_ERRQUEUE,
  SOCK_DGRAM,
  SOCK_RAW,
  type Socket,
  SOL_SOCKET,
} from "../../socket/mod.ts";
import { bytes, hasIpv6Here, text } from "../support/peers.ts";
import { runPython, spawnPython } from "../support/python.ts";
import { type Control, ints, shownControls } from "./posix/control.ts";
import {
  IP_PKTINFO,
  IP_RECVERR,
  IP_RECVTTL,
  IPV6_RECVERR,
  type Option,
  SO_TIMESTAMP,
  SO_TIMESTAMPNS,
  v4,
  v6,
} from "./posix/datagrams.ts";
import { needsBoth, needsKind } from "./posix/needs.ts";
import { open, portOf } from "./posix/peer.ts";

// Sends one datagram to the test's port and one to a socket of its own.
const sending = `
import json, socket, sys
family, host, port, scenario = json.loads(sys.argv[1])
def opened(options):
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.settimeout(10)
    for level, name, value in options:
        s.setsockopt(level, name, bytes.fromhex(value) if isinstance(value, str) else value)
    return s
receiver, sender = opened(scenario["receiver"]), opened(scenario.get("sender", []))
receiver.bind((host, 0))
for each in port, receiver.getsockname()[1]:
    sender.sendto(b"datagram", (host, each))
data, messages, flags, _ = receiver.recvmsg(100, 1000)
print(json.dumps([data.decode(), [[l, k, d.hex()] for l, k, d in messages], flags]))
`;

function setAll(s: Socket, options: readonly Option[]): void {
  for (const [level, name, value] of options) {
    s.setsockopt(
      level,
      name,
      typeof value === "string" ? Uint8Array.fromHex(value) : value,
    );
  }
}

for (
  const [family, host, scenarios] of [
    [AF_INET, "127.0.0.1", v4],
    [AF_INET6, "::1", v6],
  ] as const
) {
  for (const [name, scenario] of Object.entries(scenarios)) {
    Deno.test({
      ignore: needsBoth.ignore || (family === AF_INET6 && !hasIpv6Here),
      name: `recvmsg() gives what CPython's gives: ${name} [POSIX]`,
      async fn() {
        await using s = open(family, SOCK_DGRAM);
        setAll(s, scenario.receiver);
        s.bind([host, 0]);
        const port = portOf(s);
        const args = [JSON.stringify([family, host, port, scenario])];
        const expected = JSON.parse(await runPython(sending, { args }));
        const [data, ancillary, flags] = await s.recvmsg(100, 1000);
        assertEquals([text(data), shownControls(ancillary), flags], expected);
        assertEquals(ancillary.length, scenario.receiver.length);
      },
    });
  }
}

for (
  const [name, option, each] of [
    ["SO_TIMESTAMP", SO_TIMESTAMP, 1000],
    ["SO_TIMESTAMPNS", SO_TIMESTAMPNS, 1_000_000],
  ] as const
) {
  Deno.test({
    ...needsBoth,
    name: `recvmsg() tells when a datagram came: ${name} [POSIX]`,
    async fn() {
      await using s = open(AF_INET, SOCK_DGRAM);
      s.setsockopt(SOL_SOCKET, option, 1);
      s.bind(["127.0.0.1", 0]);
      const port = portOf(s);
      // CPython's clock, before and after it has sent.
      const [before, after] = JSON.parse(
        await runPython(
          `
import socket, sys, time
before = time.time()
socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", int(sys.argv[1])))
print([before, time.time()])
`,
          { args: [`${port}`] },
        ),
      );
      const [, [[level, kind, data], ...others]] = await s.recvmsg(100, 100);
      assertEquals([level, kind, others], [SOL_SOCKET, option, []]);
      const [seconds, parts] = new BigInt64Array(data.slice().buffer);
      const time = Number(seconds) + Number(parts) / (each * 1000);
      assert(before <= time + 1e-3 && time - 1e-3 <= after, `${time}`);
    },
  });
}

// What is sent beside a datagram, and what CPython then receives.
const sent: Readonly<
  Record<string, { family: number; messages: Control[]; expected: string }>
> = {
  "IP_TTL and IP_TOS": {
    family: AF_INET,
    messages: [
      [IPPROTO_IP, IP_TTL, ints(9).toHex()],
      [IPPROTO_IP, IP_TOS, ints(0x20).toHex()],
    ],
    expected: "127.0.0.1 ttl 9 tos 32",
  },
  "IP_PKTINFO": {
    family: AF_INET,
    // struct in_pktinfo: the interface, the address to send from, another one.
    messages: [[IPPROTO_IP, IP_PKTINFO, "00000000" + "7f000005" + "00000000"]],
    expected: "127.0.0.5 ttl 64 tos 0",
  },
  "IPV6_HOPLIMIT and IPV6_TCLASS": {
    family: AF_INET6,
    messages: [
      [IPPROTO_IPV6, IPV6_HOPLIMIT, ints(11).toHex()],
      [IPPROTO_IPV6, IPV6_TCLASS, ints(0x28).toHex()],
    ],
    expected: "::1 ttl 11 tos 40",
  },
};

const hearing = `
import json, socket, struct, sys
family, is4 = int(sys.argv[1]), int(sys.argv[1]) == socket.AF_INET
s = socket.socket(family, socket.SOCK_DGRAM)
s.settimeout(10)
level = socket.IPPROTO_IP if is4 else socket.IPPROTO_IPV6
options = [${IP_RECVTTL}, ${IP_RECVTOS}] if is4 else [${IPV6_RECVHOPLIMIT}, ${IPV6_RECVTCLASS}]
for option in options: s.setsockopt(level, option, 1)
s.bind(("127.0.0.1" if is4 else "::1", 0))
print(s.getsockname()[1], flush=True)
data, messages, _, sender = s.recvmsg(100, 100)
words = {kind: int.from_bytes(data, "little") for _, kind, data in messages}
ttl, tos = (words[${IP_TTL}], words[${IP_TOS}]) if is4 else (words[${IPV6_HOPLIMIT}], words[${IPV6_TCLASS}])
print(sender[0], "ttl", ttl, "tos", tos, flush=True)
`;

for (const [name, { family, messages, expected }] of Object.entries(sent)) {
  Deno.test({
    ignore: needsBoth.ignore || (family === AF_INET6 && !hasIpv6Here),
    name: `sendmsg() sends as its control messages say: ${name} [POSIX]`,
    async fn() {
      await using python = spawnPython(hearing, [`${family}`]);
      const port = Number(await python.readLine());
      await using s = open(family, SOCK_DGRAM);
      const host = family === AF_INET ? "127.0.0.1" : "::1";
      const controls = messages.map(([level, kind, hex]) =>
        [level, kind, Uint8Array.fromHex(hex)] as [number, number, Uint8Array]
      );
      const to = [host, port] as const;
      assertEquals(await s.sendmsg([bytes("x")], controls, 0, to as never), 1);
      assertEquals(await python.readLine(), expected);
    },
  });
}

Deno.test({
  ...needsKind("raw IPv6", AF_INET6, SOCK_RAW, IPPROTO_ROUTING),
  name:
    "recvmsg() gives a routing header as CPython's does: IPV6_RTHDR [POSIX]",
  async fn() {
    // A raw socket sends it, for Linux makes no such header for a program: of
    // type 0, which has nowhere more to go, before the datagram with its checksum.
    const program = `
import json, socket, struct, sys
port = int(sys.argv[1])
r = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
r.settimeout(10)
r.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVRTHDR, 1)
r.bind(("::1", 0))
raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ROUTING)
here = bytes(15) + b"\\x01"
for to in port, r.getsockname()[1]:
    udp = struct.pack("!HHHH", 9, to, 12, 0) + b"data"
    pseudo = here + here + struct.pack("!II", len(udp), socket.IPPROTO_UDP) + udp
    total = sum(struct.unpack("!%dH" % (len(pseudo) // 2), pseudo))
    while total >> 16: total = (total & 0xffff) + (total >> 16)
    udp = udp[:6] + struct.pack("!H", ~total & 0xffff) + udp[8:]
    header = struct.pack("!BBBB4x", socket.IPPROTO_UDP, 2, 0, 0) + here
    raw.sendto(header + udp, ("::1", 0))
data, messages, flags, _ = r.recvmsg(100, 1000)
print(json.dumps([data.decode(), [[l, k, d.hex()] for l, k, d in messages], flags]))
`;
    await using s = open(AF_INET6, SOCK_DGRAM);
    s.setsockopt(IPPROTO_IPV6, IPV6_RECVRTHDR, 1);
    s.bind(["::1", 0]);
    const port = portOf(s);
    const expected = JSON.parse(
      await runPython(program, { args: [`${port}`] }),
    );
    const [data, ancillary, flags] = await s.recvmsg(100, 1000);
    assertEquals([text(data), shownControls(ancillary), flags], expected);
    assertEquals(ancillary.map(([, kind]) => kind), [IPV6_RTHDR]);
  },
});

const unreachable = `
import json, socket, sys
family, host, port, level, option = json.loads(sys.argv[1])
s = socket.socket(family, socket.SOCK_DGRAM)
s.setsockopt(level, option, 1)
s.connect((host, port))
s.send(b"nobody")
data, messages, flags, address = s.recvmsg(100, 512, ${MSG_ERRQUEUE})
print(json.dumps([data.decode(), [[l, k, d.hex()] for l, k, d in messages], flags, address]))
`;

for (
  const [name, family, host, level, option] of [
    ["IP_RECVERR", AF_INET, "127.0.0.1", IPPROTO_IP, IP_RECVERR],
    ["IPV6_RECVERR", AF_INET6, "::1", IPPROTO_IPV6, IPV6_RECVERR],
  ] as const
) {
  Deno.test({
    ignore: needsBoth.ignore || (family === AF_INET6 && !hasIpv6Here),
    name:
      `recvmsg() with MSG_ERRQUEUE tells what CPython's tells: ${name} [POSIX]`,
    async fn() {
      const free = open(family, SOCK_DGRAM);
      free.bind([host, 0]);
      const port = portOf(free);
      await free[Symbol.asyncDispose]();
      await using s = open(family, SOCK_DGRAM);
      s.setsockopt(level, option, 1);
      await s.connect([host, port]);
      await s.send(bytes("nobody"));
      const [data, ancillary, flags, address] = await s
        .recvmsg(100, 512, MSG_ERRQUEUE);
      const args = [JSON.stringify([family, host, port, level, option])];
      assertEquals(
        [text(data), shownControls(ancillary), flags, address],
        JSON.parse(await runPython(unreachable, { args })),
      );
    },
  });
}

Deno.test({
  ...needsBoth,
  name:
    "recvmsg() with MSG_ERRQUEUE throws EAGAIN if there is no error [POSIX]",
  async fn() {
    await using s = open(AF_INET, SOCK_DGRAM);
    s.settimeout(null);
    s.setsockopt(IPPROTO_IP, IP_RECVERR, 1);
    s.bind(["127.0.0.1", 0]);
    // It has nothing to do with what waits for data.
    const waiting = s.recv(10);
    await assertRejects(
      () => s.recvmsg(100, 512, MSG_ERRQUEUE),
      BlockingIOError,
      "EAGAIN",
    );
    await s.sendto(bytes("data"), s.getsockname() as [string, number]);
    assertEquals(text(await waiting), "data");
  },
});
