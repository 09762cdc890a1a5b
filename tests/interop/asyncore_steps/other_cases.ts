import type { Case, Op, Spec } from "./case.ts";
import { reader } from "./common.ts";

/** Loops and maps. */
export const loops: readonly Case[] = [
  {
    name: "a loop without dispatchers",
    specs: {},
    script: [["loop"], ["loop", 3], ["round", 0]],
  },
  {
    name: "a loop that ends with its last dispatcher",
    specs: { d: reader },
    script: [
      ["pair", "d", "p"],
      ["peer_send", "p", "hello"],
      ["peer_shutdown", "p"],
      ["loop"],
      ["peer_recv", "p", 1],
    ],
  },
  ...[0, 1, 2, -1].map((count): Case => ({
    name: `a loop of ${count} rounds`,
    specs: { d: { writable: true, readable: false } },
    script: [["pair", "d", "p"], ["loop", count]],
  })),
  {
    name: "a dispatcher that waits for nothing",
    specs: { d: { writable: false, readable: false } },
    script: [
      ["pair", "d", "p"],
      ["peer_send", "p", "hello"],
      ["round", 0.02],
      ["round", 0],
      ["size"],
    ],
  },
  {
    name: "a listener is never writable",
    specs: { s: { writable: true } },
    script: [["serve", "s"], ["round", 0.02], ["size"]],
  },
  {
    name: "two maps",
    specs: { d: reader, e: reader },
    script: [
      ["pair", "d", "p"],
      ["other_map", "first"],
      ["pair", "e", "q"],
      ["size"],
      ["peer_send", "p", "to d"],
      ["peer_send", "q", "to e"],
      ["until", "e.recv"],
      ["idle"],
      ["this_map", "first"],
      ["size"],
      ["until", "d.recv"],
      ["idle"],
      ["close_all"],
      ["this_map", "first"],
      ["size"],
    ],
  },
];

const datagram: readonly Op[] = [["recvfrom", 100], ["answer", "thanks"]];

/** Datagrams. */
export const datagrams: readonly Case[] = [
  {
    name: "datagrams",
    specs: { d: { writable: false, on: { handle_read: datagram } } },
    script: [
      ["create_socket", "d", "AF_INET", "SOCK_DGRAM"],
      ["bind", "d"],
      ["state", "d"],
      ["peer_datagram", "p"],
      ["peer_sendto", "p", "d", "hello"],
      ["until", "d.recvfrom"],
      ["peer_recv", "p", 100],
      ["peer_sendto", "p", "d", "again"],
      ["until", "d.recvfrom", 2],
      ["peer_recv", "p", 100],
      ["idle"],
    ],
  },
  {
    name: "an empty datagram",
    specs: { d: { writable: false, on: { handle_read: [["recv", 9]] } } },
    script: [
      ["create_socket", "d", "AF_INET", "SOCK_DGRAM"],
      ["bind", "d"],
      ["peer_datagram", "p"],
      ["peer_sendto", "p", "d", ""],
      ["until", "d.handle_close"],
      ["state", "d"],
    ],
  },
  {
    name: "connect datagrams",
    specs: { d: { on: { handle_read: [["recv", 9]] } } },
    script: [
      ["peer_datagram", "p"],
      ["create_socket", "d", "AF_INET", "SOCK_DGRAM"],
      ["connect", "d", "p"],
      ["state", "d"],
      ["send", "d", "hello"],
      ["peer_recv", "p", 9],
      ["peer_sendto", "p", "d", "back"],
      ["until", "d.recv"],
      ["idle"],
    ],
  },
];

const file: Partial<Spec> = { kind: "file_dispatcher", writable: false };

/** Files by their descriptors. */
export const files: readonly Case[] = ([
  {
    name: "read a file",
    specs: { f: { ...file, on: { handle_read: [["recv", 100]] } } },
    script: [
      ["file", "f", "p"],
      ["state", "f"],
      ["repr", "f"],
      ["peer_send", "p", "hello"],
      ["until", "f.recv"],
      ["recv", "f", 1],
      ["peer_shutdown", "p"],
      ["until", "f.handle_close"],
      ["state", "f"],
      ["recv", "f", 1],
      ["idle"],
    ],
  },
  {
    name: "a file that is closed at the other end",
    specs: { f: { ...file, on: { handle_read: [["recv", 3]] } } },
    script: [
      ["file", "f", "p"],
      ["peer_send", "p", "hello"],
      ["peer_close", "p"],
      ["until", "f.handle_close"],
      ["idle"],
    ],
  },
  {
    name: "write a file",
    specs: {
      f: {
        ...file,
        writable: true,
        on: { handle_write: [["send", "hello"], ["close"]] },
      },
    },
    script: [["file", "f", "p"], ["loop"], ["peer_recv_all", "p"]],
  },
  {
    name: "write a file that nobody reads any more",
    specs: {
      f: { ...file, writable: true, on: { handle_write: [["send", "x"]] } },
    },
    script: [
      ["file", "f", "p"],
      ["peer_close", "p"],
      ["round"],
      ["idle"],
      ["state", "f"],
    ],
    wait: "select",
  },
  {
    name: "handle_read of a file throws",
    specs: { f: { ...file, on: { handle_read: [["raise", "Planned"]] } } },
    script: [["file", "f", "p"], ["peer_send", "p", "x"], ["round"], ["size"]],
  },
] as Case[]).map((each) => ({ ...each, driver: "POSIX" }));

/** Much data, in both directions. */
export const bulk: readonly Case[] = [
  {
    name: "much to send, to a peer that is slow",
    specs: { d: { kind: "dispatcher_with_send", quiet: ["handle_write"] } },
    script: [
      ["pair", "d", "p"],
      ["send_big", "d", 3_000_000],
      ["pump", "p", 3_000_000],
      ["idle"],
      ["close", "d"],
      ["peer_recv_all", "p"],
    ],
  },
  {
    name: "an echo of much",
    specs: {
      d: {
        kind: "dispatcher_with_send",
        quiet: ["handle_write", "handle_read"],
        on: { handle_read: [["echo"]] },
      },
    },
    script: [
      ["pair", "d", "p"],
      ["peer_send", "p", "0123456789abcdef".repeat(2000)],
      ["pump", "p", 32000],
      ["peer_shutdown", "p"],
      ["until", "d.handle_close"],
    ],
  },
];
