import { compiled, LineProgram } from "./load_program.ts";

/** Connections to a server that have done a round trip each, and are held. */
export interface Crowd extends AsyncDisposable {
  /** Opens more until there are so many. */
  grow(count: number): Promise<void>;
}

/** Gathers nobody yet. */
export async function gather(port: number): Promise<Crowd> {
  const program = await compiled();
  return program === undefined
    ? new DenoCrowd(port)
    : new CompiledCrowd(program, ["idle", port]);
}

// What a process has open beside its connections: files, pipes, other clients.
const SPARE = 200;

/** How many connections a process can hold, if so many are wanted; says so if it is less. */
export async function mostConnections(wanted: number): Promise<number> {
  const args = ["-c", "ulimit -H -n"];
  const { stdout } = await new Deno.Command("sh", { args }).output();
  // There may be no limit, which is not a number.
  const limit = Number(new TextDecoder().decode(stdout)) || Infinity;
  if (wanted + SPARE <= limit) return wanted;
  const most = limit - SPARE;
  console.error(`${most} connections: a process may open ${limit} files here`);
  return most;
}

class CompiledCrowd extends LineProgram implements Crowd {
  async grow(count: number): Promise<void> {
    await this.ask(count);
  }
}

class DenoCrowd implements Crowd {
  readonly #port: number;
  readonly #conns: Deno.Conn[] = [];

  constructor(port: number) {
    this.#port = port;
  }

  async grow(count: number): Promise<void> {
    const address = { hostname: "127.0.0.1", port: this.#port };
    const message = new Uint8Array(64).fill(10);
    while (this.#conns.length < count) {
      const conn = await Deno.connect(address);
      this.#conns.push(conn);
      await conn.write(message);
      for (let got = 0; got < message.length;) {
        const more = await conn.read(new Uint8Array(message.length));
        if (more === null) throw new Error("Cannot go on: a server hung up");
        got += more;
      }
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#conns.forEach((conn) => conn.close());
    return Promise.resolve();
  }
}
