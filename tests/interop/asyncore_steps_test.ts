// What dispatchers do step by step, run by CPython's asyncore and by this library: the
// same handlers in the same order, with the same outcome.
import { compare } from "./asyncore_steps/compare.ts";
import { coreCases } from "./asyncore_steps/core_cases.ts";

compare("loop()", coreCases);
