// A process ends by itself once its server has ended, whatever ended it, and not
// before; each case is a program of its own.

import { assertEquals } from "@std/assert";
import { folder } from "../support/peers.ts";
import { runProgram } from "../support/program.ts";

const SERVER = new URL("../../server/mod.ts", import.meta.url).href;

/** What every program begins with; `clients(n)` connects that many, which stay open. */
const begin = `
  import * as socketserver from ${JSON.stringify(SERVER)};
  const [kind, path] = Deno.args;
  const isUnix = kind.includes("Unix");
  class Echo extends socketserver.StreamRequestHandler {
    async handle() {
      for await (const line of this.rfile) await this.act(line);
    }
    async act(line) { await this.wfile.write(line); }
  }
  class Hanging extends Echo {
    async act(line) { await super.act(line); await new Promise(() => {}); }
  }
  const serve = (Handler) =>
    new socketserver[kind](isUnix ? path : ["127.0.0.1", 0], Handler);
  async function clients(server, count) {
    const conns = [];
    for (let i = 0; i < count; i++) {
      const conn = await Deno.connect(isUnix
        ? { transport: "unix", path }
        : { hostname: "127.0.0.1", port: server.serverAddress[1] });
      await conn.write(new TextEncoder().encode("hello\\n"));
      // A plain server has one of them only under way.
      if (i === 0 || kind.startsWith("Threading")) await conn.read(new Uint8Array(9));
      conns.push(conn);
    }
    return conns;
  }
`;

let paths = 0;

/** Runs a program and gives its exit code; 7 if something kept it alive for so many milliseconds. */
async function codeOf(
  kind: string,
  code: string,
  patience: number,
): Promise<number> {
  const end = `Deno.unrefTimer(setTimeout(() => Deno.exit(7), ${patience}));`;
  const path = `${folder}/exit${paths++}`;
  const ended = await runProgram(`${begin}\n${code}\n${end}`, {
    flags: ["--allow-net", "--allow-read", "--allow-write", "--allow-run"],
    args: [kind, path],
  });
  assertEquals(ended.stderr, "");
  return ended.code;
}

const lets: [what: string, code: string][] = [
  ["a server that never serves", "serve(Echo);"],
  ["a server that is closed", "await serve(Echo).serverClose();"],
  [
    "shutdown() from outside, after which clients end,",
    `const server = serve(Echo), serving = server.serveForever();
     const conns = await clients(server, 20);
     const down = server.shutdown();
     for (const conn of conns) conn.close();
     await down; await serving; await server.serverClose();`,
  ],
  [
    "shutdown({ grace }) with clients that stay",
    `const server = serve(Echo), serving = server.serveForever();
     await clients(server, 20);
     await server.shutdown({ grace: 0.01 }); await serving; await server.serverClose();`,
  ],
  [
    "shutdown({ grace }) with handlers that hang",
    `const server = serve(Hanging), serving = server.serveForever();
     await clients(server, 20);
     await server.shutdown({ grace: 0.01 }); await serving; await server.serverClose();`,
  ],
  [
    "shutdown({ grace }) of a server that is not closed",
    `const server = serve(Echo), serving = server.serveForever();
     await clients(server, 20);
     await server.shutdown({ grace: 0 }); await serving;`,
  ],
  [
    "a long grace that is not needed",
    `const server = serve(Echo), serving = server.serveForever();
     const conns = await clients(server, 20);
     const down = server.shutdown({ grace: 3600 });
     for (const conn of conns) conn.close();
     await down; await serving; await server.serverClose();`,
  ],
  [
    "shutdown({ grace }) by a timer",
    `const server = serve(Hanging);
     clients(server, 20).then(() => setTimeout(() => server.shutdown({ grace: 0.01 }), 1));
     await server.serveForever(); await server.serverClose();`,
  ],
  [
    "shutdown({ grace }) by a signal",
    `const server = serve(Hanging);
     Deno.addSignalListener("SIGTERM", () => server.shutdown({ grace: 0.01 }));
     clients(server, 20).then(() => Deno.kill(Deno.pid, "SIGTERM"));
     await server.serveForever(); await server.serverClose();`,
  ],
  [
    "shutdown({ grace }) in a handler",
    `class Stopping extends Echo {
       async act(line) { await super.act(line); await this.server.shutdown({ grace: 0.05 }); }
     }
     const server = serve(Stopping);
     clients(server, 1).then(([conn]) => conn.closeWrite());
     await server.serveForever(); await server.serverClose();`,
  ],
  [
    "an AbortSignal",
    `const server = serve(Echo), stopping = new AbortController();
     clients(server, 1).then(([conn]) => { stopping.abort(); conn.close(); });
     await server.serveForever({ signal: stopping.signal }); await server.serverClose();`,
  ],
  [
    "the end of an \`await using\` block while it serves",
    `{
       await using server = serve(Echo);
       server.serveForever();
       const conns = await clients(server, 1);
       conns[0].close();
     }`,
  ],
];

const keeps: [what: string, code: string][] = [
  ["serveForever()", "serve(Echo).serveForever();"],
  ["handleRequest()", "serve(Echo).handleRequest();"],
  [
    "a client that is being served, after shutdown(),",
    `const server = serve(Echo); server.serveForever();
     await clients(server, 1); server.shutdown();`,
  ],
];

for (
  const kind of [
    ...["TCPServer", "ThreadingTCPServer"],
    ...Deno.build.os === "windows"
      ? []
      : ["UnixStreamServer", "ThreadingUnixStreamServer"],
  ]
) {
  for (const [what, code] of lets) {
    Deno.test(`${what} lets the process end [${kind}]`, async () => {
      assertEquals(await codeOf(kind, code, 5000), 0);
    });
  }
}

for (const kind of ["TCPServer", "ThreadingTCPServer"]) {
  for (const [what, code] of keeps) {
    Deno.test(`${what} keeps the process alive [${kind}]`, async () => {
      assertEquals(await codeOf(kind, code, 200), 7);
    });
  }
}
