import { subjects } from "../conformance/suite.ts";
import { expectNone, read } from "./source.ts";

Deno.test("README.md names every gap of a driver", () => {
  const text = read("README.md").replaceAll(/\s+/g, " ");
  const reasons = subjects.flatMap(({ gaps }) => Object.values(gaps));
  expectNone(
    [...new Set(reasons)].filter((reason) => !text.includes(reason)),
    "Say these in README.md, in the same words:",
  );
});
