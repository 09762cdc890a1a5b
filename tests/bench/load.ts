import type { Rate } from "./during.ts";
import { lines } from "./lines.ts";

let compiled: Promise<string | undefined> | undefined;

/** Compiles the load of C; `undefined`, and a line that says so, without a compiler. */
function compile(): Promise<string | undefined> {
  return compiled ??= (async () => {
    const folder = await Deno.makeTempDir({ prefix: "bench-" });
    globalThis.addEventListener("unload", () => {
      Deno.removeSync(folder, { recursive: true });
    });
    const source = new URL("./load/echo.c", import.meta.url);
    const program = `${folder}/echo`;
    const args = ["-O2", "-o", program, decodeURIComponent(source.pathname)];
    try {
      const { success } = await new Deno.Command("cc", { args }).output();
      if (success) return program;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    console.error("the load is plain Deno, and so a bottleneck: no cc here");
  })();
}

/** A load of C: connections that do round trips all at once. */
export class Load implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: AsyncIterator<string>;

  private constructor(program: string, args: string[]) {
    const options = { args, stdin: "piped", stdout: "piped" } as const;
    this.#child = new Deno.Command(program, options).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = lines(this.#child.stdout);
  }

  /** Opens `count` connections; `undefined` where there is no compiler. */
  static async open(
    port: number,
    count: number,
    kind: "tcp" | "udp" = "tcp",
  ): Promise<Load | undefined> {
    const program = await compile();
    if (program === undefined) return undefined;
    const args = [String(port), String(count)];
    return new Load(program, kind === "udp" ? [...args, "udp"] : args);
  }

  /** Does round trips for a time. */
  async echo(bytes: number, seconds: number): Promise<Rate> {
    const turn = new TextEncoder().encode(`${bytes} ${seconds}\n`);
    await this.#input.write(turn);
    const { value, done } = await this.#output.next();
    if (done) throw new Error("Cannot go on: the load has ended");
    const [count, nanoseconds] = value.split(" ").map(Number);
    return { count, rate: count * 1e9 / nanoseconds };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#child.status;
    await this.#output.return?.();
  }
}
