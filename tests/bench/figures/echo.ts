import type { Figure } from "../figure.ts";
import { load } from "../load.ts";
import type { Bar } from "../match.ts";
import { run, type Several } from "../suite.ts";
import { ifPosix, RAW, UVLOOP } from "./names.ts";

const INTO = "recvInto + sendall";
const RECV = "recv + sendall";
const INTO_TIMEOUT = "recvInto, settimeout(30)";
const RECV_TIMEOUT = "recv, settimeout(30)";
const POSIX_INTO = "POSIX, recvInto + sendall";
const POSIX_RECV = "POSIX, recv + sendall";

const sandboxed: readonly Bar[] = [
  { of: INTO, over: RAW, atLeast: 0.97 },
  { of: RECV, over: RAW, atLeast: 0.93 },
  { of: INTO_TIMEOUT, over: INTO, atLeast: 0.95 },
  { of: RECV_TIMEOUT, over: RECV, atLeast: 0.95 },
];

const posix = [POSIX_INTO, POSIX_RECV];

/** Echo round trips on several connections at once, and on one alone. */
export const echo: Figure = {
  name: "echo",
  tables: {
    many: "round trips on 64 connections",
    one: "round trips on one connection",
  },
  run(options, isWanted) {
    const { bytes, connections } = options;
    const task = { size: Math.max(4096, bytes) };
    const timeout = { ...task, timeout: 30 };
    const driver = { ...task, driver: "posix" } as const;
    const node = "node_net.mjs";
    const python = { program: "cpython.py", task: { kind: "asyncio" } };
    const servers: Several[] = [
      { name: RAW, program: "raw.ts", task },
      { name: INTO, program: "recv_into.ts", task },
      { name: INTO_TIMEOUT, program: "recv_into.ts", task: timeout },
      { name: RECV, program: "recv.ts", task },
      { name: RECV_TIMEOUT, program: "recv.ts", task: timeout },
      ...ifPosix(
        { name: POSIX_INTO, program: "recv_into.ts", task: driver },
        { name: POSIX_RECV, program: "recv.ts", task: driver },
      ),
      {
        ...python,
        name: UVLOOP,
        runtime: "uvloop",
        task: { kind: "uvloop" },
      },
      { ...python, name: "CPython, asyncio", runtime: "python" },
      { name: "node:net in Deno", program: node },
      { name: "Node, node:net", program: node, runtime: "node" },
    ];
    const title = (count: number) =>
      `Echo of ${bytes} B, connections: ${count}`;
    const trips = (connections: number) =>
      load({ mode: "echo", connections, bytes });
    return run(
      {
        figure: "echo",
        servers,
        trials: [
          {
            name: "many",
            title: title(connections),
            load: trips(connections),
            unit: "round trips",
            bars: [
              ...sandboxed,
              ...posix.flatMap((of) => [
                { of, over: RAW, atLeast: 1.05 },
                { of, over: UVLOOP, atLeast: 1 },
              ]),
            ],
            rounds: 18,
          },
          {
            name: "one",
            title: title(1),
            load: trips(1),
            unit: "round trips",
            bars: [
              ...sandboxed,
              ...posix.map((of) => ({ of, over: RAW, atLeast: 0.5 })),
            ],
            rounds: 12,
          },
        ],
      },
      options,
      isWanted,
    );
  },
};
