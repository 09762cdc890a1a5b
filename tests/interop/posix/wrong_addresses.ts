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
  SOCK_DGRAM,
  TIPC_ADDR_ID,
  TIPC_ADDR_NAME,
  TIPC_ADDR_NAMESEQ,
} from "../../../socket/mod.ts";
import type { Kind, Probe } from "./probe.ts";
import { bytes, type Value } from "./value.ts";

// What no kernel is to see: each side makes the address for a socket that is
// only taken for one of the family, which a kernel need not have.

const masked = "a number out of range is refused; CPython takes its low bits";
const text = "a name is text; CPython also takes it as bytes";

const no = { big: "18446744073709551616" };

function wrong(
  [family, proto = 0]: readonly [family: number, proto?: number],
  ...addresses: readonly Value[]
): Probe[] {
  const kind: Kind = [family, SOCK_DGRAM, proto];
  return addresses.map((address) => ({
    kind,
    posing: true,
    calls: [["bind", address]],
  }));
}

/** Addresses that end here in another way than in CPython. */
function differently(
  ours: string,
  reason: string,
  of: readonly [family: number, proto?: number],
  ...addresses: readonly Value[]
): Probe[] {
  return wrong(of, ...addresses)
    .map((probe) => ({ ...probe, differs: { ours, reason } }));
}

const notTuples: readonly Value[] = [null, 1, "lo", bytes("lo")];

