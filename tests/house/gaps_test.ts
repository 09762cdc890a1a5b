import { subjects } from "../conformance/suite.ts";
import { expectNone, filesIn, read } from "./source.ts";

const gaps = subjects.flatMap(({ gaps }) => Object.entries(gaps));

Deno.test("README.md names every gap of a driver", () => {
  const text = read("README.md").replaceAll(/\s+/g, " ");
  const reasons = new Set(gaps.map(([, reason]) => reason));
  expectNone(
    [...reasons].filter((reason) => !text.includes(reason)),
    "Say these in README.md, in the same words:",
  );
});

/** What the names of tests that a loop makes look like, from their template literals. */
function patternsIn(source: string): RegExp[] {
  return [...source.matchAll(/\(\s*`([^`]+)`,\n/g)].map(([, template]) => {
    const parts = template.split(/\$\{[^}]*\}/)
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".+")}$`);
  });
}

Deno.test("every gap of a driver is a test of the suite", () => {
  const folders = ["tests/conformance/", "tests/socket/select/"];
  const tests = folders.flatMap((folder) => filesIn(folder, "_test.ts"))
    .map(read).join();
  const patterns = patternsIn(tests);
  const names = new Set(gaps.map(([name]) => name));
  expectNone(
    [...names].filter((name) =>
      !tests.includes(`(\n  "${name}",\n`) &&
      !patterns.some((pattern) => pattern.test(name))
    ),
    "Name a test that conforms() registers in each row of suite.ts:",
  );
});
