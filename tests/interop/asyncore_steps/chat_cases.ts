import type { Case, Op, Spec } from "./case.ts";

/** A dispatcher that shows each message. */
function chat(terminator: Spec["terminator"], more: Partial<Spec> = {}): Spec {
  return {
    kind: "async_chat",
    terminator,
    ...more,
    on: { found_terminator: [["get_data"]], ...more.on },
    quiet: ["handle_read", "handle_write", ...more.quiet ?? []],
  };
}

/** Each text, and where what ends it is looked for. */
const streams: readonly (readonly [terminator: string, text: string])[] = [
  ["\n", "one\ntwo\n\nthree\n"],
  ["\r\n", "one\r\ntwo\r\n\r\n\rthree\r\r\n"],
  ["\r\n", "\r\n\n\r\r\n"],
  ["aab", "aaabaabaaaabab"],
  ["abab", "ababababaabab"],
  ["aaa", "aaaaaaaab"],
  ["\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\nrest\r\n\r\r\n\r\n"],
  ["\0\xff", "\xff\0\0\xff\xff"],
];

/** What comes in pieces of each size, so that each terminator is split everywhere. */
const pieces: readonly Case[] = streams.flatMap(([terminator, text]) =>
  [1, 2, 3, 5, 1000].map((size): Case => ({
    name: `${JSON.stringify(terminator)} in ${JSON.stringify(text)} by ${size}`,
    specs: { d: chat(terminator) },
    script: [
      ["pair", "d", "p"],
      ["feed", "p", text, size],
      ["show_terminator", "d"],
      ["get_data", "d"],
    ],
  }))
);

/** A terminator, split at each position into two. */
const splits: readonly Case[] = ["one\r\ntwo\r\n", "aaab--aab"].flatMap((
  text,
) =>
  Array.from({ length: text.length - 1 }, (_, at): Case => ({
    name: `${JSON.stringify(text)} split at ${at + 1}`,
    specs: { d: chat(text.includes("\r") ? "\r\n" : "aab") },
    script: [
      ["pair", "d", "p"],
      ["feed", "p", text.slice(0, at + 1), 1000],
      ["feed", "p", text.slice(at + 1), 1000],
      ["get_data", "d"],
    ],
  }))
);

/** A buffer so small that one message takes many receives. */
const small: readonly Case[] = [1, 3, 7].map((size): Case => ({
  name: `an input buffer of ${size}`,
  specs: { d: chat("\r\n", { attributes: { ac_in_buffer_size: size } }) },
  script: [
    ["pair", "d", "p"],
    ["peer_send", "p", "one\r\ntwo\r\nend\r\n"],
    ["until", "d.data", 3],
    ["idle"],
  ],
}));

