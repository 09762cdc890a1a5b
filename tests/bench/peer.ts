import { lines } from "./lines.ts";
import { interpreter, uvloop } from "./python.ts";

/** What a server has used up so far. */
export interface Usage {
  /** Processor time, in microseconds. */
  cpu: number;
  /** Resident memory, in bytes. */
  rss: number;
  /** Objects and buffers of JavaScript, in bytes. */
  heap: number;
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

  /** Starts a program of `servers/` and waits for its port. */
  static async start(program: string, ...args: string[]): Promise<Peer> {
    const url = new URL(`./servers/${program}`, import.meta.url);
    const path = decodeURIComponent(url.pathname);
    const [runtime, ...flags] = program.endsWith(".py")
      // Isolated, so that no module of the working directory is taken for Python's.
      ? [args.at(-1) === "uvloop" ? uvloop! : interpreter, "-I"]
      : [
        Deno.execPath(),
        "run",
        "--allow-net=127.0.0.1",
        ...(args.at(-1) === "posix" ? ["--allow-ffi"] : []),
        "--v8-flags=--expose-gc",
      ];
    const peer = new Peer(
      new Deno.Command(runtime, {
        args: [...flags, path, ...args],
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
