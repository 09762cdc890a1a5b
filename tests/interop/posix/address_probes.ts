import { errno } from "../../../socket/constants/errno.ts";
import {
  AF_ALG,
  AF_CAN,
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  AF_QIPCRTR,
  AF_RDS,
  AF_TIPC,
  AF_UNIX,
  AF_VSOCK,
  CAN_BCM,
  CAN_ISOTP,
  CAN_J1939,
  CAN_RAW,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_IPV6,
  IPPROTO_MPTCP,
  IPPROTO_RAW,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPPROTO_UDPLITE,
  IPV6_V6ONLY,
  NETLINK_ROUTE,
  SO_BROADCAST,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_RDM,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
  TIPC_ADDR_ID,
  TIPC_ADDR_NAME,
  TIPC_ADDR_NAMESEQ,
  TIPC_NODE_SCOPE,
  VMADDR_CID_ANY,
  VMADDR_CID_HOST,
  VMADDR_PORT_ANY,
} from "../../../socket/mod.ts";
import type { Call, Kind, Probe } from "./probe.ts";
import { bytes, type Value } from "./value.ts";

const families = [
  ...[AF_INET, AF_INET6, AF_UNIX, AF_PACKET, AF_NETLINK, AF_VSOCK, AF_CAN],
  ...[AF_TIPC, AF_ALG, AF_RDS, AF_QIPCRTR],
];

const types = [SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET];

const protocols: readonly Kind[] = [
  [AF_INET, SOCK_RAW, IPPROTO_ICMP],
  [AF_INET, SOCK_RAW, IPPROTO_RAW],
  [AF_INET, SOCK_DGRAM, IPPROTO_ICMP],
  [AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE],
  [AF_INET, SOCK_STREAM, IPPROTO_MPTCP],
  [AF_INET, SOCK_STREAM, IPPROTO_UDP],
  [AF_INET, SOCK_DGRAM, IPPROTO_TCP],
  [AF_INET, SOCK_STREAM, 255],
  [AF_INET6, SOCK_RAW, IPPROTO_ICMPV6],
  [AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE],
  [AF_INET6, SOCK_STREAM, IPPROTO_MPTCP],
  [AF_PACKET, SOCK_RAW, 0x0300],
  [AF_NETLINK, SOCK_RAW, NETLINK_ROUTE],
  [AF_NETLINK, SOCK_RAW, 31],
  [AF_CAN, SOCK_RAW, CAN_RAW],
  [AF_CAN, SOCK_DGRAM, CAN_BCM],
  [AF_CAN, SOCK_DGRAM, CAN_ISOTP],
  [AF_CAN, SOCK_DGRAM, CAN_J1939],
  [AF_ALG, SOCK_SEQPACKET, 0],
  [0, SOCK_STREAM, 0],
  [31, SOCK_RAW, 1],
  [45, SOCK_DGRAM, 0],
  [4000, SOCK_STREAM, 0],
  [AF_INET, 0, 0],
  [AF_INET, 77, 0],
];

/** Every family with every type, and what a protocol's number makes of them. */
export const socketProbes: readonly Probe[] = [
  ...families.flatMap((family) => types.map((type): Kind => [family, type])),
  ...protocols,
].map((kind) => ({ kind, calls: [] }));

// Names and numbers that nothing else on this machine takes meanwhile.
const mark = crypto.randomUUID().slice(0, 8);
const [random] = crypto.getRandomValues(new Uint32Array(1));
const fresh = (1 << 30) + (random >>> 4);

const getsockname: Call = ["getsockname"];
const getpeername: Call = ["getpeername"];
const x = bytes("x");

function bound(kind: Kind, ...addresses: readonly Value[]): Probe[] {
  return addresses.map((address) => ({
    kind,
    calls: [["bind", address], getsockname],
  }));
}

function connecting(kind: Kind, ...addresses: readonly Value[]): Probe[] {
  return addresses.map((address) => ({
    kind,
    calls: [["connect", address], getpeername],
  }));
}

function sending(kind: Kind, ...addresses: readonly Value[]): Probe[] {
  return addresses.map((address) => ({
    kind,
    calls: [["sendto", x, address]],
  }));
}

