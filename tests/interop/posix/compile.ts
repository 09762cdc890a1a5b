// C programs, compiled by the test that runs them.
import { needsProgram, runForeign } from "../../support/foreign.ts";

/** What `Deno.test` takes for a test that needs a C compiler. */
export const needsCompiler: { ignore: boolean } = Deno.build.os === "linux"
  ? needsProgram("cc", "--version")
  : { ignore: true };

/** What a compiler is to do. */
export interface CompileOptions {
  /** The compiler; `cc` if omitted. */
  readonly compiler?: string;
  /** More arguments, such as `-shared`. */
  readonly args?: readonly string[];
}

/** A file that a compiler made; disposing of it removes it. */
export interface Compiled extends AsyncDisposable {
  readonly path: string;
}

/**
 * Compiles a C program.
 *
 * @throws {Error} With what the compiler says, if it fails.
 */
export async function compile(
  source: string,
  { compiler = "cc", args = [] }: CompileOptions = {},
): Promise<Compiled> {
  const folder = await Deno.makeTempDir({ prefix: "socket-c-" });
  const path = `${folder}/out`;
  const remove = () => Deno.remove(folder, { recursive: true });
  try {
    const { code, stderr } = await runForeign(
      compiler,
      ["-w", "-x", "c", "-", "-o", path, ...args],
      { stdin: source },
    );
    if (code !== 0) throw new Error(`${compiler} fails: ${stderr}`);
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, [Symbol.asyncDispose]: remove };
}

/** Compiles a C program, runs it to its end and gives what it printed. */
export async function runC(
  source: string,
  options: CompileOptions = {},
): Promise<string> {
  await using program = await compile(source, options);
  const { code, stdout, stderr } = await runForeign(program.path, []);
  if (code !== 0) throw new Error(`it ended with status ${code}: ${stderr}`);
  return new TextDecoder().decode(stdout);
}
