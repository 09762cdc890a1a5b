import { echoDatagrams } from "./datagrams.ts";
import { Load } from "./load.ts";
import type { Options } from "./options.ts";
import { Peer } from "./peer.ts";
import { type Contender, type Report, takeTurns } from "./turns.ts";

const SERVERS = [
  { name: "raw Deno.DatagramConn", program: "raw_udp.ts" },
  { name: "recvfrom + sendto", program: "recvfrom.ts", bar: 0.9 },
  ...(Deno.build.os === "linux"
    ? [{
      name: "POSIX, recvfrom + sendto",
      program: "recvfrom.ts",
      args: ["posix"],
      bar: 1.2,
    }]
    : []),
];

// How many sockets send at a time: one is a ping-pong.
const SOCKETS = [1, 8];

/** Datagrams that a socket sends back. */
export async function udp(options: Options): Promise<Report[]> {
  const reports: Report[] = [];
  for (const count of SOCKETS) reports.push(await match(options, count));
  return reports;
}

async function match(
  { rounds, seconds, bytes }: Options,
  sockets: number,
): Promise<Report> {
  await using peers = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (const { name, program, args = [], bar } of SERVERS) {
    const peer = peers.use(await Peer.start(program, ...args));
    const load = await Load.open(peer.port, sockets, "udp");
    if (load !== undefined) peers.use(load);
    const measure = async () => {
      const before = await peer.ask("usage");
      const { count, rate } = load === undefined
        ? await echoDatagrams(peer.port, sockets, bytes, seconds)
        : await load.echo(bytes, seconds);
      const after = await peer.ask("usage");
      return [rate, (after.cpu - before.cpu) / count];
    };
    contenders.push({ name, bar, measure });
  }
  return await takeTurns({
    title: `Datagrams of ${bytes} B sent back, sockets: ${sockets}`,
    metrics: [
      { name: "datagrams/s", digits: 0, compare: "ratio" },
      { name: "server µs each", digits: 2, compare: "ratio" },
    ],
    contenders,
    rounds,
    warmUps: Math.ceil(2 / seconds),
  });
}
