// A million small messages through the POSIX driver, whose sends and receives are
// given up again and again, arrive whole and in order.

import { assert, assertEquals } from "@std/assert";
import { deadline } from "@std/async/deadline";
import {
  AF_UNIX,
  createServer,
  OSError,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  Socket,
  socketpair,
} from "../../socket/mod.ts";
import { type Interruption, Interruptions } from "../support/interruptions.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { Random } from "../support/random.ts";
import { atLeast, sized } from "../support/soak.ts";

const MESSAGES = sized(1_000_000);

/** When it counts as standing still; milliseconds. */
const LONGEST = 300_000;

const options = { driver: posix };

/** Makes the message of a number: itself, and up to 40 bytes that follow from it. */
function message(number: number): Uint8Array {
  const bytes = new Uint8Array(4 + number * 7 % 41).fill(number);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

/** Compares a stream with what is to come. */
class Expected {
  number = 0;
  #rest = message(0);

  /** Takes the next bytes of it. */
  take(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const size = Math.min(bytes.length - at, this.#rest.length);
      for (let i = 0; i < size; i++) {
        if (bytes[at + i] !== this.#rest[i]) {
          throw new Error(`message ${this.number} is not as it was sent`);
        }
      }
      at += size;
      this.#rest = this.#rest.subarray(size);
      if (this.#rest.length === 0) this.#rest = message(++this.number);
    }
  }

  /** Whether the last message is whole. */
  get isWhole(): boolean {
    return this.#rest.length === message(this.number).length;
  }
}

/** Leaves most calls alone and interrupts some. */
function next(
  socket: Socket,
  interruptions: Interruptions,
  share: number,
): Interruption {
  if (interruptions.random.chance(share)) return interruptions.next(socket);
  socket.settimeout(null);
  return { timeout: null, flags: 0, signal: undefined };
}

/** Sends a message, in as many calls as it takes. */
async function sendWhole(
  socket: Socket,
  bytes: Uint8Array,
  interruptions: Interruptions,
): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    const interruption = next(socket, interruptions, 0.02);
    const { flags, signal } = interruption;
    try {
      await socket.sendall(rest, flags, { signal });
      return;
    } catch (error) {
      interruptions.count(error, interruption);
      const sent = error instanceof OSError
        ? error.bytesSent!
        : socket.abortedBytesSent;
      rest = rest.subarray(sent);
    }
  }
}

async function sendAll(
  socket: Socket,
  interruptions: Interruptions,
): Promise<void> {
  const { random } = interruptions;
  for (let number = 0; number < MESSAGES; number++) {
    await sendWhole(socket, message(number), interruptions);
    // So that receives wait, and find nothing.
    if (random.chance(0.005)) {
      await new Promise((resolve) => setTimeout(resolve, random.integer(0, 2)));
    }
  }
  await socket[Symbol.asyncDispose]();
}

/** Receives to the end, sometimes with several calls at a time. */
async function receiveAll(
  socket: Socket,
  interruptions: Interruptions,
  size: () => number,
): Promise<Expected> {
  const { random } = interruptions;
  const expected = new Expected();
  for (let isOver = false; !isOver;) {
    const together = random.chance(0.05) ? random.integer(2, 5) : 1;
    const calls = Array.from({ length: together }, () => {
      const interruption = next(socket, interruptions, 0.05);
      const { flags, signal } = interruption;
      return {
        interruption,
        settled: socket.recv(size(), flags, { signal }).then(
          (bytes) => ({ bytes, error: undefined }),
          (error: unknown) => ({ bytes: undefined, error }),
        ),
      };
    });
    for (const { interruption, settled } of calls) {
      const { bytes, error } = await settled;
      if (bytes === undefined) interruptions.count(error, interruption);
      else if (bytes.length === 0) isOver = true;
      else expected.take(bytes);
    }
  }
  return expected;
}

async function tcp(): Promise<[Socket, Socket]> {
  await using server = createServer(["127.0.0.1", 0], options);
  const client = new Socket(undefined, undefined, undefined, options);
  await client.connect(server.getsockname());
  return [client, (await server.accept())[0]];
}

interface Way {
  readonly name: string;
  open(): Promise<[Socket, Socket]>;
  /** How much to ask for. */
  size(random: Random): number;
}

const ways: readonly Way[] = [
  {
    name: "a socketpair",
    open: () => socketpair(AF_UNIX, SOCK_STREAM, undefined, options),
    size: (random) => random.size(500),
  },
  {
    name: "a socketpair of packets",
    open: () => socketpair(AF_UNIX, SOCK_SEQPACKET, undefined, options),
    size: () => 64,
  },
  { name: "TCP", open: tcp, size: (random) => random.size(500) },
];

for (const { name, open, size } of ways) {
  Deno.test({
    name:
      `${MESSAGES} small messages over ${name} arrive whole and in order in spite of timeouts and aborts`,
    ignore: !hasPosix,
    async fn() {
      const { seed } = new Random();
      const [sends, receives] = [0, 1].map((i) =>
        new Interruptions(new Random(seed + i))
      );
      const [one, other] = await open();
      await using _one = one, _other = other;
      const asked = new Random(seed + 2);
      try {
        const [, got] = await deadline(
          Promise.all([
            sendAll(one, sends),
            receiveAll(other, receives, () => size(asked)),
          ]),
          LONGEST,
        );
        assertEquals([got.number, got.isWhole], [MESSAGES, true]);
        const counts = [receives.timeouts, receives.aborts, receives.refusals];
        assert(receives.least >= atLeast(20), `${counts} interruptions`);
        assert(receives.total >= atLeast(500), `${counts} interruptions`);
        assert(sends.total >= atLeast(20), `${sends.total} interrupted sends`);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      } finally {
        sends.stop();
        receives.stop();
      }
    },
  });
}