const internet = [AF_INET, SOCK_DGRAM] as const;
const internet6 = [AF_INET6, SOCK_DGRAM] as const;
const scopeLost = "CPython forgets the scope that a name had";

const internetProbes: readonly Probe[] = [
  ...bound([AF_INET, SOCK_STREAM], ["127.0.0.1", 0], ["", 0], ["0", 0])
    .map((probe) => ({ ...probe, chosen: [1] })),
  ...bound(internet, ["127.0.0.2", 0], ["localhost", 0], ["0x7f.1", 0])
    .map((probe) => ({ ...probe, chosen: [1] })),
  ...bound(internet, ["192.0.2.1", 0], ["<broadcast>", 0], ["224.0.0.1", 0])
    .map((probe) => ({ ...probe, chosen: [1] })),
  ...bound(internet, ["127.0.0.1", 1], ["255.255.255.256", 1], ["::1", 1]),
  ...connecting(internet, ["127.0.0.1", 9], ["127.0.0.1", 0], ["", 9]),
  ...connecting(internet, ["<broadcast>", 9], ["localhost", 9]),
  ...connecting([AF_INET, SOCK_STREAM], ["127.0.0.1", 1], ["<broadcast>", 1]),
  ...sending(internet, ["127.0.0.1", 9], ["127.0.0.1", 0], ["", 9]),
  ...sending(internet, ["<broadcast>", 9], ["240.0.0.1", 9]),
  {
    kind: internet,
    calls: [
      ["setsockopt", SOL_SOCKET, SO_BROADCAST, 1],
      ["sendto", x, ["127.255.255.255", 9]],
    ],
  },
  {
    name: "a second bind",
    kind: internet,
    calls: [["bind", ["127.0.0.1", 0]], ["bind", ["127.0.0.1", 0]]],
  },
  ...bound(internet6, ["::1", 0], ["", 0], ["::", 0], ["::1", 0, 0, 0])
    .map((probe) => ({ ...probe, chosen: [1] })),
  ...bound(internet6, ["::1", 0, 0, 1], ["::1", 0, 5, 0], ["::1", 0, 0xfffff])
    .map((probe) => ({ ...probe, chosen: [1] })),
  ...bound(internet6, ["::ffff:127.0.0.1", 0], ["ff02::1", 0, 0, 1])
    .map((probe) => ({ ...probe, chosen: [1] })),
  ...bound(internet6, ["fe80::1", 0], ["fe80::1", 0, 0, 1], ["::1%lo", 0]),
  ...bound(internet6, ["fe80::1", 0, 0, 0xfffffff], ["2001:db8::1", 0]),
  ...bound(internet6, ["fe80::1%nosuch", 0], ["127.0.0.1", 0], [
    "fe80::1%lo",
    0,
    0,
    1,
  ]),
  {
    kind: internet6,
    calls: [["bind", ["fe80::1%lo", 0]]],
    differs: { ours: `errno ${errno.EADDRNOTAVAIL}`, reason: scopeLost },
  },
  {
    kind: internet6,
    calls: [
      ["setsockopt", IPPROTO_IPV6, IPV6_V6ONLY, 1],
      ["bind", ["::ffff:127.0.0.1", 0]],
    ],
  },
  ...connecting(internet6, ["::1", 9], ["::1", 9, 7], ["::1", 9, 7, 1]),
  ...connecting(internet6, ["::ffff:127.0.0.1", 9], ["fe80::1", 9]),
  ...connecting(internet6, ["fe80::1", 9, 0, 1], ["2001:db8::1", 9, 0, 1]),
  ...connecting([AF_INET6, SOCK_STREAM], ["::1", 1], ["::1", 1, 3, 1]),
  ...sending(internet6, ["::1", 9], ["::1", 9, 9, 0], ["fe80::1", 9]),
  ...sending(internet6, ["ff02::1", 9, 0, 1], ["127.0.0.1", 9]),
];

const stream = [AF_UNIX, SOCK_STREAM] as const;
const datagrams = [AF_UNIX, SOCK_DGRAM] as const;
const abstractName = (length: number) =>
  bytes(`\0${mark}${"x".repeat(length)}`.slice(0, length));

