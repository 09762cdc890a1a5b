import {
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { BaseRequestHandler, ForkingTCPServer } from "../../server/mod.ts";
import { TimeoutError } from "../../socket/mod.ts";
import { ask, handlers } from "../support/forking.ts";
import { runProgram } from "../support/program.ts";

const HOST: [string, number] = ["127.0.0.1", 0];
const SERVER = import.meta.resolve("../../server/mod.ts");

/** What is wrong with a module, and what the error says. */
const bad: readonly (readonly [
  what: string,
  module: URL | string,
  name: string,
  says: RegExp,
])[] = [
  [
    "without a default export",
    handlers("bad/no_default"),
    "TypeError",
    /^Cannot use the handler module "file:.*no_default\.ts": its default export must be a class that extends BaseRequestHandler, or a function that returns such a handler, and there is none$/,
  ],
  [
    "whose default export handles nothing",
    handlers("bad/no_handler"),
    "TypeError",
    /no_handler\.ts": its default export must be a class that extends BaseRequestHandler, or a function that returns such a handler, not the class Nothing$/,
  ],
  [
    "whose default export is a number",
    "data:text/javascript,export default 1",
    "TypeError",
    /must be a class that extends BaseRequestHandler, or a function that returns such a handler, not number$/,
  ],
  [
    "that is not there",
    handlers("bad/nowhere"),
    "Error",
    /^Cannot load the handler module "file:.*nowhere\.ts": Module not found/,
  ],
  [
    "that is no program",
    "data:text/javascript,export default class {{{",
    "Error",
    /^Cannot load the handler module "data:.*": \S.*[^.]$/,
  ],
  [
    "that throws",
    handlers("bad/throws"),
    "Error",
    /^Cannot load the handler module "file:.*throws\.ts": not today$/,
  ],
];

for (const [what, module, name, says] of bad) {
  for (const call of ["serveForever", "handleRequest"] as const) {
    Deno.test(`${call}() with a module ${what} fails before anything is served`, async () => {
      await using server = new ForkingTCPServer(HOST, module);
      const client = await Deno.connect({ port: server.serverAddress[1] });
      const error = await assertRejects(() => server[call](), Error);
      assertEquals(error.name, name);
      assertMatch(error.message, says);
      client.close();
    });
  }
}

Deno.test("a module's default export may be a function that returns a handler", async () => {
  const module = "data:application/typescript," + encodeURIComponent(`
    import { StreamRequestHandler } from "${SERVER}";
    class Greeting extends StreamRequestHandler {
      greeting = "";
      override async handle() {
        await this.wfile.write(new TextEncoder().encode(this.greeting));
      }
    }
    export default (...args: ConstructorParameters<typeof Greeting>) =>
      Object.assign(new Greeting(...args), { greeting: "hello\\n" });
  `);
  await using server = new ForkingTCPServer(HOST, module);
  const answer = ask(server.serverAddress[1], "");
  await server.handleRequest();
  assertEquals(await answer, "hello");
});

Deno.test("the error of a module that throws has what it threw as its cause", async () => {
  await using server = new ForkingTCPServer(HOST, handlers("bad/throws"));
  const { cause } = await assertRejects(() => server.serveForever(), Error);
  assertInstanceOf(cause, RangeError);
  assertStringIncludes(cause.stack ?? "", "throws.ts");
});

Deno.test("shutdown() ends a serving whose module never finishes loading", async () => {
  await using server = new ForkingTCPServer(HOST, handlers("bad/never"));
  const served = server.serveForever();
  await server.shutdown();
  await served;
});

for (const call of ["serveForever", "handleRequest"] as const) {
  Deno.test(`${call}() fails when a module takes longer to load than loadTimeout`, async () => {
    const module = handlers("bad/never");
    const options = { loadTimeout: 0.3 };
    await using server = new ForkingTCPServer(HOST, module, options);
    const error = await assertRejects(() => server[call](), TimeoutError);
    assertEquals(
      error.message,
      `Cannot load the handler module "${module}" within 0.3 seconds: timed out`,
    );
  });
}

Deno.test("the signal of handleRequest() gives a module up that never finishes loading", async () => {
  await using server = new ForkingTCPServer(HOST, handlers("bad/never"));
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => server.handleRequest({ signal }), Error, "enough");
});

