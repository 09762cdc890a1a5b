import type { Call, Case, Difference } from "./case.ts";

const abc = { bytes: "abc" } as const;

const afterClose: readonly Call[] = [
  ["c.recv", 10],
  ["c.recv", 0],
  ["c.recv_into", { buffer: 4 }],
  ["c.recvfrom", 10],
  ["c.recvmsg", 10],
  ["c.send", abc],
  ["c.send", { bytes: "" }],
  ["c.sendall", abc],
  ["c.sendmsg", [abc]],
  ["c.accept"],
  ["c.bind", ["127.0.0.1", 0]],
  ["c.listen"],
  ["c.connect", ["127.0.0.1", 9]],
  ["c.connect_ex", ["127.0.0.1", 9]],
  ["c.shutdown", "$SHUT_WR"],
  ["c.getsockname"],
  ["c.getpeername"],
  ["c.getsockopt", "$SOL_SOCKET", "$SO_TYPE"],
  ["c.setsockopt", "$SOL_SOCKET", "$SO_KEEPALIVE", 1],
  ["c.settimeout", 1],
  ["c.setblocking", true],
  ["c.setblocking", false],
  ["c.gettimeout"],
  ["c.getblocking"],
  ["c.fileno"],
  ["c.detach"],
  ["c.dup"],
  ["c.close"],
  ["c.getblocking"],
];

/** What the calls after close differ in; `first` is where they begin. */
function differences(first: number): Difference[] {
  const at = (call: string, nth = 0) =>
    first +
    afterClose.map(([name], index) => name === call ? index : -1)
      .filter((index) => index >= 0)[nth];
  const kept = "a call that fails changes nothing; CPython keeps the timeout " +
    "that settimeout could not set";
  return [
    {
      call: at("c.recv", 1),
      ours: "OSError 9 EBADF",
      reason: "a closed socket is EBADF, whatever is asked of it",
    },
    { call: at("c.gettimeout"), ours: "null", reason: kept },
    { call: at("c.getblocking"), ours: "true", reason: kept },
    { call: at("c.getblocking", 1), ours: "true", reason: kept },
  ];
}

/** Calls on a socket that is closed. */
export const closedCases: readonly Case[] = [
  {
    name: "calls after close",
    calls: [["c, p = pair"], ["c.close"], ...afterClose],
    differs: differences(2),
  },
  {
    name: "calls after close on a socket that was never connected",
    calls: [["c = socket"], ["c.close"], ...afterClose],
    differs: differences(2),
  },
];
