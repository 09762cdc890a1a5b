// Kinds of socket that only the POSIX driver has, with CPython at the other end
// or beside them.

import { assert, assertEquals } from "@std/assert";
import {
  type Address,
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  IP_HDRINCL,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_IP,
  IPPROTO_MPTCP,
  IPPROTO_RAW,
  IPPROTO_UDP,
  IPPROTO_UDPLITE,
  MSG_TRUNC,
  NETLINK_ROUTE,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  type Socket,
} from "../../socket/mod.ts";
import { bytes, text } from "../support/peers.ts";
import { runPython, spawnPython } from "../support/python.ts";
import { needsBoth, needsKind } from "./posix/needs.ts";
import { open, unixPeer } from "./posix/peer.ts";

/** Receives until something comes that the test means. */
async function receiveUntil(
  s: Socket,
  isMeant: (data: Uint8Array) => boolean,
): Promise<[data: Uint8Array, from: Address | null]> {
  for (;;) {
    const [data, from] = await s.recvfrom(65535);
    if (isMeant(data)) return [data, from];
  }
}

/** Makes an echo request of ICMP or ICMPv6; others may be sent meanwhile. */
function echoRequest(type: number): [request: Uint8Array, id: string] {
  const payload = crypto.getRandomValues(new Uint8Array(16));
  const request = new Uint8Array([type, 0, 0, 0, 0x12, 0x34, 0, 1, ...payload]);
  if (type === 8) {
    const view = new DataView(request.buffer);
    let sum = 0;
    for (let at = 0; at < request.length; at += 2) sum += view.getUint16(at);
    sum = (sum & 0xffff) + (sum >>> 16);
    view.setUint16(2, ~((sum & 0xffff) + (sum >>> 16)));
  }
  return [request, payload.toHex()];
}

/** Prints the packets with some payload that a raw socket of CPython receives. */
const watching = `
import socket, sys
family, proto, payload = int(sys.argv[1]), int(sys.argv[2]), bytes.fromhex(sys.argv[3])
s = socket.socket(family, socket.SOCK_RAW, proto)
s.settimeout(10)
print("watches", flush=True)
found = 0
while found < 2:
    data, sender = s.recvfrom(65535)
    if data.endswith(payload):
        print(data.hex(), *sender, flush=True)
        found += 1
`;

for (
  const { name, family, proto, host, types, header } of [
    {
      name: "IPPROTO_ICMP",
      family: AF_INET,
      proto: IPPROTO_ICMP,
      host: ["127.0.0.1", 0],
      types: [8, 0],
      header: 20,
    },
    {
      name: "IPPROTO_ICMPV6",
      family: AF_INET6,
      proto: IPPROTO_ICMPV6,
      host: ["::1", 0, 0, 0],
      types: [128, 129],
      header: 0,
    },
  ] as const
) {
  Deno.test({
    ...needsKind(`raw sockets of ${name}`, family, SOCK_RAW, proto),
    name: `sendto() and recvfrom() exchange raw packets of ${name} [POSIX]`,
    async fn() {
      const [request, id] = echoRequest(types[0]);
      await using python = spawnPython(watching, [`${family}`, `${proto}`, id]);
      assertEquals(await python.readLine(), "watches");
      await using s = open(family, SOCK_RAW, proto);
      assertEquals(await s.sendto(request, host as never), request.length);
      const received = [];
      for (const type of types) {
        const [data, from] = await receiveUntil(
          s,
          (data) => data.toHex().endsWith(id) && data[header] === type,
        );
        assertEquals(from, host as unknown as Address);
        received.push(data.toHex());
      }
      const seen = [await python.readLine(), await python.readLine()];
      assertEquals(seen, received.map((hex) => [hex, ...host].join(" ")));
    },
  });
}

for (const [name, proto] of Object.entries({ IPPROTO_RAW, IPPROTO_UDP })) {
  Deno.test({
    ...needsKind(`raw sockets of ${name}`, AF_INET, SOCK_RAW, proto),
    name: `sendto() sends a header of its own with IP_HDRINCL, ${name} [POSIX]`,
    async fn() {
      await using python = spawnPython(`
import socket
s = socket.socket(type=socket.SOCK_DGRAM)
s.settimeout(10)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
print(*s.recvfrom(100), flush=True)
`);
      const port = Number(await python.readLine());
      const payload = bytes("own header");
      const length = 28 + payload.length;
      const packet = new Uint8Array(length);
      const view = new DataView(packet.buffer);
      packet[0] = 0x45;
      view.setUint16(2, length);
      packet.set([64, IPPROTO_UDP], 8);
      packet.set([127, 0, 0, 9], 12);
      packet.set([127, 0, 0, 1], 16);
      view.setUint16(20, 4321);
      view.setUint16(22, port);
      view.setUint16(24, length - 20);
      packet.set(payload, 28);
      await using s = open(AF_INET, SOCK_RAW, proto);
      // IPPROTO_RAW implies it.
      assertEquals(
        s.getsockopt(IPPROTO_IP, IP_HDRINCL),
        proto === IPPROTO_RAW ? 1 : 0,
      );
      s.setsockopt(IPPROTO_IP, IP_HDRINCL, 1);
      assertEquals(await s.sendto(packet, ["127.0.0.1", 0]), length);
      assertEquals(
        await python.readLine(),
        "b'own header' ('127.0.0.9', 4321)",
      );
    },
  });
}

