import { lines } from "./lines.ts";

let folder: string | undefined;
let compiling: Promise<string | undefined> | undefined;

/** The load of C, compiled; `undefined`, and a line that says so, where that fails. */
export function compiled(): Promise<string | undefined> {
  return compiling ??= compile();
}

/** Removes it. */
export async function discard(): Promise<void> {
  if (folder !== undefined) await Deno.remove(folder, { recursive: true });
}

async function compile(): Promise<string | undefined> {
  folder = await Deno.makeTempDir({ prefix: "bench-" });
  const sources = new URL("./load/", import.meta.url);
  const cwd = decodeURIComponent(sources.pathname);
  const program = `${folder}/load`;
  const files = await Array.fromAsync(Deno.readDir(sources));
  const units = files.map(({ name }) => name).filter((n) => n.endsWith(".c"));
  const args = ["-O2", "-o", program, ...units];
  const command = new Deno.Command("cc", { args, cwd, stderr: "null" });
  try {
    if ((await command.output()).success) return program;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  console.error("the load is plain Deno, and so a bottleneck: cc fails here");
}

/** A load of C that runs, and is asked line by line; see `load/main.c`. */
export class LineProgram implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: AsyncIterator<string>;

  constructor(program: string, args: (string | number)[]) {
    const options = { stdin: "piped", stdout: "piped" } as const;
    const command = { ...options, args: args.map(String) };
    this.#child = new Deno.Command(program, command).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = lines(this.#child.stdout);
  }

  /** Writes a number, and reads the numbers of the answer. */
  async ask(wanted: number): Promise<number[]> {
    await this.#input.write(new TextEncoder().encode(`${wanted}\n`));
    const { value, done } = await this.#output.next();
    if (done) throw new Error("Cannot go on: the load has ended");
    return value.split(" ").map(Number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#child.status;
    await this.#output.return?.();
  }
}
