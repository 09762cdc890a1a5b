import type { Figure } from "../figure.ts";
import { load } from "../load.ts";
import { run } from "../suite.ts";

const PYTHON = "CPython, StreamRequestHandler";
const OURS = "StreamRequestHandler";

// How many lines a client sends before it waits for the answers.
const BATCH = 16;

/** Lines that `rfile` reads and `wfile` sends back one by one, beside CPython's. */
export const lines: Figure = {
  name: "lines",
  tables: {
    batch: `lines of rfile, ${BATCH} at once on 64 connections`,
    single: "lines of rfile, one at a time on 64 connections",
  },
  run(options, isWanted) {
    const { bytes, connections } = options;
    const work = { mode: "echo", connections, bytes } as const;
    const bars = [{ of: OURS, over: PYTHON, atLeast: 1 }];
    const how =
      `read by rfile and sent back by wfile one by one (no Nagle), connections: ${connections}`;
    return run(
      {
        figure: "lines",
        servers: [
          {
            name: PYTHON,
            program: "cpython.py",
            runtime: "python",
            task: { kind: "lines" },
          },
          { name: OURS, program: "threading.ts", task: { kind: "lines" } },
        ],
        trials: [
          {
            name: "batch",
            title: `Lines of ${bytes} B, ${BATCH} sent at once, ${how}`,
            load: load({ ...work, lines: BATCH }),
            unit: "lines",
            units: BATCH,
            bars,
            rounds: 16,
          },
          {
            name: "single",
            title: `Lines of ${bytes} B, one at a time, ${how}`,
            load: load(work),
            unit: "lines",
            bars,
            rounds: 12,
          },
        ],
      },
      options,
      isWanted,
    );
  },
};
