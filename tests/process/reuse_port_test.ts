import { assert, assertEquals } from "@std/assert";
import { runProgram } from "../support/program.ts";

const twoServers = `
  import { createServer } from "socket";
  try {
    const one = createServer(["127.0.0.1", 0], { reusePort: true });
    const two = createServer(one.getsockname(), { reusePort: true });
    console.log(one.getsockname()[1] === two.getsockname()[1]);
    one.close();
    two.close();
  } catch (error) {
    console.log(error.name, error.code, error.message);
  }
  console.log("alive");`;

Deno.test("createServer() with reusePort shares a port under --unstable-net", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  const { stdout, stderr } = await runProgram(twoServers, {
    flags: ["--unstable-net", "--allow-net"],
  });
  assertEquals([stdout, stderr], ["true\nalive\n", ""]);
});

Deno.test("createServer() with reusePort without --unstable-net is an ENOPROTOOPT that names the flag, and the process lives", async () => {
  const { code, stdout } = await runProgram(twoServers, {
    flags: ["--allow-net"],
  });
  const [error, rest] = stdout.split("\n");
  assert(error.startsWith("OSError ENOPROTOOPT "), stdout);
  assert(error.endsWith("run again with --unstable-net"), stdout);
  assertEquals([rest, code], ["alive", 0]);
});
