import { certificate } from "../../support/certificate.ts";
import type { Figure } from "../figure.ts";
import { secureLoad } from "../load.ts";
import { run, type Several } from "../suite.ts";
import {
  hasPosix,
  ifPosix,
  PYTHON_THREADING,
  RAW_TLS,
  THREADING,
} from "./names.ts";

const MEBI = 2 ** 20;

// A bulk transfer: how much is written at a time, and until there is an answer.
const SIZE = 65536;
const TOTAL = 4 * MEBI;

const INTO = "SSLSocket, recvInto";
const RECV = "SSLSocket, recv";
const POSIX = "POSIX, SSLSocket, recv";
const OURS = [INTO, RECV, ...(hasPosix ? [POSIX] : []), THREADING];

// Clients of TLS need as much time as servers do, and all have one process.
const WARM_UP = 0.8;

/**
 * SSLSocket beside Deno's own TLS, and ThreadingTCPServer with `ssl` beside CPython's.
 * The client is Deno.connectTls.
 */
export const tls: Figure = {
  name: "tls",
  tables: {
    bulk: "bulk transfer over TLS",
    echo: "round trips on 64 connections over TLS",
  },
  async *run(options, isWanted) {
    const { bytes, connections } = options;
    const { cert, key, ca } = certificate();
    const secret = { tls: { cert, key } };
    if (isWanted("bulk")) {
      const task = {
        ...secret,
        job: "drain",
        size: SIZE,
        total: TOTAL,
      } as const;
      yield* run(
        {
          figure: "tls",
          servers: serversOf(task, "secure drain"),
          warmUp: WARM_UP,
          trials: [{
            name: "bulk",
            title: `Bulk transfer over TLS in writes of ${SIZE / 1024} KiB`,
            load: secureLoad({ mode: "drain", size: SIZE, total: TOTAL }, ca),
            unit: "MiB",
            each: "per MiB",
            units: TOTAL / MEBI,
            bars: OURS.map((of) => ({ of, over: RAW_TLS, atLeast: 0.8 })),
            rounds: 16,
          }],
        },
        options,
        isWanted,
      );
    }
    if (isWanted("echo")) {
      yield* run(
        {
          figure: "tls",
          servers: serversOf(
            { ...secret, size: Math.max(4096, bytes) },
            "secure",
          ),
          warmUp: WARM_UP,
          trials: [{
            name: "echo",
            title: `Echo of ${bytes} B over TLS, connections: ${connections}`,
            load: secureLoad({ mode: "echo", connections, bytes }, ca),
            unit: "round trips",
            bars: [
              ...OURS.map((of) => ({ of, over: RAW_TLS, atLeast: 0.7 })),
              { of: THREADING, over: PYTHON_THREADING, atLeast: 2 },
            ],
            rounds: 14,
          }],
        },
        options,
        isWanted,
      );
    }
  },
};

function serversOf(task: Several["task"], kind: string): Several[] {
  return [
    { name: RAW_TLS, program: "raw.ts", task },
    { name: INTO, program: "recv_into.ts", task },
    { name: RECV, program: "recv.ts", task },
    ...ifPosix(
      {
        name: POSIX,
        program: "recv.ts",
        task: { ...task, driver: "posix" } as const,
      },
    ),
    { name: THREADING, program: "threading.ts", task },
    // What SSLSocket stands on, with node's own connections under it.
    { name: "node:tls in Deno", program: "node_net.mjs", task },
    {
      name: PYTHON_THREADING,
      program: "cpython.py",
      runtime: "python",
      task: { ...task, kind },
    },
  ];
}
