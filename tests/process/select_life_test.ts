// Idle sockets that are registered let the process end, a pending wait keeps it alive.
import { assertEquals } from "@std/assert";
import { hasPosix } from "../support/posix.ts";
import {
  allowLibc,
  allowListing,
  LISTING,
  POSIX,
  posixValue,
} from "../support/posix_program.ts";
import { runProgram, spawnProgram } from "../support/program.ts";

const select = import.meta.resolve("../../socket/select/mod.ts");
const selectors = import.meta.resolve("../../socket/selectors/mod.ts");

const begin = `
  import { epoll, poll, select, EPOLLIN } from "${select}";
  import * as selectors from "${selectors}";
  import { createConnection, createServer, setDefaultDriver, socketpair } from "socket";
  setDefaultDriver(driver);
  const server = createServer(["127.0.0.1", 0]);
  const client = await createConnection(server.getsockname());
  const [accepted] = await server.accept();
  const [one, other] = await socketpair();
  const aborted = () => ({ signal: AbortSignal.timeout(10) });
  const all = [server, client, accepted, one, other];
  const registered = () => {
    const poller = poll();
    for (const each of all) poller.register(each, 1);
    return poller;
  };
  const selecting = (name = "DefaultSelector") => {
    const selector = new selectors[name]();
    for (const each of all) selector.register(each, 1);
    return selector;
  };`;

// The code 7 says that something kept it alive.
const end = "Deno.unrefTimer(setTimeout(() => Deno.exit(7), 200));";

const drivers = [
  { name: "sandboxed", driver: "const driver = null;", flags: ["--allow-net"] },
  ...(hasPosix
    ? [{
      name: "POSIX",
      driver: `import { posix as driver } from "${POSIX}";`,
      flags: [allowLibc],
    }]
    : []),
];

type Driver = typeof drivers[number];

/** Tells whether a program is still there when everything in it has been done. */
async function isKeptAlive(
  code: string,
  { driver, flags }: Driver,
): Promise<boolean> {
  const { code: status, stderr } = await runProgram(
    `${driver}\n${begin}\n${code}\n${end}`,
    { flags, longest: 10_000 },
  );
  assertEquals(stderr, "");
  if (status !== 0) assertEquals(status, 7);
  return status === 7;
}

type Row = [what: string, code: string, only?: "POSIX"];

const lets: readonly Row[] = [
  ["poll() with idle sockets, not waited for,", "registered();"],
  [
    "poll() with idle sockets, after waits that timed out,",
    "const p = registered(); await p.poll(0); await p.poll(10);",
  ],
  [
    "poll() with idle sockets, after a wait that was aborted,",
    "await registered().poll(null, aborted()).catch(() => {});",
  ],
  [
    "poll() after a wait that was answered",
    "const p = registered(); await other.sendall(new Uint8Array(1)); await p.poll(); await one.recv(1); await p.poll(0);",
  ],
  [
    "poll() with sockets that came while it waited",
    "const p = poll(); const w = p.poll(50); p.register(client, 1); p.register(server, 1); await w;",
  ],
  [
    "poll() with sockets that went while it waited",
    "const p = registered(); const w = p.poll(50); for (const each of all) p.unregister(each); await w;",
  ],
  [
    "poll() with sockets that were closed while it waited",
    "const p = registered(); const w = p.poll(); for (const each of all) each.close(); await w;",
  ],
  [
    "two waits at one poll() that timed out at different times",
    "const p = registered(); await Promise.all([p.poll(5), p.poll(50)]);",
  ],
  ["select() that timed out", "await select(all, [], all, 0.01);"],
  [
    "select() of nothing that timed out",
    "await select([], [], [], 0.01); await select([], [], [], 0);",
  ],
  [
    "select() that was aborted",
    "await select(all, [], [], null, aborted()).catch(() => {});",
  ],
  [
    "select() that was answered at once",
    "await select(all, all, []); await select([], all, []);",
  ],
  [
    "several select()s at once",
    "await Promise.all([select(all, [], [], 0.01), select([client], [], [], 0.05), select([], [], [], 0.02)]);",
  ],
  [
    "select() that failed",
    "const w = select(all, [], []).catch(() => {}); client.close(); await w;",
  ],
  ...["DefaultSelector", "PollSelector", "SelectSelector"].map((
    name,
  ): Row => [
    `${name} with idle sockets, open,`,
    `const s = selecting("${name}"); await s.select(0); await s.select(0.01);`,
  ]),
  [
    "DefaultSelector that was closed while it waited",
    "const s = selecting(); const w = s.select().catch(() => {}); s.close(); await w;",
  ],
  [
    "epoll() with idle sockets, open,",
    "const e = epoll(); e.register(one, EPOLLIN); await e.poll(0); await e.poll(0.01); await e.poll(null, aborted()).catch(() => {});",
    "POSIX",
  ],
  [
    "epoll() that was closed while it waited",
    "const e = epoll(); e.register(one, EPOLLIN); const w = e.poll().catch(() => {}); e.close(); await w;",
    "POSIX",
  ],
  [
    "EpollSelector with idle sockets, open,",
    'const s = selecting("EpollSelector"); await s.select(0.01);',
    "POSIX",
  ],
];

