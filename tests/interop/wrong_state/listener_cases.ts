import type { Call, Case } from "./case.ts";

const abc = { bytes: "abc" } as const;

const onListener: readonly Call[] = [
  ["s.recv", 10],
  ["s.recv_into", { buffer: 4 }],
  ["s.send", abc],
  ["s.sendall", abc],
  ["s.getpeername"],
  ["s.connect", ["127.0.0.1", 9]],
  ["s.connect_ex", ["127.0.0.1", 9]],
  ["s.bind", ["127.0.0.1", 0]],
  ["s.listen"],
  ["s.listen", 0],
  ["s.listen", -1],
  ["s.shutdown", "$SHUT_WR"],
  ["s.shutdown", 3],
];

const onUnixListener = onListener.map((call): Call =>
  call[0] === "s.bind"
    ? ["s.bind", "@path:2"]
    : /connect/.test(call[0])
    ? [call[0], "@path"]
    : call
);

/** Calls on a listening socket. */
export const listenerCases: readonly Case[] = [
  ...onListener.map((call): Case => ({
    name: `${call[0]} on a listener, TCP`,
    calls: [["s = server"], call],
  })),
  ...onUnixListener.map((call): Case => ({
    name: `${call[0]} on a listener, Unix`,
    calls: [
      ["s = socket", "$AF_UNIX"],
      ["s.bind", "@path"],
      ["s.listen"],
      call,
    ],
  })),
  {
    name: "listen without bind",
    calls: [
      ["s = socket"],
      ["s.listen"],
      ["s.getsockname"],
      ["t = socket", "$AF_INET6"],
      ["t.listen"],
      ["t.getsockname"],
    ],
  },
  {
    name: "listen without bind, Unix",
    calls: [["s = socket", "$AF_UNIX"], ["s.listen"], ["s.getsockname"]],
  },
  {
    name: "accept on a non-blocking listener",
    calls: [
      ["s = server"],
      ["s.setblocking", false],
      ["s.accept"],
      ["c = socket"],
      ["c.connect", "@s"],
      ["pause", 0.05],
      ["s.accept"],
      ["s.accept"],
    ],
  },
  {
    name: "accept times out",
    calls: [["s = server"], ["s.settimeout", 0.02], ["s.accept"], ["s.accept"]],
  },
  {
    name: "accept gives sockets with the default timeout",
    calls: [
      ["s = server"],
      ["s.settimeout", 5],
      ["c = socket"],
      ["c.connect", "@s"],
      ["p, a = s.accept"],
      ["p.gettimeout"],
      ["p.getblocking"],
      ["setdefaulttimeout", 3],
      ["d = socket"],
      ["d.gettimeout"],
      ["d.connect", "@s"],
      ["q, b = s.accept"],
      ["q.gettimeout"],
      ["setdefaulttimeout", null],
    ],
  },
  {
    name: "shutdown of a listener's reading half",
    calls: [
      ["s = server"],
      ["s.shutdown", "$SHUT_RD"],
      ["s.accept"],
      ["s.getsockname"],
      ["s.listen"],
      ["s.settimeout", 0.05],
      ["s.accept"],
    ],
  },
  {
    name: "a second listener on the port",
    calls: [
      ["s = server"],
      ["create_server", "@s"],
      ["t = socket"],
      ["t.bind", "@s"],
    ],
  },
  {
    name: "listen on a port that was closed",
    calls: [
      ["s = server"],
      ["t = socket"],
      ["t.connect", "@s"],
      ["p, a = s.accept"],
      ["p.close"],
      ["s.close"],
      ["s.accept"],
      ["s.getsockname"],
    ],
  },
];
