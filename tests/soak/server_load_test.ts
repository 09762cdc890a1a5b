// Many clients: one after another and all at once, with all they send checked, and
// neither memory nor descriptors kept of them.

import { assert, assertEquals } from "@std/assert";
import { spawnProgram } from "../support/program.ts";
import { sized } from "../support/soak.ts";

/** What the server tells of itself. */
interface Level {
  /** Bytes that are held after a collection. */
  readonly memory: number;
  /** Requests handled so far. */
  readonly handled: number;
  /** TCP sockets that are open. */
  readonly sockets: number;
}

const FEW = sized(1000);
const MANY = sized(10_000);

// What may be held more after a load than after a small one of the same kind.
// Without a leak the two differ by less; one that keeps but an object of each
// connection shows.
const TOLERANCE = 1 << 20;

async function underLoad(
  run: (
    clients: (clients: number, atOnce: boolean) => Promise<void>,
    level: () => Promise<Level>,
  ) => Promise<void>,
): Promise<void> {
  await using server = spawnProgram("load_server.ts", {
    flags: ["--allow-net", "--v8-flags=--expose-gc"],
  });
  const [, port] = JSON.parse(await server.readLine() ?? "");
  await using clients = spawnProgram("load_clients.ts", {
    flags: ["--allow-net", "--allow-env=SEED"],
    args: [`${port}`],
  });
  let served = 0;
  await run(async (count, atOnce) => {
    await clients.writeLine(JSON.stringify({ clients: count, atOnce }));
    assertEquals(Number(await clients.readLine()), count);
    served += count;
  }, async () => {
    await server.writeLine("");
    const level = JSON.parse(await server.readLine() ?? "");
    assertEquals(level.handled, served);
    return { ...level, sockets: await socketsOf(server.pid) };
  });
  await server.closeInput();
  assertEquals((await server.status).code, 0);
}

/** How many TCP sockets another process has open, on Linux; Deno itself may open others. */
async function socketsOf(pid: number): Promise<number> {
  if (Deno.build.os !== "linux") return 0;
  const ask = async (command: string, ...args: string[]) => {
    const { stdout } = await new Deno.Command(command, { args }).output();
    return new TextDecoder().decode(stdout);
  };
  const open = await ask("ls", "-l", `/proc/${pid}/fd`);
  const tcp = (await ask("cat", `/proc/${pid}/net/tcp`)).split("\n")
    .map((line) => line.trim().split(/ +/)[9]);
  const inodes = [...open.matchAll(/socket:\[(\d+)\]/g)].map(([, inode]) =>
    inode
  );
  return inodes.filter((inode) => tcp.includes(inode)).length;
}

function assertNothingKept(before: Level, after: Level): void {
  assertEquals(after.sockets, before.sockets);
  const growth = after.memory - before.memory;
  assert(growth < TOLERANCE, `${growth} more bytes are held than before`);
}

Deno.test(`ThreadingTCPServer serves ${MANY} clients one after another and keeps nothing of them`, () =>
  underLoad(async (clients, level) => {
    await clients(FEW, false);
    const before = await level();
    await clients(MANY, false);
    assertNothingKept(before, await level());
  }));

Deno.test(`ThreadingTCPServer serves ${FEW} clients at once, several times, and keeps nothing of them`, () =>
  underLoad(async (clients, level) => {
    await clients(FEW, true);
    const before = await level();
    for (let i = 0; i < 5; i++) await clients(FEW, true);
    assertNothingKept(before, await level());
  }));
