import type { Figure } from "../figure.ts";
import { load } from "../load.ts";
import { run } from "../suite.ts";
import { ifPosix, PYTHON_THREADING, RAW, THREADING } from "./names.ts";

// How many clients connect at the same time: a server's queue takes them all.
export const AT_ONCE = 16;

// Connections leave ports in TIME_WAIT, of which a system keeps so many: short turns,
// after the other table, which has warmed the servers up. Seconds.
export const CONNECTING = 0.06;

/** ThreadingTCPServer with a BaseRequestHandler, beside CPython's. */
export const server: Figure = {
  name: "server",
  tables: {
    echo: "round trips on 64 connections of ThreadingTCPServer",
    connections: "connections a second of ThreadingTCPServer",
  },
  run(options, isWanted) {
    const { bytes, connections } = options;
    return run(
      {
        figure: "server",
        servers: [
          {
            name: PYTHON_THREADING,
            program: "cpython.py",
            runtime: "python",
            task: { kind: "threading" },
          },
          { name: THREADING, program: "threading.ts" },
          ...ifPosix(
            {
              name: `POSIX, ${THREADING}`,
              program: "threading.ts",
              task: { driver: "posix" } as const,
            },
          ),
          { name: RAW, program: "raw.ts" },
        ],
        trials: [
          {
            name: "echo",
            title:
              `Echo of ${bytes} B by handlers, connections: ${connections}`,
            load: load({ mode: "echo", connections, bytes }),
            unit: "round trips",
            bars: [{ of: THREADING, over: PYTHON_THREADING, atLeast: 2 }],
            rounds: 20,
          },
          {
            name: "connections",
            title:
              `Connections, each for one echo of ${bytes} B and closed by both, ${AT_ONCE} at a time`,
            load: load({ mode: "connections", atOnce: AT_ONCE, bytes }),
            unit: "connections",
            bars: [{ of: THREADING, over: PYTHON_THREADING, atLeast: 3 }],
            rounds: 20,
            seconds: CONNECTING,
          },
        ],
      },
      options,
      isWanted,
    );
  },
};
