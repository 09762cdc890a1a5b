// Servers whose handlers are in Workers, and their clients.
import { assert } from "@std/assert";
import { delay } from "@std/async/delay";
import { ForkingTCPServer } from "../../server/mod.ts";
import { bytes, text } from "./peers.ts";

/** The URL of a module in tests/process/forking_handlers/. */
export function handlers(name: string): URL {
  return new URL(`../process/forking_handlers/${name}.ts`, import.meta.url);
}

/** A server that keeps the errors that it is told of. */
export class Keeping extends ForkingTCPServer {
  readonly errors: Error[] = [];
  #wake: (() => void) | undefined;

  override handleError(_request: unknown, _from: unknown, error: Error): void {
    this.errors.push(error);
    this.#wake?.();
  }

  /** Gives the next error that has not been given yet. */
  async nextError(): Promise<Error> {
    while (this.errors.length === 0) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.errors.shift()!;
  }
}

/** Serves as long as a block lasts. */
export function serving<S extends ForkingTCPServer>(
  server: S,
): { server: S; port: number } & AsyncDisposable {
  const served = server.serveForever();
  return {
    server,
    port: server.serverAddress[1],
    async [Symbol.asyncDispose]() {
      await server.shutdown({ grace: 0 });
      await served;
      await server[Symbol.asyncDispose]();
    },
  };
}

/** A client of plain Deno's that speaks in lines. */
export class Client implements Disposable {
  readonly conn: Deno.TcpConn;
  #rest = "";

  private constructor(conn: Deno.TcpConn) {
    this.conn = conn;
  }

  /** Connects, and says a line. */
  static async to(port: number, line: string): Promise<Client> {
    const client = new Client(await Deno.connect({ port }));
    await client.say(line);
    return client;
  }

  /** Sends a line. */
  async say(line: string): Promise<void> {
    await this.conn.write(bytes(`${line}\n`));
  }

  /** Reads a line; `undefined` at the end of the stream, and if there was a reset. */
  async hear(): Promise<string | undefined> {
    const buffer = new Uint8Array(1024);
    while (!this.#rest.includes("\n")) {
      const count = await this.conn.read(buffer).catch((error) => {
        if (error instanceof Deno.errors.ConnectionReset) return null;
        throw error;
      });
      if (count === null) return undefined;
      this.#rest += text(buffer.subarray(0, count));
    }
    const [line] = this.#rest.split("\n", 1);
    this.#rest = this.#rest.slice(line.length + 1);
    return line;
  }

  [Symbol.dispose](): void {
    this.conn[Symbol.dispose]();
  }
}

/** Says a line to a server, and gives the first that comes back. */
export async function ask(
  port: number,
  line: string,
): Promise<string | undefined> {
  using client = await Client.to(port, line);
  return await client.hear();
}

/** Waits until something holds that nothing tells, such as what descriptors are open. */
export async function until(
  holds: () => boolean,
  what: string,
): Promise<void> {
  for (let looks = 0; !holds(); looks++) {
    assert(looks < 250, `not within 5 seconds: ${what}`);
    await delay(20);
  }
}