const unixProbes: readonly Probe[] = [
  ...[stream, datagrams, [AF_UNIX, SOCK_SEQPACKET] as const].flatMap((kind) =>
    bound(
      kind,
      { path: `s${kind[1]}` },
      { path: `é ${kind[1]}` },
      abstractName(20),
      `\0${mark} as a string`,
    )
  ),
  ...bound(stream, bytes("relative.sock/"), bytes("/nosuch/x"), "/nosuch/x"),
  ...bound(stream, abstractName(107), abstractName(108), abstractName(109)),
  ...bound(stream, "x".repeat(108), bytes("x".repeat(108)), "/"),
  ...bound(stream, bytes("\0"), bytes("\0a\0b\0"), bytes([0, 0xff, 0xfe])),
  // A path whose 107 bytes are no file's name that the system would make.
  ...bound(stream, `/nosuch/${"x".repeat(99)}`, `/nosuch/${"x".repeat(100)}`),
  { ...bound(stream, "")[0], chosen: [0] },
  { ...bound(datagrams, bytes(""))[0], chosen: [0] },
  {
    name: "a path that is taken",
    kind: stream,
    calls: [["bind", { path: "twice" }], ["bind", { path: "twice" }]],
  },
  {
    name: "a path that a closed socket left",
    kind: stream,
    calls: [["bind", { path: `s${SOCK_STREAM}` }]],
  },
  ...connecting(stream, { path: "none" }, { path: `s${SOCK_STREAM}` }, "/"),
  ...connecting(stream, abstractName(30), "", { path: `s${SOCK_DGRAM}` }),
  ...connecting(datagrams, { path: "none" }, "", abstractName(108)),
  ...sending(datagrams, { path: "none" }, abstractName(30), "", "/"),
  {
    name: "to itself",
    kind: datagrams,
    calls: [
      ["bind", { path: "self" }],
      ["sendto", x, { path: "self" }],
      ["recvfrom", 10],
    ],
  },
  {
    name: "connected to itself",
    kind: datagrams,
    calls: [
      ["bind", bytes(`\0${mark} self`)],
      ["connect", bytes(`\0${mark} self`)],
      getpeername,
    ],
  },
];

const packet = [AF_PACKET, SOCK_DGRAM] as const;
// A protocol for experiments (IEEE Std 802), which nothing answers.
const EXPERIMENT = 0x88b5;
const hardware = bytes([0, 0, 0, 0, 0, 0]);

const netlink = [AF_NETLINK, SOCK_RAW, NETLINK_ROUTE] as const;
const vsock = [AF_VSOCK, SOCK_STREAM] as const;

const machineProbes: readonly Probe[] = [
  ...bound(packet, ["lo", 0], ["lo", EXPERIMENT], ["lo", 3, 0, 0, hardware]),
  ...bound([AF_PACKET, SOCK_RAW], ["lo", EXPERIMENT, 4], ["lo", 3, 0, 772]),
  ...bound(packet, ["nosuch", 3], ["", 3], ["x".repeat(40), 3]),
  ...connecting(packet, ["lo", EXPERIMENT]),
  ...sending(packet, ["lo", EXPERIMENT, 0, 0, hardware], ["nosuch", 3]),
  ...sending(packet, ["lo", EXPERIMENT], ["", EXPERIMENT, 0, 0, hardware]),
  { ...bound(netlink, [0, 0])[0], chosen: [0] },
  ...bound(netlink, [fresh, 0], [fresh + 1, 1], [0, 0xffffffff])
    .map((probe) => ({ ...probe, chosen: [0] })),
  ...connecting(netlink, [0, 0], [12345, 0], [0, 1]),
  ...sending(netlink, [0, 0], [fresh + 2, 0], [0, 1]),
  { ...bound(vsock, [VMADDR_CID_ANY, VMADDR_PORT_ANY])[0], chosen: [1] },
  ...bound(vsock, [VMADDR_CID_ANY, fresh], [VMADDR_CID_HOST, 1], [77, 1]),
  ...bound(vsock, [VMADDR_CID_ANY, 0xfffffffe]),
  ...sending(vsock, [VMADDR_CID_HOST, 1]),
  ...sending([AF_VSOCK, SOCK_DGRAM], [VMADDR_CID_HOST, 1]),
];

