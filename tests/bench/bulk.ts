import { Client } from "./client.ts";
import type { Options } from "./options.ts";
import { Peer } from "./peer.ts";
import { type Contender, type Report, takeTurns } from "./turns.ts";

const MEBI = 2 ** 20;

const PEERS = [
  { name: "raw Deno.Conn", program: "raw.ts" },
  { name: "recvInto", program: "recv_into.ts", bar: 0.97 },
  { name: "recv", program: "recv.ts", bar: 0.85 },
];

/** Bulk transfer on one connection: the client sends, the server drains and acknowledges. */
export async function bulk(options: Options): Promise<Report[]> {
  return [
    await drain(options, 65536, 4 * MEBI),
    await drain(options, MEBI, 16 * MEBI),
  ];
}

async function drain(
  { rounds, seconds }: Options,
  size: number,
  total: number,
): Promise<Report> {
  await using peers = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (const { name, program, bar } of PEERS) {
    const peer = peers.use(
      await Peer.start(program, "drain", String(size), String(total)),
    );
    const client = peers.use(await Client.connect(peer.port, 1));
    const measure = async () => {
      const before = await peer.ask("usage");
      const { count, rate } = await client.send(size, total, seconds);
      const after = await peer.ask("usage");
      const mebis = total / MEBI;
      return [rate * mebis, (after.cpu - before.cpu) / (count * mebis)];
    };
    contenders.push({ name, bar, measure });
  }
  return await takeTurns({
    title: `Bulk transfer in writes of ${size / 1024} KiB`,
    metrics: [
      { name: "MiB/s", digits: 0, compare: "ratio" },
      { name: "server µs per MiB", digits: 1, compare: "ratio" },
    ],
    contenders,
    rounds,
    warmUps: Math.ceil(1 / seconds),
  });
}
