import { type Case, streams } from "./case.ts";

/** Making a server, binding and closing it. */
export const constructCases: readonly Case[] = [
  { name: "a server that is made", actions: ["construct", "server_close"] },
  {
    name: "a server that is closed twice",
    actions: ["construct", "server_close", "server_close"],
  },
  {
    name: "bind_and_activate=False",
    bindAndActivate: false,
    actions: ["construct", "server_close"],
  },
  {
    name: "a server that is bound and activated later",
    bindAndActivate: false,
    actions: [
      "construct",
      "server_bind",
      "server_activate",
      "client",
      "handle_request",
      "answer",
      "server_close",
    ],
  },
  {
    name: "a server that never listens",
    servers: streams,
    bindAndActivate: false,
    actions: ["construct", "server_bind", "handle_request", "server_close"],
    differs: [{
      python: ["getRequest", "handleRequest ends"],
      ours: ["getRequest", "handleRequest throws EINVAL"],
      reason: "CPython hides that it cannot serve, and its loop spins",
    }],
  },
  {
    name: "an address in use",
    isTaken: true,
    actions: ["construct"],
  },
  {
    name: "server_bind throws",
    faults: { server_bind: { error: "Planned" } },
    actions: ["construct"],
  },
  {
    name: "server_bind throws once it has bound",
    faults: { server_bind: { error: "Planned", late: true } },
    actions: ["construct"],
  },
  {
    name: "server_activate throws",
    faults: { server_activate: { error: "EMFILE" } },
    actions: ["construct"],
  },
  {
    name: "server_bind throws, and so does server_close",
    faults: {
      server_bind: { error: "EMFILE" },
      server_close: { error: "Planned" },
    },
    actions: ["construct"],
    differs: [{
      python: ["construct throws Planned"],
      ours: ["construct throws EMFILE"],
      reason: "CPython chains the errors; the first is the one to mend",
    }],
  },
  {
    name: "server_close throws",
    faults: { server_close: { error: "Planned" } },
    actions: ["construct", "server_close"],
  },
  {
    name: "handle_request of a closed server",
    actions: ["construct", "server_close", "handle_request"],
    differs: [{
      python: ["handleRequest throws ValueError"],
      ours: ["handleRequest throws EBADF"],
      reason: "CPython's selector refuses -1 before any system call",
    }],
  },
  {
    name: "serve_forever of a closed server",
    actions: ["construct", "server_close", "serve_forever"],
    differs: [{
      python: ["serveForever throws ValueError"],
      ours: ["serveForever throws EBADF"],
      reason: "CPython's selector refuses -1 before any system call",
    }],
  },
];
