// What the README shows is run as it stands, but for the port: its programs, its
// commands, and every row of its table of permissions.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { retry } from "@std/async/retry";
import { libraries } from "../../socket/posix/layout/mod.ts";
import { needsPython, runPython, spawnPython } from "../support/python.ts";
import { certificate } from "../support/certificate.ts";
import { importsOf } from "../support/example_copy.ts";
import { copy, here, ROOT, type Running, start } from "./process.ts";

const ADDRESS = { hostname: "127.0.0.1", port: copy.port(50007) };
const readme = await Deno.readTextFile(new URL("README.md", ROOT));
const [
  server,
  client,
  threadingServer,
  entryPoints,
  selectorServer,
  posixSocket,
  handedOver,
  tlsClient,
  tlsServer,
] = blocks("ts");
const [pythonClient, pythonServer] = blocks("python");

/** Gives the code blocks of a language. */
function blocks(language: string): string[] {
  const fence = RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm");
  return [...readme.matchAll(fence)].map(([, code]) => here(code));
}

/** Gives the table under a heading as the code of its cells. */
function rows(heading: string): string[][] {
  const [, section] = readme.split(`\n## ${heading}\n`);
  const lines = section.split("\n## ")[0].match(/^\| .*\|$/gm) ?? [];
  return lines.map((line) =>
    line.split(" | ").map((cell) => /`(.*?)`/.exec(cell)?.[1] ?? "")
  ).filter(([first]) => first !== "");
}

/**
 * A folder elsewhere, where this package can be imported and nothing of
 * this repository's settings holds, such as `"unstable": ["net"]`.
 */
class Elsewhere implements AsyncDisposable {
  readonly #path: string;
  #programs = 0;

  private constructor(path: string) {
    this.#path = path;
  }

  static async make(): Promise<Elsewhere> {
    const path = await Deno.makeTempDir();
    await Deno.writeTextFile(
      `${path}/deno.json`,
      JSON.stringify({ imports: importsOf(), lock: false }),
    );
    return new Elsewhere(path);
  }

  /** Gives the path of a file of that name. */
  path(name: string): string {
    return `${this.#path}/${name}`;
  }

  /** Starts a program under the flags. */
  async start(program: string, flags: readonly string[]): Promise<Running> {
    const name = `program_${this.#programs++}.ts`;
    await Deno.writeTextFile(this.path(name), program);
    return start(
      ["deno run --quiet --no-prompt", ...flags, name].join(" "),
      this.#path,
    );
  }

  /** Runs a program under the flags; gives what it prints. */
  async run(program: string, flags: readonly string[]): Promise<string> {
    await using running = await this.start(program, flags);
    const { stdout, stderr } = await running.end();
    return stdout + stderr;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#path, { recursive: true });
  }
}

const NOBODY = "Nobody listens there\n";
const RECEIVED = "Received Hello, world\n";
const [, FLAG] = /`deno run (--allow-net=\S+) server\.ts`/.exec(here(readme)) ??
  [];

/** Lets the README's server serve a client, which is run until it is listened to. */
async function serve(
  elsewhere: Elsewhere,
  runClient: () => Promise<string>,
): Promise<void> {
  await using serving = await elsewhere.start(server, [FLAG]);
  const end = serving.end();
  let over = false;
  end.then(() => over = true);
  let received: string;
  do received = await runClient(); while (received === NOBODY && !over);
  const { code, stdout, stderr } = await end;
  assertEquals([code, stderr, received], [0, "", RECEIVED]);
  assertMatch(stdout, /^Connected by \[ "127\.0\.0\.1", \d+ \]\n$/);
}

Deno.test("README: the server serves the client", async () => {
  await using elsewhere = await Elsewhere.make();
  await serve(elsewhere, () => elsewhere.run(client, [FLAG]));
  assertEquals(await elsewhere.run(client, [FLAG]), NOBODY);
});

