import { Client } from "./client.ts";
import type { Options } from "./options.ts";
import { Peer } from "./peer.ts";
import { type Contender, type Report, takeTurns } from "./turns.ts";

const PEERS = [
  { name: "raw Deno.Conn", program: "raw.ts" },
  { name: "recvInto + sendall", program: "recv_into.ts", bar: 0.97 },
  { name: "recv + sendall", program: "recv.ts", bar: 0.93 },
];

/** Echo round trips on several connections at once. */
export async function echo(options: Options): Promise<Report[]> {
  const { rounds, seconds, connections, bytes } = options;
  const size = Math.max(4096, bytes);
  await using peers = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (const { name, program, bar } of PEERS) {
    const peer = peers.use(await Peer.start(program, "echo", String(size)));
    const client = peers.use(await Client.connect(peer.port, connections));
    const measure = async () => {
      const before = await peer.ask("usage");
      const { count, rate } = await client.echo(bytes, seconds);
      const after = await peer.ask("usage");
      return [rate, (after.cpu - before.cpu) / count];
    };
    contenders.push({ name, bar, measure });
  }
  const report = await takeTurns({
    title: `Echo of ${bytes} B with ${connections} connections`,
    metrics: [
      { name: "round trips/s", digits: 0, compare: "ratio" },
      { name: "server µs each", digits: 2, compare: "ratio" },
    ],
    contenders,
    rounds,
    warmUps: Math.ceil(2 / seconds),
  });
  return [report];
}
