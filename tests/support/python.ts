// Python at the other end: answers to compare with, and live peers. The
// interpreter is `python3`, or what the variable PYTHON names. `hasPython` is
// found out on import, because `Deno.test({ ignore })` must know at once.

/** The interpreter that the tests run. */
export const interpreter: string = Deno.env.get("PYTHON") || "python3";

/** Whether the interpreter runs here. */
export const hasPython: boolean = runs();

/** What `Deno.test` takes for a test that needs Python: `{ ...needsPython, name, fn }`. */
export const needsPython: { ignore: boolean } = { ignore: !hasPython };

if (!hasPython) {
  console.log(`skipping the tests that need Python: no ${interpreter} here`);
}

function runs(): boolean {
  try {
    return command("", [], { stdin: "null", stderr: "null" }).outputSync()
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Isolated (-I), for the working directory has folders named like modules of Python's. */
function command(
  code: string,
  args: readonly string[],
  options: Deno.CommandOptions,
): Deno.Command {
  return new Deno.Command(interpreter, {
    ...options,
    args: ["-I", "-u", "-X", "utf8", "-c", code, ...args],
  });
}

/**
 * Runs a program to its end and gives what it wrote to stdout.
 *
 * @param options `args` are its `sys.argv[1:]`, `stdin` is what it reads.
 * @throws {Error} If it fails, with what it wrote to stderr.
 */
export async function runPython(
  code: string,
  options: { stdin?: string; args?: readonly string[] } = {},
): Promise<string> {
  const child = command(code, options.args ?? [], {
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // A program that ends without reading is no failure by itself.
  const written = new Blob([options.stdin ?? ""]).stream().pipeTo(child.stdin)
    .catch(() => {});
  const { success, code: status, stdout, stderr } = await child.output();
  await written;
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(
    `${interpreter} ended with status ${status}: ${
      new TextDecoder().decode(stderr)
    }`,
  );
}

/** A program that runs beside the test; disposing of it kills it and waits for its end. */
export class PythonProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #text = "";

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#output = child.stdout.getReader();
  }

  /** Its process number. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Settles when it has ended. */
  get status(): Promise<Deno.CommandStatus> {
    return this.#child.status;
  }

  /** Reads the next line that it prints, without the line's end; `undefined` after the last. */
  async readLine(): Promise<string | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end).replace(/\r$/, "");
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const { value, done } = await this.#output.read();
      if (done) {
        const rest = this.#text;
        this.#text = "";
        return rest === "" ? undefined : rest;
      }
      this.#text += this.#decoder.decode(value, { stream: true });
    }
  }

  /** Writes a line to its stdin. */
  async writeLine(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Ends its stdin, which a program can take as the sign to end. */
  async closeInput(): Promise<void> {
    await this.#input.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
    await this.#child.status;
    await this.#output.cancel();
    await this.#input.abort().catch(() => {});
  }
}

/**
 * Starts a program that runs beside the test, such as a server that prints its
 * port. What it writes to stderr goes to the test's stderr.
 *
 * ```ts ignore
 * await using server = spawnPython(code);
 * const port = Number(await server.readLine());
 * ```
 *
 * @param args Its `sys.argv[1:]`.
 */
export function spawnPython(
  code: string,
  args: readonly string[] = [],
): PythonProcess {
  return new PythonProcess(
    command(code, args, {
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn(),
  );
}
