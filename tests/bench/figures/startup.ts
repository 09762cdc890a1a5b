import type { Figure } from "../figure.ts";
import { takeTurns } from "../match.ts";

const EMPTY = "an empty script";
const IMPORT = "import mod.ts";

const PROGRAMS = [
  { name: EMPTY, program: "empty.ts" },
  { name: IMPORT, program: "import.ts" },
  { name: "Deno.listen, one connection", program: "listen.ts" },
  { name: "ThreadingTCPServer, one connection", program: "serve.ts" },
];

/** How long a program takes from start to end that only imports the library, or serves one connection. */
export const startup: Figure = {
  name: "startup",
  tables: { programs: "import of the library, and small programs" },
  async *run({ rounds = 20 }, isWanted) {
    if (!isWanted("programs")) return;
    // Deno keeps what it has compiled, and the system what it has read.
    for (const { program } of PROGRAMS) {
      for (let i = 0; i < 3; i++) await time(program);
    }
    yield await takeTurns({
      name: "startup.programs",
      title: "Programs from start to end",
      metrics: [{ name: "ms", digits: 1, compare: "difference" }],
      contenders: PROGRAMS.map(({ name, program }) => ({
        name,
        measure: async () => [await time(program)],
      })),
      bars: [{ of: IMPORT, over: EMPTY, atMost: 15 }],
      rounds,
    });
  },
};

async function time(program: string): Promise<number> {
  const { pathname } = new URL(`../programs/${program}`, import.meta.url);
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-net=127.0.0.1", decodeURIComponent(pathname)],
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  });
  const start = performance.now();
  const { success } = await command.output();
  const time = performance.now() - start;
  if (!success) throw new Error(`Cannot measure: ${program} failed`);
  return time;
}
