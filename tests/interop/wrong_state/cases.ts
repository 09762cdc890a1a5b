import type { Case } from "./case.ts";
import { argumentCases } from "./argument_cases.ts";
import { closedCases } from "./closed_cases.ts";
import { connectedCases } from "./connected_cases.ts";
import { listenerCases } from "./listener_cases.ts";
import { optionCases } from "./option_cases.ts";
import { unconnectedCases } from "./unconnected_cases.ts";

/** Every sequence of calls that is compared with CPython's. */
export const cases: readonly Case[] = [
  ...unconnectedCases,
  ...listenerCases,
  ...connectedCases,
  ...closedCases,
  ...optionCases,
  ...argumentCases,
];
