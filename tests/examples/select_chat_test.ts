import { assertEquals, assertMatch } from "@std/assert";
import { needsProgram } from "../support/foreign.ts";
import { LineProcess } from "../support/line_process.ts";
import { bytes, text, writeAll } from "../support/peers.ts";
import { altered, copy, here, start } from "./process.ts";
import { type ServerExample, testServer } from "./usual.ts";

const ADDRESS = { hostname: "127.0.0.1", port: copy.port(50012) };

const example: ServerExample = {
  name: "select_chat_server",
  commands: [
    "deno run --allow-net=127.0.0.1:50012 examples/select_chat_server.ts",
    "deno run -P=select_chat_server examples/select_chat_server.ts",
  ],
  address: "127.0.0.1:50012",
  flags: "--allow-net=127.0.0.1:50012",
  first: here("Listening on 127.0.0.1:50012, press Ctrl-C to stop\n"),
  last: "Goodbye\n",
  hold: () => Deno.listen(ADDRESS),
};
const [server] = example.commands;

testServer(example);

/** Starts nc as a client, and waits until it is in the room. */
async function enter(): Promise<LineProcess> {
  const nc = new LineProcess(
    new Deno.Command("nc", {
      args: [ADDRESS.hostname, String(ADDRESS.port)],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn(),
  );
  assertEquals((await nc.readLine())?.split(",")[0], "* Welcome");
  return nc;
}

/** Reads lines, without who said them, until there are so many that are no notices. */
async function hear(nc: LineProcess, count: number): Promise<string[]> {
  const lines: string[] = [];
  while (lines.length < count) {
    const line = await nc.readLine();
    if (line === undefined) break;
    if (!line.startsWith("*")) lines.push(line.replace(/^[\d.]+:\d+: /, ""));
  }
  return lines;
}

Deno.test({
  name: "select_chat_server serves two hundred clients, which are nc",
  ...needsProgram("nc"),
  async fn() {
    await using serving = start(server);
    await serving.printed("stop\n");
    await using all = new AsyncDisposableStack();
    const clients: LineProcess[] = [];
    for (let i = 0; i < 200; i++) clients.push(all.use(await enter()));
    await Promise.all(
      clients.map((nc, i) => nc.writeLine(`this is ${i}`)),
    );
    for (const [i, nc] of clients.entries()) {
      const heard = await hear(nc, clients.length - 1);
      const numbers = heard.map((line) =>
        Number(/^this is (\d+)$/.exec(line)?.[1])
      );
      const others = Array.from(clients.keys()).filter((other) => other !== i);
      assertEquals(numbers.sort((a, b) => a - b), others);
    }
    serving.interrupt();
    const { code, stdout } = await serving.end();
    assertEquals([code, stdout], [0, example.first + example.last]);
  },
});

Deno.test({
  name: "select_chat_server tells who comes and who leaves",
  ...needsProgram("nc"),
  async fn() {
    await using serving = start(server);
    await serving.printed("stop\n");
    await using one = await enter();
    {
      await using other = await enter();
      const [, name] = /^\* (.*) has come$/.exec(await one.readLine() ?? "") ??
        [];
      await other.writeLine("hello");
      assertEquals(await one.readLine(), `${name}: hello`);
    }
    assertEquals((await one.readLine())?.endsWith(" has left"), true);
  },
});

Deno.test("select_chat_server puts a line together that comes byte by byte, and keeps others' apart", async () => {
  await using serving = start(server);
  await serving.printed("stop\n");
  using slow = await Deno.connect(ADDRESS);
  using reader = await Deno.connect(ADDRESS);
  using quick = await Deno.connect(ADDRESS);
  slow.setNoDelay(true);
  for (const byte of bytes("slow")) await writeAll(slow, Uint8Array.of(byte));
  await writeAll(quick, bytes("quick\nand quick\n"));
  await hearUntil(reader, "and quick\n");
  await writeAll(slow, bytes("ly\n"));
  const heard = await hearUntil(reader, "slowly\n");
  assertMatch(heard, /^[\d.]+:\d+: slowly\n$/);
});

Deno.test("select_chat_server parts with a client that takes nothing, and serves the others", async () => {
  const command = await altered(server, { MOST_WAITING: 100_000 });
  await using serving = start(command);
  await serving.printed("stop\n");
  using _deaf = await Deno.connect(ADDRESS);
  using reader = await Deno.connect(ADDRESS);
  using speaker = await Deno.connect(ADDRESS);
  const lines = bytes(`${"x".repeat(999)}\n`.repeat(100));
  const end = bytes("this was it\n");
  // More and more, until it is more than the buffers of the system and the chat hold.
  let heard = "";
  while (!heard.includes("has left")) {
    await writeAll(speaker, lines);
    await writeAll(speaker, end);
    heard = await hearUntil(reader, "this was it\n");
  }
  assertMatch(heard, /\* [\d.]+:\d+ has left\n/);
});

Deno.test("select_chat_server parts with a client whose line does not end", async () => {
  await using serving = start(server);
  await serving.printed("stop\n");
  using reader = await Deno.connect(ADDRESS);
  using endless = await Deno.connect(ADDRESS);
  await writeAll(endless, bytes("x".repeat(2000)));
  await hearUntil(reader, "has left\n");
});

/** Reads until what was read ends so; returns all of it. */
async function hearUntil(conn: Deno.Conn, end: string): Promise<string> {
  const buffer = new Uint8Array(65536);
  let heard = "";
  while (!heard.endsWith(end)) {
    const count = await conn.read(buffer);
    if (count === null) throw new Error(`The end came before "${end}"`);
    heard += text(buffer.subarray(0, count));
  }
  return heard;
}
