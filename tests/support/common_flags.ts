/** Flags that every program of tests/support/program.ts is run with, besides its own. */
export const commonFlags: string[] = [];
