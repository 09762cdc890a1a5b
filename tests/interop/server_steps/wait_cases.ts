import { type Case, servers, streams } from "./case.ts";

const late: readonly (readonly [name: string, timeouts: Partial<Case>])[] = [
  ["timeout", { timeout: 0.01 }],
  ["timeout 0", { timeout: 0 }],
  ["the socket's timeout", { socketTimeout: 0.01 }],
  ["the socket's timeout 0", { socketTimeout: 0 }],
  ["timeout, which is the shorter", { timeout: 0.01, socketTimeout: 1000 }],
  [
    "the socket's timeout, which is the shorter",
    { timeout: 1000, socketTimeout: 0.01 },
  ],
];

/** How long handle_request waits. */
export const waitCases: readonly Case[] = [
  ...late.map(([name, timeouts]): Case => ({
    name: `nobody comes: ${name}`,
    ...timeouts,
    actions: ["construct", "handle_request", "handle_request", "server_close"],
  })),
  ...late.map(([name, timeouts]): Case => ({
    name: `somebody is there: ${name}`,
    // A first receive that may not wait at all can miss a datagram of just now.
    servers: name.endsWith("0") ? streams : servers,
    ...timeouts,
    actions: [
      "construct",
      "client",
      "handle_request",
      "answer",
      "server_close",
    ],
  })),
  {
    name: "handle_timeout throws",
    timeout: 0.01,
    faults: { handle_timeout: { error: "Planned", times: 1 } },
    actions: [
      "construct",
      "handle_request",
      "client",
      "handle_request",
      "answer",
      "server_close",
    ],
  },
  {
    name: "serve_forever heeds neither timeout",
    timeout: 0,
    socketTimeout: 0,
    pollInterval: 0.01,
    stop: { step: "service_actions", call: 2 },
    actions: ["construct", "serve_forever", "server_close"],
  },
];
