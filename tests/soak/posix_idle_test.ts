// Ten thousand sockets that wait cost those nothing that have something to do, and
// little memory.

import { assert, assertEquals } from "@std/assert";
import { hasPosix } from "../support/posix.ts";
import {
  allowLibc,
  allowListing,
  LISTING,
  posixValue,
} from "../support/posix_program.ts";

const FEW = 10;

// Both ends of a pair wait. Deno itself needs some descriptors.
const MANY = Math.min(10_000, limit() - 200) & ~1;

/** How much more a turn may cost with many than with few; it is the same, but the machine may be busy. */
const FACTOR = 5;

// As many descriptors as the system lets a process have.
const unlimited = ["sh", "-c", 'ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"'];

/** How many descriptors a process may have here at most. */
function limit(): number {
  if (!hasPosix) return FEW;
  const { stdout } = new Deno.Command("sh", { args: ["-c", "ulimit -Hn"] })
    .outputSync();
  const number = Number(new TextDecoder().decode(stdout));
  return Number.isNaN(number) ? Infinity : number;
}

const program = (count: number, call: string) => `
  const COUNT = ${count};
  const held = () => {
    for (let round = 0; round < 4; round++) gc();
    const { heapUsed, arrayBuffers, external } = process.memoryUsage();
    return [heapUsed, arrayBuffers || external];
  };
  ${LISTING}
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const [one, other] = await s.socketpair();
  const byte = new Uint8Array(1);
  /** Gives the microseconds of a turn in which one socket waits and gets a byte. */
  const cost = async () => {
    const began = performance.now();
    for (let count = 0; count < 1000; count++) {
      const got = one.recv(8);
      await turn();
      await other.sendall(byte);
      await got;
    }
    return performance.now() - began;
  };
  await cost();
  const before = list();
  const start = held();
  const idle = [];
  for (let count = 0; count < COUNT; count += 2) idle.push(...await s.socketpair());
  const waits = idle.map((each) => ${call}.catch((error) => error.code));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const memory = held().map((size, index) => (size - start[index]) / COUNT);
  // The least of several, for the machine may be busy.
  const costs = [];
  for (let round = 0; round < 7; round++) costs.push(await cost());
  for (const each of idle) each.close();
  const ended = new Set(await Promise.all(waits));
  await turn();
  return { cost: Math.min(...costs), memory, isClean: list() === before, ended: [...ended] };
`;

interface Result {
  readonly cost: number;
  readonly memory: [heap: number, buffers: number];
  readonly isClean: boolean;
  readonly ended: string[];
}

async function measure(count: number, call: string): Promise<Result> {
  return await posixValue(program(count, call), {
    flags: [allowLibc, allowListing, "--v8-flags=--expose-gc"],
    through: unlimited,
    longest: 120_000,
  }) as Result;
}

for (
  const [name, call] of [
    ["recv()", "each.recv(65536)"],
    ["recv() with a timeout", "(each.settimeout(600), each.recv(65536))"],
    ["recvInto() the same buffer", "each.recvInto(byte)"],
  ]
) {
  Deno.test({
    name:
      `${MANY} sockets that wait in ${name} do not slow one down that is busy, and hold little memory`,
    ignore: !hasPosix,
    async fn() {
      const few = await measure(FEW, call);
      const many = await measure(MANY, call);
      assert(
        many.cost < few.cost * FACTOR,
        `${many.cost} ms a thousand turns with ${MANY}, ${few.cost} ms with ${FEW}`,
      );
      const [heap, buffers] = many.memory;
      assert(heap < 6000, `${heap} bytes a socket`);
      assert(buffers < 100, `${buffers} bytes of buffers a socket`);
      assertEquals([many.isClean, many.ended], [true, ["EBADF"]]);
    },
  });
}
