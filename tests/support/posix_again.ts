import { setDefaultDriver } from "../../socket/mod.ts";
import { commonFlags } from "./common_flags.ts";
import { hasPosix, posix } from "./posix.ts";

const USE_POSIX = new URL("use_posix.ts", import.meta.url);

/**
 * Registers the tests of other files once more, on the POSIX driver, which also
 * the programs that they run have, and says so in their names. A file that does it
 * has no other tests: the driver is its program's.
 *
 * ```ts ignore
 * await againOnPosix(() => import("./tcp_server_test.ts"));
 * ```
 */
export async function againOnPosix(
  ...files: (() => Promise<unknown>)[]
): Promise<void> {
  if (!hasPosix) {
    console.log("skipping the POSIX driver: it needs Linux");
    return;
  }
  setDefaultDriver(posix);
  commonFlags.push("--allow-ffi", `--preload=${USE_POSIX}`);
  const { test } = Deno;
  // deno-lint-ignore no-explicit-any -- the ways to register a test are many
  const register = test as (...definition: any[]) => void;
  const again = (first: string | Deno.TestDefinition, ...rest: unknown[]) =>
    typeof first === "string"
      ? register(named(first), ...rest)
      : register({ ...first, name: named(first.name) }, ...rest);
  Reflect.set(Deno, "test", Object.assign(again, test));
  try {
    for (const load of files) await load();
  } finally {
    Reflect.set(Deno, "test", test);
  }
}

function named(name: string): string {
  return `${name} [POSIX]`;
}