// Their addresses come first; where the kernel has the family they are refused
// or taken in both languages alike.
const rareProbes: readonly Probe[] = [
  ...bound([AF_CAN, SOCK_RAW, CAN_RAW], [""], ["lo"], ["nosuch"]),
  ...bound([AF_CAN, SOCK_DGRAM, CAN_BCM], [""], ["lo"]),
  ...connecting([AF_CAN, SOCK_DGRAM, CAN_BCM], ["lo"]),
  ...bound([AF_CAN, SOCK_DGRAM, CAN_ISOTP], ["lo", 0x123, 0x456]),
  ...bound([AF_CAN, SOCK_DGRAM, CAN_J1939], ["lo", 1, 0x40000, 255]),
  {
    kind: [AF_CAN, SOCK_DGRAM, CAN_J1939],
    posing: true,
    calls: [["bind", ["", { big: "18446744073709551615" }, 1, 2]]],
  },
  ...bound([AF_TIPC, SOCK_RDM], [TIPC_ADDR_NAMESEQ, 100, 1, 2]),
  ...bound([AF_TIPC, SOCK_SEQPACKET], [
    TIPC_ADDR_NAME,
    101,
    1,
    0,
    TIPC_NODE_SCOPE,
  ]),
  ...sending([AF_TIPC, SOCK_RDM], [TIPC_ADDR_ID, 1, 2, 0]),
  ...bound([AF_ALG, SOCK_SEQPACKET], ["hash", "sha256"], ["hash", "no", 1, 2]),
  ...bound([AF_RDS, SOCK_SEQPACKET], ["127.0.0.1", 1234]),
  ...bound([AF_QIPCRTR, SOCK_DGRAM], [1, 2]),
  ...sending([AF_QIPCRTR, SOCK_DGRAM], [1, 2]),
];

const rawProbes: readonly Probe[] = [
  ...bound([AF_INET, SOCK_RAW, IPPROTO_ICMP], ["127.0.0.1", 0], ["", 7]),
  ...bound([AF_INET6, SOCK_RAW, IPPROTO_ICMPV6], ["::1", 0], ["::1", 7, 1, 1]),
  ...connecting([AF_INET, SOCK_RAW, IPPROTO_ICMP], ["127.0.0.1", 7]),
  ...connecting([AF_INET6, SOCK_RAW, IPPROTO_ICMPV6], ["::1", 58], ["::1", 9]),
  ...sending([AF_INET, SOCK_RAW, IPPROTO_RAW], ["127.0.0.1", 0]),
  ...sending([AF_INET, SOCK_RAW, IPPROTO_ICMP], ["<broadcast>", 0]),
  ...bound([AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE], ["127.0.0.1", 0])
    .map((probe) => ({ ...probe, chosen: [1] })),
  ...bound([AF_INET, SOCK_STREAM, IPPROTO_MPTCP], ["127.0.0.1", 0])
    .map((probe) => ({ ...probe, chosen: [1] })),
  ...connecting([AF_INET, SOCK_STREAM, IPPROTO_MPTCP], ["127.0.0.1", 1]),
  {
    name: "a listener of Unix packets",
    kind: [AF_UNIX, SOCK_SEQPACKET],
    calls: [
      ["setsockopt", SOL_SOCKET, SO_REUSEADDR, 1],
      ["bind", bytes(`\0${mark} packets`)],
      ["listen"],
      getsockname,
    ],
  },
  ...connecting([AF_UNIX, SOCK_SEQPACKET], bytes(`\0${mark} none`)),
];

/** Addresses in their right shape, bound, connected to and sent to. */
export const addressProbes: Readonly<Record<string, readonly Probe[]>> = {
  "AF_INET and AF_INET6": internetProbes,
  "AF_UNIX": unixProbes,
  "AF_PACKET, AF_NETLINK and AF_VSOCK": machineProbes,
  "AF_CAN, AF_TIPC, AF_ALG, AF_RDS and AF_QIPCRTR": rareProbes,
  "raw sockets, packets of AF_UNIX, UDP-Lite and MPTCP": rawProbes,
};
