// Sequences of calls in the wrong state or with wrong arguments, run by CPython
// and by this library, which must end alike: the same value or the same error.

import { assertEquals } from "@std/assert";
import { needsPython } from "../support/python.ts";
import { type Case, type Outcome, show } from "./wrong_state/case.ts";
import { cases } from "./wrong_state/cases.ts";
import { runOurs } from "./wrong_state/ours.ts";
import { runInPython } from "./wrong_state/python.ts";

/** Says, call by call, where the outcomes are not what the case says. */
function complaints(
  { name, calls, differs = [] }: Case,
  python: readonly Outcome[],
  ours: readonly Outcome[],
): string[] {
  return calls.flatMap((call, index) => {
    const meant = differs.find((difference) => difference.call === index);
    const where = `${name}: ${show(call)} (call ${index})`;
    if (meant !== undefined && python[index] === ours[index]) {
      return [`${where} no longer differs: ${ours[index]}`];
    }
    const expected = meant?.ours ?? python[index];
    return ours[index] === expected ? [] : [
      `${where} ends here in ${ours[index]}, in CPython in ${python[index]}`,
    ];
  });
}

Deno.test({
  ...needsPython,
  name: "Socket ends calls in the wrong state as CPython does",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "wrong-state-" });
    try {
      const python = await runInPython(cases, folder);
      const found: string[] = [];
      for (const [index, each] of cases.entries()) {
        const ours = await runOurs(each, `${folder}/o${index}`);
        found.push(...complaints(each, python[index], ours));
      }
      assertEquals(found, []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
