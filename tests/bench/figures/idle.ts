import { gather, mostConnections } from "../crowd.ts";
import type { Figure } from "../figure.ts";
import { load } from "../load.ts";
import { takeTurns } from "../match.ts";
import { Peer, type Server } from "../peer.ts";
import { ifPosix, RAW, THREADING } from "./names.ts";

// What a connection of the raw server asks for, and so has at hand.
const SIZE = 1024;

const SERVERS: readonly Server[] = [
  { name: RAW, program: "raw.ts" },
  { name: "recvInto", program: "recv_into.ts" },
  { name: "recv", program: "recv.ts" },
  { name: THREADING, program: "threading.ts" },
  ...ifPosix({
    name: "POSIX, recv",
    program: "recv.ts",
    task: { driver: "posix" } as const,
  }),
];

// V8 makes its room for young objects larger while many connections come at once; that
// is up to 32 MiB, and not their memory.
const YOUNG = 1;

// Each round starts servers and fills them, which takes seconds.
const ROUNDS = 3;

/** Memory of connections that have echoed once and wait for more. */
export const idle: Figure = {
  name: "idle",
  tables: { memory: "memory of 10,000 idle connections" },
  async *run({ idle, rounds = ROUNDS }, isWanted) {
    if (!isWanted("memory")) return;
    const count = await mostConnections(idle);
    yield await takeTurns({
      name: "idle.memory",
      title: `Memory of ${
        count.toLocaleString("en")
      } idle connections, V8's room for young objects fixed`,
      metrics: [
        { name: "KiB each", digits: 2, compare: "difference" },
        { name: "of JavaScript", digits: 2, compare: "difference" },
      ],
      contenders: SERVERS.map((server) => ({
        name: server.name,
        measure: () => memory(server, count),
      })),
      bars: ["recvInto", "recv", THREADING].map((of) => (
        { of, over: RAW, atMost: 1 }
      )),
      rounds,
      atOnce: true,
    });
  },
};

async function memory(server: Server, count: number): Promise<number[]> {
  const task = { ...server.task, size: SIZE, youngMebibytes: YOUNG };
  await using peer = await Peer.start({ ...server, task });
  await warmUp(peer.port);
  const before = await peer.ask("memory");
  await using crowd = await gather(peer.port);
  await crowd.grow(count);
  const after = await peer.ask("memory");
  const each = (bytes: number) => bytes / 1024 / count;
  return [each(after.rss - before.rss), each(after.heap - before.heap)];
}

/**
 * What a server loads and compiles at first, and the room that it takes for
 * short-lived objects when it is busy, is not the memory of connections.
 */
export async function warmUp(port: number): Promise<void> {
  const work = { mode: "echo", connections: 50, bytes: 64 } as const;
  await using first = await load(work)(port);
  await first.turn(2);
}
