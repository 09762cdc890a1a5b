import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  IP_MULTICAST_IF,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IP_OPTIONS,
  IP_TOS,
  IP_TRANSPARENT,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_MULTICAST_HOPS,
  IPV6_MULTICAST_IF,
  IPV6_MULTICAST_LOOP,
  IPV6_RECVPKTINFO,
  IPV6_TCLASS,
  IPV6_UNICAST_HOPS,
  IPV6_V6ONLY,
  SO_BINDTODEVICE,
  SO_BROADCAST,
  SO_DONTROUTE,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_MARK,
  SO_OOBINLINE,
  SO_PASSCRED,
  SO_PRIORITY,
  SO_RCVBUF,
  SO_RCVLOWAT,
  SO_RCVTIMEO,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_SNDBUF,
  SO_SNDTIMEO,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_CONGESTION,
  TCP_CORK,
  TCP_DEFER_ACCEPT,
  TCP_FASTOPEN,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
  TCP_LINGER2,
  TCP_MAXSEG,
  TCP_NODELAY,
  TCP_NOTSENT_LOWAT,
  TCP_SYNCNT,
  TCP_USER_TIMEOUT,
  TCP_WINDOW_CLAMP,
} from "../../../socket/mod.ts";
import type { Kind } from "./probe.ts";

/** An option, and values of it that are not its default. */
export interface Option {
  readonly kind: Kind;
  readonly level: number;
  readonly option: number;
  /** A number, or bytes in hexadecimal digits. */
  readonly value: number | string;
  /** What is read then, if it is something else. */
  readonly read?: number | string;
  /** Whether only root may set it. */
  readonly root?: boolean;
}

const tcp: Kind = [AF_INET, SOCK_STREAM];
const udp: Kind = [AF_INET, SOCK_DGRAM];
const udp6: Kind = [AF_INET6, SOCK_DGRAM];

const hex = (text: string) => new TextEncoder().encode(text).toHex();
const longs = (...numbers: bigint[]) =>
  new Uint8Array(BigInt64Array.from(numbers).buffer).toHex();

function at(
  level: number,
  kind: Kind,
  rows: Readonly<Record<string, readonly [option: number, value: number]>>,
): Record<string, Option> {
  return Object.fromEntries(
    Object.entries(rows).map(([name, [option, value]]) => [
      name,
      { kind, level, option, value },
    ]),
  );
}

/** Options that hold what they are set to, by name. */
export const options: Readonly<Record<string, Option>> = {
  ...at(SOL_SOCKET, tcp, {
    SO_DONTROUTE: [SO_DONTROUTE, 1],
    SO_KEEPALIVE: [SO_KEEPALIVE, 1],
    SO_OOBINLINE: [SO_OOBINLINE, 1],
    SO_PRIORITY: [SO_PRIORITY, 5],
    SO_RCVLOWAT: [SO_RCVLOWAT, 17],
    SO_REUSEADDR: [SO_REUSEADDR, 1],
    SO_REUSEPORT: [SO_REUSEPORT, 1],
  }),
  ...at(IPPROTO_TCP, tcp, {
    TCP_CORK: [TCP_CORK, 1],
    TCP_DEFER_ACCEPT: [TCP_DEFER_ACCEPT, 1],
    TCP_KEEPCNT: [TCP_KEEPCNT, 4],
    TCP_KEEPIDLE: [TCP_KEEPIDLE, 77],
    TCP_KEEPINTVL: [TCP_KEEPINTVL, 13],
    TCP_LINGER2: [TCP_LINGER2, 9],
    TCP_MAXSEG: [TCP_MAXSEG, 1000],
    TCP_NODELAY: [TCP_NODELAY, 1],
    TCP_NOTSENT_LOWAT: [TCP_NOTSENT_LOWAT, 12345],
    TCP_SYNCNT: [TCP_SYNCNT, 3],
    TCP_USER_TIMEOUT: [TCP_USER_TIMEOUT, 30_000],
    TCP_WINDOW_CLAMP: [TCP_WINDOW_CLAMP, 5000],
    TCP_FASTOPEN: [TCP_FASTOPEN, 5],
  }),
  ...at(IPPROTO_IP, udp, {
    IP_TTL: [IP_TTL, 33],
    IP_TOS: [IP_TOS, 0x10],
    IP_MULTICAST_TTL: [IP_MULTICAST_TTL, 7],
    IP_MULTICAST_LOOP: [IP_MULTICAST_LOOP, 0],
  }),
  ...at(IPPROTO_IPV6, udp6, {
    IPV6_V6ONLY: [IPV6_V6ONLY, 1],
    IPV6_UNICAST_HOPS: [IPV6_UNICAST_HOPS, 12],
    IPV6_MULTICAST_HOPS: [IPV6_MULTICAST_HOPS, 3],
    IPV6_MULTICAST_LOOP: [IPV6_MULTICAST_LOOP, 0],
    IPV6_MULTICAST_IF: [IPV6_MULTICAST_IF, 1],
    IPV6_TCLASS: [IPV6_TCLASS, 0x20],
    IPV6_RECVPKTINFO: [IPV6_RECVPKTINFO, 1],
  }),
  ...at(SOL_SOCKET, udp, { SO_BROADCAST: [SO_BROADCAST, 1] }),
  ...at(SOL_SOCKET, [AF_UNIX, SOCK_DGRAM], { SO_PASSCRED: [SO_PASSCRED, 1] }),
  // The kernel doubles it, for what it needs itself.
  "SO_RCVBUF": {
    kind: udp,
    level: SOL_SOCKET,
    option: SO_RCVBUF,
    value: 10_000,
    read: 20_000,
  },
  "SO_SNDBUF": {
    kind: udp,
    level: SOL_SOCKET,
    option: SO_SNDBUF,
    value: 20_000,
    read: 40_000,
  },
  "SO_MARK": {
    kind: udp,
    level: SOL_SOCKET,
    option: SO_MARK,
    value: 0x1234,
    root: true,
  },
  "IP_TRANSPARENT": {
    kind: tcp,
    level: IPPROTO_IP,
    option: IP_TRANSPARENT,
    value: 1,
    root: true,
  },
  "SO_LINGER": {
    kind: tcp,
    level: SOL_SOCKET,
    option: SO_LINGER,
    value: longs(1n | (42n << 32n)),
  },
  "SO_RCVTIMEO": {
    kind: tcp,
    level: SOL_SOCKET,
    option: SO_RCVTIMEO,
    value: longs(3n, 500_000n),
  },
  "SO_SNDTIMEO": {
    kind: tcp,
    level: SOL_SOCKET,
    option: SO_SNDTIMEO,
    value: longs(4n, 0n),
  },
  "SO_BINDTODEVICE": {
    kind: tcp,
    level: SOL_SOCKET,
    option: SO_BINDTODEVICE,
    value: hex("lo"),
    read: hex("lo\0"),
  },
  "TCP_CONGESTION": {
    kind: tcp,
    level: IPPROTO_TCP,
    option: TCP_CONGESTION,
    value: hex("reno"),
    read: hex("reno".padEnd(16, "\0")),
  },
  "IP_MULTICAST_IF": {
    kind: udp,
    level: IPPROTO_IP,
    option: IP_MULTICAST_IF,
    value: "7f000001",
  },
  "IP_OPTIONS": {
    kind: udp,
    level: IPPROTO_IP,
    option: IP_OPTIONS,
    value: "94040000",
  },
};
