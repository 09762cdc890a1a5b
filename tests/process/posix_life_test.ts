// Promise 9, with the POSIX driver: an idle socket lets the process end by itself,
// a pending call keeps it alive.
import { assert, assertEquals } from "@std/assert";
import { createServer } from "../../socket/mod.ts";
import { folder } from "../support/peers.ts";
import { hasPosix } from "../support/posix.ts";
import {
  allowLibc,
  allowListing,
  LISTING,
  posixValue,
  runPosix,
} from "../support/posix_program.ts";

const ignore = !hasPosix;

const friends = import.meta.resolve("../../socket/socket.ts");
const waits = import.meta.resolve("../../socket/wait.ts");

const begin = `
  import { endpointOf } from "${friends}";
  import { whenReady } from "${waits}";
  const server = s.createServer(["127.0.0.1", 0]);
  const client = await s.createConnection(server.getsockname());
  const [accepted] = await server.accept();
  const [one, other] = await s.socketpair();
  const outer = ["127.0.0.1", Number(Deno.args[0])];
  const briefly = { signal: AbortSignal.timeout(10) };
  const turn = () => new Promise((resolve) => setTimeout(resolve, 20));`;

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
  const { code: status, stderr } = await runPosix(
    `${begin}\n${code}\n${end}`,
    {
      flags: [allowLibc],
      args: [`${full.getsockname()[1]}`],
      longest: 5000,
    },
  );
  assertEquals(stderr, "");
  if (status !== 0) assertEquals(status, 7);
  return status === 7;
}

const lets: [what: string, code: string][] = [
  ["a listener, a connection and a pair, all idle,", ""],
  [
    "a connection after a recv() that waited",
    "const got = client.recv(8); await turn(); await accepted.sendall(bytes('x')); await got;",
  ],
  [
    "a connection after a timed-out recv()",
    "client.settimeout(0.01); await client.recv(8).catch(() => {});",
  ],
  [
    "a connection after an aborted recv()",
    "await client.recv(8, 0, briefly).catch(() => {});",
  ],
  [
    "a connection after a recv() that would have to wait",
    "await client.recv(8, s.MSG_DONTWAIT).catch(() => {});",
  ],
  [
    "a listener after a timed-out accept()",
    "server.settimeout(0.01); await server.accept().catch(() => {});",
  ],
  [
    "a listener after an aborted loop of connections()",
    "for await (const _ of server.connections(briefly));",
  ],
  [
    "a socket after a timed-out connect()",
    "const t = s.socket(); t.settimeout(0.01); await t.connect(outer).catch(() => {});",
  ],
  [
    "a pair after a timed-out sendall()",
    "one.settimeout(0.05); await one.sendall(new Uint8Array(64 << 20)).catch(() => {});",
  ],
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
    `await accepted.sendall(bytes("x"));
     await new Promise((ready) => whenReady(endpointOf(client, "poll"), 1, ready));`,
  ],
  ["a pending recv() of an unref'd socket", "client.unref(); client.recv(8);"],
  ["a pending recv() that is unref'd", "client.recv(8); client.unref();"],
  [
    "a pending recv() that is unref'd when a thread waits for it",
    "client.recv(8); await turn(); client.unref();",
  ],
  [
    "a pending accept() of an unref'd listener",
    "server.unref(); server.accept();",
  ],
  [
    "a pending recv() of an unref'd socket that connects later",
    "const t = s.socket(); t.unref(); await t.connect(server.getsockname()); t.recv(8);",
  ],
  [
    "a whenReady() of an unref'd socket",
    'client.unref(); whenReady(endpointOf(client, "poll"), 1, () => {});',
  ],
  [
    "a pending recvfrom() of an unref'd datagram socket",
    "const d = s.socket(s.AF_INET, s.SOCK_DGRAM); d.unref(); d.bind(['127.0.0.1', 0]); d.recvfrom(8);",
  ],
  [
    "a pending recv() of an unref'd socket after another one's ended",
    "client.unref(); client.recv(8); const got = one.recv(8); await turn(); await other.sendall(bytes('x')); await got;",
  ],
  [
    "a recv() that close() ended",
    "const ended = client.recv(8).catch(() => {}); await turn(); client.close(); await ended;",
  ],
  [
    "a recv() that the descriptor's close() ended",
    "const ended = client.recv(8).catch(() => {}); await turn(); s.close(client.fileno()); await ended;",
  ],
  [
    "a look-up that has ended",
    "await s.getaddrinfo('localhost', 80); await s.socket().connect(['localhost', server.getsockname()[1]]);",
  ],
];
for (const [what, code] of lets) {
  Deno.test(`${what} lets the process end [POSIX]`, { ignore }, async () => {
    assertEquals(await isKeptAlive(code), false);
  });
}

