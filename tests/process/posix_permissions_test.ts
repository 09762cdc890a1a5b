// Without permission for libc every call says which flag gives it, and nothing
// else happens.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { folder } from "../support/peers.ts";
import { hasPosix } from "../support/posix.ts";
import {
  allowLibc,
  LIBC,
  POSIX,
  posixValue,
  runPosix,
} from "../support/posix_program.ts";
import { flagsIn, importMap, LIBRARY, runProgram } from "../support/program.ts";

const needy = [
  ["socket()", "s.socket()"],
  ["Socket()", "new s.Socket(s.AF_UNIX, s.SOCK_DGRAM)"],
  ["socketpair()", "s.socketpair()"],
  ["createServer()", `s.createServer(["127.0.0.1", 0])`],
  ["createConnection()", `s.createConnection(["localhost", 1])`],
  ["fromfd()", "s.fromfd(0, s.AF_INET, s.SOCK_STREAM)"],
  ["close()", "s.close(99)"],
  ["dup()", "s.dup(0)"],
  ["getaddrinfo()", `s.getaddrinfo("localhost", 80)`],
  ["gethostbyname()", `s.gethostbyname("localhost")`],
  ["getnameinfo()", `s.getnameinfo(["127.0.0.1", 80], 0)`],
  ["getservbyname()", `s.getservbyname("http")`],
  ["ifNameindex()", "s.ifNameindex()"],
  ["gethostname()", "s.gethostname()"],
] as const;

for (const [name, call] of needy) {
  Deno.test(
    `${name} without permission for libc names the flag, and the process lives`,
    {
      ignore: !hasPosix,
    },
    async () => {
      const program = `
      const error = await (async () => await ${call})().catch((error) => error);
      return [error.name, error.errno, error.message];`;
      const [errorName, errno, message] = await posixValue(program, {
        flags: [],
      }) as [string, number, string];
      assertEquals([errorName, errno], ["PermissionError", 13], message);
      assertMatch(message, /^Cannot .*\(EACCES\); run again with --allow-ffi/);
      const [flag] = flagsIn(message);
      assertEquals(flag, allowLibc);
      const after = `return told(async () => await ${call});`;
      const code = await posixValue(after, { flags: [flag] });
      assertEquals(code === "EACCES", false, `${code}`);
    },
  );
}

Deno.test(
  "a second call without permission for libc gives the same error as the first",
  {
    ignore: !hasPosix,
  },
  async () => {
    const messages = await posixValue(
      `
    const attempt = () => { try { s.socket(); } catch (error) { return error.message; } };
    return [attempt(), attempt()];`,
      { flags: [] },
    ) as string[];
    assertEquals(messages[0], messages[1]);
    assertEquals(flagsIn(messages[0])[0], allowLibc);
  },
);

Deno.test("importing the driver needs no permission and asks for none", {
  ignore: !hasPosix,
}, async () => {
  const { code, stdout, stderr } = await runPosix(
    `console.log(posix.name, s.AF_NETLINK, Deno.permissions.querySync({ name: "ffi" }).state);`,
  );
  assertEquals([code, stdout, stderr], [0, "POSIX 16 prompt\n", ""]);
});

Deno.test(
  "a program that may not load libc does not wait for an answer if its stdin is no terminal",
  {
    ignore: !hasPosix,
  },
  async () => {
    const main = `${folder}/asking.ts`;
    await Deno.writeTextFile(
      main,
      `
    import { posix } from "${POSIX}";
    import { socket } from "${LIBRARY}";
    try {
      socket(undefined, undefined, 0, { driver: posix });
    } catch (error) {
      console.log(error.code);
    }
    console.log("alive");`,
    );
    // No "--no-prompt" here.
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-check", "--no-config", "--no-lock"],
        ...[`--import-map=${importMap()}`, main],
      ],
      env: { NO_COLOR: "1" },
      stdin: "null",
      signal: AbortSignal.timeout(20_000),
    }).output();
    const decoder = new TextDecoder();
    assertEquals([code, decoder.decode(stdout)], [0, "EACCES\nalive\n"]);
    assertEquals(decoder.decode(stderr), "");
  },
);

for (
  const [flags, hint] of [
    [["--deny-ffi"], /; run again with --allow-ffi=/],
    [["--allow-ffi", "--deny-ffi"], /; run again with --allow-ffi=/],
    // Deno would else look for "libc.so.6" in the working directory.
    [["--allow-ffi", `--deny-ffi=${LIBC}`], /; --deny-ffi refuses "\//],
    // The same file may have several names.
    [
      ["--allow-ffi", "--deny-ffi=/usr/lib64/libc.so.6"],
      /; --deny-ffi refuses "\//,
    ],
  ] as const
) {
  Deno.test(`socket() is refused with ${flags.join(" ")}`, {
    ignore: !hasPosix,
  }, async () => {
    const [code, message] = await posixValue(
      `try { s.socket(); return ["none"]; } catch (error) { return [error.code, error.message]; }`,
      { flags },
    ) as string[];
    assertEquals(code, "EACCES", message);
    assertMatch(message, hint);
  });
}

Deno.test("socket() works where --deny-ffi refuses another library", {
  ignore: !hasPosix,
}, async () => {
  const flags = ["--allow-ffi", "--deny-ffi=/opt/other.so"];
  assertEquals(await posixValue("return told(s.socket);", { flags }), "done");
});

for (
  const [os, arch] of [
    ["windows", "x86_64"],
    ["freebsd", "x86_64"],
    ["linux", "riscv64gc"],
  ]
) {
  Deno.test(`socket() is ENOSYS on ${os} on ${arch}, and says what works there`, async () => {
    const { stdout, stderr } = await runProgram(
      `
      const build = { ...Deno.build, os: "${os}", arch: "${arch}" };
      Object.defineProperty(Deno, "build", { value: build });
      const { posix } = await import("${POSIX}");
      const { socket } = await import("${LIBRARY}");
      try {
        socket(undefined, undefined, 0, { driver: posix });
      } catch (error) {
        console.log(error.name, error.code, error.message);
      }
      console.log("alive");`,
      { flags: ["--allow-ffi", "--allow-read"] },
    );
    const [error, alive] = stdout.split("\n");
    assertMatch(
      error,
      /^OSError ENOSYS Cannot use the POSIX driver: it knows .* \(ENOSYS\); the sandboxed driver works here$/,
      stderr,
    );
    assert(error.includes(`not ${os} on ${arch} (`), error);
    assertEquals(alive, "alive");
  });
}
