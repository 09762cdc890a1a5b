import type { Options } from "./options.ts";
import { type Report, takeTurns } from "./turns.ts";

const PROGRAMS = [
  { name: "an empty script", program: "empty.ts" },
  { name: "import mod.ts", program: "import.ts", bar: 15 },
  { name: "Deno.listen, one connection", program: "listen.ts" },
  { name: "ThreadingTCPServer, one connection", program: "serve.ts" },
];

/** How long a program takes from start to end that only imports the library, or serves one connection. */
export async function startup({ rounds }: Options): Promise<Report[]> {
  const report = await takeTurns({
    title: "Start-up",
    metrics: [{ name: "ms", digits: 1, compare: "difference" }],
    contenders: PROGRAMS.map(({ name, program, bar }) => ({
      name,
      bar,
      measure: async () => [await run(program)],
    })),
    rounds,
    warmUps: 3,
  });
  return [report];
}

async function run(program: string): Promise<number> {
  const { pathname } = new URL(`./programs/${program}`, import.meta.url);
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
