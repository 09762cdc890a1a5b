import type { Case } from "./case.ts";
import { connections } from "./connection_cases.ts";
import { failures } from "./failure_cases.ts";
import { meetings } from "./meeting_cases.ts";
import { bulk, datagrams, files, loops } from "./other_cases.ts";

/** All cases of asyncore. */
export const coreCases: readonly Case[] = [
  ...meetings,
  ...connections,
  ...failures,
  ...loops,
  ...datagrams,
  ...files,
  ...bulk,
];
