import {
  IP_OPTIONS,
  IP_RECVTOS,
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_RECVHOPLIMIT,
  IPV6_RECVPKTINFO,
  IPV6_RECVTCLASS,
  IPV6_TCLASS,
  IPV6_UNICAST_HOPS,
} from "../../../socket/mod.ts";

// Options that Python does not name in all of its versions: <linux/in.h>,
// <linux/in6.h> and <asm-generic/socket.h>.
const IP_RECVOPTS = 6;
const IP_RETOPTS = 7;
export const IP_PKTINFO = 8;
export const IP_RECVERR = 11;
export const IP_RECVTTL = 12;
export const IPV6_RECVERR = 25;
export const SO_TIMESTAMP = 29;
export const SO_TIMESTAMPNS = 35;

/** An option, and its value: a number, or bytes in hexadecimal digits. */
export type Option = readonly [
  level: number,
  name: number,
  value: number | string,
];

/** One datagram: what its receivers ask for, and how it is sent. */
export interface Scenario {
  readonly receiver: readonly Option[];
  readonly sender?: readonly Option[];
}

/** Scenarios over IPv4, by the options. */
export const v4: Readonly<Record<string, Scenario>> = {
  IP_PKTINFO: { receiver: [[IPPROTO_IP, IP_PKTINFO, 1]] },
  IP_RECVTTL: {
    receiver: [[IPPROTO_IP, IP_RECVTTL, 1]],
    sender: [[IPPROTO_IP, IP_TTL, 42]],
  },
  IP_RECVTOS: {
    receiver: [[IPPROTO_IP, IP_RECVTOS, 1]],
    sender: [[IPPROTO_IP, IP_TOS, 0x48]],
  },
  "IP_RECVOPTS and IP_RETOPTS": {
    receiver: [[IPPROTO_IP, IP_RECVOPTS, 1], [IPPROTO_IP, IP_RETOPTS, 1]],
    // A router alert, which routers look at.
    sender: [[IPPROTO_IP, IP_OPTIONS, "94040000"]],
  },
  "all of them": {
    receiver: [
      [IPPROTO_IP, IP_PKTINFO, 1],
      [IPPROTO_IP, IP_RECVTTL, 1],
      [IPPROTO_IP, IP_RECVTOS, 1],
      [IPPROTO_IP, IP_RECVOPTS, 1],
    ],
    sender: [
      [IPPROTO_IP, IP_TTL, 7],
      [IPPROTO_IP, IP_TOS, 4],
      [IPPROTO_IP, IP_OPTIONS, "94040000"],
    ],
  },
  "none of them": { receiver: [] },
};

/** Scenarios over IPv6, by the options. */
export const v6: Readonly<Record<string, Scenario>> = {
  IPV6_RECVPKTINFO: { receiver: [[IPPROTO_IPV6, IPV6_RECVPKTINFO, 1]] },
  IPV6_RECVHOPLIMIT: {
    receiver: [[IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1]],
    sender: [[IPPROTO_IPV6, IPV6_UNICAST_HOPS, 33]],
  },
  IPV6_RECVTCLASS: {
    receiver: [[IPPROTO_IPV6, IPV6_RECVTCLASS, 1]],
    sender: [[IPPROTO_IPV6, IPV6_TCLASS, 0x48]],
  },
  "all three for IPv6": {
    receiver: [
      [IPPROTO_IPV6, IPV6_RECVPKTINFO, 1],
      [IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1],
      [IPPROTO_IPV6, IPV6_RECVTCLASS, 1],
    ],
    sender: [[IPPROTO_IPV6, IPV6_TCLASS, 3]],
  },
};
