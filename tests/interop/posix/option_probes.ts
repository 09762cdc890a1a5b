import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  AF_VSOCK,
  IP_ADD_MEMBERSHIP,
  IP_ADD_SOURCE_MEMBERSHIP,
  IP_MULTICAST_IF,
  IP_MULTICAST_TTL,
  IP_OPTIONS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_JOIN_GROUP,
  IPV6_V6ONLY,
  SO_BINDTODEVICE,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_PEERCRED,
  SO_RCVTIMEO,
  SO_TYPE,
  SO_VM_SOCKETS_BUFFER_SIZE,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_CONGESTION,
  TCP_INFO,
  TCP_KEEPIDLE,
  TCP_NODELAY,
} from "../../../socket/mod.ts";
import type { Call, Kind, Probe } from "./probe.ts";
import { bytes, type Value } from "./value.ts";

const tcp: Kind = [AF_INET, SOCK_STREAM];
const udp: Kind = [AF_INET, SOCK_DGRAM];
const unix: Kind = [AF_UNIX, SOCK_STREAM];
const vsock: Kind = [AF_VSOCK, SOCK_STREAM];

const zeros = (count: number) => bytes(Array(count).fill(0));
const tooLarge = "CPython then tries the number as bytes, a TypeError";
const noErrno =
  "what no kernel saw is a RangeError; CPython's OSError has no errno";

function probe(kind: Kind, ...calls: Call[]): Probe {
  return { kind, calls };
}

const readable: readonly (readonly [Kind, level: number, option: number])[] = [
  [tcp, SOL_SOCKET, SO_TYPE],
  [tcp, SOL_SOCKET, SO_ERROR],
  [tcp, SOL_SOCKET, SO_LINGER],
  [tcp, SOL_SOCKET, SO_RCVTIMEO],
  [tcp, SOL_SOCKET, SO_BINDTODEVICE],
  [tcp, SOL_SOCKET, SO_PEERCRED],
  [tcp, SOL_SOCKET, 9999],
  [tcp, SOL_SOCKET, -1],
  [tcp, IPPROTO_TCP, TCP_NODELAY],
  [tcp, IPPROTO_TCP, TCP_CONGESTION],
  [tcp, IPPROTO_TCP, 9999],
  [tcp, IPPROTO_IPV6, IPV6_V6ONLY],
  [tcp, 9999, 1],
  [tcp, -1, -1],
  [udp, IPPROTO_IP, IP_TTL],
  [udp, IPPROTO_IP, IP_OPTIONS],
  [udp, IPPROTO_IP, IP_MULTICAST_IF],
  [udp, IPPROTO_IP, IP_MULTICAST_TTL],
  [udp, IPPROTO_TCP, TCP_NODELAY],
  [unix, SOL_SOCKET, SO_PEERCRED],
  [unix, IPPROTO_TCP, TCP_NODELAY],
  [[AF_INET6, SOCK_DGRAM], IPPROTO_IPV6, IPV6_V6ONLY],
  [[AF_INET6, SOCK_STREAM], IPPROTO_IP, IP_TTL],
];

const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 100, 1024];

/** Every form of reading. */
const reads: readonly Probe[] = readable.flatMap(([kind, level, option]) => [
  probe(kind, ["getsockopt", level, option]),
  ...sizes.map((size) => probe(kind, ["getsockopt", level, option, size])),
]);

const misread: readonly Probe[] = [
  ...[-1, 1025, 2 ** 31 - 1].map((size): Probe => ({
    ...probe(tcp, ["getsockopt", SOL_SOCKET, SO_TYPE, size]),
    differs: { ours: "RangeError", reason: noErrno },
  })),
  ...([
    [2 ** 31, SO_TYPE],
    [SOL_SOCKET, -(2 ** 31) - 1],
    ["1", SO_TYPE],
    [SOL_SOCKET, null],
    [SOL_SOCKET, 1.5],
    [SOL_SOCKET, SO_TYPE, "4"],
    [SOL_SOCKET, SO_TYPE, 2 ** 31],
    [SOL_SOCKET, SO_TYPE, null],
  ] satisfies Value[][]).map((args) => probe(tcp, ["getsockopt", ...args])),
];

function setting(
  kind: Kind,
  level: number,
  option: number,
  ...values: readonly Value[]
): Probe[] {
  return values.map((value) =>
    probe(
      kind,
      ["setsockopt", level, option, value],
      ["getsockopt", level, option],
    )
  );
}

/** A null pointer with a length. */
function without(
  kind: Kind,
  level: number,
  option: number,
  ...lengths: readonly Value[]
): Probe[] {
  return lengths.map((length) =>
    probe(kind, ["setsockopt", level, option, null, length])
  );
}

const group = [239, 255, 77, 88];
const loopback = [127, 0, 0, 1];

