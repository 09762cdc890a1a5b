import { assertEquals } from "@std/assert";
import { runProgram } from "../support/program.ts";

// A process that has no descriptor left.

const program = `
  import { createConnection, createServer, getaddrinfo, OSError, socket } from "socket";
  const server = createServer(["127.0.0.1", 0]);
  const [, port] = server.getsockname();
  const taken = [];
  try {
    while (true) taken.push(Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  } catch {
    // none is left
  }
  const calls = [
    () => createConnection(["127.0.0.1", port]),
    () => createConnection(["localhost", port]),
    () => getaddrinfo("localhost", port),
    () => socket().connect(["127.0.0.1", port]),
    () => createServer(["127.0.0.1", 0]),
  ];
  for (const call of calls) {
    try {
      await call();
      console.log("done");
    } catch (error) {
      console.log(error instanceof OSError ? error.code : String(error));
    }
  }
  // Within its first second Deno opens what it needs for signals.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  for (const each of taken) each.close();
  (await createConnection(["127.0.0.1", port])).close();
  console.log("serves");
  Deno.exit();
`;

Deno.test({
  name: "a server that has no descriptor left says EMFILE, lives and serves on",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { code, stdout, stderr } = await runProgram(program, {
      flags: ["--allow-net", "--allow-sys"],
      through: ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh"],
    });
    assertEquals(
      [code, stdout.trim().split("\n")],
      [0, [...Array(5).fill("EMFILE"), "serves"]],
      stderr,
    );
  },
});
