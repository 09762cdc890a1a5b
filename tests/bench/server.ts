import { Client } from "./client.ts";
import { echoDatagrams } from "./datagrams.ts";
import type { Rate } from "./during.ts";
import type { Options } from "./options.ts";
import { Peer } from "./peer.ts";
import { pythonVersion } from "./python.ts";
import { type Contender, type Report, takeTurns } from "./turns.ts";

/** A server: its program and what it is told. */
interface Server {
  name: string;
  program: string;
  args: string[];
  /** What its rate over the yardstick's should reach. */
  bar?: number;
}

// What a receive asks for at a time.
const SIZE = "4096";

const STREAMS: Server[] = [
  { name: "raw Deno.Conn", program: "raw.ts", args: ["echo", SIZE] },
  { name: "Socket", program: "recv.ts", args: ["echo", SIZE] },
  {
    name: "BaseRequestHandler",
    program: "base_handler.ts",
    args: ["echo", SIZE],
    bar: 2,
  },
  { name: "StreamRequestHandler", program: "stream_handler.ts", args: [] },
];

const PYTHON_STREAMS = [
  "BaseRequestHandler",
  "StreamRequestHandler",
  "asyncio",
];

const DATAGRAMS: Server[] = [
  { name: "raw Deno.DatagramConn", program: "raw_udp.ts", args: [] },
  { name: "Socket", program: "recvfrom.ts", args: [], bar: 0.9 },
  { name: "UDPServer", program: "udp.ts", args: ["UDPServer"] },
  {
    name: "ThreadingUDPServer",
    program: "udp.ts",
    args: ["ThreadingUDPServer"],
  },
];

const PYTHON_DATAGRAMS = ["UDPServer", "ThreadingUDPServer"];

// How many clients connect, or send datagrams, at the same time.
const CLIENTS = 8;

/**
 * The servers of socketserver beside Deno's and CPython's. The yardstick of
 * connections is CPython's, where there is one.
 */
export async function server(options: Options): Promise<Report[]> {
  const { bytes, seconds, connections } = options;
  const version = await pythonVersion();
  const pythons = (kinds: string[]): Server[] =>
    version === undefined ? [] : kinds.map((kind) => ({
      name: `CPython ${version}, ${kind}`,
      program: "cpython.py",
      args: [kind],
    }));
  const streams = version === undefined
    ? STREAMS.map((server) => ({ ...server, bar: undefined }))
    : [...pythons(PYTHON_STREAMS), ...STREAMS];
  const datagrams = [...DATAGRAMS, ...pythons(PYTHON_DATAGRAMS)];
  return [
    await echo(streams, options, connections),
    await echo(streams, options, 1),
    await match(streams, options, {
      title:
        `Connections, each for an echo of ${bytes} B, ${CLIENTS} at a time`,
      unit: "connections/s",
      measure: ({ port }) => Client.reconnect(port, CLIENTS, bytes, seconds),
    }),
    await match(datagrams, options, {
      title: `Datagrams of ${bytes} B, ${CLIENTS} at a time`,
      unit: "datagrams/s",
      measure: ({ port }) => echoDatagrams(port, CLIENTS, bytes, seconds),
    }),
  ];
}

async function echo(
  servers: Server[],
  options: Options,
  count: number,
): Promise<Report> {
  const { bytes, seconds } = options;
  using clients = new DisposableStack();
  const open = new Map<Peer, Client>();
  const clientOf = async (peer: Peer) => {
    const client = open.get(peer) ??
      clients.use(await Client.connect(peer.port, count));
    open.set(peer, client);
    return client;
  };
  return await match(servers, options, {
    title: `Echo of ${bytes} B by servers, connections: ${count}`,
    unit: "round trips/s",
    measure: async (peer) => (await clientOf(peer)).echo(bytes, seconds),
  });
}

/** What the servers are asked to do. */
interface Task {
  title: string;
  unit: string;
  measure: (peer: Peer) => Promise<Rate>;
}

async function match(
  servers: Server[],
  { rounds, seconds }: Options,
  task: Task,
): Promise<Report> {
  await using peers = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (const { name, program, args, bar } of servers) {
    const peer = peers.use(await Peer.start(program, ...args));
    const measure = async () => {
      const before = await peer.ask("usage");
      const { count, rate } = await task.measure(peer);
      const after = await peer.ask("usage");
      return [rate, (after.cpu - before.cpu) / count];
    };
    contenders.push({ name, bar, measure });
  }
  return await takeTurns({
    title: task.title,
    metrics: [
      { name: task.unit, digits: 0, compare: "ratio" },
      { name: "server µs each", digits: 2, compare: "ratio" },
    ],
    contenders,
    rounds,
    warmUps: Math.ceil(2 / seconds),
  });
}
