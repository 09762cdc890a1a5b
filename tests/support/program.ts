// Programs of these tests that run beside them, and talk to them line by line.
import { PythonProcess } from "./python.ts";

const ROOT = new URL("../../", import.meta.url);

/** How a program is run. */
export interface SpawnOptions {
  /** Permission and other flags. */
  readonly flags?: readonly string[];
  /** Its `Deno.args`. */
  readonly args?: readonly string[];
  /** What comes before `deno` on the command line, such as a shell that sets a limit. */
  readonly through?: readonly string[];
}

/**
 * Starts a program of the folder tests/support/; what it writes to stderr goes to the
 * test's stderr.
 */
export function spawnProgram(
  name: string,
  { flags = [], args = [], through = [] }: SpawnOptions = {},
): PythonProcess {
  const [command, ...rest] = [
    ...through,
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-check"],
    ...["--config", new URL("deno.json", ROOT).pathname],
    ...flags,
    new URL(name, import.meta.url).pathname,
    ...args,
  ];
  const child = new Deno.Command(command, {
    args: rest,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  // It is no Python, but it talks in the same way.
  return new PythonProcess(child);
}