/** Addresses of a wrong shape, or with a part of a wrong type or out of range. */
export const wrongAddresses: readonly Probe[] = [
  ...[AF_INET, AF_INET6, AF_PACKET, AF_NETLINK, AF_VSOCK, AF_TIPC, AF_ALG]
    .flatMap((family) => wrong([family], ...notTuples)),
  ...[AF_RDS, AF_QIPCRTR].flatMap((family) => wrong([family], ...notTuples)),
  ...[CAN_RAW, CAN_BCM, CAN_ISOTP, CAN_J1939]
    .flatMap((proto) => wrong([AF_CAN, proto], ...notTuples)),

  ...wrong([AF_INET], [], ["127.0.0.1"], ["127.0.0.1", 1, 2], [1, 1]),
  ...wrong([AF_INET], [null, 1], ["127.0.0.1", null], ["127.0.0.1", "1"]),
  ...wrong([AF_INET], ["127.0.0.1", -1], ["127.0.0.1", 65536]),
  ...wrong([AF_INET], ["127.0.0.1", 2 ** 31], ["127.0.0.1", -(2 ** 31) - 1]),
  ...wrong([AF_INET], ["127.0.0.1", 1.5], ["a\0b", 1]),
  ...wrong([AF_RDS], ["127.0.0.1"], ["127.0.0.1", 65536], [1, 1]),

  ...wrong([AF_INET6], ["::1"], ["::1", 1, 0, 0, 0], ["::1", 1, 1048576]),
  ...wrong([AF_INET6], ["::1", 65536], ["::1", -1, 0, 0], ["::1", 1, "0"]),
  ...wrong([AF_INET6], ["::1", 1, 0, null], ["::1", 1, 0, 1.5], [1, 1]),
  ...differently("RangeError", masked, [AF_INET6], ["::1", 1, 0, -1]),
  ...differently("RangeError", masked, [AF_INET6], ["::1", 1, 0, 2 ** 32]),

  ...wrong([AF_UNIX], null, 1, 1.5, [], ["x"], ["x", 1]),
  ...wrong([AF_UNIX], "x".repeat(108), bytes("x".repeat(108))),
  ...wrong([AF_UNIX], bytes(`\0${"x".repeat(108)}`), `\0${"x".repeat(108)}`),
  ...wrong([AF_UNIX], `${"é".repeat(54)}`, "\ud800", "a\ud83d"),

  ...wrong([AF_PACKET], [], ["lo"], ["lo", 1, 0, 0, bytes(""), 0]),
  ...wrong([AF_PACKET], ["lo", "1"], ["lo", null], ["lo", 1.5], [1, 1]),
  ...wrong([AF_PACKET], ["lo", -1], ["lo", 65536], ["lo", 2 ** 31]),
  ...wrong([AF_PACKET], ["lo", 1, "0"], ["lo", 1, 0, null], [null, 1]),
  ...wrong([AF_PACKET], ["lo", 1, 0, 0, "mac"], ["lo", 1, 0, 0, 1]),
  ...wrong([AF_PACKET], ["lo", 1, 0, 0, bytes("123456789")], ["l\0o", 1]),
  ...wrong([AF_PACKET], ["nosuch", 1], ["", 1], ["x".repeat(16), 1]),
  ...differently("RangeError", masked, [AF_PACKET], ["lo", 1, 256]),
  ...differently("RangeError", masked, [AF_PACKET], ["lo", 1, 0, -1]),

  ...wrong([AF_NETLINK], [], [1], [1, 2, 3], ["1", 2], [1, null], [1.5, 0]),
  ...differently("RangeError", masked, [AF_NETLINK], [-1, 0], [0, 2 ** 32]),

  ...wrong([AF_VSOCK], [], [1], [1, 2, 3], ["1", 2], [1, null], [1, 1.5]),
  ...differently("RangeError", masked, [AF_VSOCK], [-2, 1], [1, 2 ** 32]),

  ...wrong([AF_QIPCRTR], [], [1], [1, 2, 3], ["1", 2], [1, null], [1.5, 0]),
  ...differently("RangeError", masked, [AF_QIPCRTR], [-1, 0], [0, 2 ** 32]),

  ...wrong([AF_CAN, CAN_RAW], [], ["", 1], [1], [null], ["l\0o"], ["nosuch"]),
  ...wrong([AF_CAN, CAN_RAW], ["x".repeat(15)], ["x".repeat(16)]),
  ...wrong([AF_CAN, CAN_BCM], [], ["", 1], [1], ["é".repeat(8)]),
  ...wrong([AF_CAN, 0], [""]),
  ...wrong([AF_CAN, 5], [""]),
  ...differently("TypeError", text, [AF_CAN, CAN_RAW], [bytes("lo")]),
  ...wrong([AF_CAN, CAN_ISOTP], [""], ["", 1], ["", 1, 2, 3], ["", "1", 2]),
  ...wrong([AF_CAN, CAN_ISOTP], ["", 1, null], ["", 1.5, 1], [1, 1, 1]),
  ...wrong([AF_CAN, CAN_ISOTP], ["x".repeat(16), 1, 1], ["nosuch", 1, 1]),
  ...differently("RangeError", masked, [AF_CAN, CAN_ISOTP], ["", -1, 0]),
  ...differently("RangeError", masked, [AF_CAN, CAN_ISOTP], ["", 0, 2 ** 32]),
  ...wrong([AF_CAN, CAN_J1939], [""], ["", 1, 2], ["", 1, 2, 3, 4]),
  ...wrong([AF_CAN, CAN_J1939], ["", "1", 2, 3], ["", 1, null, 3]),
  ...wrong([AF_CAN, CAN_J1939], ["", null, 2, 3], ["", 1.5, 2, 3]),
  ...wrong([AF_CAN, CAN_J1939], ["", bytes("1"), 2, 3], ["", 1, 2, "3"]),
  ...wrong([AF_CAN, CAN_J1939], ["nosuch", 1, 2, 3]),
  ...differently("RangeError", masked, [AF_CAN, CAN_J1939], ["", -1, 2, 3]),
  ...differently("RangeError", masked, [AF_CAN, CAN_J1939], ["", no, 2, 3]),
  ...differently("RangeError", masked, [AF_CAN, CAN_J1939], ["", 1, -1, 3]),
  ...differently("RangeError", masked, [AF_CAN, CAN_J1939], ["", 1, 2, 256]),

  ...wrong([AF_TIPC], [], [TIPC_ADDR_NAME, 1, 2], [TIPC_ADDR_NAME, 1, "2", 3]),
  ...wrong([AF_TIPC], [TIPC_ADDR_NAME, 1, 2, "3"], [TIPC_ADDR_ID, 1, 2, null]),
  ...wrong([AF_TIPC], [TIPC_ADDR_NAMESEQ, 1, 2, 3, 4, 5], [0, 1, 2, 3]),
  ...wrong([AF_TIPC], [99, 1, 2, 3], ["1", 1, 2, 3], [TIPC_ADDR_ID, 1.5, 2, 3]),
  ...wrong([AF_TIPC], [TIPC_ADDR_ID, 1, 2, 3, "scope"]),
  ...differently("RangeError", masked, [AF_TIPC], [TIPC_ADDR_NAME, -1, 2, 3]),
  ...differently("RangeError", masked, [AF_TIPC], [TIPC_ADDR_ID, 1, 2, 3, 256]),

  ...wrong([AF_ALG], [], ["hash"], ["hash", "sha256", 0, 0, 0], [1, "sha256"]),
  ...wrong([AF_ALG], ["hash", 1], ["hash", null], ["hash", "sha256", "0"]),
  ...wrong([AF_ALG], ["ha\0sh", "sha256"], ["hash", "sha\0-256"]),
  ...wrong([AF_ALG], ["x".repeat(14), "sha256"], ["hash", "x".repeat(64)]),
  ...wrong([AF_ALG], ["hash", "é".repeat(32)], ["hash", "sha256", 1.5]),
  ...differently("RangeError", masked, [AF_ALG], ["hash", "sha256", -1]),

  // Families whose addresses Python does not know either.
  ...wrong([4], ["x"]),
  ...wrong([45], ["x", 1]),
];
