// Side-by-side benchmarks: `deno task bench [name …] [options]`, see `--help`.
//
// All servers of a table are up at once and warm, and the load alternates between
// them in short turns; they are compared round by round, so that a busy machine
// slows all of them. A figure is a file in figures/, which says who takes part,
// under which load, and what the bars are; and a line in catalogue.ts. A new peer
// is a program in servers/ that follows task.ts and control.ts.

import { chosen, isName, listing } from "./catalogue.ts";
import { discard } from "./load_program.ts";
import { describeMachine, machineLine } from "./machine.ts";
import type { Report } from "./match.ts";
import { parse, USAGE } from "./options.ts";
import { summary, table } from "./report.ts";

const options = parse(Deno.args);
if (options.help || !options.names.every(isName)) {
  console.log(
    `deno task bench [name …] [options]\n\n${listing()}\nOptions:\n${USAGE}`,
  );
  Deno.exit(options.help ? 0 : 2);
}

const start = performance.now();
const machine = describeMachine();
if (!options.json) console.log(machineLine(machine));
const reports: Report[] = [];
try {
  for (const { figure, isWanted } of chosen(options.names)) {
    for await (const report of figure.run(options, isWanted)) {
      reports.push(report);
      if (!options.json) console.log(table(report));
    }
  }
} finally {
  await discard();
}
const seconds = Math.round((performance.now() - start) / 1000);
if (options.json) {
  const verdicts = reports.flatMap(({ name, verdicts }) =>
    verdicts.map((verdict) => ({ table: name, ...verdict }))
  );
  const all = { machine, options, seconds, verdicts, reports };
  console.log(JSON.stringify(all, null, 2));
} else {
  console.log(`${summary(reports)}In ${seconds} s`);
}
