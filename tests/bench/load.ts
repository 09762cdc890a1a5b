import { denoLoad } from "./deno_load.ts";
import type { Rate } from "./during.ts";
import { compiled, LineProgram } from "./load_program.ts";

/** What clients do, again and again. */
export type Work =
  /** Send lines at once on each connection, and wait until they are back. */
  | { mode: "echo"; connections: number; bytes: number; lines?: number }
  /** Send a datagram from each socket, and wait until it is back. */
  | { mode: "datagrams"; sockets: number; bytes: number }
  /** Connect, do a round trip and close, several at once. */
  | { mode: "connections"; atOnce: number; bytes: number }
  /** Send much on one connection, some at a time, and wait for a byte. */
  | { mode: "drain"; size: number; total: number }
  /** Ask for much with a byte, and take it. */
  | { mode: "fill"; total: number };

/** Clients of one server. */
export interface Load extends AsyncDisposable {
  /** Works for some seconds; tells how often the work was done. */
  turn(seconds: number): Promise<Rate>;
}

/** Makes the clients of a server, by its port. */
export type LoadMaker = (port: number) => Promise<Load>;

/** Clients in C, or in plain Deno where nothing compiles C. */
export function load(work: Work): LoadMaker {
  return async (port) => {
    const program = await compiled();
    if (program === undefined) return await denoLoad(work, port);
    return new CompiledLoad(program, [work.mode, port, ...argumentsOf(work)]);
  };
}

/** Clients of TLS, which are plain Deno; `authority` is whom they trust, in PEM. */
export function secureLoad(work: Work, authority: string): LoadMaker {
  return (port) => denoLoad(work, port, authority);
}

class CompiledLoad extends LineProgram implements Load {
  async turn(seconds: number): Promise<Rate> {
    const [count, nanoseconds] = await this.ask(seconds);
    return { count, rate: count * 1e9 / nanoseconds };
  }
}

function argumentsOf(work: Work): number[] {
  switch (work.mode) {
    case "echo":
      return [work.connections, work.bytes, work.lines ?? 1];
    case "datagrams":
      return [work.sockets, work.bytes];
    case "connections":
      return [work.atOnce, work.bytes];
    case "drain":
      return [work.size, work.total];
    case "fill":
      return [work.total];
  }
}
