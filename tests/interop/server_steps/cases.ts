import type { Case } from "./case.ts";
import { constructCases } from "./construct_cases.ts";
import { loopCases } from "./loop_cases.ts";
import { requestCases } from "./request_cases.ts";
import { waitCases } from "./wait_cases.ts";

/** Everything that is compared with CPython. */
export const cases: readonly Case[] = [
  ...constructCases,
  ...waitCases,
  ...requestCases,
  ...loopCases,
];
