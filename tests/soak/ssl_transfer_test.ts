// Large streams over TLS both ways at once, with calls that time out or are cancelled
// at random: whole at the other end.
import { assert, assertEquals } from "@std/assert";
import { sandbox } from "../../socket/sandbox/driver.ts";
import {
  type Driver,
  type Socket,
  socketpair,
  TimeoutError,
} from "../../socket/mod.ts";
import {
  createDefaultContext,
  PROTOCOL_TLS_SERVER,
  Purpose,
  SSLContext,
} from "../../socket/ssl/mod.ts";
import { meetTls, usualEnds } from "../interop/ssl/meeting.ts";
import { identity } from "../support/certificate.ts";
import { Checksum, checksum } from "../support/checksum.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { needsPython } from "../support/python.ts";
import { Random } from "../support/random.ts";
import { atLeast, sized } from "../support/soak.ts";

const MIB = 1 << 20;
const SIZE = sized(64) * MIB;
const drivers = hasPosix ? [sandbox, posix] : [sandbox];

/** Gives a signal that aborts soon, or none, and how often it has ended a call. */
function cancels(random: Random) {
  const reason = new Error("cancelled");
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let count = 0;
  return {
    signal() {
      if (!random.chance(0.2)) return undefined;
      if (random.chance(0.2)) {
        const controller = new AbortController();
        queueMicrotask(() => controller.abort(reason));
        return controller.signal;
      }
      const controller = new AbortController();
      const timer = setTimeout(() => {
        timers.delete(timer);
        controller.abort(reason);
      }, random.integer(0, 2));
      timers.add(timer);
      return controller.signal;
    },
    /** Throws unless it is one of ours. */
    note(error: unknown) {
      if (error !== reason && !(error instanceof TimeoutError)) throw error;
      count++;
    },
    get count() {
      return count;
    },
    [Symbol.dispose]() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

/** Sends all of it, by calls that end early now and then. */
async function sendWhole(
  s: Socket,
  data: Uint8Array,
  random: Random,
): Promise<number> {
  using cancel = cancels(random);
  for (let sent = 0; sent < data.length;) {
    const part = data.subarray(sent, sent + random.size(1 << 19));
    const signal = cancel.signal();
    if (random.chance(0.5)) {
      try {
        sent += await s.send(part, 0, { signal });
      } catch (error) {
        cancel.note(error);
      }
      continue;
    }
    try {
      await s.sendall(part, 0, { signal });
      sent += part.length;
    } catch (error) {
      cancel.note(error);
      sent += bytesSentOf(s, error);
    }
  }
  return cancel.count;
}

function bytesSentOf(s: Socket, error: unknown): number {
  return (error as { bytesSent?: number }).bytesSent ??
    s.abortedBytesSent;
}

/** Receives so many bytes, by calls that end early now and then. */
async function receiveWhole(
  s: Socket,
  size: number,
  random: Random,
): Promise<{ sum: string; cancelled: number }> {
  using cancel = cancels(random);
  const sum = new Checksum();
  const buffer = new Uint8Array(1 << 17);
  while (sum.length < size) {
    const most = Math.min(random.size(1 << 17), size - sum.length);
    // Now and then the other end has to wait.
    if (random.chance(0.06)) await new Promise((go) => setTimeout(go, 6));
    const signal = cancel.signal();
    try {
      if (random.chance(0.5)) {
        const count = await s.recvInto(buffer, most, 0, { signal });
        assert(count > 0, "the end");
        sum.update(buffer.subarray(0, count));
      } else {
        const part = await s.recv(most, 0, { signal });
        assert(part.length > 0, "the end");
        sum.update(part);
      }
    } catch (error) {
      cancel.note(error);
    }
  }
  return { sum: sum.hex(), cancelled: cancel.count };
}

async function secured(
  driver: Driver,
): Promise<[Socket, Socket] & AsyncDisposable> {
  const [one, other] = await socketpair(undefined, undefined, 0, {
    driver,
  }) as unknown as [Socket, Socket];
  const server = new SSLContext(PROTOCOL_TLS_SERVER);
  const { cert, key } = identity("leaf");
  server.loadCertChain(cert, { keyfile: key });
  const client = createDefaultContext(Purpose.SERVER_AUTH, {
    cadata: identity("ca").cert,
  });
  const both = await Promise.all([
    client.wrapSocket(one, { serverHostname: "localhost" }),
    server.wrapSocket(other, { serverSide: true }),
  ]) as unknown as [Socket, Socket];
  return Object.assign(both, {
    async [Symbol.asyncDispose]() {
      for (const s of both) await s[Symbol.asyncDispose]();
    },
  });
}

for (const driver of drivers) {
  Deno.test(`SSLSocket.send(), sendall(), recv() and recvInto() carry ${SIZE / MIB} MiB both ways at once, whole, whatever is cancelled [${driver.name}]`, async () => {
    const random = new Random();
    await using both = await secured(driver);
    const data = both.map(() => random.bytes(SIZE));
    const ends = await Promise.all(both.map(async (s, at) => {
      s.settimeout(0.05);
      const [cancelled, received] = await Promise.all([
        sendWhole(s, data[at], new Random(random.seed + at)),
        receiveWhole(s, SIZE, new Random(random.seed + 10 + at)),
      ]);
      return { cancelled, received };
    }));
    const sums = ends.map(({ received }) => received.sum);
    const seed = `seed ${random.seed}`;
    assertEquals(sums, [checksum(data[1]), checksum(data[0])], seed);
    for (
      const counts of [
        ends.map(({ cancelled }) => cancelled),
        ends.map(({ received }) => received.cancelled),
      ]
    ) assert(counts[0] + counts[1] >= atLeast(10), `${counts}, ${seed}`);
  });

  for (const version of ["TLSv1_2", "TLSv1_3"] as const) {
    for (const role of ["client", "server"] as const) {
      Deno.test({
        ...needsPython,
        name: `SSLSocket carries ${
          SIZE / MIB
        } MiB both ways at once with CPython, whole, whatever is cancelled [${role}, ${version}, ${driver.name}]`,
        async fn() {
          const random = new Random();
          await using meeting = await meetTls(
            usualEnds(version),
            role,
            driver,
            `
data = random.randbytes(${SIZE})
with wrap(plain) as s:
    say(hashlib.sha256(data).hexdigest())
    say(exchange(s, data, ${SIZE}))
    s.recv(1)
`,
          );
          const s = await meeting.wrap() as unknown as Socket;
          s.settimeout(0.05);
          const data = random.bytes(SIZE);
          const theirs = await meeting.hear();
          const [, received] = await Promise.all([
            sendWhole(s, data, new Random(random.seed + 1)),
            receiveWhole(s, SIZE, new Random(random.seed + 2)),
          ]);
          const seed = `seed ${random.seed}`;
          assertEquals(received.sum, theirs, seed);
          assertEquals(await meeting.hear(), checksum(data), seed);
        },
      });
    }
  }
}
