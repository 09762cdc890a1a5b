// Handlers that try to end their parent, or to reach what is not theirs: each costs
// its own request only.
import { assertEquals, assertMatch } from "@std/assert";
import { hasListenDatagram } from "../support/datagrams.ts";
import { handlers } from "../support/forking.ts";
import { runProgram } from "../support/program.ts";

const SUPPORT = import.meta.resolve("../support/forking.ts");
const SERVER = import.meta.resolve("../../server/mod.ts");
const FLAGS = [
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--unstable-worker-options",
  "--unstable-net",
];

/** The two kinds of Workers, by their options. */
const kinds = {
  "a Worker": "{}",
  "a Worker with permissions of its own":
    '{ permissions: "none", unstableWorkerOptions: true }',
};

/** Runs a line in a handler, then serves another request; returns what the parent printed. */
async function attack(line: string, options: string): Promise<string> {
  const { code, stdout, stderr } = await runProgram(
    `
    import { ask, handlers, Keeping, serving } from "${SUPPORT}";
    await using to = serving(new Keeping(
      ["127.0.0.1", 0], handlers("hostile"),
      { maxChildren: 1, requestTimeout: 20, ...${options} },
    ));
    await ask(to.port, ${JSON.stringify(line)});
    // When this is served the other one is over: there is one Worker at most.
    const answer = await ask(to.port, "");
    for (const { name, message } of to.server.errors) console.log(name, message);
    console.log(answer);
    `,
    { flags: FLAGS },
  );
  return `${code} ${stdout}${stderr}`;
}

const nonsense =
  "Error Cannot go on with the request: its Worker ended by a message that is not one\n";

const attacks: readonly [what: string, line: string, told: string][] = [
  [
    'throws an Error named "toString"',
    'throw Object.assign(new Error("x"), { name: "toString" })',
    "toString x\n",
  ],
  [
    "throws an error that throws when it is looked at",
    'throw Object.defineProperty(new Error(), "name", { get() { throw 1 } })',
    "Error something was thrown\n",
  ],
  [
    "throws an error that is its own cause",
    'const e = new Error("x"); e.cause = e; throw e',
    "Error x\n",
  ],
  ["posts null", "scope.postMessage(null)", ""],
  ["posts a string", 'scope.postMessage("ending")', ""],
  ["posts that it ends, without a reason", end("undefined"), ""],
  [
    "posts that it ends, for a reason that is its own cause",
    `const error = {}; error.cause = error; ${end("error")} ${never()}`,
    "Error \n",
  ],
  [
    "posts what it says once only",
    `for (const type of ["ready", "loaded", "unloadable", "unfit"]) {
      scope.postMessage({ type, found: {}, error: null });
    }`,
    "",
  ],
  ["sends null over the request's port", "port.postMessage(null)", nonsense],
  [
    "asks for nothing over the port",
    'port.postMessage({ type: "call", id: 1 })',
    nonsense,
  ],
  [
    "asks for something with a port as its number",
    `const { port1 } = new MessageChannel();
    const task = { name: "shutdown" };
    port.postMessage({ type: "call", id: port1, task }, [port1])`,
    nonsense,
  ],
  [
    "asks for a shutdown with a grace that is none",
    `port.postMessage({
      type: "call", id: 1, task: { name: "shutdown", grace: {} },
    })`,
    "",
  ],
  [
    "sends bytes that are not",
    'port.postMessage({ type: "data", bytes: 5 })',
    nonsense,
  ],
  [
    "acknowledges what it cannot have got",
    'port.postMessage({ type: "taken", count: NaN })',
    nonsense,
  ],
  [
    "sends what a parent cannot read",
    "port.postMessage(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)))",
    nonsense,
  ],
  [
    "sends more than it may",
    `port.postMessage({ type: "data", bytes: new Uint8Array(300000) }); ${never()}`,
    nonsense,
  ],
  [
    "ends with an error whose every field is another one",
    `const fields = { toString: 5, constructor: 7, stack: 4, message: 7 };
    const error = { name: {}, message: {}, stack: {}, fields, cause: 4 };
    port.postMessage({ type: "done", error }); ${never()}`,
    "Error \n",
  ],
];

function end(error: string): string {
  return `scope.postMessage({ type: "ending", error: ${error} });`;
}

/** The parent ends the Worker, or goes on without it. */
function never(): string {
  return "await new Promise(() => {})";
}

for (const [kind, options] of Object.entries(kinds)) {
  for (const [what, line, told] of attacks) {
    Deno.test(`${kind} that ${what} costs its own request at most`, async () => {
      const oneLine = line.replaceAll("\n", " ");
      assertEquals(await attack(oneLine, options), `0 ${told}done\n`);
    });
  }
}

Deno.test("a handler with permissions of its own cannot take the program's descriptors over by fromfd(), not even while its module loads", async () => {
  const module = "data:application/typescript," + encodeURIComponent(`
    import { StreamRequestHandler } from "${SERVER}";
    import { fromfd } from "${import.meta.resolve("../../socket/mod.ts")}";
    const take = () => {
      const codes = new Set<string>();
      for (let fd = 0; fd < 64; fd++) {
        try {
          fromfd(fd, 2, 1);
          codes.add("taken");
        } catch (error) {
          codes.add((error as { code: string }).code);
        }
      }
      return [...codes].join();
    };
    const early = take();
    export default class extends StreamRequestHandler {
      override async handle() {
        await this.wfile.write(new TextEncoder().encode(early + " " + take() + "\\n"));
      }
    }
  `);
  const { stdout, stderr } = await runProgram(
    `
    import { ask, Keeping, serving } from "${SUPPORT}";
    await using to = serving(new Keeping(["127.0.0.1", 0], ${
      JSON.stringify(module)
    }, { permissions: "none", unstableWorkerOptions: true }));
    console.log(await ask(to.port, ""));
    `,
    { flags: FLAGS },
  );
  assertEquals(stdout + stderr, "EPERM EPERM\n");
});

for (
  const [permissions, answer] of [
    ['"none"', "EACCES"],
    ['{ net: ["127.0.0.2"] }', "EACCES"],
    ["{ net: [`127.0.0.1:${other.addr.port}`] }", "sent"],
    ["{ net: true }", "sent"],
    ['"inherit"', "sent"],
  ]
) {
  Deno.test({
    name:
      `a handler of datagrams with the permissions ${permissions} sends to its client, and to another: ${answer}`,
    ignore: !hasListenDatagram,
    async fn() {
      const { stdout, stderr } = await runProgram(
        `
        import { ForkingUDPServer } from "${SERVER}";
        const open = () => Deno.listenDatagram({
          transport: "udp", hostname: "127.0.0.1", port: 0,
        });
        const [client, other] = [open(), open()];
        await using server = new ForkingUDPServer(
          ["127.0.0.1", 0],
          "${handlers("datagram_commands")}",
          { permissions: ${permissions}, unstableWorkerOptions: true },
        );
        const [hostname, port] = server.serverAddress;
        const text = new TextEncoder().encode("send to " + other.addr.port);
        await client.send(text, { transport: "udp", hostname, port });
        await server.handleRequest();
        console.log(new TextDecoder().decode((await client.receive())[0]));
        if ("${answer}" === "sent") await other.receive();
        Deno.exit();
        `,
        { flags: FLAGS },
      );
      assertMatch(stdout + stderr, new RegExp(`^${answer}`));
    },
  });
}
