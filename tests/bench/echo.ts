import { Client } from "./client.ts";
import { Load } from "./load.ts";
import type { Options } from "./options.ts";
import { Peer } from "./peer.ts";
import { uvloop } from "./python.ts";
import { type Contender, type Report, takeTurns } from "./turns.ts";

/** A server that echoes. */
interface Server {
  readonly name: string;
  readonly program: string;
  /** The last of the program's arguments. */
  readonly kind?: string;
  /** What its rate over raw `Deno.Conn`'s should reach, on many connections and on one. */
  readonly bar?: number;
  readonly aloneBar?: number;
}

const hasPosix = Deno.build.os === "linux";

const SERVERS: readonly Server[] = [
  { name: "raw Deno.Conn", program: "raw.ts" },
  { name: "recvInto + sendall", program: "recv_into.ts", bar: 0.97 },
  { name: "recv + sendall", program: "recv.ts", bar: 0.93 },
  ...(hasPosix
    ? [
      {
        name: "POSIX, recvInto + sendall",
        program: "recv_into.ts",
        kind: "posix",
        bar: 1.05,
        aloneBar: 0.5,
      },
      {
        name: "POSIX, recv + sendall",
        program: "recv.ts",
        kind: "posix",
        bar: 1.05,
        aloneBar: 0.5,
      },
    ]
    : []),
  ...(uvloop === undefined ? [] : [{
    name: "CPython, asyncio on uvloop",
    program: "cpython.py",
    kind: "uvloop",
  }]),
];

/** Echo round trips on several connections at once, and on one alone. */
export async function echo(options: Options): Promise<Report[]> {
  const many = await match(options, options.connections, ({ bar }) => bar);
  return [many, await match(options, 1, ({ aloneBar }) => aloneBar)];
}

async function match(
  { rounds, seconds, bytes }: Options,
  connections: number,
  barOf: (server: Server) => number | undefined,
): Promise<Report> {
  const size = String(Math.max(4096, bytes));
  await using peers = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (const server of SERVERS) {
    const { name, program, kind } = server;
    const args = program.endsWith(".py") ? [kind!] : ["echo", size];
    if (kind === "posix") args.push("0", kind);
    const peer = peers.use(await Peer.start(program, ...args));
    const load = await Load.open(peer.port, connections) ??
      await Client.connect(peer.port, connections);
    if (Symbol.asyncDispose in load) peers.use(load);
    else peers.use(load);
    const measure = async () => {
      const before = await peer.ask("usage");
      const { count, rate } = await load.echo(bytes, seconds);
      const after = await peer.ask("usage");
      return [rate, (after.cpu - before.cpu) / count];
    };
    contenders.push({ name, bar: barOf(server), measure });
  }
  return await takeTurns({
    title: `Echo of ${bytes} B, connections: ${connections}`,
    metrics: [
      { name: "round trips/s", digits: 0, compare: "ratio" },
      { name: "server µs each", digits: 2, compare: "ratio" },
    ],
    contenders,
    rounds,
    warmUps: Math.ceil(2 / seconds),
  });
}
