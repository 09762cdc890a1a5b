// What a server does step by step, run by CPython's socketserver and by this
// library: the same steps in the same order, with the same outcome.

import { assertEquals } from "@std/assert";
import { needsPython } from "../support/python.ts";
import { expectedOf, servers } from "./server_steps/case.ts";
import { cases } from "./server_steps/cases.ts";
import { OurRun } from "./server_steps/ours.ts";
import { type Run, runInPython } from "./server_steps/python.ts";

// Unix sockets for datagrams need `--unstable-net`, which deno.json gives.
const here = servers.filter((name) =>
  Deno.build.os !== "windows" || !name.includes("Unix")
);

Deno.test({
  ...needsPython,
  name: "servers take CPython's steps in CPython's order",
  async fn(t) {
    const folder = await Deno.makeTempDir({ prefix: "server-steps-" });
    const runs = cases.flatMap((each) =>
      here.filter((name) => (each.servers ?? here).includes(name))
        .map((name): Run => [each, name])
    );
    try {
      const traces = await runInPython(runs, folder);
      for (const [index, [each, name]] of runs.entries()) {
        await t.step(`${name}: ${each.name}`, async () => {
          const run = new OurRun(each, name, `${folder}/o${index}`);
          assertEquals(await run.go(), expectedOf(each, traces[index]));
        });
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
