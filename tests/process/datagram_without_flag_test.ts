import { assert, assertEquals, assertMatch } from "@std/assert";
import { importMap, LIBRARY, runProgram, valueOf } from "../support/program.ts";

// Programs without --unstable-net, where node:dgram serves.

const root = new URL("../../", import.meta.url);

Deno.test("the conformance suite for datagrams passes without --unstable-net", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["test", "--quiet", "--no-check", "--no-config", "--no-lock"],
      ...["--no-prompt", "--sanitize-ops", "--sanitize-resources"],
      ...["--allow-net", "--allow-ffi", "--allow-read", "--allow-write"],
      "--allow-env=SOAK",
      `--import-map=${importMap()}`,
      ...["receive", "send", "connect", "close", "options"].map((part) =>
        `tests/conformance/datagram_${part}_test.ts`
      ),
    ],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  assertEquals(code, 0, text);
  assertMatch(text, /ok \| [1-9]\d+ passed/);
  assert(!text.includes("Unix datagrams"));
});

Deno.test("a socket for Unix datagrams names the flag that it needs", async () => {
  const error = await valueOf(
    `import { AF_UNIX, SOCK_DGRAM, socket } from "socket";
    try {
      socket(AF_UNIX, SOCK_DGRAM);
    } catch (error) {
      console.log(JSON.stringify([error.code, error.message]));
    }`,
  );
  const [code, message] = error as [string, string];
  assertEquals(code, "ESOCKTNOSUPPORT");
  assertMatch(message, /; run again with --unstable-net$/);
});

Deno.test("node:dgram is not loaded before a socket needs it", async () => {
  const { stdout } = await runProgram(
    `const loaded = [];
    const get = process.getBuiltinModule;
    process.getBuiltinModule = (name) => (loaded.push(name), get(name));
    const { AF_INET, SOCK_DGRAM, socket } = await import("${LIBRARY}");
    const s = socket(AF_INET, SOCK_DGRAM);
    console.log(loaded.length);
    s.bind(["127.0.0.1", 0]);
    console.log(loaded.join());
    s.close();`,
    { flags: ["--allow-net=127.0.0.1"] },
  );
  assertEquals(stdout, "0\nnode:dgram\n");
});