const terms: readonly Case[] = [
  ...[1, 4, 6, 100].map((count): Case => ({
    name: `${count} bytes`,
    specs: { d: chat(count) },
    script: [
      ["pair", "d", "p"],
      ["feed", "p", "hello world", 4],
      ["show_terminator", "d"],
      ["get_data", "d"],
    ],
  })),
  ...[0, null, ""].map((term): Case => ({
    name: `no terminator: ${JSON.stringify(term)}`,
    specs: { d: chat(term) },
    script: [
      ["pair", "d", "p"],
      ["feed", "p", "hello world", 4],
      ["get_data", "d"],
    ],
  })),
  {
    name: "a negative number",
    specs: { d: chat("\n") },
    script: [["pair", "d", "p"], ["set_terminator", "d", -1], [
      "show_terminator",
      "d",
    ]],
    differs: [[
      "set_terminator throws ValueError",
      "set_terminator throws RangeError",
      "JavaScript's class",
    ]],
  },
  {
    name: "no terminator was ever set",
    specs: {
      d: {
        kind: "async_chat",
        on: { collect_incoming_data: [["collect"]] },
        quiet: ["handle_write"],
      },
    },
    script: [["pair", "d", "p"], ["peer_send", "p", "hello"], [
      "until",
      "d.handle_close",
    ], ["idle"]],
    differs: [[
      "d.handle_error AttributeError",
      "d.handle_error TypeError",
      "JavaScript's class",
    ]],
  },
  {
    name: "a count that is changed to a line and back",
    specs: {
      d: chat(3, {
        on: {
          found_terminator: [
            [["get_data"], ["set_terminator", "\n"]],
            [["get_data"], ["set_terminator", 2]],
            [["get_data"], ["set_terminator", null]],
          ],
        },
      }),
    },
    script: [
      ["pair", "d", "p"],
      ["peer_send", "p", "abcline\n12rest\n"],
      ["until", "d.data", 3],
      ["idle"],
      ["get_data", "d"],
    ],
  },
  {
    name: "a terminator that is changed while data is collected",
    specs: {
      d: chat("\n", {
        on: {
          collect_incoming_data: [
            [["collect"], ["set_terminator", "b"]],
            [["collect"]],
          ],
        },
      }),
    },
    script: [
      ["pair", "d", "p"],
      ["peer_send", "p", "one\ntwo\nabc"],
      ["until", "d.data", 2],
      ["idle"],
      ["get_data", "d"],
    ],
  },
  {
    name: "a count that is changed while it is collected",
    specs: {
      d: chat(9, {
        on: {
          collect_incoming_data: [
            [["collect"], ["set_terminator", 5]],
            [["collect"]],
          ],
        },
      }),
    },
    script: [
      ["pair", "d", "p"],
      ["feed", "p", "abc", 3],
      ["show_terminator", "d"],
      ["feed", "p", "defg", 2],
      ["idle"],
    ],
  },
  {
    name: "buffers that are discarded in found_terminator",
    specs: {
      d: chat("\n", { on: { found_terminator: [["discard_buffers"]] } }),
    },
    script: [
      ["pair", "d", "p"],
      ["peer_send", "p", "one\ntwo\nthree"],
      ["until", "d.found_terminator"],
      ["get_data", "d"],
      ["idle"],
      ["feed", "p", "four\n", 9],
      ["get_data", "d"],
    ],
  },
  {
    name: "close in found_terminator",
    specs: { d: chat("\n", { on: { found_terminator: [["close"]] } }) },
    script: [
      ["pair", "d", "p"],
      ["peer_send", "p", "one\ntwo\n"],
      ["until", "d.found_terminator"],
      ["idle"],
      ["state", "d"],
    ],
  },
  {
    name: "the peer ends in the middle of a message",
    specs: { d: chat("\r\n") },
    script: [
      ["pair", "d", "p"],
      ["peer_send", "p", "one\r\ntwo\r"],
      ["peer_shutdown", "p"],
      ["until", "d.handle_close"],
      ["get_data", "d"],
      ["state", "d"],
    ],
  },
];

const throwing: readonly Case[] = ["Planned", "EMFILE", "ECONNRESET", "ExitNow"]
  .flatMap((error): Case[] => [
    {
      name: `found_terminator throws ${error}`,
      specs: {
        d: chat("\n", { on: { found_terminator: [["raise", error]] } }),
      },
      script: [
        ["pair", "d", "p"],
        ["peer_send", "p", "one\ntwo\n"],
        ["round"],
        ["state", "d"],
      ],
    },
    {
      name: `found_terminator throws ${error} and handle_error goes on`,
      specs: {
        d: chat("\n", {
          on: {
            found_terminator: [[["raise", error]], [["get_data"]]],
            handle_error: [],
            handle_close: [],
          },
        }),
      },
      script: [
        ["pair", "d", "p"],
        ["peer_send", "p", "one\ntwo\n"],
        ["round"],
        ["state", "d"],
        ["peer_send", "p", "three\n"],
        ["until", "d.data"],
        ["get_data", "d"],
      ],
    },
    {
      name: `collect_incoming_data throws ${error}`,
      specs: {
        d: chat("\n", { on: { collect_incoming_data: [["raise", error]] } }),
      },
      script: [
        ["pair", "d", "p"],
        ["peer_send", "p", "one\n"],
        ["round"],
        ["state", "d"],
      ],
    },
  ]);

const closing: readonly Op[] = [["push_data"], ["close_when_done"]];

