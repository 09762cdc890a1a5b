import type { Figure } from "../figure.ts";
import { load } from "../load.ts";
import type { Bar } from "../match.ts";
import type { Options } from "../options.ts";
import type { Server } from "../peer.ts";
import { run } from "../suite.ts";
import { ifPosix, RAW } from "./names.ts";

const KIBI = 2 ** 10;
const MEBI = 2 ** 20;

// How the system cuts a stream into pieces varies much from turn to turn, and little
// within one: many short ones tell more. Seconds.
const TURN = 0.05;

const bars: readonly Bar[] = [
  { of: "recvInto", over: RAW, atLeast: 0.97 },
  { of: "recv", over: RAW, atLeast: 0.85 },
];

/** Bulk transfer on one connection: the server takes it, or it sends it. */
export const bulk: Figure = {
  name: "bulk",
  tables: {
    "64k": "taking much, 64 KiB at a time",
    "1m": "taking much, 1 MiB at a time",
    send: "sending much, 64 KiB at a time",
  },
  async *run(options, isWanted) {
    if (isWanted("64k")) {
      yield* take("64k", 64 * KIBI, 4 * MEBI, bars, 60, options);
    }
    if (isWanted("1m")) yield* take("1m", MEBI, 16 * MEBI, [], 14, options);
    if (isWanted("send")) yield* send(options);
  },
};

/** The client sends, the server drains and acknowledges. */
function take(
  name: string,
  size: number,
  total: number,
  bars: readonly Bar[],
  rounds: number,
  options: Options,
) {
  const task = { job: "drain", size, total } as const;
  const driver = { ...task, driver: "posix" } as const;
  const servers = [
    { name: RAW, program: "raw.ts", task },
    { name: "recvInto", program: "recv_into.ts", task },
    { name: "recv", program: "recv.ts", task },
    ...ifPosix(
      { name: "POSIX, recvInto", program: "recv_into.ts", task: driver },
      { name: "POSIX, recv", program: "recv.ts", task: driver },
    ),
  ];
  const title = `Bulk transfer to servers, ${size / KIBI} KiB at a time`;
  const work = load({ mode: "drain", size, total });
  return transfer({ name, title, servers, work, total, bars, rounds }, options);
}

/** The server sends, the client drains. */
function send(options: Options) {
  const size = 64 * KIBI;
  const total = 4 * MEBI;
  const task = { job: "fill", size, total } as const;
  const driver = { ...task, driver: "posix" } as const;
  return transfer({
    name: "send",
    title: `Bulk transfer from servers, ${size / KIBI} KiB at a time`,
    servers: [
      { name: RAW, program: "raw.ts", task },
      { name: "sendall", program: "recv.ts", task },
      ...ifPosix({ name: "POSIX, sendall", program: "recv.ts", task: driver }),
    ],
    work: load({ mode: "fill", total }),
    total,
    bars: [],
    rounds: 14,
  }, options);
}

interface Transfer {
  name: string;
  title: string;
  servers: Server[];
  work: ReturnType<typeof load>;
  total: number;
  bars: readonly Bar[];
  rounds: number;
}

function transfer(
  { name, title, servers, work, total, bars, rounds }: Transfer,
  options: Options,
) {
  const trial = {
    ...{ name, title, load: work, bars, rounds },
    seconds: TURN,
    unit: "MiB",
    each: "per MiB",
    units: total / MEBI,
  };
  return run({ figure: "bulk", servers, trials: [trial] }, options, () => true);
}
