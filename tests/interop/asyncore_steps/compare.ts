import { assertEquals } from "@std/assert";
import { hasPosix, posix } from "../../support/posix.ts";
import { hasAsyncore } from "../../support/asyncore.ts";
import { type Case, expectedOf } from "./case.ts";
import { OurRun } from "./ours.ts";
import { runInPython, type Way } from "./python.ts";

// Unix sockets and resets of peers are the kernel's, so peers are of the POSIX driver.
const ignore = !hasAsyncore || !hasPosix;

/** Registers a test for each driver that runs cases here and in CPython, and compares. */
export function compare(symbol: string, cases: readonly Case[]): void {
  const runs = cases.flatMap((each) =>
    (["select", "poll"] as const)
      .filter((wait) => wait === (each.wait ?? wait))
      .map((wait) => [each, wait] as [Case, Way])
  );
  let theirs: Promise<string[][]> | undefined;
  for (const driver of ["sandboxed", "POSIX"]) {
    Deno.test({
      ignore,
      name: `${symbol} calls handlers in CPython's order [${driver}]`,
      async fn(t) {
        const folder = await Deno.makeTempDir({ prefix: "steps-" });
        try {
          theirs ??= runInPython(runs, folder);
          const logs = await theirs;
          for (const [index, [each, wait]] of runs.entries()) {
            if ((each.driver ?? driver) !== driver) continue;
            await t.step(`${each.name} [${wait}]`, async () => {
              const own = driver === "POSIX" ? posix : undefined;
              const run = new OurRun(each, wait, `${folder}/o${index}`, own);
              assertEquals(await run.go(), expectedOf(each, logs[index]));
            });
          }
        } finally {
          await Deno.remove(folder, { recursive: true });
        }
      },
    });
  }
}
