// Side-by-side benchmarks: `deno task bench [scenario …] [options]`, see
// options.ts. Every scenario lets its peers take turns in many short rounds and
// compares them round by round, so that a busy machine slows all of them. A new
// scenario is one file here and its line in SCENARIOS; a new peer is a program
// in `servers/` that follows control.ts, and its line in the scenario.

import { bulk } from "./bulk.ts";
import { echo } from "./echo.ts";
import { idle } from "./idle.ts";
import { type Options, parse, USAGE } from "./options.ts";
import { table } from "./report.ts";
import { selector } from "./selector.ts";
import { server } from "./server.ts";
import { startup } from "./startup.ts";
import { tls } from "./tls.ts";
import { udp } from "./udp.ts";
import type { Report } from "./turns.ts";

const SCENARIOS: Record<string, (options: Options) => Promise<Report[]>> = {
  echo,
  bulk,
  idle,
  selector,
  server,
  startup,
  tls,
  udp,
};

const options = parse(Deno.args);
const names = options.scenarios.length > 0
  ? options.scenarios
  : Object.keys(SCENARIOS);
if (options.help || !names.every((name) => name in SCENARIOS)) {
  console.log(USAGE);
  Deno.exit(options.help ? 0 : 2);
}

const reports: Report[] = [];
for (const name of names) {
  for (const report of await SCENARIOS[name](options)) {
    reports.push(report);
    if (!options.json) console.log(table(report));
  }
}
if (options.json) {
  const { deno } = Deno.version;
  const { target } = Deno.build;
  const cores = navigator.hardwareConcurrency;
  console.log(JSON.stringify({ deno, target, cores, options, reports }));
}