const keeps: [what: string, code: string][] = [
  ["a pending recv()", "client.recv(8);"],
  ["a pending recvInto()", "client.recvInto(new Uint8Array(8));"],
  ["a pending recvmsg()", "one.recvmsg(8, 99);"],
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
    "a pending recv() that is ref'd again later",
    "client.unref(); client.recv(8); await turn(); client.ref();",
  ],
  [
    "a recv() after unref() and ref()",
    "client.unref(); client.ref(); client.recv(8);",
  ],
  [
    "a pending recv() beside one of an unref'd socket",
    "one.unref(); one.recv(8); client.recv(8);",
  ],
  [
    "a whenReady() of a connection",
    'whenReady(endpointOf(client, "poll"), 1, () => {});',
  ],
  [
    "a whenReady() of a listener",
    'whenReady(endpointOf(server, "poll"), 1, () => {});',
  ],
  ["a pending connect()", "s.socket().connect(outer);"],
  ["a pending sendall()", "client.sendall(new Uint8Array(64 << 20));"],
  [
    "a pending send()",
    "for (;;) { const sent = one.send(new Uint8Array(1 << 20)); if (await Promise.race([sent, turn()]) === undefined) break; }",
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
  Deno.test(`${what} keeps the process alive [POSIX]`, { ignore }, async () => {
    assertEquals(await isKeptAlive(code), true);
  });
}

Deno.test(
  "a pending recv() of an unref'd socket gets what comes while something else keeps the process alive",
  {
    ignore,
  },
  async () => {
    const got = await posixValue(`
    const [one, other] = await s.socketpair();
    const got = one.recv(8); one.unref();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await other.sendall(bytes("late"));
    const timer = setTimeout(() => {}, 10_000);
    const data = text(await got);
    clearTimeout(timer);
    return data;`);
    assertEquals(got, "late");
  },
);

Deno.test(
  "an abort ends the process at once if nothing else keeps it alive [POSIX]",
  {
    ignore,
  },
  async () => {
    const { stdout } = await runPosix(
      `
    const [one] = await s.socketpair();
    const controller = new AbortController();
    const ended = one.recv(8, 0, { signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 50));
    controller.abort("enough");
    await ended.catch(console.log);
    const then = performance.now();
    globalThis.addEventListener("unload", () => {
      console.log(performance.now() - then < 1000 ? "at once" : "late");
    });`,
      { flags: [allowLibc] },
    );
    assertEquals(stdout, "enough\nat once\n");
  },
);

const listing = [allowLibc, allowListing];
const turn = `
  const turn = () => new Promise((resolve) => setTimeout(resolve, 20));`;

for (
  const [what, code] of [
    ["that were idle", ""],
    [
      "one of which waited",
      "const got = one.recv(8); await turn(); await other.sendall(bytes('x')); await got;",
    ],
    ["one of which waits still", "one.recv(8).catch(() => {}); await turn();"],
    [
      "one of which timed out",
      "one.settimeout(0.01); await one.recv(8).catch(() => {});",
    ],
    [
      "one of which is unref'd",
      "one.unref(); one.recv(8).catch(() => {}); await turn();",
    ],
    [
      "one of which waited in turns",
      "for (let i = 0; i < 9; i++) { const got = one.recv(8); if (i % 2) await turn(); await other.sendall(bytes('x')); await got; }",
    ],
  ]
) {
  Deno.test(
    `closing all sockets, ${what}, leaves no descriptor of theirs or of what watched them`,
    {
      ignore,
    },
    async () => {
      const [before, during, after] = await posixValue(
        `${LISTING}
      ${turn}
      const before = list();
      const [one, other] = await s.socketpair();
      ${code}
      const during = list();
      await one[Symbol.asyncDispose](); await other[Symbol.asyncDispose]();
      return [before, during, list()];`,
        { flags: listing },
      ) as string[];
      assert(during.length > before.length, during);
      assertEquals(after, before);
    },
  );
}

Deno.test(
  "a connection that only tried once does not have the poller open its descriptors",
  {
    ignore,
  },
  async () => {
    const [before, after] = await posixValue(
      `${LISTING}
    const path = ${JSON.stringify(`${folder}/once`)};
    const server = s.socket(s.AF_UNIX); server.bind(path); server.listen();
    const client = s.socket(s.AF_UNIX);
    const before = list();
    await client.connect(path);
    const [peer] = await server.accept();
    await peer.sendall(bytes("x"));
    await client.recv(8);
    return [before + " socket:", list()].map((names) => names.split(" ").sort().join(" "));`,
      { flags: listing },
    ) as string[];
    assertEquals(after, before);
  },
);