Deno.test({
  ...needsPython,
  name: "README: the server serves Python's client",
  async fn() {
    await using elsewhere = await Elsewhere.make();
    await serve(elsewhere, () => runPython(pythonClient));
    assertEquals(await runPython(pythonClient), NOBODY);
  },
});

/** Sends lines to the server, as soon as it listens, and gives what comes back. */
async function echoed(lines: string): Promise<string> {
  const connect = () => Deno.connect(ADDRESS);
  const conn = await retry(connect, {
    maxAttempts: 100,
    minTimeout: 20,
    maxTimeout: 100,
  });
  await conn.write(new TextEncoder().encode(lines));
  await conn.closeWrite();
  return await new Response(conn.readable).text();
}

Deno.test("README: the threading server serves many clients until Ctrl-C", async () => {
  await using elsewhere = await Elsewhere.make();
  await using serving = await elsewhere.start(threadingServer, [FLAG]);
  assertEquals(await echoed("first\n"), "first\n");
  const idle = await Deno.connect(ADDRESS);
  const lines = ["a\n", "b\nc\n", "d"];
  const answers = await Promise.all(lines.map((line) => echoed(line)));
  assertEquals(answers, lines);
  serving.interrupt();
  const { code, stdout, stderr } = await serving.end();
  idle.close();
  assertEquals([code, stdout, stderr], [0, "Cut off: 1\n", ""]);
});

Deno.test({
  ...needsPython,
  name: "README: Python's threading server does the same",
  async fn() {
    await using _serving = spawnPython(
      // Of Python's servers it has to be asked.
      pythonServer.replace(
        "\n\n",
        "\nsocketserver.TCPServer.allow_reuse_address = True\n\n",
      ),
    );
    assertEquals(await echoed("a\nb"), "a\nb");
  },
});

Deno.test("README: the entry points of many sockets are there", async () => {
  await using elsewhere = await Elsewhere.make();
  const printed = await elsewhere.run(
    `${entryPoints}
    console.log(
      typeof select.select,
      typeof selectors.DefaultSelector,
      typeof asyncore.loop,
      typeof asynchat.async_chat,
    );`,
    [],
  );
  assertEquals(printed, "function function function function\n");
});

Deno.test("README: the loop with a selector serves many clients", async () => {
  await using elsewhere = await Elsewhere.make();
  await using _serving = await elsewhere.start(selectorServer, [FLAG]);
  assertEquals(await echoed("first\n"), "first\n");
  using _idle = await Deno.connect(ADDRESS);
  const lines = ["a\n", "b\nc\n", "d"];
  const answers = await Promise.all(lines.map((line) => echoed(line)));
  assertEquals(answers, lines);
});

const [POSIX_FLAG] = /--allow-ffi=\S+/.exec(readme) ?? [""];

/** The flag names libc of Debian on x86-64. */
const needsThatLibc = { ignore: libraries[0] !== POSIX_FLAG.split("=")[1] };

Deno.test({
  ...needsThatLibc,
  name: "README: the POSIX driver needs the flag that it names",
  async fn() {
    await using elsewhere = await Elsewhere.make();
    const printed = await elsewhere.run(posixSocket, [POSIX_FLAG]);
    assertMatch(printed, /^The kernel calls it \d+\n$/);
    assertMatch(await elsewhere.run(posixSocket, []), RegExp(POSIX_FLAG));
  },
});

Deno.test({
  ...needsThatLibc,
  name: "README: a descriptor with an option goes on in node:net",
  async fn() {
    await using elsewhere = await Elsewhere.make();
    using listener = Deno.listen(ADDRESS);
    const received = listener.accept()
      .then(({ readable }) => new Response(readable).text());
    assertEquals(await elsewhere.run(handedOver, [POSIX_FLAG]), "");
    assertEquals(await received, "Hello, world");
  },
});

