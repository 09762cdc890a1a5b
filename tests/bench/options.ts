import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface Options {
  /** Which figures or tables to run; none for the default ones. */
  readonly names: readonly string[];
  /** How many rounds the turns take, in place of each table's own number. */
  readonly rounds: number | undefined;
  /** How long each turn is, in place of each table's own length. */
  readonly seconds: number | undefined;
  /** How many connections echo at the same time. */
  readonly connections: number;
  /** How many bytes an echo has. */
  readonly bytes: number;
  /** How many connections are idle. */
  readonly idle: number;
  /** Prints JSON in place of tables. */
  readonly json: boolean;
  /** Prints how to use it. */
  readonly help: boolean;
}

/** The options' part of how to use it. */
export const USAGE =
  `  --rounds=N         rounds of each table, in each of which every contender has a turn
  --seconds=N        length of a turn
  --connections=64   connections that echo at the same time
  --bytes=64         bytes of an echo
  --idle=10000       idle connections
  --json             print JSON: the tables, the verdicts and the machine
  --help             print this`;

/** Reads the command line. */
export function parse(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rounds: { type: "string" },
      seconds: { type: "string" },
      connections: { type: "string", default: "64" },
      bytes: { type: "string", default: "64" },
      idle: { type: "string", default: "10000" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { rounds, seconds, connections, bytes, idle, json, help } = values;
  return {
    names: positionals,
    rounds: rounds === undefined ? undefined : positive("rounds", rounds),
    seconds: seconds === undefined ? undefined : positive("seconds", seconds),
    connections: positive("connections", connections),
    bytes: positive("bytes", bytes),
    idle: positive("idle", idle),
    json,
    help,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && (name === "seconds" || Number.isInteger(value))) {
    return value;
  }
  throw new RangeError(`--${name} must be a number above 0, not "${text}"`);
}
