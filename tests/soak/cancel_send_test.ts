// Sends that are given up again and again: what arrives is, byte for byte, what
// the calls said that they had taken.

import { assert, assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { OSError, SHUT_WR, type Socket } from "../../socket/mod.ts";
import { Checksum } from "../support/checksum.ts";
import { mainKinds, meet } from "../support/cpython_peer.ts";
import { type Interruption, Interruptions } from "../support/interruptions.ts";
import { needsPython } from "../support/python.ts";
import { Random } from "../support/random.ts";
import { atLeast, sized } from "../support/soak.ts";

/** How many sends there are at least, until enough of them were interrupted, and enough in each way. */
const SENDS = sized(1500);
// However busy the machine, each way of interruption comes by then.
const MOST_SENDS = 75_000;
const ENOUGH = sized(2000);
const ENOUGH_EACH = atLeast(100);
const RUNS = sized(200);

/** When they count as standing still; milliseconds. */
const LONGEST = 20_000;

// Reads in fits and starts, never much faster than it is sent.
const slowReader = `
random.seed(int(sys.stdin.readline()))
sha, length = hashlib.sha256(), 0
while part := c.recv(random.choice([1000, 100_000, 1 << 20])):
    sha.update(part)
    length += len(part)
    time.sleep(random.choice([0, 0.0005, 0.002, 0.004]))
say([length, sha.hexdigest()])
`;

/** Sends `data` in one of many ways and tells how much of it was taken. */
async function sendSome(
  ours: Socket,
  data: Uint8Array,
  { interruption, interruptions, random }: {
    interruption: Interruption;
    interruptions: Interruptions;
    random: Random;
  },
): Promise<number> {
  const { flags, signal } = interruption;
  const way = random.integer(0, 3);
  // An aborted sendall rejects with the signal's reason, which knows no number.
  const all = way === 0 ? { signal: undefined } : undefined;
  if (all && ours.timeout === null) ours.settimeout(0.002);
  const given = data.slice();
  try {
    const call = all
      ? ours.sendall(given, flags).then(() => data.length)
      : way === 1
      ? ours.sendmsg(
        [given.subarray(0, 5), given.subarray(5)],
        [],
        flags,
        null,
        {
          signal,
        },
      )
      : ours.send(given, flags, { signal });
    // The bytes are taken as they are at the call.
    given.fill(0);
    return await call;
  } catch (error) {
    interruptions.count(error, interruption);
    return error instanceof OSError ? error.bytesSent ?? 0 : 0;
  }
}

/** Sends at random and sums up what was taken. */
async function sendStream(
  ours: Socket,
  interruptions: Interruptions,
  sum: Checksum,
): Promise<void> {
  const { random } = interruptions;
  const isEnough = () =>
    interruptions.total >= ENOUGH && interruptions.least >= ENOUGH_EACH;
  for (let i = 0; i < SENDS || !isEnough(); i++) {
    assert(i < MOST_SENDS, `only ${interruptions.total} interruptions`);
    const together = random.chance(0.4) ? random.integer(2, 5) : 1;
    const calls = Array.from({ length: together }, () => {
      const data = random.bytes(random.size(300_000));
      const interruption = interruptions.next(ours);
      const context = { interruption, interruptions, random };
      return { data, taken: sendSome(ours, data, context) };
    });
    // They go out in the order of the calls.
    for (const { data, taken } of calls) {
      sum.update(data.subarray(0, await taken));
    }
  }
}

for (const kind of mainKinds) {
  Deno.test({
    ...needsPython,
    name:
      `Socket sends exactly what it says in spite of many timeouts and aborts [${kind.name}]`,
    async fn() {
      const interruptions = new Interruptions(new Random());
      const { seed } = interruptions.random;
      await using meeting = await meet(kind, "ours", slowReader);
      const { ours, python, hear } = meeting;
      await python.writeLine(`${seed}`);
      const sum = new Checksum();
      try {
        await deadline(sendStream(ours, interruptions, sum), LONGEST);
        ours.shutdown(SHUT_WR);
        assertEquals(await hear(), [sum.length, sum.hex()], `seed ${seed}`);
      } finally {
        interruptions.stop();
      }
    },
  });
}

// An aborted sendall cannot say how much was taken, for it rejects with the
// signal's reason; but it was the front of it, and nothing else comes between.
const runs = `
import itertools
runs = []
while part := c.recv(1 << 20):
    for byte, group in itertools.groupby(part):
        count = sum(1 for _ in group)
        if runs and runs[-1][0] == byte:
            runs[-1][1] += count
        else:
            runs.append([byte, count])
say(runs)
`;

for (const kind of mainKinds) {
  Deno.test({
    ...needsPython,
    name:
      `Socket.sendall() has sent its front, or nothing, when it is aborted [${kind.name}]`,
    async fn() {
      const random = new Random();
      await using meeting = await meet(kind, "ours", runs);
      const { ours, hear } = meeting;
      const sizes: number[] = [];
      let aborts = 0;
      for (let i = 0; i < RUNS; i++) {
        const controller = new AbortController();
        const size = random.integer(1, 400_000);
        sizes.push(size);
        const sending = ours.sendall(new Uint8Array(size).fill(i), 0, {
          signal: controller.signal,
        });
        if (random.chance(0.7)) {
          if (random.chance(0.5)) await new Promise((go) => setImmediate(go));
          controller.abort("enough");
        }
        await sending.catch((reason) => {
          assertEquals(reason, "enough");
          aborts++;
        });
      }
      ours.shutdown(SHUT_WR);
      const seen = await hear() as [value: number, count: number][];
      const seed = `seed ${random.seed}`;
      assert(aborts >= atLeast(50), `${aborts} aborts`);
      for (const [index, [value, count]] of seen.entries()) {
        assert(
          count <= sizes[value],
          `${count} bytes of ${sizes[value]}, ${seed}`,
        );
        assert(index === 0 || value > seen[index - 1][0], `order, ${seed}`);
      }
    },
  });
}
