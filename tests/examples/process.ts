// The examples as a user runs them: by the `deno run` lines at their top, each a
// process of its own.
import { delay } from "@std/async/delay";
import { folder } from "../support/peers.ts";

/** The folder that the `deno run` lines are meant for. */
export const ROOT: URL = new URL("../../", import.meta.url);

// Milliseconds after which a process is killed, and ports are no longer waited
// for, so that no test waits for ever.
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
  const library = JSON.stringify(new URL("mod.ts", ROOT).href);
  let text = (await Deno.readTextFile(new URL(path, ROOT)))
    .replace('"@berkeley/socket"', library);
  for (const [name, value] of Object.entries(constants)) {
    const was = RegExp(`^const ${name} = .*?;`, "m");
    if (!was.test(text)) throw new Error(`There is no ${name} in ${path}`);
    text = text.replace(was, `const ${name} = ${value};`);
  }
  const copy = `${folder}/${crypto.randomUUID()}.ts`;
  await Deno.writeTextFile(copy, text);
  return command.replace("deno run", "deno run --config=deno.json")
    .replace(path, copy);
}

// The ports that the examples listen on.
const PORTS = [50007, 50010, 8000, 9999];

/**
 * Waits until the examples' ports are this test's own, for they are fixed: no
 * other test uses them, in this process or another, and no connection of some
 * other program happens to have them.
 *
 * ```ts ignore
 * using _ports = await examplePorts();
 * ```
 */
export async function examplePorts(): Promise<Disposable> {
  const file = await Deno.open(new URL(import.meta.url));
  await file.lock(true);
  for (let tries = 0; tries < 100; tries++) {
    if (PORTS.every(isFree)) return file;
    await delay(LONGEST / 100);
  }
  file.close();
  throw new Error(`Ports ${PORTS.join(", ")} must be free for the examples`);
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    return false;
  }
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
 * @param cwd The folder to run it in; this repository's if omitted.
 * @param through A command line that runs it in turn; none if omitted.
 * @param longest Milliseconds after which it is killed.
 */
export function start(
  command: string,
  cwd: string | URL = ROOT,
  through: readonly string[] = [],
  longest: number = LONGEST,
): Running {
  const [, ...flags] = command.split(" ");
  const [program, ...args] = [...through, Deno.execPath(), ...flags];
  return new Running(
    new Deno.Command(program, {
      args,
      cwd,
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
  cwd: string | URL = ROOT,
): Promise<Ended> {
  await using running = start(command, cwd);
  return await running.end();
}
