import { assert, assertEquals } from "@std/assert";
import { createServer } from "../../socket/mod.ts";
import { runProgram } from "../support/program.ts";

const client = `
  import { createConnection } from "socket";
  const [host, port] = Deno.args;
  try {
    await using s = await createConnection([host, Number(port)]);
    await s.sendall(new TextEncoder().encode("hello"));
    console.log("connected");
  } catch (error) {
    console.log(error.name, error.message);
  }`;

/** Serves one program, and gives what it printed and what each connection sent. */
async function serve(
  flagsFor: (port: number) => string[],
): Promise<{ printed: string; connections: string[] }> {
  await using server = createServer(["127.0.0.1", 0]);
  const [, port] = server.getsockname();
  const connections: string[] = [];
  const stop = new AbortController();
  const serving = (async () => {
    for await (const [s] of server.connections({ signal: stop.signal })) {
      await using connection = s;
      const data = await connection.recv(64);
      connections.push(new TextDecoder().decode(data));
    }
  })();
  const { stdout, stderr } = await runProgram(client, {
    flags: flagsFor(port),
    args: ["localhost", `${port}`],
  });
  // A connection that came late is to be seen too.
  await new Promise((resolve) => setTimeout(resolve, 20));
  stop.abort();
  await serving;
  return { printed: stdout + stderr, connections };
}

Deno.test("createConnection() needs no more than a grant for the name and port", async () => {
  const { printed, connections } = await serve((port) => [
    `--allow-net=localhost:${port}`,
  ]);
  assertEquals(printed, "connected\n");
  assert(connections.includes("hello"));
});

Deno.test("createConnection() by a name that it may not look up connects once only", async () => {
  const { connections } = await serve((port) => [
    `--allow-net=localhost:${port}`,
  ]);
  assertEquals(connections, ["hello"]);
});

Deno.test("createConnection() without a grant names the flag to add", async () => {
  let wanted = "";
  const { printed } = await serve((port) => {
    wanted = `--allow-net=localhost:${port}`;
    return [];
  });
  assert(printed.startsWith("PermissionError Cannot connect"), printed);
  assert(printed.endsWith(`run again with ${wanted}\n`), printed);
});
