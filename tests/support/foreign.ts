// Programs that may not be installed here, as clients of ours.

/** What a program wrote, and how it ended. */
export interface Output {
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}

// Milliseconds after which a program is told to end.
const LONGEST = 30_000;

/**
 * What `Deno.test` takes for a test that needs a program: `{ ...needs, name, fn }`.
 * Prints why such tests are skipped.
 *
 * @param args With these it ends by itself.
 */
export function needsProgram(
  program: string,
  ...args: readonly string[]
): { ignore: boolean } {
  try {
    new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).outputSync();
    return { ignore: false };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`skipping the tests that need ${program}: it is not here`);
    return { ignore: true };
  }
}

/**
 * Runs a program to its end.
 *
 * @param options `stdin` is what it reads; `longest`, in milliseconds, is when it
 * is told to end, and killed if it does not.
 */
export async function runForeign(
  program: string,
  args: readonly string[],
  { stdin = "", longest = LONGEST }: { stdin?: string; longest?: number } = {},
): Promise<Output> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // Told first, for a browser then ends its own processes.
  const telling = setTimeout(() => child.kill("SIGTERM"), longest);
  const killing = setTimeout(() => child.kill("SIGKILL"), longest + 5000);
  // A program that ends without reading has not failed by that alone.
  const written = new Blob([stdin]).stream().pipeTo(child.stdin)
    .catch(() => {});
  const { code, stdout, stderr } = await child.output();
  await written;
  clearTimeout(telling);
  clearTimeout(killing);
  return { code, stdout, stderr: new TextDecoder().decode(stderr) };
}

/** Runs a program to its end, and gives what it wrote to stdout. */
export async function runPiped(
  [program, ...args]: readonly string[],
  stdin: string,
): Promise<string> {
  const { stdout } = await runForeign(program, args, { stdin });
  return new TextDecoder().decode(stdout);
}
