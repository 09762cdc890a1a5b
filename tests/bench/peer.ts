import { lines } from "./lines.ts";
import { commandOf, type Runtime } from "./runtimes.ts";
import type { Task } from "./servers/task.ts";

/** What a server has used up so far. */
export interface Usage {
  /** Processor time, in microseconds, as the operating system counts it. */
  cpu: number;
  /** Resident memory, in bytes. */
  rss: number;
  /** Objects and buffers of JavaScript, in bytes. */
  heap: number;
}

/** A server: its program in `servers/`, and what that is told. */
export interface Server {
  readonly name: string;
  readonly program: string;
  /** What runs it; Deno if omitted. */
  readonly runtime?: Runtime;
  readonly task?: Task;
}

/** A server in a process of its own, which ends with the benchmark in any case. */
export class Peer implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: AsyncIterator<string>;
  /** The port on 127.0.0.1 where it serves. */
  port = 0;

  private constructor(command: Deno.Command) {
    this.#child = command.spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = lines(this.#child.stdout);
  }

  /** Starts a server and waits for its port. */
  static async start(server: Server): Promise<Peer> {
    const { program, runtime = "deno", task = {} } = server;
    const url = new URL(`./servers/${program}`, import.meta.url);
    const command = [
      ...commandOf(runtime),
      ...(runtime === "deno" ? flags(task) : []),
      decodeURIComponent(url.pathname),
      JSON.stringify(task),
    ];
    const peer = new Peer(
      new Deno.Command("sh", {
        // As many open files as are allowed: each idle connection is one.
        args: [
          "-c",
          'ulimit -n "$(ulimit -H -n)"; exec "$@"',
          "sh",
          ...command,
        ],
        stdin: "piped",
        stdout: "piped",
      }),
    );
    try {
      peer.port = Number(await peer.#answer());
    } catch (error) {
      await peer[Symbol.asyncDispose]();
      throw error;
    }
    return peer;
  }

  /** Asks what it has used up so far; about "memory" it tells after a garbage collection. */
  async ask(question: "usage" | "memory"): Promise<Usage> {
    await this.#input.write(new TextEncoder().encode(`${question}\n`));
    return JSON.parse(await this.#answer());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
    await this.#output.return?.();
    await this.#input.abort().catch(() => {});
  }

  async #answer(): Promise<string> {
    const { value, done } = await this.#output.next();
    if (done) throw new Error("Cannot go on: a server has ended");
    return value;
  }
}

function flags({ driver, workers, youngMebibytes: young }: Task): string[] {
  return [
    "--allow-net=127.0.0.1",
    ...(driver === "posix" ? ["--allow-ffi"] : []),
    // Workers load their own code.
    ...(workers === undefined ? [] : ["--allow-read", "--allow-import"]),
    `--v8-flags=--expose-gc${
      young === undefined
        ? ""
        : `,--min-semi-space-size=${young},--max-semi-space-size=${young}`
    }`,
  ];
}
