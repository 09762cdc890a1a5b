// What tests need of the system, found out once, with a printed reason where it is
// not there.
import { socket } from "../../../socket/mod.ts";
import { hasPosix, posix } from "../../support/posix.ts";
import { hasPython } from "../../support/python.ts";

/** What `Deno.test` takes for a test that needs the driver and CPython. */
export const needsBoth: { ignore: boolean } = {
  ignore: !hasPython || !hasPosix,
};

/**
 * What `Deno.test` takes for a test that needs a kind of socket besides: where the
 * kernel lacks it, or grants it to root only, the test is skipped.
 */
export function needsKind(
  what: string,
  family: number,
  type: number,
  proto = 0,
): { ignore: boolean } {
  if (needsBoth.ignore) return needsBoth;
  try {
    socket(family, type, proto, { driver: posix }).close();
    return { ignore: false };
  } catch (error) {
    console.log(`skipping the tests that need ${what}: ${error}`);
    return { ignore: true };
  }
}
