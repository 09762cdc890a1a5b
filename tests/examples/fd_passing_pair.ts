// What the tests of fd_passing.ts work with: its two processes, and a client.
import { assertEquals } from "@std/assert";
import { waysOf, withPid } from "./posix_example.ts";
import { copy, type Running, start } from "./process.ts";

/** Where the front listens. */
export const ADDRESS = { hostname: "127.0.0.1", port: copy.port(50010) };

/** The two ways to run it. */
export const ways = waysOf("fd_passing");

/** It, run by its flags. */
export const [byFlags] = ways;

/** The number of a process that was started through `withPid`. */
export type Pid = string;

/** Starts one of the two; gives it and its number when it is ready. */
export async function startRole(command: string): Promise<[Running, Pid]> {
  const running = start(command, undefined, withPid);
  const [pid] = (await running.printed("press Ctrl-C to stop\n")).split("\n");
  return [running, pid];
}

/** A name that only this test uses. */
export function freshName(): string {
  return `fd_passing-${crypto.randomUUID()}`;
}

/** The two, as they wait for clients; disposing of it kills them. */
export interface Pair extends AsyncDisposable {
  readonly worker: Running;
  readonly front: Running;
  readonly workerPid: Pid;
  readonly frontPid: Pid;
}

export async function startPair({ command } = byFlags): Promise<Pair> {
  const name = freshName();
  await using started = new AsyncDisposableStack();
  const [worker, workerPid] = await startRole(command(`worker ${name}`));
  started.use(worker);
  const [front, frontPid] = await startRole(command(`front ${name}`));
  started.use(front);
  const both = started.move();
  return {
    worker,
    front,
    workerPid,
    frontPid,
    [Symbol.asyncDispose]: () => both.disposeAsync(),
  };
}

/** Interrupts it; gives what it has printed after it was ready. */
export async function stop(running: Running): Promise<string> {
  running.interrupt();
  const { code, stdout, stderr } = await running.end();
  assertEquals([code, stderr], [0, ""]);
  return stdout.replace(/^\d+\n.* press Ctrl-C to stop\n/, "");
}

/** A client that talks line by line. */
export class Client implements Disposable {
  readonly #conn: Deno.TcpConn;
  #text = "";

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  static async make(): Promise<Client> {
    return new Client(await Deno.connect(ADDRESS));
  }

  async hear(): Promise<string> {
    const buffer = new Uint8Array(1024);
    while (!this.#text.includes("\n")) {
      const read = await this.#conn.read(buffer);
      if (read === null) return this.#text;
      this.#text += new TextDecoder().decode(buffer.subarray(0, read));
    }
    const [line] = this.#text.split("\n", 1);
    this.#text = this.#text.slice(line.length + 1);
    return line;
  }

  async say(line: string): Promise<void> {
    await this.#conn.write(new TextEncoder().encode(`${line}\n`));
  }

  [Symbol.dispose](): void {
    this.#conn.close();
  }
}
