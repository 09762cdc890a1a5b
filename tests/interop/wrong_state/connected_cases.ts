import type { Call, Case } from "./case.ts";

const abc = { bytes: "abc" } as const;

const onConnection: readonly Call[] = [
  ["c.connect", ["127.0.0.1", 9]],
  ["c.connect_ex", ["127.0.0.1", 9]],
  ["c.bind", ["127.0.0.1", 0]],
  ["c.listen"],
  ["c.accept"],
  ["c.shutdown", 7],
  ["c.recv", 0],
  ["c.recv_into", { buffer: 0 }],
  ["c.send", { bytes: "" }],
  ["c.sendall", { bytes: "" }],
  ["c.sendmsg", []],
  ["c.recv", 10, "$MSG_DONTWAIT"],
  ["c.sendto", abc, ["127.0.0.1", 9]],
];

const onUnixConnection = onConnection
  .filter(([call]) => !/connect|bind/.test(call))
  .map((call): Call => call[0] === "c.sendto" ? [call[0], abc, "@path"] : call);

/** Calls on a connection. */
export const connectedCases: readonly Case[] = [
  ...onConnection.map((call): Case => ({
    name: `${call[0]} on a connection, TCP`,
    calls: [["c, p = pair"], call],
  })),
  ...onUnixConnection.map((call): Case => ({
    name: `${call[0]} on a connection, Unix`,
    calls: [["c, p = unixpair"], call],
  })),
  ...["pair", "unixpair"].flatMap((pair): Case[] => [
    {
      name: `send after SHUT_WR, ${pair}`,
      calls: [
        [`c, p = ${pair}`],
        ["c.shutdown", "$SHUT_WR"],
        ["c.send", abc],
        ["c.sendall", abc],
        ["c.send", { bytes: "" }],
        ["c.sendall", { bytes: "" }],
        ["p.recv", 10],
        ["p.sendall", abc],
        ["c.recv", 10],
        ["c.shutdown", "$SHUT_WR"],
        ["c.shutdown", "$SHUT_RD"],
        ["c.shutdown", "$SHUT_RDWR"],
        ["c.recv", 10],
      ],
    },
    {
      name: `recv after SHUT_RD, ${pair}`,
      calls: [
        [`c, p = ${pair}`],
        ["c.shutdown", "$SHUT_RD"],
        ["c.recv", 10],
        ["c.recv_into", { buffer: 4 }],
        ["c.send", abc],
        ["p.recv", 10],
      ],
    },
    {
      name: `recv after SHUT_RD of what had come, ${pair}`,
      calls: [
        [`c, p = ${pair}`],
        ["p.sendall", abc],
        ["pause", 0.05],
        ["c.shutdown", "$SHUT_RD"],
        ["c.recv", 2],
        ["c.recv", 2],
        ["c.recv", 2],
      ],
    },
    {
      name: `after the peer closed, ${pair}`,
      calls: [
        [`c, p = ${pair}`],
        ["p.sendall", abc],
        ["p.close"],
        ["c.recv", 2],
        ["c.recv", 10],
        ["c.recv", 10],
        ["c.recv_into", { buffer: 4 }],
        ["c.recv", 10, "$MSG_DONTWAIT"],
        ["c.recv", 10, "$MSG_PEEK"],
        ["c.recv", 10, "$MSG_WAITALL"],
        ["c.shutdown", "$SHUT_RD"],
      ],
    },
    {
      name: `sends after the peer closed, ${pair}`,
      calls: [
        [`c, p = ${pair}`],
        ["p.close"],
        ["pause", 0.02],
        ["c.send", abc],
        ["pause", 0.02],
        ["c.send", abc],
        ["c.send", abc],
        ["c.recv", 10],
      ],
    },
    {
      name: `non-blocking calls, ${pair}`,
      calls: [
        [`c, p = ${pair}`],
        ["c.setblocking", false],
        ["c.recv", 10],
        ["c.recv_into", { buffer: 4 }],
        ["c.recvmsg", 10],
        ["c.recv", 10, "$MSG_PEEK"],
        ["c.recv", 10, "$MSG_WAITALL"],
        ["c.send", abc],
        ["c.sendall", abc],
        ["c.accept"],
        ["p.sendall", abc],
        ["pause", 0.02],
        ["c.recv", 10, "$MSG_PEEK"],
        ["c.recv", 2],
        ["c.recv", 10, "$MSG_WAITALL"],
        ["c.recv", 10],
        ["p.recv", 10],
      ],
    },
    {
      name: `timeouts, ${pair}`,
      calls: [
        [`c, p = ${pair}`],
        ["c.settimeout", 0.02],
        ["c.recv", 10],
        ["c.recv_into", { buffer: 4 }],
        ["c.recv", 10, "$MSG_PEEK"],
        ["p.sendall", abc],
        ["c.recv", 10],
        ["c.gettimeout"],
        ["c.getblocking"],
      ],
    },
    {
      name: `flags, ${pair}`,
      calls: [
        [`c, p = ${pair}`],
        ["p.sendall", abc],
        ["pause", 0.02],
        ["c.recv", 2, "$MSG_PEEK"],
        ["c.recv", 10, "$MSG_PEEK"],
        ["c.recv", 3, "$MSG_WAITALL"],
        ["p.sendall", abc],
        ["p.shutdown", "$SHUT_WR"],
        ["pause", 0.02],
        ["c.recv", 10, "$MSG_WAITALL"],
        ["c.recv", 10],
      ],
    },
    {
      name: `a closed duplicate, ${pair}`,
      calls: [
        [`c, p = ${pair}`],
        ["d = c.dup"],
        ["d.gettimeout"],
        ["d.close"],
        ["d.recv", 10],
        ["c.sendall", abc],
        ["p.recv", 10],
        ["e = c.dup"],
        ["c.close"],
        ["e.sendall", abc],
        ["p.recv", 10],
        ["e.close"],
        ["p.recv", 10],
      ],
    },
    {
      name: `recvmsg and sendmsg, ${pair}`,
      calls: [
        [`c, p = ${pair}`],
        ["c.sendmsg", [abc, { bytes: "" }, { bytes: "defg" }]],
        ["p.recvmsg", 4],
        ["p.recvmsg_into", [{ buffer: 2 }, { buffer: 9 }]],
        ["c.sendall", abc],
        ["p.recvfrom", 2],
        ["p.recvfrom_into", { buffer: 9 }],
        ["c.sendmsg", [abc]],
        ["p.recvmsg", 2, 0],
        ["p.recvmsg", 2, 100],
      ],
      differs: pair === "unixpair"
        ? [{
          call: 9,
          ours: "OSError 95 EOPNOTSUPP",
          reason: "the sandbox has no ancillary data",
        }]
        : [],
    },
    {
      name: `urgent data, ${pair}`,
      calls: [[`c, p = ${pair}`], ["c.recv", 10, "$MSG_OOB"]],
      differs: [{
        call: 1,
        ours: "OSError 95 EOPNOTSUPP",
        reason: "the sandbox has no urgent data",
      }],
    },
  ]),
  {
    name: "names of a Unix pair",
    calls: [
      ["c, p = unixpair"],
      ["p.getsockname"],
      ["c.getsockname"],
      ["c.bind", "@path"],
    ],
    differs: [
      {
        call: 1,
        ours: "an abstract name",
        reason: "the sandbox pairs them by it",
      },
      {
        call: 3,
        ours: "OSError 22 EINVAL",
        reason: "Deno cannot name a connected socket",
      },
    ],
  },
  {
    name: "connect a connected Unix socket",
    calls: [
      ["l = socket", "$AF_UNIX"],
      ["l.bind", "@path"],
      ["l.listen"],
      ["c = socket", "$AF_UNIX"],
      ["c.connect", "@path"],
      ["c.connect", "@path"],
      ["c.connect_ex", "@path"],
      ["c.getpeername"],
      ["c.listen"],
    ],
  },
  {
    name: "detach",
    calls: [["c, p = pair"], ["d = c.detach"], ["c.recv", 1], ["c.detach"]],
    differs: [{
      call: 1,
      ours: "{}",
      reason: "the sandbox has Deno's own objects in place of descriptors",
    }],
  },
];