const keeps: readonly Row[] = [
  ["select()", "select(all, [], []);"],
  ["select() of nothing", "select([], [], []);"],
  ["select() with a timeout", "select([client], [], [], 60);"],
  ["select() of nothing with a timeout", "select([], [], [], 60);"],
  [
    "select() for what the peer does not take",
    "client.sendall(new Uint8Array(64 << 20)).catch(() => {}); client.unref(); select([], [client], []);",
  ],
  [
    "select() after one that timed out",
    "await select(all, [], [], 0.01); select(all, [], []);",
  ],
  [
    "one of two select()s, the other of which timed out,",
    "select([client], [], []); await select([client], [], [], 0.01);",
  ],
  ["select() of an unref'd socket", "one.unref(); select([one], [], []);"],
  ["Poll.poll()", "registered().poll();"],
  ["Poll.poll() of nothing", "poll().poll();"],
  ["Poll.poll() with a timeout", "registered().poll(60_000);"],
  [
    "one of two waits at one poll(), the other of which timed out,",
    "const p = registered(); p.poll(); await p.poll(10);",
  ],
  [
    "Poll.poll() whose sockets were all unregistered",
    "const p = registered(); p.poll(); for (const each of all) p.unregister(each);",
  ],
  ...["DefaultSelector", "PollSelector", "SelectSelector"].flatMap((
    name,
  ): Row[] => [
    [`${name}.select()`, `selecting("${name}").select();`],
    [`${name}.select() of nothing`, `new selectors.${name}().select();`],
  ]),
  [
    "Epoll.poll()",
    "const e = epoll(); e.register(one, EPOLLIN); e.poll();",
    "POSIX",
  ],
  ["Epoll.poll() of nothing", "epoll().poll();", "POSIX"],
  ["EpollSelector.select()", 'selecting("EpollSelector").select();', "POSIX"],
];

for (const each of drivers) {
  for (const [what, code, only] of lets) {
    if (only !== undefined && only !== each.name) continue;
    Deno.test(`${what} lets the process end [${each.name}]`, async () => {
      assertEquals(await isKeptAlive(code, each), false);
    });
  }
  for (const [what, code, only] of keeps) {
    if (only !== undefined && only !== each.name) continue;
    Deno.test(
      `${what} that waits keeps the process alive [${each.name}]`,
      async () => {
        assertEquals(await isKeptAlive(code, each), true);
      },
    );
  }

  Deno.test(`select() that ends by its timeout goes on with the program [${each.name}]`, async () => {
    const { code, stdout, stderr } = await runProgram(
      `${each.driver}\n${begin}
       for (const each of all) each.close();
       console.log(await select([], [], [], 0.05));
       console.log(await poll().poll(50));
       console.log(await new selectors.DefaultSelector().select(0.05));`,
      { flags: each.flags },
    );
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout, "[ [], [], [] ]\n[]\n[]\n");
  });
}

Deno.test({
  name: "select() waits for stdin beside sockets, by its number [POSIX]",
  ignore: !hasPosix,
  async fn() {
    await using program = spawnProgram("../process/select_stdin.ts", {
      flags: [allowLibc],
    });
    assertEquals(await program.readLine(), "nothing 0");
    await program.writeLine("hello");
    assertEquals(await program.readLine(), "read 0 hello");
    assertEquals(await program.readLine(), "socket true");
    await program.closeInput();
    assertEquals(await program.readLine(), "end of stdin");
    assertEquals(await program.readLine(), "rest null");
    assertEquals((await program.status).code, 0);
  },
});

Deno.test({
  name:
    "Epoll.close() and the end of a `using` block leave no descriptor open [POSIX]",
  ignore: !hasPosix,
  async fn() {
    // In a process of its own, for all test files of a run share the descriptors.
    const [before, open, after] = await posixValue(
      `
      const { epoll, EPOLLIN, EPOLLOUT } = await import("${select}");
      const { EpollSelector } = await import("${selectors}");
      ${LISTING}
      const [a, b] = await s.socketpair();
      const e = epoll();
      e.register(a, EPOLLIN);
      await e.poll(0);
      e.close();
      const before = list();
      for (let n = 0; n < 50; n++) {
        using queue = epoll();
        queue.register(a, EPOLLIN);
        await queue.poll(0);
        const waiting = queue.poll().catch((error) => error.code);
        queue.close();
        if (await waiting !== "EBADF") return "it was not told";
        using other = epoll();
        other.register(a, EPOLLOUT);
        if ((await other.poll()).length !== 1) return "it had no event";
        using selector = new EpollSelector();
        selector.register(b, 1);
        await selector.select(0);
      }
      const kept = epoll();
      const open = list();
      kept.close();
      return [before, open, list()];`,
      { flags: [allowLibc, allowListing] },
    ) as string[];
    assertEquals(after, before);
    // The list would tell.
    assertEquals(open.split(" ").length, before.split(" ").length + 1);
  },
});
