// Python at the other end: answers to compare with, and live peers. The
// interpreter is `python3`, or what the variable PYTHON names. `hasPython` is
// found out on import, because `Deno.test({ ignore })` must know at once.
import { runForeign } from "./foreign.ts";
import { LineProcess } from "./line_process.ts";

// Milliseconds after which a program is told to end.
const LONGEST = 120_000;

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
    return new Deno.Command(interpreter, {
      args: argumentsFor("", []),
      stdin: "null",
      stderr: "null",
    }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Isolated (-I), for the working directory has folders named like modules of Python's. */
function argumentsFor(code: string, args: readonly string[]): string[] {
  return ["-I", "-u", "-X", "utf8", "-c", code, ...args];
}

/**
 * Runs a program to its end and gives what it wrote to stdout.
 *
 * @param options `args` are its `sys.argv[1:]`, `stdin` is what it reads.
 * @throws {Error} If it fails, with what it wrote to stderr.
 */
export async function runPython(
  code: string,
  { stdin, args = [] }: { stdin?: string; args?: readonly string[] } = {},
): Promise<string> {
  const { code: status, stdout, stderr } = await runForeign(
    interpreter,
    argumentsFor(code, args),
    { stdin, longest: LONGEST },
  );
  if (status === 0) return new TextDecoder().decode(stdout);
  throw new Error(`${interpreter} ended with status ${status}: ${stderr}`);
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
): LineProcess {
  return new LineProcess(
    new Deno.Command(interpreter, {
      args: argumentsFor(code, args),
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn(),
  );
}
