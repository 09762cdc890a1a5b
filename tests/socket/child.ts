// Programs of a few lines, each in a process of its own with its own flags:
// for what depends on permissions, on unstable flags and on when a process ends.

const root = new URL("../../", import.meta.url);

/** The library, for `import` in a program. */
export const LIBRARY: string = new URL("socket/mod.ts", root).href;

// Milliseconds after which a process is killed, so that no test waits for ever.
const LONGEST = 20_000;

/** How a program ended, and all that it printed. */
export interface Ended {
  /** Its exit code; 137 if it had to be killed. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run. */
export interface ProgramOptions {
  /** Permission and unstable flags. */
  readonly flags?: readonly string[];
  /** Its `Deno.args`. */
  readonly args?: readonly string[];
  /** What comes before `deno` on the command line, such as a shell that sets a limit. */
  readonly through?: readonly string[];
  /** Milliseconds after which it is killed. */
  readonly longest?: number;
  /** Its folder; the repository's if omitted. */
  readonly folder?: string;
}

/** Where bare names point to when deno.json, and with it its unstable flags, is left aside. */
function importMap(): string {
  const imports: Record<string, string> = {};
  for (const name of ["async", "bytes"]) {
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

/**
 * Runs a program to its end: with the flags given, and no others, without
 * prompts.
 *
 * It may `import … from "socket"`, which is the library.
 */
export async function runProgram(
  code: string,
  options: ProgramOptions = {},
): Promise<Ended> {
  const { flags = [], args = [], through = [], longest = LONGEST } = options;
  const [command, ...rest] = [
    ...through,
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    "--no-check",
    "--no-config",
    "--no-lock",
    `--import-map=${importMap()}`,
    ...flags,
    "-",
    ...args,
  ];
  const child = new Deno.Command(command, {
    args: rest,
    cwd: options.folder ?? root,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), longest);
  try {
    const writer = child.stdin.getWriter();
    const program = code.replaceAll('from "socket"', `from "${LIBRARY}"`);
    await writer.write(new TextEncoder().encode(program));
    await writer.close();
    const { code: status, stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    return {
      code: status,
      stdout: decoder.decode(stdout),
      stderr: decoder.decode(stderr),
    };
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a program that prints one JSON value, and gives it. */
export async function valueOf(
  code: string,
  options: ProgramOptions = {},
): Promise<unknown> {
  const { code: status, stdout, stderr } = await runProgram(code, options);
  if (status !== 0) throw new Error(`It ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}
