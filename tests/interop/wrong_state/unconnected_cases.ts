import type { Call, Case } from "./case.ts";

const abc = { bytes: "abc" } as const;

const boundListens =
  "in the sandbox the kernel queues connections from bind on";

/** Calls that need a connection. */
const needConnection: readonly Call[] = [
  ["s.recv", 10],
  ["s.recv", 0],
  ["s.recv_into", { buffer: 4 }],
  ["s.recvfrom", 10],
  ["s.recvmsg", 10],
  ["s.recvmsg_into", [{ buffer: 4 }]],
  ["s.recv", 10, "$MSG_PEEK"],
  ["s.recv", 10, "$MSG_DONTWAIT"],
  ["s.send", abc],
  ["s.send", { bytes: "" }],
  ["s.sendall", abc],
  ["s.sendall", { bytes: "" }],
  ["s.sendmsg", [abc]],
  ["s.sendto", abc, ["127.0.0.1", 9]],
  ["s.accept"],
  ["s.getpeername"],
  ["s.shutdown", "$SHUT_RD"],
  ["s.shutdown", "$SHUT_WR"],
  ["s.shutdown", "$SHUT_RDWR"],
  ["s.shutdown", 7],
  ["s.shutdown", -1],
];

const needUnixConnection: readonly Call[] = needConnection.map((call) =>
  call[0] === "s.sendto" ? ["s.sendto", abc, "@path"] : call
);

/** Calls on a socket that is not connected. */
export const unconnectedCases: readonly Case[] = [
  ...needConnection.map((call): Case => ({
    name: `${call[0]} before connect, TCP`,
    calls: [["s = socket"], call],
  })),
  ...needConnection.map((call): Case => ({
    name: `${call[0]} after bind, TCP`,
    calls: [["s = socket"], ["s.bind", ["127.0.0.1", 0]], call],
  })),
  ...needUnixConnection.map((call): Case => ({
    name: `${call[0]} before connect, Unix`,
    calls: [["s = socket", "$AF_UNIX"], call],
  })),
  {
    name: "getsockname of a new socket",
    calls: [
      ["s = socket"],
      ["s.getsockname"],
      ["t = socket", "$AF_INET6"],
      ["t.getsockname"],
      ["u = socket", "$AF_UNIX"],
      ["u.getsockname"],
    ],
  },
  {
    name: "bind twice",
    calls: [
      ["s = socket"],
      ["s.bind", ["127.0.0.1", 0]],
      ["s.bind", ["127.0.0.1", 0]],
      ["s.getsockname"],
    ],
  },
  {
    name: "bind where somebody listens",
    calls: [
      ["l = server"],
      ["s = socket"],
      ["s.bind", "@l"],
      ["s.bind", ["0.0.0.0", "@l:port"]],
      ["s.bind", ["127.0.0.1", 0]],
    ],
  },
  {
    name: "bind to an address that is not this machine's",
    calls: [["s = socket"], ["s.bind", ["192.0.2.77", 0]], ["s.getsockname"]],
  },
  {
    name: "connect where nobody listens",
    calls: [
      ["f = free"],
      ["s = socket"],
      ["s.connect", "@f"],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_ERROR"],
      ["s.getpeername"],
      ["s.recv", 10],
      ["s.send", abc],
      ["s.connect_ex", "@f"],
    ],
  },
  {
    name: "connect after a refused connection",
    calls: [
      ["f = free"],
      ["l = server"],
      ["s = socket"],
      ["s.connect_ex", "@f"],
      ["s.connect_ex", "@l"],
      ["s.getpeername"],
    ],
  },
  {
    name: "non-blocking connect",
    calls: [
      ["l = server"],
      ["s = socket"],
      ["s.setblocking", false],
      ["s.connect", "@l"],
      ["pause", 0.1],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_ERROR"],
      ["s.getpeername"],
      ["s.recv", 10],
      ["s.connect_ex", "@l"],
    ],
  },
  {
    name: "non-blocking connect_ex where nobody listens",
    calls: [
      ["f = free"],
      ["s = socket"],
      ["s.settimeout", 0],
      ["s.connect_ex", "@f"],
      ["pause", 0.1],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_ERROR"],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_ERROR"],
      ["s.getpeername"],
    ],
  },
  {
    name: "recv after a non-blocking connect that was refused",
    calls: [
      ["f = free"],
      ["s = socket"],
      ["s.setblocking", false],
      ["s.connect_ex", "@f"],
      ["pause", 0.1],
      ["s.recv", 10],
      ["s.recv", 10],
    ],
    differs: [{
      call: 6,
      ours: "OSError 107 ENOTCONN",
      reason: "the kernel then takes the socket for one that was connected",
    }],
  },
  {
    name: "send after a non-blocking connect that was refused",
    calls: [
      ["f = free"],
      ["s = socket"],
      ["s.setblocking", false],
      ["s.connect_ex", "@f"],
      ["pause", 0.1],
      ["s.send", abc],
      ["s.send", abc],
    ],
  },
  {
    name: "connect_ex after a non-blocking connect that was refused",
    calls: [
      ["f = free"],
      ["s = socket"],
      ["s.setblocking", false],
      ["s.connect_ex", "@f"],
      ["pause", 0.1],
      ["s.connect_ex", "@f"],
    ],
  },
  {
    name: "connect_ex where nobody listens, with a timeout",
    calls: [
      ["f = free"],
      ["s = socket"],
      ["s.settimeout", 5],
      ["s.connect_ex", "@f"],
    ],
  },
  {
    name: "connect to port 0",
    calls: [["s = socket"], ["s.connect", ["127.0.0.1", 0]]],
  },
  {
    name: "connect to any address",
    calls: [
      ["l = server"],
      ["s = socket"],
      ["s.connect", ["", "@l:port"]],
      ["s.getpeername"],
    ],
  },
  {
    name: "connect to the broadcast address",
    calls: [["s = socket"], ["s.connect", ["<broadcast>", 9]]],
  },
  {
    name: "connect a Unix socket where nothing is",
    calls: [
      ["s = socket", "$AF_UNIX"],
      ["s.connect", "@path"],
      ["s.connect_ex", "@path"],
      ["s.setblocking", false],
      ["s.connect_ex", "@path"],
      ["s.connect_ex", ""],
      ["s.connect_ex", "\0nobody.is.here"],
    ],
  },
  {
    name: "bind and connect a Unix socket at the wrong places",
    calls: [
      ["l = socket", "$AF_UNIX"],
      ["l.bind", "@path"],
      ["s = socket", "$AF_UNIX"],
      ["l.getsockname"],
      ["s.bind", "@path"],
      ["s.bind", "/nowhere/at/all"],
      ["s.bind", "/etc/passwd/x"],
      ["s.bind", `/${"x".repeat(200)}`],
      ["s.connect", "/etc/passwd"],
      ["s.connect", "/etc/passwd/x"],
      ["s.connect", `/${"x".repeat(200)}`],
    ],
  },
  {
    name: "connect to a Unix socket that is bound and does not listen",
    calls: [
      ["l = socket", "$AF_UNIX"],
      ["l.bind", "@path"],
      ["s = socket", "$AF_UNIX"],
      ["s.connect", "@path"],
    ],
    differs: [{ call: 3, ours: "null", reason: boundListens }],
  },
  {
    name: "connect to a TCP socket that is bound and does not listen",
    calls: [
      ["l = socket"],
      ["l.bind", ["127.0.0.1", 0]],
      ["s = socket"],
      ["s.connect", "@l"],
    ],
    differs: [{ call: 3, ours: "null", reason: boundListens }],
  },
];
