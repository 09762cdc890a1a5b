// Options in effect, as the kernel's own lists, `ss` and CPython at the other end
// of a connection show them.

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  inetAton,
  inetPton,
  IP_ADD_MEMBERSHIP,
  IP_ADD_SOURCE_MEMBERSHIP,
  IP_BLOCK_SOURCE,
  IP_DROP_MEMBERSHIP,
  IP_DROP_SOURCE_MEMBERSHIP,
  IP_MULTICAST_IF,
  IP_MULTICAST_TTL,
  IP_TRANSPARENT,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_JOIN_GROUP,
  IPV6_LEAVE_GROUP,
  MSG_WAITALL,
  SO_BINDTODEVICE,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_MARK,
  SO_PEERCRED,
  SO_RCVBUF,
  SOCK_DGRAM,
  SOCK_STREAM,
  type Socket,
  SOL_SOCKET,
  TCP_INFO,
  TCP_KEEPIDLE,
} from "../../socket/mod.ts";
import { needsProgram, runForeign } from "../support/foreign.ts";
import { bytes, hasIpv6Here } from "../support/peers.ts";
import { spawnPython } from "../support/python.ts";
import { ints } from "./posix/control.ts";
import { needsBoth } from "./posix/needs.ts";
import { open, portOf, tcpPeer, unixPeer } from "./posix/peer.ts";
import { isRoot } from "./posix/root.ts";
import { share } from "./posix/share.ts";

const needsSs = {
  ignore: needsBoth.ignore || needsProgram("ss", "-V").ignore,
};

async function printed(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await runForeign(program, args);
  return new TextDecoder().decode(stdout);
}

/** What `ss` shows of a socket that is bound to a port. */
function shown(flags: string, s: Socket): Promise<string> {
  return printed("ss", `-Hn${flags}`, `sport = :${portOf(s)}`);
}

Deno.test({
  ...needsSs,
  name: "SO_BINDTODEVICE binds to the interface that ss shows [POSIX]",
  async fn() {
    await using s = open(AF_INET, SOCK_DGRAM);
    s.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, bytes("lo"));
    s.bind(["", 0]);
    assertMatch(await shown("ul", s), /0\.0\.0\.0%lo:/);
    // Only root may take it back.
    if (!isRoot) return;
    s.setsockopt(SOL_SOCKET, SO_BINDTODEVICE, null, 0);
    assertMatch(await shown("ul", s), /0\.0\.0\.0:/);
  },
});

Deno.test({
  ...needsSs,
  name: "TCP_KEEPIDLE starts the timer that ss shows [POSIX]",
  async fn() {
    await using peer = await tcpPeer("sys.stdin.readline()");
    const { s } = peer;
    assert(!(await shown("to", s)).includes("keepalive"));
    s.setsockopt(IPPROTO_TCP, TCP_KEEPIDLE, 100);
    s.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1);
    assertMatch(await shown("to", s), /timer:\(keepalive,1min(39|40)sec,0\)/);
  },
});

