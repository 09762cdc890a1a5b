import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface Options {
  /** Which scenarios to run; none for all. */
  scenarios: string[];
  /** How many rounds the turns take; fewer where a round is costly. */
  rounds: number;
  /** How long each peer's turn in a round is. */
  seconds: number;
  /** How many connections echo at the same time. */
  connections: number;
  /** How many bytes an echo has. */
  bytes: number;
  /** How many connections, or sockets of a selector, are idle. */
  idle: number;
  /** Prints JSON in place of tables. */
  json: boolean;
  /** Prints how to use it. */
  help: boolean;
}

/** How to use it. */
export const USAGE =
  `deno task bench [echo] [bulk] [idle] [selector] [server] [startup] [tls] [udp] [options]
  --rounds=30        rounds, in each of which every peer has a turn
  --seconds=0.3      length of a turn
  --connections=64   connections that echo at the same time
  --bytes=64         bytes of an echo
  --idle=2000        idle connections or sockets
  --json             print JSON`;

/** Reads the command line. */
export function parse(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "30" },
      seconds: { type: "string", default: "0.3" },
      connections: { type: "string", default: "64" },
      bytes: { type: "string", default: "64" },
      idle: { type: "string", default: "2000" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  return {
    scenarios: positionals,
    rounds: positive("rounds", values.rounds),
    seconds: positive("seconds", values.seconds),
    connections: positive("connections", values.connections),
    bytes: positive("bytes", values.bytes),
    idle: positive("idle", values.idle),
    json: values.json,
    help: values.help,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0 && (name === "seconds" || Number.isInteger(value))) {
    return value;
  }
  throw new RangeError(`--${name} must be a number above 0, not "${text}"`);
}
