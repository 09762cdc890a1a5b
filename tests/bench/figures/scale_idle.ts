import { delay } from "@std/async/delay";
import { gather, mostConnections } from "../crowd.ts";
import { load } from "../load.ts";
import { type Contender, type Report, takeTurns } from "../match.ts";
import type { Options } from "../options.ts";
import { Peer, type Server } from "../peer.ts";
import { warmUp } from "./idle.ts";
import { ifPosix, RAW } from "./names.ts";

const SERVERS: readonly Server[] = [
  { name: RAW, program: "raw.ts" },
  { name: "recvInto + sendall", program: "recv_into.ts" },
  ...ifPosix({
    name: "POSIX, recvInto + sendall",
    program: "recv_into.ts",
    task: { driver: "posix" } as const,
  }),
];

// Of the idle connections that are asked for.
const SHARES = [0.1, 0.5, 1];

const BUSY = 1000;

// How long the processor time is counted while nobody is busy; seconds.
const QUIET = 0.5;

/** What idle connections cost: memory, and processor time without and with busy ones beside them. */
export async function* idleAndBusy(options: Options): AsyncGenerator<Report> {
  const most = await mostConnections(options.idle + BUSY);
  const busy = Math.min(BUSY, most >> 1);
  for (const share of SHARES) {
    yield await stage(Math.floor((most - busy) * share), busy, options);
  }
}

async function stage(
  count: number,
  busyOnes: number,
  { bytes, rounds = 10, seconds = 0.1 }: Options,
): Promise<Report> {
  await using stack = new AsyncDisposableStack();
  const size = Math.max(1024, bytes);
  // All at the same time: it is quicker, and memory does not mind.
  const filled = await Promise.all(SERVERS.map(async (server) => {
    const task = { ...server.task, size };
    const peer = stack.use(await Peer.start({ ...server, task }));
    await warmUp(peer.port);
    const empty = await peer.ask("memory");
    await stack.use(await gather(peer.port)).grow(count);
    const full = await peer.ask("memory");
    return { peer, memory: (full.rss - empty.rss) / 1024 / count };
  }));
  // What the last connections had to do is over when it is counted.
  await delay(QUIET * 1000);
  const quiet = await Promise.all(
    filled.map(({ peer }) => cpuWhile(peer, () => delay(QUIET * 1000))),
  );
  const contenders = await Promise.all(filled.map(
    async ({ peer, memory }, index): Promise<Contender> => {
      const work = { mode: "echo", connections: busyOnes, bytes } as const;
      const busy = stack.use(await load(work)(peer.port));
      await busy.turn(1.5);
      const measure = async () => {
        let count = 0, rate = 0;
        const cpu = await cpuWhile(peer, async () => {
          ({ count, rate } = await busy.turn(seconds));
        });
        return [cpu / count, rate, memory, quiet[index] / 1000 / QUIET];
      };
      return { name: SERVERS[index].name, measure };
    },
  ));
  const idle = count.toLocaleString("en");
  return await takeTurns({
    name: "scale.idle",
    title:
      `${idle} idle connections: memory, and processor time with 0 and ${busyOnes} busy ones`,
    metrics: [
      { name: "server CPU µs each", digits: 2, compare: "ratio" },
      { name: "round trips/s", digits: 0, compare: "ratio" },
      { name: "KiB each idle", digits: 2, compare: "difference" },
      { name: "CPU ms/s, 0 busy", digits: 2, compare: "difference" },
    ],
    contenders,
    bars: [],
    rounds,
  });
}

async function cpuWhile(
  peer: Peer,
  action: () => Promise<void>,
): Promise<number> {
  const before = await peer.ask("usage");
  await action();
  const after = await peer.ask("usage");
  return after.cpu - before.cpu;
}
