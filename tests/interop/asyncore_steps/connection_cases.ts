import type { Case } from "./case.ts";
import { ending, hangUp, reader } from "./common.ts";

/** Connections that are there, and how they end. */
export const connections: readonly Case[] = [
  {
    name: "a socket that is connected",
    specs: { d: reader },
    script: [
      ["pair", "d", "p"],
      ["state", "d"],
      ["repr", "d"],
      ["peer_send", "p", "hello"],
      ["until", "d.recv"],
      ["recv", "d", 10],
      ["send", "d", "answer"],
      ["peer_recv", "p", 100],
      ["idle"],
    ],
  },
  {
    name: "a socket that is not connected",
    specs: { d: { ...reader, writable: false } },
    script: [["unconnected", "d"], ["state", "d"], ["repr", "d"]],
  },
  {
    name: "a socket that is closed",
    specs: { d: reader },
    script: [["closed_socket", "d"], ["size"]],
  },
  ...["AF_INET", "AF_UNIX"].flatMap((family) => [
    ...ending(family, {
      name: `the peer closes, ${family}`,
      specs: { d: reader },
      script: [
        ["pair", "d", "p", family],
        ["peer_close", "p"],
        ["until", "d.handle_close"],
        ["idle"],
        ["state", "d"],
      ],
    }),
    ...ending(family, {
      name: `the peer sends and closes, ${family}`,
      specs: { d: { on: { handle_read: [["recv", 3]] } } },
      script: [
        ["pair", "d", "p", family],
        ["peer_send", "p", "hello"],
        ["peer_close", "p"],
        ["until", "d.handle_close"],
        ["idle"],
        ["state", "d"],
      ],
    }),
  ]),
  {
    name:
      "handle_close closes, and throws what says that the connection is gone",
    specs: {
      d: {
        on: {
          handle_read: [["recv", 9]],
          handle_close: [[["close"], ["raise", "ECONNRESET"]], []],
        },
      },
    },
    script: [
      ["pair", "d", "p"],
      ["peer_shutdown", "p"],
      ["until", "d.handle_close"],
      ["idle"],
      ["state", "d"],
    ],
  },
  {
    name: "the peer half-closes, and gets an answer",
    specs: {
      d: {
        kind: "dispatcher_with_send",
        on: {
          handle_read: [["recv", 100]],
          handle_close: [["send", "bye"], [
            "close",
          ]],
        },
      },
    },
    script: [
      ["pair", "d", "p"],
      ["peer_send", "p", "hello"],
      ["until", "d.recv"],
      ["peer_shutdown", "p"],
      ["until", "d.handle_close"],
      ["peer_recv_all", "p"],
    ],
  },
  ...hangUp({
    name: "the peer resets",
    specs: { d: reader },
    script: [
      ["pair", "d", "p"],
      ["peer_reset", "p"],
      ["until", "d.handle_close"],
      ["idle"],
      ["state", "d"],
    ],
  }),
  {
    name: "the peer resets while nobody reads",
    specs: {
      d: {
        readable: false,
        writable: true,
        on: { handle_write: [["send", "x"]] },
      },
    },
    script: [
      ["pair", "d", "p"],
      ["peer_reset", "p"],
      ["until", "d.handle_close"],
      ["idle"],
      ["state", "d"],
    ],
    driver: "POSIX",
  },
  {
    name: "send after close",
    specs: { d: reader },
    script: [
      ["pair", "d", "p"],
      ["close", "d"],
      ["send", "d", "x"],
      ["recv", "d", 1],
      ["close", "d"],
      ["state", "d"],
    ],
  },
  {
    name: "send without a connection",
    specs: { d: {} },
    script: [["create_socket", "d"], ["send", "d", "x"], ["state", "d"]],
  },
  {
    name: "receive when nothing is there",
    specs: { d: {} },
    script: [["pair", "d", "p"], ["recv", "d", 1], ["state", "d"]],
  },
  {
    name: "close in handle_read",
    specs: { d: { on: { handle_read: [["recv", 2], ["close"]] } } },
    script: [
      ["pair", "d", "p"],
      ["peer_send", "p", "hi"],
      ["until", "d.handle_read"],
      ["idle"],
      ["peer_recv", "p", 10],
    ],
  },
  {
    name: "close in handle_read while it is writable",
    specs: {
      d: { writable: true, on: { handle_read: [["recv", 2], ["close"]] } },
    },
    script: [
      ["pair", "d", "p"],
      ["peer_send", "p", "hi"],
      ["until", "d.handle_read"],
      ["idle"],
    ],
    // poll() has both handlers called at once, select() not.
    driver: "POSIX",
  },
  {
    name: "close another one that is ready as well",
    specs: {
      d: { on: { handle_read: [["recv", 2], ["close_other", "e"]] } },
      e: reader,
    },
    script: [
      ["pair", "d", "p"],
      ["pair", "e", "q"],
      ["peer_send", "q", "to e"],
      ["peer_send", "p", "to d"],
      ["round"],
      ["idle"],
      ["size"],
    ],
    driver: "POSIX",
  },
  {
    name: "an order of many",
    specs: { d: reader, e: reader, f: reader },
    script: [
      ["pair", "d", "p"],
      ["pair", "e", "q"],
      ["pair", "f", "r"],
      ["peer_send", "r", "to f"],
      ["peer_send", "q", "to e"],
      ["peer_send", "p", "to d"],
      ["round"],
      ["idle"],
    ],
    driver: "POSIX",
  },
  {
    name: "read before write",
    specs: {
      d: {
        writable: true,
        on: {
          handle_read: [["recv", 10]],
          handle_write: [["send", "x"], ["close"]],
        },
      },
    },
    script: [
      ["pair", "d", "p"],
      ["peer_send", "p", "hi"],
      ["round"],
      ["peer_recv_all", "p"],
      ["idle"],
    ],
    driver: "POSIX",
  },
  {
    name: "handlers that are not there",
    specs: { d: { writable: true } },
    script: [
      ["pair", "d", "p"],
      ["loop", 1],
      ["peer_send", "p", "hi"],
      ["round", 0.2],
    ],
    driver: "POSIX",
  },
  {
    name: "out-of-band data",
    specs: { d: { on: { handle_expt: [["recv_oob", 1]] } } },
    script: [
      ["pair", "d", "p"],
      ["peer_oob", "p", "!"],
      ["until", "d.recv_oob"],
    ],
    driver: "POSIX",
  },
  {
    name: "out-of-band data that nobody wants",
    specs: { d: {} },
    script: [["pair", "d", "p"], ["peer_oob", "p", "!"], ["round"]],
    driver: "POSIX",
  },
  {
    name: "a socket that was closed without its dispatcher",
    specs: { d: reader },
    script: [
      ["pair", "d", "p"],
      ["close_socket", "d"],
      ["round", 0.1],
      ["state", "d"],
      ["size"],
    ],
  },
  {
    name: "names of all kinds",
    specs: { s: {}, u: {}, d: {}, n: {} },
    script: [
      ["create_socket", "n"],
      ["repr", "n"],
      ["serve", "s"],
      ["repr", "s"],
      ["pair", "d", "p"],
      ["repr", "d"],
      ["close", "d"],
      ["repr", "d"],
    ],
  },
  {
    name: "bind what is in use",
    specs: { s: {}, t: {} },
    script: [
      ["serve", "s"],
      ["create_socket", "t"],
      ["bind_as", "t", "s"],
      ["state", "t"],
    ],
  },
];
