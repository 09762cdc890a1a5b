// Python at the other end: answers to compare with, and live peers. The
// interpreter is `python3`, or what the variable PYTHON names. Whether it is here
// is found out on import, because `Deno.test({ ignore })` must know at once, and
// once for all test files of a run: a start takes long, above all where `python3`
// is a script that looks for the interpreter.
import { runForeign } from "./foreign.ts";
import { LineProcess } from "./line_process.ts";

// Milliseconds after which a program is told to end.
const LONGEST = 120_000;

// Holds what was asked for, and below it where that is, if anywhere. All test files
// of a run share the environment. What they start inherits it, perhaps with another
// PATH.
const FOUND = "SOCKET_TESTS_PYTHON";

const wanted = Deno.env.get("PYTHON") || "python3";
const executable = find();

/** The interpreter that the tests run. */
export const interpreter: string = executable || wanted;

/** Whether the interpreter runs here. */
export const hasPython: boolean = executable !== "";

/** What `Deno.test` takes for a test that needs Python: `{ ...needsPython, name, fn }`. */
export const needsPython: { ignore: boolean } = { ignore: !hasPython };

if (!hasPython) {
  console.log(`skipping the tests that need Python: no ${interpreter} here`);
}

function find(): string {
  const question = JSON.stringify([wanted, Deno.env.get("PATH"), Deno.pid]);
  const [asked, found] = Deno.env.get(FOUND)?.split("\n") ?? [];
  if (asked === question) return found;
  const executable = ask();
  Deno.env.set(FOUND, `${question}\n${executable}`);
  return executable;
}

/** Asks the interpreter for its own path; gives an empty one if it does not run. */
function ask(): string {
  try {
    const { success, stdout } = new Deno.Command(wanted, {
      args: argumentsFor("import sys; print(sys.executable or '')", []),
      stdin: "null",
      stderr: "null",
    }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() || wanted : "";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/**
 * Isolated (-I), for the working directory has folders that are named like modules
 * of Python, and without the packages that are installed beside it (-S).
 */
function argumentsFor(code: string, args: readonly string[]): string[] {
  return ["-I", "-S", "-u", "-X", "utf8", "-c", code, ...args];
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
