// What users get: the files that are published, and until then the linked folder.
import { assertEquals, assertMatch } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

/** Runs Deno in a folder; gives what it wrote. */
async function deno(
  cwd: string | URL,
  ...args: string[]
): Promise<{ stdout: string; stderr: string }> {
  const { success, ...written } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const [stdout, stderr] = [written.stdout, written.stderr]
    .map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(success, true, stderr);
  return { stdout, stderr };
}

/** A folder with files of those names, which goes at the end of the block. */
async function folderOf(
  files: Readonly<Record<string, string>>,
): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

Deno.test("what is published has the library, and neither tests nor the lock file", async () => {
  const { stderr } = await deno(
    ROOT,
    ...["publish", "--dry-run", "--allow-dirty", "--no-check"],
  );
  const [, list] = stderr.split("Simulating publish of ");
  const files = [...list.matchAll(/^ +(file:.*) \(.*\)$/gm)]
    .map(([, url]) => url.slice(ROOT.href.length));
  assertEquals(
    [...new Set(files.map((path) => path.split("/")[0]))].sort(),
    [
      "LICENSE",
      "README.md",
      "deno.json",
      "examples",
      "mod.ts",
      "server",
      "socket",
    ],
  );
});

Deno.test("a project that links this folder as the README says sees no warning", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const [, config] = /^```json\n([^]*?)^```$/m.exec(readme)!;
  const linked = JSON.parse(config);
  assertEquals(linked.links, ["../socket"]);
  linked.links = [await Deno.realPath(ROOT)];
  await using project = await folderOf({
    "deno.json": JSON.stringify(linked),
    "main.ts": `
import { b, socket } from "@berkeley/socket";
import { createServer } from "@berkeley/socket/socket";
import { TCPServer } from "@berkeley/socket/server";
import { concat } from "jsr:@std/bytes@^1/concat";
import { tee } from "jsr:@std/async@^1";

using server = createServer(["127.0.0.1", 0]);
using client = await socket.createConnection(server.getsockname());
await client.sendall(concat([b\`hel\`, b\`lo\`]));
const [peer] = await server.accept();
console.log(new TextDecoder().decode(await peer.recv(9)), TCPServer.name, typeof tee);
peer.close();
`,
  });
  const { stdout, stderr } = await deno(
    project.path,
    ...["run", "--check", "--allow-net=127.0.0.1", "main.ts"],
  );
  assertEquals(stdout, "hello TCPServer function\n");
  assertMatch(stderr, /^Check .*main\.ts\n$/);
});
