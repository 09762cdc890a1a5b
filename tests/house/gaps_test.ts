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

Deno.test("every gap of a driver is a test of the suite", () => {
  const tests = filesIn("tests/conformance/", "_test.ts").map(read).join();
  const names = new Set(gaps.map(([name]) => name));
  expectNone(
    [...names].filter((name) => !tests.includes(`(\n  "${name}",\n`)),
    "Name a test of tests/conformance/ in each row of suite.ts:",
  );
});
