// Steps of select, poll, epoll and selectors, side by side with CPython.
import { assert, assertEquals } from "@std/assert";
import type { Driver } from "../../socket/mod.ts";
import { sandbox } from "../../socket/sandbox/driver.ts";
import { posix } from "../support/posix.ts";
import { runPython } from "../support/python.ts";
import { needsBoth } from "./posix/needs.ts";
import { type Difference, differencesOn } from "./select_steps/differences.ts";
import { runOurs } from "./select_steps/run.ts";
import { scenarios, type Steps } from "./select_steps/steps.ts";

/** A step, and what came of it. */
interface Outcome {
  readonly scenario: string;
  readonly step: string;
  readonly was: string;
  readonly is: string;
}

/** Runs the steps with CPython and with this library. */
async function runBoth(
  mine: readonly Steps[],
  driver: Driver,
): Promise<Outcome[]> {
  const code = await Deno.readTextFile(
    new URL("./select_steps/run.py", import.meta.url),
  );
  const stdin = JSON.stringify(mine.map(({ steps }) => steps));
  const printed = await runPython(code, { stdin });
  const theirs = printed.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(theirs.length, mine.length);
  const outcomes: Outcome[] = [];
  for (const [at, { name, steps }] of mine.entries()) {
    const ours = await runOurs(steps, driver);
    for (const [n, step] of steps.entries()) {
      outcomes.push({
        scenario: name,
        step: JSON.stringify(step),
        was: JSON.stringify(theirs[at][n]),
        is: JSON.stringify(ours[n]),
      });
    }
  }
  return outcomes;
}

for (const [name, driver] of [["sandboxed", sandbox], ["POSIX", posix]]) {
  Deno.test({
    ...needsBoth,
    name:
      `select(), poll(), epoll() and the selectors answer step by step as in CPython [${name}]`,
    async fn() {
      const mine = scenarios.filter(({ posixOnly }) =>
        name === "POSIX" || !posixOnly
      );
      const outcomes = await runBoth(mine, driver as Driver);
      assert(outcomes.length > 900, `only ${outcomes.length} steps`);
      const differences = differencesOn(name as "POSIX");
      const used = new Set<Difference>();
      const strange = outcomes.filter((outcome) => {
        if (outcome.was === outcome.is) return false;
        const known = differences.find(([scenario, step, python, ours]) =>
          scenario.test(outcome.scenario) && step === outcome.step &&
          python === outcome.was && ours === outcome.is
        );
        if (known !== undefined) used.add(known);
        return known === undefined;
      });
      assertEquals(strange, []);
      assertEquals(
        differences.filter((each) => !used.has(each)),
        [],
        "These are no differences any more",
      );
    },
  });
}
