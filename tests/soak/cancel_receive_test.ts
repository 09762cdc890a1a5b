// A stream whose receives are given up again and again arrives whole.

import { assert, assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { MSG_PEEK, MSG_WAITALL, Socket } from "../../socket/mod.ts";
import { Checksum } from "../support/checksum.ts";
import { mainKinds, meet } from "../support/cpython_peer.ts";
import { type Interruption, Interruptions } from "../support/interruptions.ts";
import { transports, writeAll } from "../support/peers.ts";
import { needsPython } from "../support/python.ts";
import { Random } from "../support/random.ts";
import { atLeast, sized } from "../support/soak.ts";

/** How many streams at a time, and how many pieces each is sent in. */
const STREAMS = 3;
const PIECES = sized(1000);

/** When a stream counts as one that stands still; milliseconds. */
const LONGEST = 20_000;

/** One way to receive: gives the bytes, empty at the end of the stream. */
type Receive = (
  socket: Socket,
  size: number,
  interruption: Interruption,
) => Promise<Uint8Array>;

const receives: readonly Receive[] = [
  (socket, size, { flags, signal }) => socket.recv(size, flags, { signal }),
  async (socket, size, { flags, signal }) => {
    const buffer = new Uint8Array(size);
    const count = await socket.recvInto(buffer, 0, flags, { signal });
    return buffer.subarray(0, count);
  },
  async (socket, size, { flags, signal }) =>
    (await socket.recvmsg(size, 0, flags, { signal }))[0],
  async (socket, size, { flags, signal }) => {
    const [front, back] = [new Uint8Array(3), new Uint8Array(size)];
    const [count] = await socket.recvmsgInto([front, back], 0, flags, {
      signal,
    });
    return new Uint8Array([...front, ...back]).subarray(0, count);
  },
  // All that was asked for, unless the call may not wait or the stream ends.
  (socket, size, { flags, signal }) =>
    socket.recv(size, flags | MSG_WAITALL, { signal }),
  async (socket, size, { flags, signal }) => {
    const buffer = new Uint8Array(size);
    const all = flags | MSG_WAITALL;
    const count = await socket.recvInto(buffer, 0, all, { signal });
    return buffer.subarray(0, count);
  },
];

/** Without any bound Deno writes straight into the caller's buffer, which is another way through. */
const unbounded: readonly Receive[] = [
  async (socket, size) => {
    socket.settimeout(null);
    const buffer = new Uint8Array(size + 5);
    const count = await socket.recvInto(buffer, size);
    assertEquals(buffer.subarray(size), new Uint8Array(5));
    return buffer.subarray(0, count);
  },
  async (socket, size) => {
    socket.settimeout(null);
    const buffer = new Uint8Array(size);
    const count = await socket.recvInto(buffer, 0, MSG_WAITALL);
    return buffer.subarray(0, count);
  },
];

/** Receives the stream to its end with random calls, several at a time, and sums it up. */
async function receiveStream(
  ours: Socket,
  random: Random,
  sum: Checksum,
  interruptions: Interruptions,
): Promise<void> {
  let ended = false;
  while (!ended) {
    if (random.chance(0.2)) await peek(ours, random, sum, interruptions);
    const together = random.chance(0.3) ? random.integer(2, 6) : 1;
    const calls = Array.from({ length: together }, () => {
      const interruption = interruptions.next(ours);
      const receive = random.pick(
        random.chance(0.05) ? unbounded : receives,
      );
      return {
        interruption,
        settled: receive(ours, random.size(9000), interruption).then(
          (value) => ({ value, error: undefined }),
          (error: unknown) => ({ value: undefined, error }),
        ),
      };
    });
    // Whichever settles first, the bytes are in the order of the calls.
    for (const { interruption, settled } of calls) {
      const { value, error } = await settled;
      if (value === undefined) interruptions.count(error, interruption);
      else if (value.length === 0) ended = true;
      else {
        assert(!ended, "bytes after the end of the stream");
        sum.update(value);
      }
    }
  }
}

/** Looks at what comes next, and finds the same when it receives it. */
async function peek(
  ours: Socket,
  random: Random,
  sum: Checksum,
  interruptions: Interruptions,
): Promise<void> {
  const interruption = interruptions.next(ours);
  try {
    const seen = await ours.recv(
      random.size(5000),
      interruption.flags | MSG_PEEK,
      { signal: interruption.signal },
    );
    if (seen.length === 0) return;
    ours.settimeout(5);
    const got = await ours.recv(seen.length, MSG_WAITALL);
    assertEquals(got, seen);
    sum.update(got);
  } catch (error) {
    interruptions.count(error, interruption);
  }
}

/** Receives one stream and compares it with what was sent. */
async function check(
  ours: Socket,
  interruptions: Interruptions,
  sent: () => Promise<[length: number, hex: string]>,
): Promise<void> {
  const { random } = interruptions;
  const sum = new Checksum();
  try {
    await receiveStream(ours, random, sum, interruptions);
    assertEquals(
      [sum.length, sum.hex()],
      await sent(),
      `seed ${random.seed}`,
    );
  } finally {
    interruptions.stop();
  }
}

/** Does it with several streams, and makes sure that they were interrupted as often as meant. */
async function several(
  stream: (interruptions: Interruptions) => Promise<void>,
): Promise<void> {
  const seed = new Random().seed;
  const all = Array.from(
    { length: STREAMS },
    (_, i) => new Interruptions(new Random(seed + i)),
  );
  await deadline(Promise.all(all.map(stream)), LONGEST);
  const count = (what: "timeouts" | "aborts" | "refusals" | "total") =>
    all.reduce((sum, each) => sum + each[what], 0);
  // At full size there are some 2,500 of them; far fewer on a machine that is busy.
  assert(count("timeouts") >= atLeast(100), `${count("timeouts")} timeouts`);
  assert(count("aborts") >= atLeast(100), `${count("aborts")} aborts`);
  assert(count("refusals") >= atLeast(50), `${count("refusals")} EAGAIN`);
  assert(count("total") >= atLeast(1000), `${count("total")} interruptions`);
}

const writer = (seed: number) => `
random.seed(${seed})
sha, length = hashlib.sha256(), 0
for i in range(${PIECES}):
    piece = random.randbytes(int((200_000 if i % 50 == 0 else 3000) ** random.random()))
    c.sendall(piece)
    sha.update(piece)
    length += len(piece)
    time.sleep(random.choice([0, 0, 0.0005, 0.001, 0.002, 0.004]))
c.close()
say([length, sha.hexdigest()])
`;

for (const kind of mainKinds) {
  Deno.test({
    ...needsPython,
    name:
      `Socket receives every byte from CPython in spite of many timeouts and aborts [${kind.name}]`,
    fn: () =>
      several(async (interruptions) => {
        const { seed } = interruptions.random;
        await using meeting = await meet(kind, "ours", writer(seed));
        const { ours, hear } = meeting;
        await check(
          ours,
          interruptions,
          hear as () => Promise<[number, string]>,
        );
      }),
  });
}

for (const { name, family, listen } of transports) {
  Deno.test(
    `Socket receives every byte from Deno in spite of many timeouts and aborts [${name}]`,
    () =>
      several(async (interruptions) => {
        const { listener, address } = listen();
        await using ours = new Socket(family);
        const [peer] = await Promise.all([
          listener.accept(),
          ours.connect(address as never),
        ]);
        using _ = peer;
        listener.close();
        const sum = new Checksum();
        const other = new Random(interruptions.random.seed + STREAMS);
        const writing = write(peer, other, sum);
        await check(ours, interruptions, async () => {
          await writing;
          return [sum.length, sum.hex()];
        });
      }),
  );
}

/** What the writer in CPython does, by plain Deno. */
async function write(
  peer: Deno.Conn,
  random: Random,
  sum: Checksum,
): Promise<void> {
  for (let i = 0; i < PIECES; i++) {
    const piece = random.bytes(random.size(i % 50 === 0 ? 200_000 : 3000));
    sum.update(piece);
    await writeAll(peer, piece);
    const pause = random.pick([0, 0, 0, 1, 2, 4]);
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
  }
  await peer.closeWrite();
}