Deno.test({
  ...needsSs,
  name: "SO_RCVBUF is the memory that ss shows [POSIX]",
  async fn() {
    await using s = open(AF_INET, SOCK_DGRAM);
    s.bind(["127.0.0.1", 0]);
    s.setsockopt(SOL_SOCKET, SO_RCVBUF, 12_345);
    assertMatch(await shown("ulm", s), /skmem:\(r0,rb24690,/);
  },
});

Deno.test({
  ignore: needsSs.ignore || !isRoot,
  name: "SO_MARK is the mark that ss shows [POSIX]",
  async fn() {
    await using s = open(AF_INET, SOCK_DGRAM);
    s.bind(["127.0.0.1", 0]);
    s.setsockopt(SOL_SOCKET, SO_MARK, 0x1234);
    assertMatch(await shown("ule", s), /fwmark:0x1234/);
  },
});

Deno.test({
  ignore: needsBoth.ignore || !isRoot,
  name:
    "IP_TRANSPARENT lets a socket send from an address of no machine [POSIX]",
  async fn() {
    await using python = spawnPython(`
import socket
r = socket.socket(type=socket.SOCK_DGRAM)
r.settimeout(10)
r.bind(("127.0.0.1", 0))
print(r.getsockname()[1], flush=True)
print(*r.recvfrom(100), flush=True)
`);
    const port = Number(await python.readLine());
    await using s = open(AF_INET, SOCK_DGRAM);
    s.setsockopt(IPPROTO_IP, IP_TRANSPARENT, 1);
    s.bind(["192.0.2.77", 4321]);
    await s.sendto(bytes("transparent"), ["127.0.0.1", port]);
    assertEquals(
      await python.readLine(),
      "b'transparent' ('192.0.2.77', 4321)",
    );
  },
});

Deno.test({
  ...needsBoth,
  name: "SO_LINGER of no time resets the connection with CPython [POSIX]",
  async fn() {
    await using peer = await tcpPeer(`
say("connected")
try:
    say(c.recv(10).decode())
except ConnectionResetError:
    say("reset")
`);
    const { s, hear } = peer;
    assertEquals(await hear(), ["connected"]);
    s.setsockopt(SOL_SOCKET, SO_LINGER, ints(1, 0));
    s.close();
    assertEquals(await hear(), ["reset"]);
  },
});

Deno.test({
  ...needsBoth,
  name: "SO_PEERCRED tells both sides who the other is [POSIX]",
  async fn() {
    await using peer = await unixPeer(
      SOCK_STREAM,
      `
say(os.getpid(), os.getuid(), os.getgid())
say(*struct.unpack("iII", c.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)))
`,
    );
    const { s: ours, hear } = peer;
    const [pid, ...user] = await hear() as number[];
    assertEquals(
      ours.getsockopt(SOL_SOCKET, SO_PEERCRED, 12),
      ints(pid, ...user),
    );
    // The program is this process's child, of the same user.
    assertEquals(await hear(), [Deno.pid, ...user]);
  },
});

Deno.test({
  ...needsBoth,
  name: "TCP_INFO tells of a connection what CPython is told of it [POSIX]",
  async fn() {
    await using peer = await tcpPeer(`
c.sendall(b"x" * 100)
print(len(c.recv(1000, socket.MSG_WAITALL)), flush=True)
sys.stdin.readline()
`);
    const { s, python } = peer;
    await s.recv(100, MSG_WAITALL);
    await s.sendall(new Uint8Array(1000));
    assertEquals(await python.readLine(), "1000");
    const ours = s.getsockopt(IPPROTO_TCP, TCP_INFO, 104);
    const theirs = await share(
      s,
      "print(s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104).hex())",
    );
    assertEquals(ours.length, 104);
    assertEquals(ours[0], 1); // tcpi_state: TCP_ESTABLISHED
    // What stays as it is while nothing is sent: all up to tcpi_last_data_sent.
    assertEquals(ours.subarray(0, 44).toHex(), theirs.slice(0, 88));
  },
});

/** A group that no other test joins. */
function freshGroup(): { group: string; packed: Uint8Array } {
  const [a, b] = crypto.getRandomValues(new Uint8Array(2));
  const group = `239.254.${a}.${b}`;
  return { group, packed: inetAton(group) };
}

const here = inetAton("127.0.0.1");

Deno.test({
  ...needsBoth,
  name:
    "IP_ADD_MEMBERSHIP and IP_DROP_MEMBERSHIP change the kernel's list [POSIX]",
  async fn() {
    const { packed } = freshGroup();
    const request = Uint8Array.of(...packed, ...here);
    const listed = packed.toReversed().toHex().toUpperCase();
    await using s = open(AF_INET, SOCK_DGRAM);
    s.setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, request);
    assertMatch(await printed("cat", "/proc/net/igmp"), new RegExp(listed));
    s.setsockopt(IPPROTO_IP, IP_DROP_MEMBERSHIP, request);
    const after = await printed("cat", "/proc/net/igmp");
    assert(!after.includes(listed), after);
  },
});

