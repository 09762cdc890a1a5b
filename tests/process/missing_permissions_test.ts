import { assertEquals } from "@std/assert";
import { expectNone, root } from "../house/source.ts";

type Outcome = readonly [name: string, errorClass: string, message: string];

/** Runs ungranted.ts with flags, for all of its tries or for one. */
async function attempt(
  flags: readonly string[],
  names: readonly string[] = [],
): Promise<Outcome[]> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", ...flags],
      ...["tests/process/ungranted.ts", ...names],
    ],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  if (lines[0] === "") {
    const [reason] = new TextDecoder().decode(stderr).split("\n");
    return names.map((name) => [name, `deno ${flags.join(" ")}`, reason]);
  }
  return lines.map((line) => JSON.parse(line) as Outcome);
}

/** What a message asks for: the flags after "run again with". */
function flagsIn(message: string): string[] {
  return / \(EACCES\); run again with (--\S+(?: --\S+)*)$/.exec(message)?.[1]
    .split(" ") ?? [];
}

const refused = await attempt([]);

Deno.test("what is not permitted is a PermissionError that ends with the flag", () => {
  expectNone(
    refused.filter(([, errorClass, message]) =>
      errorClass !== "PermissionError" || flagsIn(message).length === 0
    ).map((outcome) => outcome.join(" | ")),
    'These should be a PermissionError "Cannot …: permission denied (EACCES); run again with --allow-…":',
  );
});

Deno.test("the flag is exact: it grants one address, not the whole network", () => {
  const path = "--allow-read=/no/such --allow-write=/no/such " +
    "--allow-net=unix:/no/such";
  const expected: Readonly<Record<string, string>> = {
    "bind()": "--allow-net=127.0.0.1:0",
    "bind() to any interface": "--allow-net=0.0.0.0:50009",
    "bind() of IPv6": "--allow-net=[::1]:0",
    "bind() to a path": path,
    // Deno has no narrower flag for an abstract name.
    "bind() to an abstract name": "--allow-net",
    "listen()": "--allow-net=0.0.0.0:0",
    "connect()": "--allow-net=127.0.0.1:1",
    "connect() by name": "--allow-net=localhost:1",
    "connect() to a path": path,
    "createConnection()": "--allow-net=localhost:1",
    "createServer()": "--allow-net=127.0.0.1:0",
    // The second socket connects to the port that the first was given.
    "socketpair()": "--allow-net=127.0.0.1",
  };
  const told = Object.fromEntries(
    refused.filter(([name]) => name in expected)
      .map(([name, , message]) => [name, flagsIn(message).join(" ")]),
  );
  assertEquals(told, expected);
});

Deno.test("the flag is enough: with it the same call is permitted", async () => {
  const problems: string[] = [];
  for (const [name, , message] of refused) {
    const flags = flagsIn(message);
    const [[, errorClass, again]] = await attempt(flags, [name]);
    // It may still fail: nobody listens there.
    if (!/^deno |PermissionError/.test(errorClass)) continue;
    problems.push(`${name} with ${flags.join(" ")}: ${errorClass} | ${again}`);
  }
  expectNone(problems, "Make the messages name a flag that suffices:");
});
