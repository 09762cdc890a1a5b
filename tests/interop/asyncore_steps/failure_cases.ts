import type { Case } from "./case.ts";

/** What each handler may throw. */
const errors = ["Planned", "EMFILE", "ECONNRESET", "ExitNow"] as const;

/** Handlers that throw. */
export const failures: readonly Case[] = [
  ...errors.flatMap((error): Case[] => [
    ...(["select", "poll"] as const).flatMap((wait): Case[] => [
      {
        name: `handle_read throws ${error}, ${wait}`,
        wait,
        specs: { d: { on: { handle_read: [["recv", 9], ["raise", error]] } } },
        script: [
          ["pair", "d", "p"],
          ["peer_send", "p", "hello"],
          ["round"],
          ["state", "d"],
          ["idle"],
        ],
      },
      {
        name: `handle_write throws ${error}, ${wait}`,
        wait,
        specs: {
          d: { writable: true, on: { handle_write: [["raise", error]] } },
        },
        script: [["pair", "d", "p"], ["round"], ["state", "d"]],
      },
      {
        name: `handle_accept throws ${error}, ${wait}`,
        wait,
        specs: { s: { on: { handle_accept: [["raise", error]] } } },
        script: [
          ["serve", "s"],
          ["peer_connect", "p", "s"],
          ["round"],
          ["state", "s"],
        ],
      },
      {
        name: `handle_accepted throws ${error}, ${wait}`,
        wait,
        specs: {
          s: { on: { handle_accepted: [["super"], ["raise", error]] } },
        },
        script: [
          ["serve", "s"],
          ["peer_connect", "p", "s"],
          ["round"],
          ["state", "s"],
        ],
      },
      {
        name: `handle_connect throws ${error}, ${wait}`,
        wait,
        specs: { c: { on: { handle_connect: [["raise", error]] } } },
        script: [
          ["peer_listen", "l"],
          ["create_socket", "c"],
          ["connect", "c", "l"],
          ["peer_accept", "l", "p"],
          ["until", "c.handle_connect"],
          ["state", "c"],
        ],
      },
      {
        name: `handle_close throws ${error}, ${wait}`,
        wait,
        specs: {
          d: {
            on: {
              handle_read: [["recv", 9]],
              handle_close: [[["raise", error]], [["super"]]],
            },
          },
        },
        script: [
          ["pair", "d", "p"],
          ["peer_shutdown", "p"],
          ["round"],
          ["state", "d"],
          ["close", "d"],
        ],
      },
      {
        name: `handle_error throws ${error}, ${wait}`,
        wait,
        specs: {
          d: {
            writable: true,
            on: {
              handle_write: [["raise", "Planned"]],
              handle_error: [["raise", error]],
            },
          },
        },
        script: [["pair", "d", "p"], ["round"], ["state", "d"], ["close", "d"]],
      },
    ]),
    {
      name: `handle_expt throws ${error}`,
      driver: "POSIX",
      specs: { d: { on: { handle_expt: [["raise", error]] } } },
      script: [
        ["pair", "d", "p"],
        ["peer_oob", "p", "!"],
        ["until", "d.handle_expt"],
        ["state", "d"],
      ],
    },
    {
      name: `close_all with ${error}`,
      specs: { d: {}, e: {} },
      script: [
        ["pair", "d", "p"],
        ["pair", "e", "q"],
        ["faulty_close", "d", error],
        ["close_all"],
        ["size"],
        ["state", "e"],
      ],
    },
    {
      name: `close_all with ${error}, which is to be ignored`,
      specs: { d: {}, e: {} },
      script: [
        ["pair", "d", "p"],
        ["pair", "e", "q"],
        ["faulty_close", "d", error],
        ["close_all", true],
        ["size"],
        ["state", "e"],
      ],
    },
  ]),
  {
    name: "close_all with EBADF",
    specs: { d: {}, e: {} },
    script: [
      ["pair", "d", "p"],
      ["pair", "e", "q"],
      ["faulty_close", "d", "EBADF"],
      ["close_all"],
      ["state", "e"],
    ],
  },
  ...["Planned", "ExitNow"].map((error): Case => ({
    name: `the loop and ${error}`,
    specs: { d: { on: { handle_read: [["recv", 1], ["raise", error]] } } },
    script: [["pair", "d", "p"], ["peer_send", "p", "x"], ["loop"], ["size"]],
  })),
];
