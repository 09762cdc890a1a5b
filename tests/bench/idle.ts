import { Client } from "./client.ts";
import type { Options } from "./options.ts";
import { Peer } from "./peer.ts";
import { type Report, takeTurns } from "./turns.ts";

const PEERS = [
  { name: "raw Deno.Conn", program: "raw.ts" },
  { name: "recvInto", program: "recv_into.ts", bar: 1 },
  { name: "recv", program: "recv.ts", bar: 1 },
  { name: "ThreadingTCPServer", program: "base_handler.ts", bar: 1 },
];

// Each turn starts a server and fills it, which takes seconds.
const MOST_ROUNDS = 5;

// Seconds.
const WARM_UP = 1;

// What a connection of the raw server asks for, and so has at hand.
const SIZE = 1024;

/** Memory of connections that have echoed once and wait for more. */
export async function idle(options: Options): Promise<Report[]> {
  const report = await takeTurns({
    title: `Memory of ${options.idle} idle connections`,
    metrics: [
      { name: "KiB each", digits: 2, compare: "difference" },
      { name: "of JavaScript", digits: 2, compare: "difference" },
    ],
    contenders: PEERS.map(({ name, program, bar }) => ({
      name,
      bar,
      measure: () => memory(program, options.idle),
    })),
    rounds: Math.min(options.rounds, MOST_ROUNDS),
    warmUps: 0,
  });
  return [report];
}

async function memory(program: string, count: number): Promise<number[]> {
  await using peer = await Peer.start(program, "echo", String(SIZE));
  // What the server loads and compiles at first, and the room that it takes for
  // short-lived objects when it is busy, is not the memory of connections.
  using first = await Client.connect(peer.port, 50);
  await first.echo(64, WARM_UP);
  const before = await peer.ask("memory");
  using client = await Client.connect(peer.port, count);
  await client.touch();
  const after = await peer.ask("memory");
  const each = (bytes: number) => bytes / 1024 / count;
  return [each(after.rss - before.rss), each(after.heap - before.heap)];
}
