import { errno } from "../../../socket/constants/errno.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_HOPLIMIT,
  IPV6_PKTINFO,
  IPV6_RTHDR,
  IPV6_TCLASS,
  MSG_CTRUNC,
  MSG_DONTWAIT,
  MSG_EOR,
  MSG_OOB,
  SCM_CREDENTIALS,
  SCM_RIGHTS,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../../socket/mod.ts";
import { ints } from "./control.ts";
import type { Call, Probe } from "./probe.ts";
import { bytes, type Value } from "./value.ts";

const x = bytes("x");
const words = (...numbers: number[]) => bytes([...ints(...numbers)]);
const zeros = (count: number) => bytes(Array(count).fill(0));

let paths = 0;

/** Sends on a Unix socket that is its own peer. */
function toItself(...args: Value[]): Probe {
  const path = { path: `itself${paths++}` };
  return {
    kind: [AF_UNIX, SOCK_DGRAM],
    calls: [["bind", path], ["connect", path], ["sendmsg", ...args]],
  };
}

/** Sends from a new socket to a port that nobody has. */
function toNobody(family: number, ...messages: Value[]): Probe[] {
  const nobody = family === AF_INET ? ["127.0.0.1", 9] : ["::1", 9];
  return messages.map((message) => ({
    kind: [family, SOCK_DGRAM],
    calls: [["sendmsg", [x], [message], 0, nobody]],
  }));
}

const rights = (data: Value): Value => [SOL_SOCKET, SCM_RIGHTS, data];
const credentials = (data: Value): Value => [SOL_SOCKET, SCM_CREDENTIALS, data];

/** Control messages that the kernel takes or refuses. */
const judged: readonly Probe[] = [
  toItself([x], []),
  toItself([x], [rights(words(0))]),
  toItself([x], [rights(words(0, 1)), rights(words(2))]),
  toItself([x], [rights(bytes(""))]),
  toItself([x], [rights(words(99_999))]),
  toItself([x], [rights(words(-1))]),
  toItself([x], [rights(words(0, 99_999))]),
  toItself([x], [rights(bytes([0, 0, 0]))]),
  toItself([x], [rights(bytes([0, 0, 0, 0, 0, 0]))]),
  toItself([x], [rights(zeros(4 * 253))]),
  toItself([x], [rights(zeros(4 * 254))]),
  toItself([x], [credentials(zeros(11))]),
  toItself([x], [credentials(words(2 ** 31 - 1, 0, 0))]),
  toItself([x], [credentials(words(0, -1, -1))]),
  toItself([x], [[SOL_SOCKET, 99, x]]),
  toItself([x], [[99, 99, x]]),
  toItself([x], [[-1, -1, x]]),
  toItself([x], [[SOL_SOCKET, 99, zeros(100_000)]]),
  toItself([], [rights(words(0))]),
  toItself([x, bytes(""), x], [], MSG_EOR),
  toItself([x], [], MSG_OOB),
  toItself([x], [], MSG_CTRUNC),
  toItself([x], [], 0, { path: "none" }),
  toItself(Array(1024).fill(bytes(""))),
  toItself(Array(1025).fill(bytes(""))),
  toItself([zeros(1 << 20)]),
  ...toNobody(
    AF_INET,
    [IPPROTO_IP, IP_TTL, words(1)],
    [IPPROTO_IP, IP_TTL, words(0)],
    [IPPROTO_IP, IP_TTL, words(256)],
    [IPPROTO_IP, IP_TTL, bytes([1])],
    [IPPROTO_IP, IP_TOS, bytes([16])],
    [IPPROTO_IP, IP_TOS, zeros(5)],
    [IPPROTO_IP, 8, zeros(11)],
    // Sent from an address that this machine has not.
    [IPPROTO_IP, 8, bytes([0, 0, 0, 0, 192, 0, 2, 1, 0, 0, 0, 0])],
    [IPPROTO_IP, 99, words(1)],
    [IPPROTO_IPV6, IPV6_HOPLIMIT, words(1)],
    [SOL_SOCKET, SCM_RIGHTS, words(0)],
  ),
  ...toNobody(
    AF_INET6,
    [IPPROTO_IPV6, IPV6_HOPLIMIT, words(1)],
    [IPPROTO_IPV6, IPV6_HOPLIMIT, words(-2)],
    [IPPROTO_IPV6, IPV6_HOPLIMIT, bytes([1])],
    [IPPROTO_IPV6, IPV6_TCLASS, words(256)],
    [IPPROTO_IPV6, IPV6_PKTINFO, zeros(19)],
    [IPPROTO_IPV6, IPV6_PKTINFO, zeros(20)],
    [
      IPPROTO_IPV6,
      IPV6_PKTINFO,
      bytes([0x20, 1, 13, 184, ...Array(16).fill(0)]),
    ],
    [IPPROTO_IPV6, IPV6_RTHDR, bytes([0, 2, 0, 1, ...Array(20).fill(0)])],
    [IPPROTO_IPV6, IPV6_RTHDR, bytes([0, 0])],
  ),
];