Deno.test({
  ...needsBoth,
  name: "SOCK_SEQPACKET of AF_UNIX keeps messages apart [POSIX]",
  async fn() {
    await using peer = await unixPeer(
      SOCK_SEQPACKET,
      `
for message in b"one", b"second", b"third": c.send(message)
print(c.recv(100), c.recv(2), c.recv(100), c.recv(100), flush=True)
`,
    );
    const { s, python } = peer;
    assertEquals(text(await s.recv(100)), "one");
    const [data, , flags] = await s.recvmsg(3);
    assertEquals([text(data), flags & MSG_TRUNC], ["sec", MSG_TRUNC]);
    assertEquals(text(await s.recv(100)), "third");
    for (const each of ["1", "two", "three"]) await s.send(bytes(each));
    s.close();
    assertEquals(await python.readLine(), "b'1' b'tw' b'three' b''");
  },
});

Deno.test({
  ...needsKind("UDP-Lite", AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE),
  name: "IPPROTO_UDPLITE sends with a checksum of a part [POSIX]",
  async fn() {
    await using python = spawnPython(`
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_UDPLITE)
s.settimeout(10)
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
data, sender = s.recvfrom(100)
s.sendto(data.upper(), sender)
`);
    const port = Number(await python.readLine());
    await using s = open(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);
    // UDPLITE_SEND_CSCOV, which Python has at its level only.
    s.setsockopt(IPPROTO_UDPLITE, 10, 8);
    assertEquals(s.getsockopt(IPPROTO_UDPLITE, 10), 8);
    await s.sendto(bytes("lite"), ["127.0.0.1", port]);
    assertEquals(text(await s.recv(100)), "LITE");
  },
});

Deno.test({
  ...needsKind("MPTCP", AF_INET, SOCK_STREAM, IPPROTO_MPTCP),
  name: "IPPROTO_MPTCP speaks MPTCP with CPython [POSIX]",
  async fn() {
    await using listener = open(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
    listener.bind(["127.0.0.1", 0]);
    listener.listen();
    const [, port] = listener.getsockname() as [string, number];
    // A connection that fell back to TCP has no MPTCP_INFO (1 of SOL_MPTCP, 284).
    await using python = spawnPython(
      `
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
s.settimeout(10)
s.connect(("127.0.0.1", int(sys.argv[1])))
s.sendall(b"several ways")
print(len(s.getsockopt(284, 1, 16)), s.recv(100), flush=True)
`,
      [`${port}`],
    );
    const [peer] = await listener.accept();
    await using _peer = peer;
    peer.settimeout(10);
    assertEquals(peer.proto, IPPROTO_MPTCP);
    assertEquals(text(await peer.recv(100)), "several ways");
    await peer.sendall(bytes("one way"));
    assertEquals(await python.readLine(), "16 b'one way'");
  },
});

// For experiments (IEEE Std 802): nothing answers.
const EXPERIMENT = 0x88b5;

Deno.test({
  ...needsKind("AF_PACKET", AF_PACKET, SOCK_DGRAM),
  name: "AF_PACKET tells frames and their addresses as CPython does [POSIX]",
  async fn() {
    const mark = crypto.randomUUID().slice(0, 8);
    await using python = spawnPython(
      `
import json, socket, sys
mark = sys.argv[1].encode()
def frames():
    s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
    s.settimeout(10)
    s.bind(("lo", ${EXPERIMENT}))
    return s
s, other = frames(), frames()
print("bound", flush=True)
sys.stdin.readline()
other.sendto(mark, ("lo", ${EXPERIMENT}, 0, 0, bytes(range(6))))
found = 0
while found < 2:
    data, (*address, hardware) = s.recvfrom(100)
    if data.startswith(mark):
        found += 1
        print(json.dumps([data.hex(), [*address, hardware.hex()]]), flush=True)
`,
      [mark],
    );
    assertEquals(await python.readLine(), "bound");
    await using s = open(AF_PACKET, SOCK_DGRAM);
    s.bind(["lo", EXPERIMENT]);
    await python.writeLine("send");
    const isOurs = (data: Uint8Array) => text(data).startsWith(mark);
    const [received, from] = await receiveUntil(s, isOurs);
    const parts = (from as unknown[]).map((part) =>
      part instanceof Uint8Array ? part.toHex() : part
    );
    const seen = await python.readLine();
    assertEquals([received.toHex(), parts], JSON.parse(seen!));
    const hardware = Uint8Array.of(9, 8, 7, 6, 5, 4);
    const answer = bytes(`${mark} answer`);
    await s.sendto(answer, ["lo", EXPERIMENT, 0, 0, hardware]);
    const [data] = JSON.parse((await python.readLine())!);
    assertEquals(data, answer.toHex());
  },
});

Deno.test({
  ...needsKind("AF_NETLINK", AF_NETLINK, SOCK_RAW, NETLINK_ROUTE),
  name: "AF_NETLINK lists the interfaces that CPython lists [POSIX]",
  async fn() {
    await using s = open(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    s.bind([0, 0]);
    // struct nlmsghdr and struct rtgenmsg: RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP.
    const request = new DataView(new ArrayBuffer(20));
    request.setUint32(0, 20, true);
    request.setUint16(4, 18, true);
    request.setUint16(6, 0x301, true);
    assertEquals(await s.sendto(request, [0, 0]), 20);
    const indexes: number[] = [];
    for (let isOver = false; !isOver;) {
      const [data, from] = await s.recvfrom(1 << 16);
      assertEquals(from, [0, 0] as Address);
      const view = new DataView(data.buffer);
      for (let at = 0; at < data.length;) {
        const type = view.getUint16(at + 4, true);
        if (type === 3) isOver = true;
        else indexes.push(view.getInt32(at + 20, true));
        at += (view.getUint32(at, true) + 3) & ~3;
      }
    }
    const listed = await runPython(
      "import json, socket; print(json.dumps([i for i, _ in socket.if_nameindex()]))",
    );
    assert(indexes.length > 0);
    assertEquals(indexes.sort((a, b) => a - b), JSON.parse(listed));
  },
});
