import { assertEquals, assertRejects } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  inetAton,
  IP_MULTICAST_IF,
  IP_MULTICAST_TTL,
  IP_TTL,
  IPPROTO_IP,
  MSG_TRUNC,
  OSError,
  type Socket,
} from "../../socket/mod.ts";
import { sandbox } from "../../socket/sandbox/driver.ts";
import {
  type DatagramTransport,
  datagramTransports,
} from "../support/datagrams.ts";
import type { LineProcess } from "../support/line_process.ts";
import { bytes, text } from "../support/peers.ts";
import { needsPython, spawnPython } from "../support/python.ts";

// CPython at the other end of datagrams, both ways.

const prelude = String.raw`
import json, os, socket, struct, sys
family, address = int(sys.argv[1]), json.loads(sys.argv[2])
address = tuple(address) if isinstance(address, list) else address
s = socket.socket(family, socket.SOCK_DGRAM)
s.settimeout(10)
def say(value):
    print(json.dumps(value), flush=True)
`;

function python(
  code: string,
  transport: DatagramTransport,
  address: unknown = transport.fresh(),
): LineProcess {
  return spawnPython(prelude + code, [
    String(transport.family),
    JSON.stringify(address),
  ]);
}

async function said(peer: LineProcess): Promise<never> {
  return JSON.parse(await peer.readLine() ?? "null") as never;
}

function bound(transport: DatagramTransport): Socket {
  const socket = transport.open(sandbox);
  socket.bind(transport.fresh() as never);
  socket.settimeout(10);
  return socket;
}

function interop(
  name: string,
  test: (transport: DatagramTransport) => Promise<void>,
  only: (transport: DatagramTransport) => boolean = () => true,
): void {
  for (const transport of datagramTransports.filter(only)) {
    Deno.test({
      ...needsPython,
      name: `${name} [${transport.name}]`,
      fn: () => test(transport),
    });
  }
}

interop(
  "CPython echoes our datagrams, of all lengths, and tells our address",
  async (transport) => {
    await using peer = python(
      `
s.bind(address)
say(s.getsockname())
while True:
    data, sender = s.recvfrom(300000)
    say([len(data), sender])
    s.sendto(data, sender)
`,
      transport,
    );
    const to = await said(peer);
    await using ours = bound(transport);
    const longest = transport.udp ? 65507 : 100_000;
    for (const length of [0, 1, 1472, 9000, longest]) {
      const data = crypto.getRandomValues(
        new Uint8Array(Math.min(length, 65536)),
      );
      assertEquals(await ours.sendto(data, to), data.length);
      assertEquals(
        await said(peer),
        [data.length, ours.getsockname()] as never,
      );
      const [back, sender] = await ours.recvfrom(300_000);
      assertEquals(back, data);
      assertEquals(sender, to);
    }
  },
);

interop(
  "CPython's connected socket talks to ours, and ours to its",
  async (transport) => {
    await using ours = bound(transport);
    await using peer = python(
      `
if family == socket.AF_UNIX:
    s.bind(address + ".py")
s.connect(address)
s.send(b"hello")
say(s.getsockname())
say(s.recv(100).decode())
try:
    s.settimeout(0.2)
    say(s.recv(100).decode())
except TimeoutError:
    say("nothing")
`,
      transport,
      ours.getsockname(),
    );
    const address = await said(peer);
    assertEquals(await ours.recvfrom(100), [bytes("hello"), address]);
    await ours.connect(address);
    await ours.sendall(bytes("back"));
    assertEquals(await said(peer), "back" as never);
    await using stranger = bound(transport);
    await stranger.sendto(bytes("strange"), address).catch((error) => {
      // What Linux says on a connected Unix socket's behalf.
      if (transport.udp || error.code !== "EPERM") throw error;
    });
    assertEquals(await said(peer), "nothing" as never);
  },
);

