// The examples as a user runs them: by the `deno run` lines at their top, each a
// process of its own. But for as_typed_test.ts, tests run a copy of the examples
// that has ports of its own.
import { ExampleCopy } from "../support/example_copy.ts";

/** The folder that the `deno run` lines are meant for. */
export const ROOT: URL = new URL("../../", import.meta.url);

/** The copy that this file's tests run. */
export const copy: ExampleCopy = new ExampleCopy();
globalThis.addEventListener("unload", () => copy[Symbol.dispose]());

/** Gives a text with the ports and the path of the copy for those of the examples. */
export function here(text: string): string {
  return copy.here(text);
}

// Milliseconds after which a process is killed, so that no test waits for ever.
const LONGEST = 30_000;

/** Gives the `deno run` lines at the top of an example. */
export async function commandsOf(example: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(`examples/${example}.ts`, ROOT));
  const [header] = /^\/\*\*[^]*?\*\//.exec(text) ?? [""];
  return [...header.matchAll(/^ \* +(deno run .*)$/gm)].map(([, line]) => line);
}

/** Gives a command without its permissions. */
export function unpermitted(command: string): string {
  return command.replaceAll(/ (--allow-\w+|-P)=\S+/g, "")
    .replace("deno run", "deno run --no-prompt");
}

/**
 * Gives a command that runs an example with other constants, for what would take
 * too long or too much with its own.
 *
 * ```ts ignore
 * const command = await altered(server, { GRACE: 60 });
 * ```
 */
export async function altered(
  command: string,
  constants: Readonly<Record<string, number>>,
): Promise<string> {
  const [path] = /examples\/\w+\.ts/.exec(command) ?? [""];
  let text = await Deno.readTextFile(`${copy.folder}/${path}`);
  for (const [name, value] of Object.entries(constants)) {
    const was = RegExp(`^const ${name} = .*?;`, "m");
    if (!was.test(text)) throw new Error(`There is no ${name} in ${path}`);
    text = text.replace(was, `const ${name} = ${value};`);
  }
  const changed = path.replace(".ts", `_${crypto.randomUUID()}.ts`);
  await Deno.writeTextFile(`${copy.folder}/${changed}`, text);
  return command.replace(path, changed);
}

/** How a process ended, and all that it printed. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** A process that runs beside the test; disposing of it kills it and waits for its end. */
export class Running implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stdout: ReadableStreamDefaultReader<string>;
  readonly #stderr: Promise<string>;
  readonly #timer: ReturnType<typeof setTimeout>;
  #printed = "";

  constructor(child: Deno.ChildProcess, longest = LONGEST) {
    this.#child = child;
    this.#stdout = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    this.#stderr = new Response(child.stderr).text();
    this.#timer = setTimeout(() => this.#kill("SIGKILL"), longest);
  }

  /** Waits until it has printed a text; gives all that it has printed so far. */
  async printed(text: string): Promise<string> {
    while (!this.#printed.includes(text)) {
      const { value, done } = await this.#stdout.read();
      if (done) {
        throw new Error(
          `It ended without printing "${text}"; it printed: ${this.#printed}${await this
            .#stderr}`,
        );
      }
      this.#printed += value;
    }
    return this.#printed;
  }

  /** Does what Ctrl-C does. */
  interrupt(): void {
    this.#kill("SIGINT");
  }

  /** Does what a system does that ends a service. */
  terminate(): void {
    this.#kill("SIGTERM");
  }

  /** Waits for its end. */
  async end(): Promise<Ended> {
    for (;;) {
      const { value, done } = await this.#stdout.read();
      if (done) break;
      this.#printed += value;
    }
    const stderr = await this.#stderr;
    const { code } = await this.#child.status;
    return { code, stdout: this.#printed, stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    this.#kill("SIGKILL");
    await this.#child.status;
    await this.#stdout.cancel();
    await this.#stderr;
  }

  #kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

/**
 * Starts a command line that begins with `deno`, without a terminal, so that
 * Deno cannot ask for permissions.
 *
 * @param cwd The folder to run it in as it stands; if omitted, it runs in the copy,
 * with the copy's ports and path.
 * @param through A command line that runs it in turn; none if omitted.
 * @param longest Milliseconds after which it is killed.
 */
export function start(
  command: string,
  cwd?: string | URL,
  through: readonly string[] = [],
  longest: number = LONGEST,
): Running {
  // Quietly, for Deno warns that the library has a deno.json of its own.
  const typed = cwd === undefined
    ? here(command).replace("deno run", "deno run --quiet")
    : command;
  const [, ...flags] = typed.split(" ");
  const [program, ...args] = [...through, Deno.execPath(), ...flags];
  return new Running(
    new Deno.Command(program, {
      args,
      cwd: cwd ?? copy.folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
    longest,
  );
}

/** Runs a command line to its end, as {@linkcode start} does. */
export async function run(
  command: string,
  cwd?: string | URL,
): Promise<Ended> {
  await using running = start(command, cwd);
  return await running.end();
}
