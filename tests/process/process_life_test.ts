// Promise 9: an idle socket lets the process end by itself, a pending call
// keeps it alive.
import { assertEquals } from "@std/assert";
import { createServer } from "../../socket/mod.ts";
import { runProgram } from "../support/program.ts";

const friends = import.meta.resolve("../../socket/socket.ts");
const waits = import.meta.resolve("../../socket/wait.ts");

const begin = `
  import { endpointOf } from "${friends}";
  import { whenReady } from "${waits}";
  import { AF_INET, AF_INET6, createConnection, createServer, MSG_DONTWAIT, SOCK_DGRAM, socket, socketpair } from "socket";
  const server = createServer(["127.0.0.1", 0]);
  const client = await createConnection(server.getsockname());
  const [accepted] = await server.accept();
  const outer = ["127.0.0.1", Number(Deno.args[0])];`;

// The code 7 says that something kept it alive.
const end = "Deno.unrefTimer(setTimeout(() => Deno.exit(7), 200));";

/** Tells whether a program is still there when everything in it has been done. */
async function isKeptAlive(code: string): Promise<boolean> {
  // A listener whose queue is full, so that connections to it wait.
  await using full = createServer(["127.0.0.1", 0], { backlog: 0 });
  using _first = await Deno.connect({
    hostname: "127.0.0.1",
    port: full.getsockname()[1],
  });
  const { code: status, stderr } = await runProgram(
    `${begin}\n${code}\n${end}`,
    {
      flags: ["--allow-net"],
      args: [`${full.getsockname()[1]}`],
      longest: 5000,
    },
  );
  assertEquals(stderr, "");
  if (status !== 0) assertEquals(status, 7);
  return status === 7;
}

const lets: [what: string, code: string][] = [
  ["a listener and a connection, both idle,", ""],
  [
    "a connection after a timed-out recv()",
    "client.settimeout(0.01); await client.recv(8).catch(() => {});",
  ],
  [
    "a connection after a timed-out recvInto()",
    "client.settimeout(0.01); await client.recvInto(new Uint8Array(8)).catch(() => {});",
  ],
  [
    "a connection after an aborted recv()",
    "await client.recv(8, 0, { signal: AbortSignal.timeout(10) }).catch(() => {});",
  ],
  [
    "a connection after a recv() that would have to wait",
    "await client.recv(8, MSG_DONTWAIT).catch(() => {});",
  ],
  [
    "a connection after recv() and a later byte",
    `client.settimeout(0.01); await client.recv(8).catch(() => {});
     await accepted.sendall(new Uint8Array(1)); await client.recv(8);
     await client.recv(8).catch(() => {});`,
  ],
  [
    "a listener after a timed-out accept()",
    "server.settimeout(0.01); await server.accept().catch(() => {});",
  ],
  [
    "a listener after an aborted loop of connections()",
    "for await (const _ of server.connections({ signal: AbortSignal.timeout(10) }));",
  ],
  [
    "a connection after a timed-out connect()",
    "const s = socket(); s.settimeout(0.01); await s.connect(outer).catch(() => {});",
  ],
  [
    "a connection that was bound first",
    `const s = socket(); s.bind(["127.0.0.1", 0]); await s.connect(server.getsockname());
     s.settimeout(0.01); await s.recv(8).catch(() => {});`,
  ],
  ["a socketpair", "await socketpair();"],
  [
    "a socket's readable and writable that nobody uses",
    "client.readable; client.writable;",
  ],
  ["a file of a socket's", 'client.makefile("rw");'],
  [
    "a whenReady() that was taken back",
    'whenReady(endpointOf(client, "poll"), 1, () => {})();',
  ],
  [
    "an observer that does not hold",
    'endpointOf(client, "poll").observe(1, () => {}, false);',
  ],
  [
    "an observer of a listener that does not hold, after one that held",
    'const e = endpointOf(server, "poll"); e.observe(1, () => {}, true)(); e.observe(1, () => {}, false);',
  ],
  [
    "a whenReady() that was answered",
    `await accepted.sendall(new Uint8Array(1));
     await new Promise((ready) => whenReady(endpointOf(client, "poll"), 1, ready));`,
  ],
  ["a pending recv() of an unref'd socket", "client.unref(); client.recv(8);"],
  ["a pending recv() that is unref'd", "client.recv(8); client.unref();"],
  [
    "a pending accept() of an unref'd listener",
    "server.unref(); server.accept();",
  ],
  [
    "a pending recv() of an unref'd socket that connects later",
    "const s = socket(); s.unref(); await s.connect(server.getsockname()); s.recv(8);",
  ],
  [
    "a whenReady() of an unref'd socket",
    'client.unref(); whenReady(endpointOf(client, "poll"), 1, () => {});',
  ],
  [
    "a pending recvfrom() of an unref'd datagram socket",
    `const d = socket(AF_INET, SOCK_DGRAM); d.unref(); d.bind(["127.0.0.1", 0]); d.recvfrom(8);`,
  ],
  ["a closed socket", "client.close(); server.close(); accepted.close();"],
  [
    "a recv() that close() ended",
    "const end = client.recv(8).catch(() => {}); client.close(); await end;",
  ],
];
for (const [what, code] of lets) {
  Deno.test(`${what} lets the process end`, async () => {
    assertEquals(await isKeptAlive(code), false);
  });
}

const keeps: [what: string, code: string][] = [
  ["a pending recv()", "client.recv(8);"],
  ["a pending recvInto()", "client.recvInto(new Uint8Array(8));"],
  ["a pending recv() with a timeout", "client.settimeout(60); client.recv(8);"],
  [
    "a pending recv() after one that timed out",
    "client.settimeout(0.01); await client.recv(8).catch(() => {}); client.settimeout(null); client.recv(8);",
  ],
  ["a pending accept()", "server.accept();"],
  [
    "a pending recv() that is ref'd again",
    "client.unref(); client.recv(8); client.ref();",
  ],
  [
    "a recv() after unref() and ref()",
    "client.unref(); client.ref(); client.recv(8);",
  ],
  [
    "a pending accept() after one that timed out",
    "server.settimeout(0.01); await server.accept().catch(() => {}); server.settimeout(null); server.accept();",
  ],
  [
    "a whenReady() of a connection",
    'whenReady(endpointOf(client, "poll"), 1, () => {});',
  ],
  [
    "a whenReady() of a listener",
    'whenReady(endpointOf(server, "poll"), 1, () => {});',
  ],
  ["a pending connect()", "socket().connect(outer);"],
  [
    "a pending connect() after bind()",
    'const s = socket(); s.bind(["127.0.0.1", 0]); s.connect(outer);',
  ],
  ["a pending sendall()", "client.sendall(new Uint8Array(64 << 20));"],
  [
    // Its bytes count as sent. Python leaves such bytes to the kernel and ends.
    "what a timed-out sendall() has taken and not yet sent",
    `client.settimeout(0.05);
     await client.sendall(new Uint8Array(64 << 20)).catch(() => {});`,
  ],
  [
    "a loop over connections",
    "(async () => { for await (const _ of server); })();",
  ],
  ["a read of a socket's readable", "client.readable.getReader().read();"],
  [
    "one of two calls, the other of which timed out",
    "const a = client.dup(); client.recv(8); a.settimeout(0.01); await a.recv(8).catch(() => {});",
  ],
];
for (const [what, code] of keeps) {
  Deno.test(`${what} keeps the process alive`, async () => {
    assertEquals(await isKeptAlive(code), true);
  });
}
