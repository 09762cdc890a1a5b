import { assert, assertEquals, assertMatch } from "@std/assert";
import { errno } from "../../socket/constants/errno.ts";
import { folder, hasIpv6Here } from "../support/peers.ts";
import { runProgram } from "../support/program.ts";

const { EACCES } = errno;
const onUnix = Deno.build.os !== "windows";
const onLinux = Deno.build.os === "linux";

/** A call that needs grants: its code after `await`, and the hint its refusal ends with, where it is known beforehand. */
interface Needy {
  readonly name: string;
  readonly code: string;
  readonly flags?: RegExp | string;
  /** Codes of failures that come after the sandbox has let it pass. */
  readonly passes?: readonly string[];
  readonly ignore?: boolean;
}

const path = `${folder}/granted`;
const encoded = `${folder}/encoded`;
const missing = `${folder}/missing`;

const calls: readonly Needy[] = [
  {
    name: "connect() to a number",
    code: `socket().connect(["127.0.0.1", 1])`,
    flags: "--allow-net=127.0.0.1:1",
    passes: ["ECONNREFUSED"],
  },
  {
    name: "connect() to an IPv6 number",
    code: `socket(AF_INET6).connect(["::1", 1])`,
    flags: "--allow-net=[::1]:1",
    passes: ["ECONNREFUSED"],
    ignore: !hasIpv6Here,
  },
  {
    name: "connect() to a name",
    code: `socket().connect(["localhost", 1])`,
    flags: "--allow-net=localhost:1",
    passes: ["ECONNREFUSED"],
  },
  {
    name: "connect() to a strange number",
    code: `socket().connect(["127.1", 1])`,
    passes: ["ECONNREFUSED"],
  },
  {
    name: "connect() to the empty host",
    code: `socket().connect(["", 1])`,
    passes: ["ECONNREFUSED"],
  },
  {
    name: "connectEx()",
    code: `socket().connectEx(["127.0.0.1", 1])`,
    flags: "--allow-net=127.0.0.1:1",
  },
  {
    name: "bind()",
    code: `socket().bind(["127.0.0.1", 0])`,
    flags: "--allow-net=127.0.0.1:0",
  },
  {
    name: "bind() to any interface",
    code: `socket().bind(["", 0])`,
    flags: "--allow-net=0.0.0.0:0",
  },
  {
    name: "bind() to an IPv6 number",
    code: `socket(AF_INET6).bind(["::1", 0])`,
    flags: "--allow-net=[::1]:0",
    ignore: !hasIpv6Here,
  },
  {
    name: "bind() to a name",
    code: `socket().bind(["localhost", 0])`,
    flags: "--allow-net=localhost:0",
  },
  {
    name: "listen() without bind()",
    code: `socket().listen()`,
    flags: "--allow-net=0.0.0.0:0",
  },
  {
    name: "createServer()",
    code: `createServer(["127.0.0.1", 0])`,
    flags: "--allow-net=127.0.0.1:0",
  },
  {
    name: "createConnection() to a number",
    code: `createConnection(["127.0.0.1", 1])`,
    flags: "--allow-net=127.0.0.1:1",
    passes: ["ECONNREFUSED"],
  },
  {
    name: "createConnection() to a name",
    code: `createConnection(["localhost", 1])`,
    flags: "--allow-net=localhost:1",
    passes: ["ECONNREFUSED"],
  },
  { name: "socketpair()", code: `socketpair()` },
  {
    name: "socketpair(AF_INET6)",
    code: `socketpair(AF_INET6)`,
    ignore: !hasIpv6Here,
  },
  {
    name: "socketpair(AF_UNIX)",
    code: `socketpair(AF_UNIX)`,
    ignore: !onLinux,
  },
  {
    name: "bind() to a path",
    code: `socket(AF_UNIX).bind(${JSON.stringify(path)})`,
    flags:
      `--allow-read=${path} --allow-write=${path} --allow-net=unix:${path}`,
    ignore: !onUnix,
  },
  {
    name: "bind() to a path in bytes",
    code: `socket(AF_UNIX).bind(new TextEncoder().encode(${
      JSON.stringify(encoded)
    }))`,
    flags:
      `--allow-read=${encoded} --allow-write=${encoded} --allow-net=unix:${encoded}`,
    ignore: !onUnix,
  },
  {
    name: "bind() to a relative path",
    code: `socket(AF_UNIX).bind("relative")`,
    ignore: !onUnix,
  },
  {
    name: "connect() to a path",
    code: `socket(AF_UNIX).connect(${JSON.stringify(missing)})`,
    flags:
      `--allow-read=${missing} --allow-write=${missing} --allow-net=unix:${missing}`,
    passes: ["ENOENT"],
    ignore: !onUnix,
  },
  {
    name: "bind() to an abstract name",
    code: `socket(AF_UNIX).bind("\\0berkeley-granted")`,
    ignore: !onLinux,
  },
  {
    name: "connect() to an abstract name in bytes",
    code: `socket(AF_UNIX).connect(new Uint8Array([0, 120, 121]))`,
    passes: ["ECONNREFUSED"],
    ignore: !onLinux,
  },
];