interop(
  "Datagrams that are cut are cut alike, and tell of it alike",
  async (transport) => {
    await using ours = bound(transport);
    await using peer = python(
      `
s.bind(address)
say(s.getsockname())
data, ancillary, flags, sender = s.recvmsg(3)
say([data.decode(), flags])
say(s.recv(3).decode())
s.sendto(b"to be cut", sender)
s.sendto(b"to be cut", sender)
`,
      transport,
    );
    const to = await said(peer);
    await ours.sendto(bytes("to be cut"), to);
    await ours.sendto(bytes("to be cut"), to);
    assertEquals(await said(peer), ["to ", MSG_TRUNC] as never);
    assertEquals(await said(peer), "to " as never);
    const [data, , flags] = await ours.recvmsg(3);
    assertEquals([text(data), flags], ["to ", MSG_TRUNC]);
    assertEquals(text(await ours.recv(3)), "to ");
  },
);

interop(
  "CPython sees the TTL that was set, and 64 if none was",
  async (transport) => {
    await using peer = python(
      `
IP_RECVTTL = 12
s.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
s.bind(address)
say(s.getsockname())
while True:
    data, ancillary, flags, sender = s.recvmsg(100, 100)
    say([struct.unpack("i", value)[0] for level, kind, value in ancillary])
`,
      transport,
    );
    const to = await said(peer);
    for (const ttl of [undefined, 9, 255]) {
      await using ours = transport.open(sandbox);
      if (ttl !== undefined) ours.setsockopt(IPPROTO_IP, IP_TTL, ttl);
      await ours.sendto(bytes("x"), to);
      assertEquals(await said(peer), [ttl ?? 64] as never);
      if (ttl === 9) {
        ours.setsockopt(IPPROTO_IP, IP_TTL, 33);
        await ours.sendto(bytes("x"), to);
        assertEquals(await said(peer), [33] as never);
      }
    }
  },
  ({ family }) => family === AF_INET && Deno.build.os === "linux",
);

interop(
  "CPython in a multicast group hears us with our TTL",
  async (transport) => {
    await using peer = python(
      `
IP_RECVTTL = 12
s.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
s.bind(("", 0))
lo = socket.inet_aton("127.0.0.1")
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("239.255.77.2") + lo)
say(s.getsockname()[1])
while True:
    data, ancillary, flags, sender = s.recvmsg(100, 100)
    say([data.decode()] + [struct.unpack("i", value)[0] for level, kind, value in ancillary])
`,
      transport,
    );
    const to = ["239.255.77.2", await said(peer)] as never;
    await using ours = transport.open(sandbox);
    ours.setsockopt(IPPROTO_IP, IP_MULTICAST_IF, inetAton("127.0.0.1"));
    await ours.sendto(bytes("usual"), to);
    assertEquals(await said(peer), ["usual", 1] as never);
    ours.setsockopt(IPPROTO_IP, IP_MULTICAST_TTL, 7);
    await ours.sendto(bytes("far"), to);
    assertEquals(await said(peer), ["far", 7] as never);
  },
  ({ family }) => family === AF_INET && Deno.build.os === "linux",
);

interop(
  "CPython and ours refuse each other's ports alike",
  async (transport) => {
    await using peer = python(
      `
s.bind(address)
say(s.getsockname())
s.recv(1)
`,
      transport,
    );
    const taken = await said(peer);
    await using ours = transport.open(sandbox);
    const { code } = await assertRejects(
      async () => await ours.bind(taken),
      OSError,
    );
    assertEquals(code, "EADDRINUSE");
  },
);

interop(
  "an IPv6 socket of ours hears CPython over IPv4",
  async (transport) => {
    await using ours = transport.open(sandbox);
    ours.bind(["::", 0] as never);
    await using peer = python(
      `
four = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
four.sendto(b"four", ("127.0.0.1", address[1]))
say(four.getsockname()[1])
say(four.recv(100).decode())
`,
      transport,
      ours.getsockname(),
    );
    const port = await said(peer);
    const [, sender] = await ours.recvfrom(100);
    assertEquals(sender, ["::ffff:127.0.0.1", port, 0, 0]);
    await ours.sendto(bytes("back"), sender as never);
    assertEquals(await said(peer), "back" as never);
  },
  ({ family }) => family === AF_INET6,
);
