// Servers under load: all are up at once, and the load alternates between them.

import type { LoadMaker } from "./load.ts";
import { type Bar, type Metric, type Report, takeTurns } from "./match.ts";
import type { Options } from "./options.ts";
import { Peer, type Server } from "./peer.ts";
import { isThere } from "./runtimes.ts";

/** A server of a suite, or several processes that share its port. */
export interface Several extends Server {
  /** How many processes; 1 if omitted. */
  readonly processes?: number;
}

/** A load for all servers, and what is expected of them under it. */
export interface Trial {
  /** How it is called after the figure's name and a point. */
  readonly name: string;
  readonly title: string;
  readonly load: LoadMaker;
  /** What is counted, such as "round trips", and how one is called in the column of processor time. */
  readonly unit: string;
  readonly each?: string;
  /** How many of them a client does at a time; 1 if omitted. */
  readonly units?: number;
  readonly bars: readonly Bar[];
  readonly rounds: number;
  /** How long a turn is; seconds. */
  readonly seconds?: number;
}

/** The same servers under several loads. */
export interface Suite {
  readonly figure: string;
  /** The first one that is there is the yardstick. */
  readonly servers: readonly Several[];
  readonly trials: readonly Trial[];
  /** How long each server is warmed up before the first trial; seconds. */
  readonly warmUp?: number;
}

// Long enough that a server has its code compiled, and that its memory has grown.
const WARM_UP = 0.6;

// Before later trials, when the servers are warm, and their code for this is not.
const WARM_AGAIN = 0.25;

// Short enough that what else the machine does slows all servers of a round.
const TURN = 0.1;

/** Measures those of the trials that are wanted. */
export async function* run(
  { figure, servers, trials, warmUp = WARM_UP }: Suite,
  { rounds, seconds }: Options,
  isWanted: (trial: string) => boolean,
): AsyncGenerator<Report> {
  const wanted = trials.filter(({ name }) => isWanted(name));
  if (wanted.length === 0) return;
  await using stack = new AsyncDisposableStack();
  const groups = await Promise.all(
    servers.filter(({ runtime = "deno" }) => isThere(runtime))
      .map(async (server) => stack.use(await Group.start(server))),
  );
  let warming = warmUp;
  for (const trial of wanted) {
    yield await trialOf(trial, groups, {
      name: `${figure}.${trial.name}`,
      rounds: rounds ?? trial.rounds,
      seconds: seconds ?? trial.seconds ?? TURN,
      warmUp: warming,
    });
    warming = WARM_AGAIN;
  }
}

interface Measure {
  name: string;
  rounds: number;
  seconds: number;
  warmUp: number;
}

async function trialOf(
  trial: Trial,
  groups: readonly Group[],
  { name, rounds, seconds, warmUp }: Measure,
): Promise<Report> {
  const { title, bars, unit, each = "each", units = 1 } = trial;
  await using stack = new AsyncDisposableStack();
  const loads = await Promise.all(
    groups.map(async ({ port }) => stack.use(await trial.load(port))),
  );
  // All at the same time: that keeps every core busy, and nothing is measured yet.
  await Promise.all(loads.map((load) => load.turn(warmUp * loads.length)));
  const contenders = groups.map((group, index) => ({
    name: group.name,
    async measure() {
      const before = await group.cpu();
      const { count, rate } = await loads[index].turn(seconds);
      const after = await group.cpu();
      return [rate * units, (after - before) / (count * units)];
    },
  }));
  const metrics: Metric[] = [
    { name: `${unit}/s`, digits: 0, compare: "ratio" },
    { name: `server CPU µs ${each}`, digits: 2, compare: "ratio" },
  ];
  return await takeTurns({ name, title, metrics, contenders, bars, rounds });
}

/** The processes of a server. */
class Group implements AsyncDisposable {
  readonly name: string;
  readonly #peers: readonly Peer[];
  readonly #stack: AsyncDisposableStack;

  private constructor(
    name: string,
    peers: readonly Peer[],
    stack: AsyncDisposableStack,
  ) {
    this.name = name;
    this.#peers = peers;
    this.#stack = stack;
  }

  static async start(server: Several): Promise<Group> {
    await using stack = new AsyncDisposableStack();
    const peers = [stack.use(await Peer.start(server))];
    const task = { ...server.task, port: peers[0].port };
    while (peers.length < (server.processes ?? 1)) {
      peers.push(stack.use(await Peer.start({ ...server, task })));
    }
    return new Group(server.name, peers, stack.move());
  }

  get port(): number {
    return this.#peers[0].port;
  }

  /** The processor time of all, in microseconds. */
  async cpu(): Promise<number> {
    const usages = await Promise.all(
      this.#peers.map((peer) => peer.ask("usage")),
    );
    return usages.reduce((sum, { cpu }) => sum + cpu, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