for (
  const [what, handler, says] of [
    [
      "a relative path",
      "../server/handler.ts",
      'Cannot make a ForkingTCPServer: the handler must be the URL of a module, not "../server/handler.ts"; write new URL("../server/handler.ts", import.meta.url)',
    ],
    [
      "a class",
      BaseRequestHandler,
      "Cannot make a ForkingTCPServer: the handler must be the URL of a module, not a class, which no Worker could be given; export it as the default of its module",
    ],
    [
      "nothing",
      undefined,
      "Cannot make a ForkingTCPServer: the handler must be the URL of a module, not undefined",
    ],
  ] as const
) {
  Deno.test(`ForkingTCPServer() refuses ${what} for a module`, () => {
    const { message } = assertThrows(
      () => new ForkingTCPServer(HOST, handler as never),
      TypeError,
    );
    assertEquals(message, says);
  });
}

for (
  const [options, ErrorClass, says] of [
    [{ maxChildren: 0 }, RangeError, "maxChildren must be 1 or more, not 0"],
    [{ maxChildren: 1.5 }, TypeError, "maxChildren must be an integer"],
    [{ requestTimeout: -1 }, RangeError, "must be 0 to"],
    [{ requestTimeout: "1" as never }, TypeError, "seconds or null"],
    [{ timeout: -1 }, RangeError, "must be 0 to"],
    [{ loadTimeout: -1 }, RangeError, "must be 0 to"],
    [
      { permissions: "none" },
      TypeError,
      "permissions need --unstable-worker-options",
    ],
  ] as const
) {
  Deno.test(`ForkingTCPServer() refuses ${JSON.stringify(options)}`, () => {
    // Nothing has been bound by then.
    const busy = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    assertThrows(
      () =>
        new ForkingTCPServer(
          ["127.0.0.1", busy.addr.port],
          handlers("echo"),
          options,
        ),
      ErrorClass,
      says,
    );
    busy.close();
  });
}

Deno.test("maxChildren can be changed, but not to nothing", async () => {
  await using server = new ForkingTCPServer(HOST, handlers("commands"));
  assertEquals(server.maxChildren, navigator.hardwareConcurrency);
  server.maxChildren = 1;
  assertThrows(() => server.maxChildren = 0, RangeError, "set maxChildren");
  const answer = ask(server.serverAddress[1], "worker");
  await server.handleRequest();
  assertMatch(await answer ?? "", / 1$/);
});

/** Serves with exactly these permissions, in a process of its own; gives what it printed. */
async function serve(flags: string[], module: URL): Promise<string> {
  const { code, stdout, stderr } = await runProgram(
    `
    import { ForkingTCPServer } from "${SERVER}";
    await using server = new ForkingTCPServer(["127.0.0.1", 0], "${module}");
    const client = await Deno.connect({ port: server.serverAddress[1] });
    await client.write(new TextEncoder().encode("worker\\n"));
    try {
      await server.handleRequest();
      await client.read(new Uint8Array(10));
      console.log("served");
    } catch ({ name, code, message }) {
      console.log(name, code, message);
    }
    client.close();
    `,
    { flags: ["--allow-net", ...flags] },
  );
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

Deno.test("without read permission the error names the flags that a server of this machine's files needs, and with them it serves", async () => {
  const module = handlers("commands");
  const root = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
  const told = await serve([], module);
  assertEquals(
    told,
    `PermissionError EACCES Cannot load the handler module "${module}": permission denied (EACCES); run again with --allow-read=${root},${module.pathname}\n`,
  );
  const [flag] = /--allow-read=\S+/.exec(told)!;
  assertEquals(await serve([flag], module), "served\n");
});

Deno.test("without read permission for the module alone the error names just that", async () => {
  const folder = await Deno.makeTempDir();
  const module = new URL(`file://${folder}/handler.ts`);
  const library = new URL("../../", import.meta.url).pathname;
  await Deno.writeTextFile(
    module,
    `export { default } from "${handlers("commands")}";`,
  );
  const told = await serve([`--allow-read=${library}`], module);
  assertStringIncludes(
    told,
    `(EACCES); run again with --allow-read=${folder}/handler.ts\n`,
  );
  const flag = `--allow-read=${library},${folder}/handler.ts`;
  assertEquals(await serve([flag], module), "served\n");
  await Deno.remove(folder, { recursive: true });
});
