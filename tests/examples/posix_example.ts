// What is the same for the examples of the POSIX driver, as tests, and what these
// need of the system.
import { assertEquals } from "@std/assert";
import { socket } from "../../socket/mod.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { allowLibc, LIBC } from "../support/posix_program.ts";
import { commandsOf, run, unpermitted } from "./process.ts";

// Where libc lies in the commands and in the permission sets.
const NAMED = "/lib/x86_64-linux-gnu/libc.so.6";

/** What `Deno.test` takes for a test that needs the driver. */
export const needsPosix: { ignore: boolean } = { ignore: !hasPosix };

// The permission sets name one place only.
const needsNamed = { ignore: !hasPosix || LIBC !== NAMED };
if (needsNamed.ignore) {
  console.log(`skipping the tests that need ${NAMED}: it is not here`);
}

/**
 * What `Deno.test` takes for a test that needs a kind of socket, which a system may
 * lack or have for root only.
 */
export function needsSocket(
  what: string,
  family: number,
  type: number,
  proto = 0,
): { ignore: boolean } {
  if (!hasPosix) return needsPosix;
  try {
    socket(family, type, proto, { driver: posix }).close();
    return { ignore: false };
  } catch (error) {
    console.log(`skipping the tests that need ${what}: ${error}`);
    return { ignore: true };
  }
}

/**
 * What `Deno.test` takes for a test that runs its programs through another, which
 * may need root. Prints why such tests are skipped.
 */
export function needsThrough(
  [program, ...args]: readonly string[],
): { ignore: boolean } {
  try {
    const { success, stderr } = new Deno.Command(program, {
      args: [...args, "true"],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).outputSync();
    if (success) return { ignore: false };
    const why = new TextDecoder().decode(stderr).trim();
    console.log(`skipping the tests that need ${program}: ${why}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`skipping the tests that need ${program}: it is not here`);
  }
  return { ignore: true };
}

/** Runs the rest of a command line in a network of its own, set up by shell commands. */
export function inOwnNetwork(setup: string): string[] {
  const script = `ip link set lo up && ${setup}; exec "$@"`;
  return ["unshare", "--net", "sh", "-ec", script, "sh"];
}

/** Runs the rest of a command line as root without the right to raw sockets. */
export const withoutRaw: readonly string[] = [
  "setpriv",
  "--bounding-set=-net_raw",
  "--inh-caps=-net_raw",
];

/** Runs the rest of a command line, after a line with the number of its process. */
export const withPid: readonly string[] = [
  "sh",
  "-c",
  'echo $$; exec "$@"',
  "sh",
];

/** A way to run an example of the POSIX driver. */
export interface Way {
  /** How, for the name of a test: "by its flags". */
  readonly how: string;
  /** Whether it cannot be run in that way here. */
  readonly ignore: boolean;
  /** Gives the command; arguments may follow. */
  command(args?: string): string;
}

/** Gives the two ways to run an example: by its flags, and by its permission set. */
export function waysOf(name: string): readonly [Way, Way] {
  function way(how: string, flag: string, { ignore }: { ignore: boolean }) {
    return {
      how,
      ignore,
      command: (args?: string) =>
        ["deno run", flag, `examples/${name}.ts`, args]
          .filter((part) => part !== undefined).join(" "),
    };
  }
  return [
    way("by its flags", allowLibc, needsPosix),
    way("by its permission set", `-P=${name}`, needsNamed),
  ];
}

/**
 * Registers the usual tests of such an example.
 *
 * @param roles What follows it in its commands.
 * @param wrong Arguments that it refuses.
 * @param usage What it then prints.
 */
export function testPosixExample(
  name: string,
  { roles = [undefined], wrong, usage }: {
    readonly roles?: readonly (string | undefined)[];
    readonly wrong: readonly string[];
    readonly usage: string;
  },
): void {
  const [byFlags, bySet] = waysOf(name);

  Deno.test(`${name} names its commands`, async () => {
    assertEquals(
      (await commandsOf(name)).map((command) => command.replace(NAMED, LIBC)),
      [byFlags, bySet].flatMap(({ command }) => roles.map(command)),
    );
  });

  for (const role of roles) {
    Deno.test({
      ...needsPosix,
      name: `${name} names the flag that it lacks [${role ?? ""}]`,
      async fn() {
        assertEquals(await run(unpermitted(byFlags.command(role))), {
          code: 1,
          stdout: "",
          stderr: "Cannot open libc: permission denied (EACCES); run again " +
            `with ${allowLibc}, or where libc lies elsewhere with --allow-ffi\n`,
        });
      },
    });
  }

  for (const args of wrong) {
    Deno.test({
      ...needsPosix,
      name: `${name} says how it is used [${args}]`,
      async fn() {
        const ended = await run(byFlags.command(args));
        assertEquals(ended, { code: 1, stdout: "", stderr: `${usage}\n` });
      },
    });
  }
}