Deno.test({
  ignore: needsBoth.ignore || !hasIpv6Here,
  name: "IPV6_JOIN_GROUP and IPV6_LEAVE_GROUP change the kernel's list [POSIX]",
  async fn() {
    const group = inetPton(AF_INET6, "ff15::");
    crypto.getRandomValues(group.subarray(8));
    // The interface of index 1 is lo.
    const request = Uint8Array.of(...group, ...ints(1));
    await using s = open(AF_INET6, SOCK_DGRAM);
    s.setsockopt(IPPROTO_IPV6, IPV6_JOIN_GROUP, request);
    assertMatch(
      await printed("cat", "/proc/net/igmp6"),
      new RegExp(`\\blo\\s+${group.toHex()}`),
    );
    s.setsockopt(IPPROTO_IPV6, IPV6_LEAVE_GROUP, request);
    const after = await printed("cat", "/proc/net/igmp6");
    assert(!after.includes(group.toHex()), after);
  },
});

for (
  const [name, add, drop, included] of [
    [
      "IP_ADD_SOURCE_MEMBERSHIP",
      IP_ADD_SOURCE_MEMBERSHIP,
      IP_DROP_SOURCE_MEMBERSHIP,
      "1      0",
    ],
    ["IP_BLOCK_SOURCE", IP_BLOCK_SOURCE, undefined, "0      1"],
  ] as const
) {
  Deno.test({
    ...needsBoth,
    name: `${name} changes the kernel's filter [POSIX]`,
    async fn() {
      const { packed } = freshGroup();
      // struct ip_mreq_source: the group, the interface, the source.
      const source = inetAton("127.0.0.99");
      const request = Uint8Array.of(...packed, ...here, ...source);
      const filter = () => printed("cat", "/proc/net/mcfilter");
      await using s = open(AF_INET, SOCK_DGRAM);
      if (drop === undefined) {
        const all = request.subarray(0, 8);
        s.setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, all);
      }
      s.setsockopt(IPPROTO_IP, add, request);
      const line = `0x${packed.toHex()} 0x${source.toHex()}`;
      const found = (await filter()).split("\n")
        .find((each) => each.includes(line));
      assertMatch(found ?? "", new RegExp(`${line}\\s+${included}$`));
      if (drop === undefined) return;
      s.setsockopt(IPPROTO_IP, drop, request);
      assert(!(await filter()).includes(line));
    },
  });
}

Deno.test({
  ...needsBoth,
  name: "datagrams to a group reach CPython as IP_MULTICAST_* say [POSIX]",
  async fn() {
    const { group } = freshGroup();
    await using python = spawnPython(
      `
import socket, sys
r = socket.socket(type=socket.SOCK_DGRAM)
r.settimeout(10)
r.bind(("", 0))
r.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(sys.argv[1]) + socket.inet_aton("127.0.0.1"))
r.setsockopt(socket.IPPROTO_IP, 12, 1)
print(r.getsockname()[1], flush=True)
data, ((_, _, ttl),), _, sender = r.recvmsg(100, 100)
print(data, int.from_bytes(ttl, "little"), sender[0], flush=True)
`,
      [group],
    );
    const port = Number(await python.readLine());
    await using s = open(AF_INET, SOCK_DGRAM);
    s.setsockopt(IPPROTO_IP, IP_MULTICAST_IF, here);
    s.setsockopt(IPPROTO_IP, IP_MULTICAST_TTL, 5);
    await s.sendto(bytes("all"), [group, port]);
    assertEquals(await python.readLine(), "b'all' 5 127.0.0.1");
  },
});
