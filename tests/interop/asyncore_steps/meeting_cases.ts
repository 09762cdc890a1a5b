import type { Case } from "./case.ts";
import { echo, ending, reader, server } from "./common.ts";

/** Servers and clients. */
export const meetings: readonly Case[] = [
  ...["AF_INET", "AF_UNIX"].flatMap((family) =>
    ending(family, {
      name: `an echo server, ${family}`,
      specs: { s: server, h: echo },
      script: [
        ["serve", "s", family],
        ["state", "s"],
        ["peer_connect", "p", "s", family],
        ["until", "s.handle_accepted"],
        ["peer_send", "p", "hello"],
        ["until", "h.handle_read"],
        ["peer_recv", "p", 100],
        ["peer_close", "p"],
        ["until", "h.handle_close"],
        ["idle"],
        ["state", "h"],
        ["size"],
      ],
    })
  ),
  {
    name: "a server that leaves accepting as it is",
    specs: { s: {} },
    script: [
      ["serve", "s"],
      ["peer_connect", "p", "s"],
      ["until", "s.log_info warning unhandled accepted event"],
      ["peer_recv", "p", 10],
      ["idle"],
    ],
  },
  {
    name: "accept when nobody is there",
    specs: { s: {} },
    script: [["serve", "s"], ["accept", "s"], ["idle"]],
  },
  {
    name: "accept twice in a handler",
    specs: { s: { on: { handle_accept: [["accept"], ["accept"]] } } },
    script: [
      ["serve", "s"],
      ["peer_connect", "p", "s"],
      ["until", "s.accept None"],
    ],
  },
  {
    name: "accept without listening",
    specs: { s: {} },
    script: [["create_socket", "s"], ["bind", "s"], ["accept", "s"]],
  },
  {
    name: "the connection is gone before it is accepted",
    specs: { s: server, h: reader },
    script: [
      ["serve", "s"],
      ["peer_connect", "p", "s"],
      ["peer_close", "p"],
      ["until", "h.handle_close"],
      ["idle"],
      ["size"],
    ],
  },
  {
    name: "two clients",
    specs: {
      s: { on: { handle_accepted: [[["give", "h"]], [["give", "i"]]] } },
      h: echo,
      i: echo,
    },
    script: [
      ["serve", "s"],
      ["peer_connect", "p", "s"],
      ["until", "s.handle_accepted"],
      ["peer_connect", "q", "s"],
      ["until", "s.handle_accepted", 2],
      ["peer_send", "q", "second"],
      ["until", "i.handle_read"],
      ["peer_recv", "q", 100],
      ["peer_send", "p", "first"],
      ["until", "h.handle_read"],
      ["peer_recv", "p", 100],
      ["close_all"],
      ["peer_recv", "p", 100],
      ["peer_recv", "q", 100],
    ],
  },
  ...["AF_INET", "AF_UNIX"].flatMap((family) =>
    ending(family, {
      name: `connect to a listener, ${family}`,
      specs: { c: { ...reader } },
      script: [
        ["peer_listen", "l", family],
        ["create_socket", "c", family],
        ["state", "c"],
        ["connect", "c", "l"],
        ["peer_accept", "l", "p"],
        ["until", "c.handle_connect"],
        ["state", "c"],
        ["peer_send", "p", "hello"],
        ["until", "c.recv"],
        ["peer_close", "p"],
        ["until", "c.handle_close"],
        ["idle"],
        ["state", "c"],
      ],
    })
  ),
  {
    name: "connect and send by the buffer",
    specs: { c: { kind: "dispatcher_with_send", ...reader } },
    script: [
      ["peer_listen", "l"],
      ["create_socket", "c"],
      ["connect", "c", "l"],
      ["peer_accept", "l", "p"],
      ["until", "c.handle_connect"],
      ["send", "c", "hello"],
      ["peer_recv", "p", 5],
      ["idle"],
      ["peer_close", "p"],
      ["until", "c.handle_close"],
    ],
  },
  {
    name: "connect where nobody listens",
    specs: { c: {} },
    script: [
      ["create_socket", "c"],
      ["connect_nowhere", "c"],
      ["state", "c"],
      ["until", "c.handle_close"],
      ["idle"],
      ["state", "c"],
      ["size"],
    ],
  },
  {
    name: "connect where nobody listens, and close in handle_error",
    specs: { c: { on: { handle_error: [["close"]] } } },
    script: [
      ["create_socket", "c"],
      ["connect_nowhere", "c"],
      ["until", "c.handle_error"],
      ["idle"],
      ["size"],
    ],
  },
  {
    name: "connect to no path",
    specs: { c: {} },
    script: [
      ["create_socket", "c", "AF_UNIX"],
      ["connect_no_path", "c"],
      ["state", "c"],
    ],
  },
  {
    name: "connect twice",
    specs: { c: reader },
    script: [
      ["peer_listen", "l"],
      ["create_socket", "c"],
      ["connect", "c", "l"],
      ["peer_accept", "l", "p"],
      ["until", "c.handle_connect"],
      ["connect", "c", "l"],
      ["state", "c"],
    ],
  },
  {
    name: "close before the connection is there",
    specs: { c: {} },
    script: [
      ["peer_listen", "l"],
      ["create_socket", "c"],
      ["connect", "c", "l"],
      ["close", "c"],
      ["state", "c"],
      ["idle"],
    ],
  },
  {
    name: "handle_connect closes",
    specs: { c: { on: { handle_connect: [["close"]] } } },
    script: [
      ["peer_listen", "l"],
      ["create_socket", "c"],
      ["connect", "c", "l"],
      ["until", "c.handle_connect"],
      ["idle"],
      ["state", "c"],
    ],
  },
  {
    name: "two dispatchers meet",
    specs: {
      s: server,
      h: echo,
      c: {
        kind: "dispatcher_with_send",
        on: { handle_connect: [["super"]], handle_read: [["recv", 100]] },
      },
    },
    script: [
      ["serve", "s"],
      ["create_socket", "c"],
      ["connect_to", "c", "s"],
      ["until", "c.handle_connect"],
      ["until", "s.handle_accepted"],
      ["send", "c", "hello"],
      ["until", "c.recv"],
      ["close", "c"],
      ["until", "h.handle_close"],
      ["close_all"],
    ],
    // Which of the two sockets is ready first is not determined.
    wait: "select",
  },
];
