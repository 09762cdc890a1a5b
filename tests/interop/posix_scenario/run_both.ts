// Runs the scenario with CPython and with this library, each in a process and a
// folder of its own, and under strace if asked.
import { interpreter } from "../../support/python.ts";

const here = (name: string) =>
  decodeURIComponent(new URL(name, import.meta.url).pathname);
const folder = here("./").replace(/\/$/, "");
const scenario = here("./scenario.txt");
const config = here("../../../deno.json");

// Seconds after which a process that hangs is ended.
const LONGEST = "20";

/** What each process of the two printed, and wrote. */
export interface Both {
  readonly python: string;
  readonly ours: string;
}

/** Runs the scenario; gives what was printed or, of strace, the trace. */
export async function runBoth(underStrace: boolean): Promise<Both> {
  const [python, ours] = await Promise.all([
    run([interpreter, "-I", here("./scenario.py"), scenario], underStrace),
    run([
      Deno.execPath(),
      "run",
      "--quiet",
      "--no-prompt",
      `--config=${config}`,
      "--allow-ffi",
      `--allow-read=${folder}`,
      here("./run.ts"),
      scenario,
    ], underStrace),
  ]);
  return { python, ours };
}

async function run(command: string[], underStrace: boolean): Promise<string> {
  const cwd = await Deno.makeTempDir({ prefix: "scenario-" });
  try {
    const trace = `${cwd}/trace`;
    const traced = underStrace
      ? [
        "strace",
        "-f",
        "-e",
        "trace=%network,sendfile",
        "-o",
        trace,
        ...command,
      ]
      : command;
    const { code, stdout, stderr } = await new Deno.Command("timeout", {
      args: [LONGEST, ...traced],
      cwd,
    }).output();
    const [printed, told] = [stdout, stderr].map((bytes) =>
      new TextDecoder().decode(bytes)
    );
    if (code !== 0) {
      const last = printed.trimEnd().split("\n").at(-1);
      throw new Error(`${command[0]}: ${code} after ${last}\n${told}`);
    }
    return underStrace ? await Deno.readTextFile(trace) : printed;
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}
