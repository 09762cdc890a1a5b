import type { Case } from "./case.ts";

const noErrno =
  "what no kernel saw is a RangeError; CPython's OSError has no errno";
const reuse = "Deno has SO_REUSEADDR on always";
const tooLarge = "CPython then tries the number as bytes, a TypeError";
const noOption =
  "an option that the sandbox lacks is ENOPROTOOPT, whatever its level";

/** Options, timeouts and what sockets tell of themselves. */
export const optionCases: readonly Case[] = [
  {
    name: "settimeout with an invalid timeout",
    calls: [
      ["s = socket"],
      ["s.settimeout", -1],
      ["s.settimeout", -0.001],
      ["s.settimeout", "$NaN"],
      ["s.settimeout", "a"],
      ["s.settimeout", "$Infinity"],
      ["s.settimeout", 1e10],
      ["s.settimeout", 9223372036],
      ["s.gettimeout"],
      ["s.settimeout", 0],
      ["s.getblocking"],
      ["s.gettimeout"],
      ["s.settimeout", null],
      ["s.getblocking"],
      ["s.setblocking", false],
      ["s.gettimeout"],
      ["s.setblocking", true],
      ["s.gettimeout"],
      ["setdefaulttimeout", -1],
      ["setdefaulttimeout", "$NaN"],
      ["getdefaulttimeout"],
    ],
  },
  {
    name: "getsockopt of a new TCP socket",
    calls: [
      ["s = socket"],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_TYPE"],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_DOMAIN"],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_PROTOCOL"],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_ACCEPTCONN"],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_ERROR"],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_KEEPALIVE"],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_REUSEPORT"],
      ["s.getsockopt", "$IPPROTO_TCP", "$TCP_NODELAY"],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_TYPE", 4],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_TYPE", 2],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_TYPE", 100],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_TYPE", 1024],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_TYPE", 1025],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_TYPE", -1],
      ["l = server"],
      ["l.getsockopt", "$SOL_SOCKET", "$SO_ACCEPTCONN"],
    ],
    differs: [
      { call: 13, ours: "RangeError", reason: noErrno },
      { call: 14, ours: "RangeError", reason: noErrno },
    ],
  },
  {
    name: "SO_REUSEADDR",
    calls: [
      ["s = socket"],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_REUSEADDR"],
      ["s.setsockopt", "$SOL_SOCKET", "$SO_REUSEADDR", 1],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_REUSEADDR"],
      ["s.setsockopt", "$SOL_SOCKET", "$SO_REUSEADDR", 0],
      ["t = socket", "$AF_UNIX"],
      ["t.getsockopt", "$SOL_SOCKET", "$SO_REUSEADDR"],
    ],
    differs: [
      { call: 4, ours: "OSError 92 ENOPROTOOPT", reason: reuse },
    ],
  },
  {
    name: "options that are set",
    calls: [
      ["s = socket"],
      ["s.setsockopt", "$SOL_SOCKET", "$SO_KEEPALIVE", 7],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_KEEPALIVE"],
      ["s.setsockopt", "$IPPROTO_TCP", "$TCP_NODELAY", 1],
      ["s.getsockopt", "$IPPROTO_TCP", "$TCP_NODELAY"],
      ["s.setsockopt", "$IPPROTO_TCP", "$TCP_NODELAY", { bytes: "\x01\0\0\0" }],
      ["s.setsockopt", "$IPPROTO_TCP", "$TCP_NODELAY", { bytes: "\x01" }],
      ["s.setsockopt", "$IPPROTO_TCP", "$TCP_NODELAY", { bytes: "" }],
      ["s.setsockopt", "$IPPROTO_TCP", "$TCP_NODELAY", null, 4],
      ["s.setsockopt", "$IPPROTO_TCP", "$TCP_NODELAY", null, 0],
      ["s.setsockopt", "$IPPROTO_TCP", "$TCP_NODELAY", null],
      ["s.setsockopt", "$IPPROTO_TCP", "$TCP_NODELAY", "x"],
      ["s.setsockopt", "$IPPROTO_TCP", "$TCP_NODELAY", 1.5],
      ["s.setsockopt", "$IPPROTO_TCP", "$TCP_NODELAY", 4294967296],
      ["s.setsockopt", "$IPPROTO_TCP", "$TCP_NODELAY", 2147483648],
      ["s.setsockopt", "$SOL_SOCKET", "$SO_TYPE", 1],
      ["s.setsockopt", "$SOL_SOCKET", "$SO_ERROR", 1],
      ["s.setsockopt", "$SOL_SOCKET", "$SO_ACCEPTCONN", 1],
    ],
    differs: [
      { call: 13, ours: "RangeError", reason: tooLarge },
      { call: 14, ours: "RangeError", reason: tooLarge },
    ],
  },
  {
    name: "unknown options",
    calls: [
      ["s = socket"],
      ["s.getsockopt", "$SOL_SOCKET", 9999],
      ["s.getsockopt", 9999, 1],
      ["s.getsockopt", -1, 1],
      ["s.getsockopt", "$IPPROTO_TCP", 9999],
      ["s.getsockopt", "$IPPROTO_IP", 9999],
      ["s.setsockopt", "$SOL_SOCKET", 9999, 1],
      ["s.setsockopt", 9999, 1, 1],
      ["s.setsockopt", "$IPPROTO_TCP", 9999, 1],
      ["s.getsockopt", "$IPPROTO_IPV6", "$IPV6_V6ONLY"],
      ["s.setsockopt", "$IPPROTO_IPV6", "$IPV6_V6ONLY", 1],
    ],
    differs: [
      { call: 2, ours: "OSError 92 ENOPROTOOPT", reason: noOption },
      { call: 3, ours: "OSError 92 ENOPROTOOPT", reason: noOption },
    ],
  },
  {
    name: "TCP's options on a Unix socket",
    calls: [
      ["s = socket", "$AF_UNIX"],
      ["s.getsockopt", "$IPPROTO_TCP", "$TCP_NODELAY"],
      ["s.setsockopt", "$IPPROTO_TCP", "$TCP_NODELAY", 1],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_PROTOCOL"],
      ["s.getsockopt", "$SOL_SOCKET", "$SO_DOMAIN"],
    ],
  },
  {
    name: "IPV6_V6ONLY",
    calls: [
      ["s = socket", "$AF_INET6"],
      ["s.setsockopt", "$IPPROTO_IPV6", "$IPV6_V6ONLY", 1],
      ["s.getsockopt", "$IPPROTO_IPV6", "$IPV6_V6ONLY"],
      ["s.bind", ["::1", 0]],
      ["s.setsockopt", "$IPPROTO_IPV6", "$IPV6_V6ONLY", 0],
      ["s.getsockname"],
    ],
  },
];