/** Arguments that no kernel gets to see. */
const misshapen: readonly Probe[] = [
  toItself(null),
  toItself(5),
  toItself([5]),
  toItself(["text"]),
  toItself([[x]]),
  toItself([x], null),
  toItself([x], 5),
  toItself([x], ["text"]),
  toItself([x], [[SOL_SOCKET, SCM_RIGHTS]]),
  toItself([x], [[SOL_SOCKET, SCM_RIGHTS, x, x]]),
  toItself([x], [["1", SCM_RIGHTS, x]]),
  toItself([x], [[1.5, SCM_RIGHTS, x]]),
  toItself([x], [[SOL_SOCKET, null, x]]),
  toItself([x], [[SOL_SOCKET, SCM_RIGHTS, "text"]]),
  toItself([x], [[SOL_SOCKET, SCM_RIGHTS, 5]]),
  toItself([x], [[SOL_SOCKET, SCM_RIGHTS, [0]]]),
  toItself([x], [[2 ** 31, SCM_RIGHTS, x]]),
  toItself([x], [[SOL_SOCKET, -(2 ** 31) - 1, x]]),
  toItself([x], [], "0"),
  toItself([x], [], 2 ** 31),
  toItself([x], [], 0, 5),
  toItself([x], [], 0, ["127.0.0.1", 9]),
  ...([
    ["recvmsg", -1],
    ["recvmsg", "1"],
    ["recvmsg", 1.5],
    ["recvmsg", 1, -1],
    ["recvmsg", 1, null],
    ["recvmsg", 1, 1, "0"],
    ["recvmsg_into", 5],
    ["recvmsg_into", ["text"]],
    ["recvmsg_into", [5]],
    ["recvmsg_into", [], -1],
  ] satisfies Call[]).map((call): Probe => ({
    kind: [AF_UNIX, SOCK_DGRAM],
    calls: [call],
  })),
];

/** Space that no message needs. */
const excessive: readonly Probe[] = [{
  kind: [AF_UNIX, SOCK_DGRAM],
  calls: [["recvmsg", 1, 2 ** 31, MSG_DONTWAIT]],
  differs: {
    ours: `errno ${errno.EAGAIN}`,
    reason: "a size is no C int, and no more is allocated than a message needs",
  },
}];

/** Messages on sockets in a state that they need another one for. */
const untimely: readonly Probe[] = [AF_INET, AF_UNIX].flatMap((family) =>
  [SOCK_STREAM, SOCK_DGRAM].flatMap((type): Probe[] => [
    { kind: [family, type], calls: [["sendmsg", [x]]] },
    { kind: [family, type], calls: [["sendmsg", []]] },
    { kind: [family, type], calls: [["sendmsg", [x], [rights(words(0))]]] },
    ...type === SOCK_STREAM
      ? [{ kind: [family, type], calls: [["recvmsg", 10, 10]] } as Probe]
      : [],
  ])
);

/** Calls with control messages, right and wrong. */
export const messageProbes: Readonly<Record<string, readonly Probe[]>> = {
  "what the kernel judges": judged,
  "what no kernel sees": [...misshapen, ...excessive],
  "sockets that are not connected": untimely,
};