Deno.test("README: the TLS server serves the TLS client", async () => {
  await using elsewhere = await Elsewhere.make();
  const { ca, cert, key } = certificate();
  for (const [name, text] of Object.entries({ ca, cert, key })) {
    await Deno.writeTextFile(elsewhere.path(`${name}.pem`), text);
  }
  const port = copy.port(50013);
  await using serving = await elsewhere.start(tlsServer, [
    `--allow-net=127.0.0.1:${port}`,
    "--allow-read=cert.pem,key.pem",
  ]);
  const client = tlsClient
    .replace(
      "DefaultContext()",
      'DefaultContext(undefined, { cafile: "ca.pem" })',
    )
    .replace('["example.com", 443]', `["127.0.0.1", ${port}]`)
    .replace('serverHostname: "example.com"', 'serverHostname: "localhost"');
  const flags = [`--allow-net=127.0.0.1:${port}`, "--allow-read=ca.pem"];
  const run = async () => {
    const printed = await elsewhere.run(client, flags);
    assertMatch(printed, /^TLSv1\.3 \{/);
  };
  // Until it listens.
  await retry(run, { maxAttempts: 20, minTimeout: 20, maxTimeout: 100 });
  serving.interrupt();
  assertEquals((await serving.end()).stderr, "");
});

Deno.test("README: its programs and commands are those that are tested", async () => {
  assertEquals([blocks("ts").length, blocks("python").length], [9, 2]);
  const commands = blocks("sh").map((code) => code.trim());
  assertEquals(commands, [
    "deno task echo",
    "deno task test",
    "npx --yes deno@2.9.6 task echo",
    "npx --yes deno@2.9.6 task test",
  ]);
  const { tasks } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  for (const [, task] of readme.matchAll(/\bdeno(?:@[\d.]+)? task ([\w:]+)/g)) {
    assert(task in tasks, `Name a task of deno.json, not "${task}"`);
  }
});

Deno.test("README: every file that it links to is there", async () => {
  for (const [, path] of readme.matchAll(/\]\((?!https:)(.*?)\)/g)) {
    await Deno.stat(new URL(path, ROOT));
  }
});

/** Whether the machine has an IPv6 loopback. */
function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Everything that the flags would grant if one of the grants were left out. */
function lessThan(flags: readonly string[]): string[][] {
  return flags.flatMap((flag, index) => {
    const [name, grants = ""] = flag.split("=");
    const others = grants.split(",").map((_, out, all) =>
      all.filter((_, at) => at !== out).join(",")
    );
    return others.map((rest) =>
      flags.with(index, rest && `${name}=${rest}`).filter((flag) => flag !== "")
    );
  });
}

for (const [call, flags] of rows("Permissions")) {
  Deno.test({
    name: `README: ${call} needs ${flags}`,
    ignore: flags.includes("[::1]") && !hasIpv6(),
    async fn() {
      await using elsewhere = await Elsewhere.make();
      const path = elsewhere.path("app.sock");
      using tcp = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      using _unix = Deno.listen({ transport: "unix", path });
      const places: [string, string][] = [
        ["8000", String(tcp.addr.port)],
        ["9000", String(freePort())],
        ["/run/app.sock", path],
        ["/run/new.sock", elsewhere.path("new.sock")],
        ["\\0name", `\\0name-${crypto.randomUUID()}`],
      ];
      const here = (text: string) =>
        places.reduce((text, [its, ours]) => text.replaceAll(its, ours), text);
      const program = `
        import { socket, socketserver } from "@berkeley/socket";
        const Handler = socketserver.BaseRequestHandler;
        const s = socket.socket();
        const u = socket.socket(socket.AF_UNIX);
        const d = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);
        const data = new Uint8Array(3);
        try {
          await ${here(call)};
          console.log("done");
        } catch (error) {
          if (!(error instanceof socket.OSError)) throw error;
          console.log(error.message);
        }
        Deno.exit();`;
      const granted = here(flags).split(" ");
      assertEquals(await elsewhere.run(program, granted), "done\n");
      for (const fewer of lessThan(granted)) {
        assertMatch(
          await elsewhere.run(program, fewer),
          /^Cannot .*; run again with --[^\n]*\n$/,
          `Something else than a refusal with ${fewer.join(" ")}`,
        );
      }
    },
  });
}