/** Values that the kernel takes or refuses. */
const writes: readonly Probe[] = [
  ...setting(tcp, SOL_SOCKET, SO_KEEPALIVE, 0, 1, 2, -1, zeros(0), zeros(3)),
  ...setting(tcp, SOL_SOCKET, SO_KEEPALIVE, bytes([1, 0, 0, 0]), zeros(100)),
  ...setting(tcp, SOL_SOCKET, SO_TYPE, 1),
  ...setting(tcp, SOL_SOCKET, SO_LINGER, 1, zeros(7), zeros(8), zeros(9)),
  ...setting(
    tcp,
    SOL_SOCKET,
    SO_RCVTIMEO,
    1,
    zeros(8),
    bytes(Array(16).fill(255)),
  ),
  ...setting(tcp, SOL_SOCKET, SO_BINDTODEVICE, bytes("nosuch"), bytes("")),
  ...setting(tcp, SOL_SOCKET, SO_BINDTODEVICE, bytes("x".repeat(17)), 0),
  ...setting(tcp, SOL_SOCKET, 9999, 1, bytes("")),
  ...setting(tcp, IPPROTO_TCP, TCP_KEEPIDLE, 0, 1, 32768, -1, zeros(2)),
  ...setting(tcp, IPPROTO_TCP, TCP_CONGESTION, bytes("nosuch"), bytes(""), 1),
  ...setting(tcp, IPPROTO_TCP, TCP_INFO, 1),
  ...setting(tcp, IPPROTO_TCP, 9999, 1),
  ...setting(tcp, 9999, 1, 1),
  ...setting(tcp, IPPROTO_IPV6, IPV6_V6ONLY, 1),
  ...setting(udp, IPPROTO_IP, IP_TTL, 0, 1, 255, 256, -1, bytes([9]), zeros(2)),
  ...setting(udp, IPPROTO_IP, IP_MULTICAST_TTL, -1, 256, bytes([9]), bytes("")),
  ...setting(udp, IPPROTO_IP, IP_MULTICAST_IF, bytes(loopback), zeros(3)),
  ...setting(udp, IPPROTO_IP, IP_MULTICAST_IF, bytes([192, 0, 2, 1]), 0),
  ...setting(
    udp,
    IPPROTO_IP,
    IP_ADD_MEMBERSHIP,
    bytes([...group, ...loopback]),
  ),
  ...setting(udp, IPPROTO_IP, IP_ADD_MEMBERSHIP, zeros(8), zeros(7), 1),
  ...setting(
    udp,
    IPPROTO_IP,
    IP_ADD_SOURCE_MEMBERSHIP,
    bytes([...group, ...loopback, 127, 0, 0, 9]),
    zeros(12),
    zeros(11),
  ),
  ...setting([AF_INET6, SOCK_DGRAM], IPPROTO_IPV6, IPV6_JOIN_GROUP, zeros(20)),
  ...setting(unix, IPPROTO_TCP, TCP_NODELAY, 1),
  ...setting(unix, SOL_SOCKET, SO_PEERCRED, 1, zeros(12)),
  ...without(tcp, SOL_SOCKET, SO_KEEPALIVE, 0, 3, 4, 5, 100, 2 ** 31),
  ...without(tcp, SOL_SOCKET, SO_BINDTODEVICE, 0, 1, 2 ** 32 - 1),
  ...without(tcp, SOL_SOCKET, 9999, 0, 4),
  ...without(tcp, IPPROTO_TCP, TCP_NODELAY, 0, 4),
  ...without(tcp, IPPROTO_TCP, TCP_CONGESTION, 0, 4),
  ...without(udp, IPPROTO_IP, IP_TTL, 0, 1, 4),
  ...without(udp, IPPROTO_IP, IP_OPTIONS, 0, 4),
];

const miswritten: readonly Probe[] = [
  ...([
    [SOL_SOCKET, SO_KEEPALIVE, "1"],
    [SOL_SOCKET, SO_KEEPALIVE, 1.5],
    [SOL_SOCKET, SO_KEEPALIVE, [1]],
    [SOL_SOCKET, SO_KEEPALIVE, null],
    [SOL_SOCKET, SO_KEEPALIVE, null, "4"],
    [SOL_SOCKET, SO_KEEPALIVE, null, 1.5],
    [2 ** 31, SO_KEEPALIVE, 1],
    [SOL_SOCKET, 2 ** 31, 1],
    ["1", SO_KEEPALIVE, 1],
    [SOL_SOCKET, 1.5, 1],
  ] satisfies Value[][]).map((args) => probe(tcp, ["setsockopt", ...args])),
  ...[2 ** 31, -(2 ** 31) - 1, 2 ** 40].map((value): Probe => ({
    ...probe(tcp, ["setsockopt", SOL_SOCKET, SO_KEEPALIVE, value]),
    differs: { ours: "RangeError", reason: tooLarge },
  })),
  ...[-1, 2 ** 32].map((length): Probe => ({
    ...probe(tcp, ["setsockopt", SOL_SOCKET, SO_KEEPALIVE, null, length]),
    differs: {
      ours: "RangeError",
      reason: "a number out of range is refused; CPython takes its low bits",
    },
  })),
];

/** Whose numbers have 64 bits. */
const long: readonly Probe[] = [
  ...setting(vsock, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, 65536, 1 << 20),
  ...setting(vsock, SOL_SOCKET, SO_KEEPALIVE, 1),
  ...setting(vsock, AF_VSOCK, 99, 1),
  probe(vsock, ["getsockopt", AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE]),
  probe(vsock, ["getsockopt", SOL_SOCKET, SO_TYPE]),
];

/** Options in every form, right and wrong. */
export const optionProbes: Readonly<Record<string, readonly Probe[]>> = {
  "reading numbers and bytes": reads,
  "reading with wrong arguments": misread,
  "writing numbers, bytes and null": writes,
  "writing with wrong arguments": miswritten,
  "AF_VSOCK": long,
};