const pushes: readonly Case[] = [
  {
    name: "answers",
    specs: {
      d: chat("\n", {
        on: { found_terminator: [["push_data"], ["push", "!"]] },
      }),
    },
    script: [
      ["pair", "d", "p"],
      ["peer_send", "p", "one\ntwo\n"],
      ["pump", "p", 8],
      ["idle"],
      ["state", "d"],
    ],
  },
  {
    name: "close when done",
    specs: { d: chat("\n", { on: { found_terminator: closing } }) },
    script: [
      ["pair", "d", "p"],
      ["peer_send", "p", "one\n"],
      ["until", "d.handle_close"],
      ["peer_recv_all", "p"],
      ["state", "d"],
    ],
  },
  {
    name: "close when done, with nothing to send",
    specs: { d: chat("\n") },
    script: [
      ["pair", "d", "p"],
      ["close_when_done", "d"],
      ["state", "d"],
      ["until", "d.handle_close"],
      ["peer_recv_all", "p"],
    ],
  },
  {
    name: "push after close_when_done",
    specs: { d: chat("\n") },
    script: [
      ["pair", "d", "p"],
      ["push", "d", "one"],
      ["close_when_done", "d"],
      ["push", "d", "two"],
      ["state", "d"],
      ["idle"],
      ["peer_recv_all", "p"],
      ["state", "d"],
    ],
  },
  {
    name: "push nothing",
    specs: { d: chat("\n") },
    script: [
      ["pair", "d", "p"],
      ["push", "d", ""],
      ["push", "d", "x"],
      ["state", "d"],
      ["peer_recv", "p", 9],
    ],
  },
  {
    name: "push text",
    specs: { d: chat("\n") },
    script: [["pair", "d", "p"], ["push_text", "d", "text"], ["state", "d"]],
  },
  {
    name: "push before there is a connection",
    specs: { c: chat("\n", { on: { handle_connect: [["push", "two"]] } }) },
    script: [
      ["peer_listen", "l"],
      ["create_socket", "c"],
      ["push", "c", "one"],
      ["connect", "c", "l"],
      ["state", "c"],
      ["peer_accept", "l", "p"],
      ["pump", "p", 6],
    ],
  },
  ...[1, 1000, 65536].map((size): Case => ({
    name: `much, in pieces of ${size}`,
    specs: { d: chat("\n", { attributes: { ac_out_buffer_size: size } }) },
    script: [
      ["pair", "d", "p"],
      ["push_big", "d", size === 1 ? 300 : 1_000_000],
      ...(size === 1 ? [["state", "d"]] as Op[] : []),
      ["pump", "p", size === 1 ? 300 : 1_000_000],
      ["idle"],
      ["state", "d"],
      ["close_when_done", "d"],
      ["until", "d.handle_close"],
      ["peer_recv_all", "p"],
    ],
  })),
  {
    name: "much, and close when done",
    specs: { d: chat("\n") },
    script: [
      ["pair", "d", "p"],
      ["push_big", "d", 3_000_000],
      ["push", "d", "end"],
      ["close_when_done", "d"],
      ["pump", "p", 3_000_003],
      ["until", "d.handle_close"],
      ["peer_recv_all", "p"],
    ],
  },
  {
    name: "discard what is to be sent",
    specs: { d: chat("\n") },
    script: [
      ["pair", "d", "p"],
      ["producer", "d", "one"],
      ["push", "d", "two"],
      ["discard_buffers", "d"],
      ["state", "d"],
      ["push", "d", "three"],
      ["close_when_done", "d"],
      ["until", "d.handle_close"],
      ["peer_recv_all", "p"],
    ],
  },
  {
    name: "a producer",
    specs: { d: chat("\n") },
    script: [
      ["pair", "d", "p"],
      ["producer", "d", "one", "two", "three"],
      ["state", "d"],
      ["pump", "p", 11],
      ["idle"],
      ["state", "d"],
    ],
  },
  {
    name: "a producer of nothing",
    specs: { d: chat("\n") },
    script: [["pair", "d", "p"], ["producer", "d"], ["state", "d"]],
  },
  {
    name: "producers and data",
    specs: { d: chat("\n") },
    script: [
      ["pair", "d", "p"],
      ["push", "d", "one "],
      ["producer", "d", "two ", "three "],
      ["push", "d", "four "],
      ["producer", "d", "five "],
      ["push", "d", "six "],
      ["state", "d"],
      ["close_when_done", "d"],
      ["until", "d.handle_close"],
      ["peer_recv_all", "p"],
    ],
  },
  ...[[10], [2000], [2000, 100], [512, 512], [513, 512]].map((
    [count, size],
  ): Case => ({
    name: `a simple_producer of ${count} by ${size}`,
    specs: { d: chat("\n") },
    script: [
      ["pair", "d", "p"],
      ["simple_producer", "d", count, ...(size ? [size] : [])],
      ["close_when_done", "d"],
      ["until", "d.handle_close"],
      ["peer_recv_all", "p"],
    ],
  })),
  {
    name: "the peer is gone while there is much to send",
    specs: { d: chat("\n") },
    script: [
      ["pair", "d", "p"],
      ["push_big", "d", 3_000_000],
      ["peer_reset", "p"],
      ["until", "d.handle_close"],
      ["idle"],
    ],
    wait: "select",
    driver: "POSIX",
  },
  {
    name: "initiate_send with nothing to send",
    specs: { d: chat("\n") },
    script: [["pair", "d", "p"], ["initiate_send", "d"], ["state", "d"]],
  },
];

/** All cases of asynchat. */
export const chatCases: readonly Case[] = [
  ...pieces,
  ...splits,
  ...small,
  ...terms,
  ...throwing,
  ...pushes,
];
