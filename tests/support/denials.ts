// What flags such as `--deny-net` refuse to the POSIX driver.
import { assert, assertEquals } from "@std/assert";
import { allowLibc, posixValue } from "./posix_program.ts";

/** Runs calls, each an expression, one after another; gives their codes or "done". */
export async function outcomes(
  calls: readonly string[],
  flags: readonly string[],
  cwd?: string,
): Promise<string[]> {
  const all = calls.map((call) => `await told(async () => await ${call})`);
  return await posixValue(`return [${all.join(", ")}].map(String);`, {
    flags: [allowLibc, ...flags],
    folder: cwd,
  }) as string[];
}

/** Asserts which of the calls a flag refuses, and that without it none is refused. */
export async function assertRefuses(
  flag: string,
  refused: readonly string[],
  allowed: readonly string[] = [],
): Promise<void> {
  const calls = [...refused, ...allowed];
  const free = await outcomes(calls, []);
  assert(
    !free.includes("EACCES"),
    `without the flag: ${JSON.stringify(pairs(calls, free))}`,
  );
  const got = await outcomes(calls, [flag]);
  assertEquals(
    pairs(calls, got.map((code) => code === "EACCES" ? "refused" : "allowed")),
    [
      ...pairs(refused, refused.map(() => "refused")),
      ...pairs(allowed, allowed.map(() => "allowed")),
    ],
  );
}

function pairs(one: readonly string[], other: readonly string[]): string[][] {
  return one.map((each, index) => [each, other[index]]);
}

/** Calls that use a path. */
export const pathCalls = (address: string): string[] => [
  `s.socket(s.AF_UNIX).connect(${address})`,
  `s.socket(s.AF_UNIX).connectEx(${address})`,
  `s.socket(s.AF_UNIX, s.SOCK_DGRAM).sendto(bytes("x"), ${address})`,
  `s.socket(s.AF_UNIX, s.SOCK_DGRAM).sendmsg([bytes("x")], [], 0, ${address})`,
];
