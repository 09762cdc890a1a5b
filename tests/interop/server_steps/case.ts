/** The servers that are compared, by the names that both have. */
export const servers = [
  "TCPServer",
  "UDPServer",
  "UnixStreamServer",
  "UnixDatagramServer",
  "ThreadingTCPServer",
  "ThreadingUDPServer",
  "ThreadingUnixStreamServer",
  "ThreadingUnixDatagramServer",
] as const;

/** One of them. */
export type ServerName = typeof servers[number];

/** Those that handle one request at a time. */
export const plain: readonly ServerName[] = servers.slice(0, 4);

/** Those that handle each request beside the loop. */
export const threading: readonly ServerName[] = servers.slice(4);

/** Those of connections. */
export const streams: readonly ServerName[] = servers.filter((name) =>
  /TCP|Stream/.test(name)
);

/**
 * What is done with the server, in Python's names:
 *
 * - `client` connects a client, or sends a datagram from a new one;
 * - `answer` waits for what the first client without an answer gets, all of it;
 * - the rest are calls.
 */
export type Action =
  | "construct"
  | "client"
  | "answer"
  | "handle_request"
  | "serve_forever"
  | "server_bind"
  | "server_activate"
  | "server_close";

/** An error that a step throws. */
export interface Fault {
  /** `Planned` is not an OSError. */
  readonly error: "Planned" | "EMFILE" | "ECONNABORTED" | "EBADF";
  /** How often; always if omitted. */
  readonly times?: number;
  /** Whether the step does its work first. */
  readonly late?: boolean;
}

/** The n-th call of a step. */
export interface At {
  readonly step: string;
  readonly call: number;
}

/** A part of CPython's trace that differs here, on purpose. */
export interface Difference {
  readonly python: readonly string[];
  readonly ours: readonly string[];
  readonly reason: string;
}

/** What is done with a server, for both languages. Names are Python's. */
export interface Case {
  readonly name: string;
  /** All if omitted. */
  readonly servers?: readonly ServerName[];
  /** Class attributes of the server. */
  readonly timeout?: number;
  /** The timeout of the server's socket. */
  readonly socketTimeout?: number;
  /** False: the server is only made. */
  readonly bindAndActivate?: false;
  /** Whether someone has the server's address already. */
  readonly isTaken?: true;
  /** What verify_request gives; what the base class gives if omitted. */
  readonly verifies?: false;
  /** Whether the handler is a StreamRequestHandler or DatagramRequestHandler, and answers by wfile. */
  readonly byFiles?: true;
  /** The poll interval of serve_forever; seconds. */
  readonly pollInterval?: number;
  /** Which steps throw. */
  readonly faults?: Readonly<Record<string, Fault>>;
  /** In which step the loop is told to stop, as `shutdown` does before it waits. */
  readonly stop?: At;
  readonly actions: readonly Action[];
  /** The differences that are meant; anything else is an error. */
  readonly differs?: readonly Difference[];
}

/** The steps in their order: names, errors that steps throw, ends of actions. */
export interface Trace {
  /** What was done by the loop or the caller. */
  readonly loop: string[];
  /** What was done by each thread or task, sorted. */
  readonly tasks: string[][];
}

/** The naming rule: each `_x` is `X`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
}

/** Makes what is expected here of what CPython does; says where a difference is none any more. */
export function expectedOf(
  { name, differs = [] }: Case,
  python: Trace,
): Trace {
  const lists = [python.loop, ...python.tasks].map((list) => [...list]);
  for (const difference of differs) {
    const { python: from, ours: to } = difference;
    let found = false;
    for (const list of lists) {
      const at = list.findIndex((_, start) =>
        from.every((step, index) => list[start + index] === step)
      );
      if (at < 0) continue;
      found = true;
      list.splice(at, from.length, ...to);
    }
    if (!found) {
      throw new Error(`${name}: CPython never did ${from.join(", ")}`);
    }
  }
  const [loop, ...tasks] = lists;
  return { loop, tasks };
}
