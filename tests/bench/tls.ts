import { certificate } from "../support/certificate.ts";
import { Client } from "./client.ts";
import type { Options } from "./options.ts";
import { Peer } from "./peer.ts";
import { pythonVersion } from "./python.ts";
import { type Contender, type Report, takeTurns } from "./turns.ts";

const MEBI = 2 ** 20;

// A bulk transfer: how much is written at a time, and until there is an answer.
const SIZE = 65536;
const TOTAL = 4 * MEBI;

/** A server of TLS. */
interface Server {
  readonly name: string;
  readonly program: string;
  /** The last of the program's arguments. */
  readonly kind?: "posix";
}

const RAW: Server = { name: "Deno.listenTls", program: "raw.ts" };
const SOCKETS: readonly Server[] = [
  { name: "SSLSocket, recvInto", program: "recv_into.ts" },
  { name: "SSLSocket, recv", program: "recv.ts" },
  ...(Deno.build.os === "linux"
    ? [
      {
        name: "POSIX, SSLSocket, recv",
        program: "recv.ts",
        kind: "posix",
      } as const,
    ]
    : []),
];
const THREADING: Server = {
  name: "ThreadingTCPServer",
  program: "base_handler.ts",
};

/** What the servers are asked to do. */
interface Task {
  readonly title: string;
  readonly job: "echo" | "drain";
  /** How many bytes they ask for at a time. */
  readonly size: number;
  readonly connections: number;
  readonly unit: string;
  /** How a unit is called where one is meant. */
  readonly each: string;
  /** How many units one turn of a client is. */
  readonly units: number;
  readonly turn: (client: Client) => ReturnType<Client["echo"]>;
}

/**
 * SSLSocket beside Deno's own TLS, and ThreadingTCPServer with `ssl` beside CPython's,
 * where there is one. The client is Deno.connectTls.
 */
export async function tls(options: Options): Promise<Report[]> {
  const { bytes, seconds, connections } = options;
  const echo: Task = {
    title: `Echo of ${bytes} B over TLS, connections: ${connections}`,
    job: "echo",
    size: Math.max(4096, bytes),
    connections,
    unit: "round trips",
    each: "each",
    units: 1,
    turn: (client) => client.echo(bytes, seconds),
  };
  const bulk: Task = {
    title: `Bulk transfer over TLS in writes of ${SIZE / 1024} KiB`,
    job: "drain",
    size: SIZE,
    connections: 1,
    unit: "MiB",
    each: "per MiB",
    units: TOTAL / MEBI,
    turn: (client) => client.send(SIZE, TOTAL, seconds),
  };
  const reports = [
    await match(options, bulk, RAW, [...SOCKETS, THREADING], 0.8),
    await match(options, echo, RAW, [...SOCKETS, THREADING], 0.7),
  ];
  const version = await pythonVersion();
  if (version === undefined) return reports;
  const python = {
    name: `CPython ${version}, ThreadingTCPServer`,
    program: "cpython.py",
  };
  return [
    ...reports,
    await match(options, bulk, python, [THREADING]),
    await match(options, echo, python, [THREADING], 2),
  ];
}

/** Lets servers take turns with a yardstick. */
async function match(
  { rounds, seconds }: Options,
  task: Task,
  yardstick: Server,
  others: readonly Server[],
  bar?: number,
): Promise<Report> {
  const { title, unit, each, units, connections } = task;
  const { ca } = certificate();
  await using peers = new AsyncDisposableStack();
  const contenders: Contender[] = [];
  for (const server of [yardstick, ...others]) {
    const peer = peers.use(await start(server, task));
    const client = peers.use(
      await Client.connect(peer.port, connections, ca),
    );
    const measure = async () => {
      const before = await peer.ask("usage");
      const { count, rate } = await task.turn(client);
      const after = await peer.ask("usage");
      return [rate * units, (after.cpu - before.cpu) / (count * units)];
    };
    const isYardstick = server === yardstick;
    contenders.push({
      name: server.name,
      bar: isYardstick ? undefined : bar,
      measure,
    });
  }
  return await takeTurns({
    title,
    metrics: [
      { name: `${unit}/s`, digits: 0, compare: "ratio" },
      { name: `server µs ${each}`, digits: 1, compare: "ratio" },
    ],
    contenders,
    rounds,
    warmUps: Math.ceil(2 / seconds),
  });
}

async function start(
  { program, kind }: Server,
  { job, size }: Task,
): Promise<Peer> {
  const { cert, key } = certificate();
  if (!program.endsWith(".py")) {
    const how = kind === undefined ? [] : [kind];
    const args = [job, String(size), String(TOTAL), "tls", cert, key, ...how];
    return await Peer.start(program, ...args);
  }
  // CPython takes certificates from files only.
  const file = await Deno.makeTempFile({ suffix: ".pem" });
  try {
    await Deno.writeTextFile(file, cert + key);
    const name = job === "echo" ? "secure" : "secure drain";
    return await Peer.start(
      program,
      ...[name, file, String(size), String(TOTAL)],
    );
  } finally {
    await Deno.remove(file);
  }
}
