// The programs that servers are written for. What is not there is skipped, and said.

/** What runs a server. */
export type Runtime = "deno" | "node" | "python" | "uvloop";

const PYTHON = Deno.env.get("PYTHON") || "python3";
// Where there is no Node, Deno takes its place, and says so.
const NODE_VERSION = "process.versions.deno ? '' : process.versions.node";
const PYTHON_VERSION =
  "import sys; print('%d.%d.%d' % sys.version_info[:3], end='')";
const UVLOOP_VERSION = "import uvloop; print(uvloop.__version__, end='')";

const [node, python, uvloop, systemUvloop] = await Promise.all([
  output("node", "-p", NODE_VERSION),
  output(PYTHON, "-I", "-c", PYTHON_VERSION),
  output(PYTHON, "-I", "-c", UVLOOP_VERSION),
  // Debian's python3-uvloop belongs to the system's own Python.
  output("/usr/bin/python3", "-I", "-c", UVLOOP_VERSION),
]);

const commands: Record<Runtime, string[] | undefined> = {
  deno: [Deno.execPath(), "run"],
  node: node === undefined ? undefined : ["node"],
  // Isolated, so that no module of the working directory is taken for Python's.
  python: python === undefined ? undefined : [PYTHON, "-I"],
  uvloop: uvloop !== undefined
    ? [PYTHON, "-I"]
    : systemUvloop !== undefined
    ? ["/usr/bin/python3", "-I"]
    : undefined,
};

/** The versions of those that are there, by name. */
export const versions: Readonly<Record<string, string>> = present({
  Node: node,
  CPython: python,
  uvloop: uvloop ?? systemUvloop,
});

const skipped = new Set<Runtime>();

/** Tells whether a runtime is there; says so once where it is not. */
export function isThere(runtime: Runtime): boolean {
  if (commands[runtime] !== undefined) return true;
  if (!skipped.has(runtime)) {
    skipped.add(runtime);
    console.error(`skipping servers: no ${runtime} here`);
  }
  return false;
}

/** The command line that a program's name and arguments come after. */
export function commandOf(runtime: Runtime): string[] {
  const command = commands[runtime];
  if (command === undefined) throw new Error(`Cannot run ${runtime}: not here`);
  return command;
}

async function output(
  program: string,
  ...args: string[]
): Promise<string | undefined> {
  const command = new Deno.Command(program, { args, stderr: "null" });
  try {
    const { success, stdout } = await command.output();
    const text = new TextDecoder().decode(stdout).trim();
    return success && text !== "" ? text : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function present(
  all: Record<string, string | undefined>,
): Record<string, string> {
  const entries = Object.entries(all).flatMap(([name, version]) =>
    version === undefined ? [] : [[name, version]]
  );
  return Object.fromEntries(entries);
}