/** Runs one call; gives the error's class, code and message, or three empty texts. */
async function run(
  code: string,
  flags: string[],
): Promise<[name: string, code: string, message: string]> {
  const program = `
    import { AF_INET6, AF_UNIX, createConnection, createServer, socket,
      socketpair } from "socket";
    try {
      const got = await ${code};
      for (const each of [got].flat()) each?.close?.();
      console.log(JSON.stringify(["", "", ""]));
    } catch (error) {
      const { name, code, message } = await Promise.resolve(error).catch((e) => e);
      console.log(JSON.stringify([name, code, message]));
    }
    Deno.exit();`;
  const { stdout, stderr } = await runProgram(program, { flags, folder });
  assert(stdout !== "", stderr);
  return JSON.parse(stdout);
}

for (const { name, code, flags, passes = [], ignore } of calls) {
  Deno.test(`${name} without a grant names the flags with which it works`, {
    ignore: ignore ?? false,
  }, async () => {
    const [refused, refusal, message] = await run(code, []);
    assertEquals([refused, refusal], ["PermissionError", "EACCES"], message);
    assertMatch(message, /^Cannot .*\(EACCES\); run again with --allow-/);
    const [, hint] = message.split("; run again with ");
    if (flags !== undefined) assertEquals(hint, flags);
    const [, after, why] = await run(code, hint.split(" "));
    assert(after === "" || passes.includes(after), `${hint}: ${why}`);
  });
}

Deno.test(
  "a PermissionError of the sandbox keeps Deno's own error as its cause",
  {
    permissions: { net: false },
  },
  async () => {
    const { socket } = await import("../../socket/mod.ts");
    using s = socket();
    try {
      s.bind(["127.0.0.1", 0]);
    } catch (error) {
      const { cause } = error as Error;
      assert(cause instanceof Deno.errors.NotCapable);
      return;
    }
    throw new Error("it was not refused");
  },
);

Deno.test("connectEx() without a grant throws, for that is not an answer of the network", async () => {
  const { stdout } = await runProgram(`
    import { socket } from "socket";
    const error = await socket().connectEx(["127.0.0.1", 1]).catch((error) => error);
    console.log(error.name, error.errno);`);
  assertEquals(stdout, `PermissionError ${EACCES}\n`);
});

Deno.test("connect() after bind() without a grant for the local address is refused, and the process lives", async () => {
  const { code, stdout, stderr } = await runProgram(
    `
    import { createServer, socket } from "socket";
    using s = socket();
    s.bind(["127.0.0.1", 0]);
    await s.connect(["127.0.0.1", 1]).catch((error) => console.log(error.message));
    console.log("alive");`,
    { flags: ["--allow-net=127.0.0.1:0,127.0.0.1:1"] },
  );
  assert(stdout.endsWith("alive\n"), stdout + stderr);
  assertEquals(code, 0);
});

Deno.test("connect() to any host is refused where --deny-net refuses this machine", async () => {
  const program = `
    import { AF_INET, AF_INET6, createConnection, createServer, Socket } from "socket";
    const server = createServer(["0.0.0.0", 0]);
    const [, port] = server.getsockname();
    const calls = [
      ...["0.0.0.0", "", "0"].map((host) => () =>
        new Socket(AF_INET).connect([host, port])),
      () => new Socket(AF_INET6).connect(["::ffff:0.0.0.0", port]),
      () => createConnection(["0.0.0.0", port]),
    ];
    for (const call of calls) {
      await call().then(() => console.log("connected"), ({ code }) => console.log(code));
    }
    Deno.exit();
  `;
  const denied = ["--allow-net", "--deny-net=127.0.0.1"];
  const { stdout, stderr } = await runProgram(program, { flags: denied });
  assertEquals(stdout, "EACCES\n".repeat(5), stderr);
  // What is granted by the name of "any" is.
  const granted = await runProgram(program.replace('"", "0"', '""'), {
    flags: ["--allow-net=0.0.0.0"],
  });
  assertEquals(granted.stdout, "connected\n".repeat(4), granted.stderr);
});
