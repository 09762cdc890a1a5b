// Programs of ours in processes of their own, with exactly the flags that a test
// names, without prompts and without deno.json: for what depends on permissions, on
// unstable flags and on when a process ends, and for what runs beside the test.
import { commonFlags } from "./common_flags.ts";
import { LineProcess } from "./line_process.ts";

const root = new URL("../../", import.meta.url);

/** The library, for `import` in a program. */
export const LIBRARY: string = new URL("socket/mod.ts", root).href;

// Milliseconds after which a process is killed, so that no test waits for ever.
const LONGEST = 30_000;

/** How a program is run. */
export interface ProgramOptions {
  /** Permission and unstable flags. */
  readonly flags?: readonly string[];
  /** Its `Deno.args`. */
  readonly args?: readonly string[];
  /** What comes before `deno` on the command line, such as a shell that sets a limit. */
  readonly through?: readonly string[];
}

/** How a program is run to its end. */
export interface RunOptions extends ProgramOptions {
  /** Milliseconds after which it is killed. */
  readonly longest?: number;
  /** Its folder; the repository's if omitted. */
  readonly folder?: string;
}

/** How a program ended, and all that it printed. */
export interface Ended {
  /** Its exit code; 137 if it had to be killed. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Where bare names point to when deno.json, and with it its unstable flags, is
 * left aside: for `--import-map`.
 */
export function importMap(): string {
  const imports: Record<string, string> = {};
  for (const name of ["assert", "async", "bytes"]) {
    const folder = new URL(`tests/std/${name}/`, root);
    const { exports } = JSON.parse(
      Deno.readTextFileSync(new URL("deno.json", folder)),
    );
    for (const [path, file] of Object.entries<string>(exports)) {
      imports[`@std/${name}${path.slice(1)}`] = new URL(file, folder).href;
    }
  }
  return `data:application/json,${
    encodeURIComponent(JSON.stringify({ imports }))
  }`;
}

/** Starts a program: `main` is its file, or `-` for what it reads from stdin. */
function spawn(
  main: string,
  { flags = [], args = [], through = [] }: ProgramOptions,
  options: Deno.CommandOptions,
): Deno.ChildProcess {
  const [command, ...rest] = [
    ...through,
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-check"],
    ...["--no-config", "--no-lock", `--import-map=${importMap()}`],
    ...commonFlags,
    ...flags,
    main,
    ...args,
  ];
  return new Deno.Command(command, {
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    ...options,
    args: rest,
  }).spawn();
}

/**
 * Runs a program to its end. It may `import … from "socket"`, which is the
 * library.
 */
export async function runProgram(
  code: string,
  { longest = LONGEST, folder, ...options }: RunOptions = {},
): Promise<Ended> {
  const child = spawn("-", options, {
    cwd: folder ?? root,
    stderr: "piped",
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), longest);
  const program = code.replaceAll('from "socket"', `from "${LIBRARY}"`);
  // What it is run through may end without reading.
  const written = new Blob([program]).stream().pipeTo(child.stdin)
    .catch(() => {});
  const { code: status, stdout, stderr } = await child.output();
  clearTimeout(timer);
  await written;
  const decoder = new TextDecoder();
  return {
    code: status,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

/** Runs a program that prints one JSON value, and gives it. */
export async function valueOf(
  code: string,
  options: RunOptions = {},
): Promise<unknown> {
  const { code: status, stdout, stderr } = await runProgram(code, options);
  if (status !== 0) throw new Error(`It ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/**
 * Gives the `value` of an expression that may use the library as `socket`, or the
 * fields of the error that it throws.
 *
 * @param flags Its permissions, such as `--allow-net=127.0.0.1`.
 * @param through What to run it with, such as `ip netns exec`.
 */
export async function outcomeOf(
  expression: string,
  flags: readonly string[],
  through: readonly string[] = [],
): Promise<unknown> {
  const code = `
    import * as socket from "socket";
    let result;
    try {
      result = { value: await (async () => ${expression})() };
    } catch (error) {
      const { name, message, errno, code } = error;
      result = { name, message, errno, code };
    }
    console.log(JSON.stringify(result));
  `;
  return await valueOf(code, { flags: ["--unstable-net", ...flags], through });
}

/** An error as {@linkcode outcomeOf} gives it. */
export interface ThrownFields {
  readonly name: string;
  readonly message: string;
  readonly errno?: number;
  readonly code?: string;
}

/** The flags that a message of the library names. */
export function flagsIn(message: string): string[] {
  return message.match(/--allow-[a-z]+(?:=[^\s,;]+)?/g) ?? [];
}

/**
 * Starts a program of the folder tests/support/ that runs beside the test; what it
 * writes to stderr goes to the test's stderr.
 */
export function spawnProgram(
  name: string,
  options: ProgramOptions = {},
): LineProcess {
  const { pathname } = new URL(name, import.meta.url);
  return new LineProcess(spawn(pathname, options, { stderr: "inherit" }));
}
