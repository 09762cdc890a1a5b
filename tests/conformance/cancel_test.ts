// However a call is cancelled, nothing is lost: every way to cancel, on every
// direction, while the bytes, connections or datagrams are on their way.
import { assertEquals } from "@std/assert";
import type { Socket, WaitOptions } from "../../socket/mod.ts";
import { OSError } from "../../socket/mod.ts";
import { connected, listening } from "../support/peers.ts";
import { datagramsConform } from "./datagram_suite.ts";
import { conforms } from "./suite.ts";

const ROUNDS = 24;
// No more than the queue of a Unix socket holds, since there may be no receive: of the
// 11 places, cancelled receives take some for the wake-ups of Deno's socket.
const DATAGRAMS = 5;
const REASON = "enough";

/** Begins a call on a socket and cancels it. */
type Way = (
  s: Socket,
  call: (s: Socket, options: WaitOptions) => Promise<void>,
) => Promise<void>;

/** Begins a call with a signal, and aborts it when `soon` says so. */
function byAbort(soon: (abort: () => void) => void): Way {
  return (s, call) => {
    const stop = new AbortController();
    const pending = call(s, { signal: stop.signal });
    soon(() => stop.abort(REASON));
    return pending;
  };
}

const ways: Readonly<Record<string, Way>> = {
  "a timeout": async (s, call) => {
    s.settimeout(0.001);
    await call(s, {}).finally(() => s.settimeout(null));
  },
  "no time": async (s, call) => {
    s.setblocking(false);
    await call(s, {}).finally(() => s.setblocking(true));
  },
  "a signal that has aborted": (s, call) =>
    call(s, { signal: AbortSignal.abort(REASON) }),
  "a signal in the same turn": byAbort((abort) => abort()),
  "a signal in the same microtask": byAbort(queueMicrotask),
  "a signal in the next turn": byAbort((abort) => void setImmediate(abort)),
  "a signal a moment later": async (s, call) => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(REASON), 1);
    await call(s, { signal: stop.signal }).finally(() => clearTimeout(timer));
  },
  "the close of a duplicate": async (s, call) => {
    const copy = s.dup();
    const pending = call(copy, {});
    queueMicrotask(() => copy.close());
    await pending.finally(() => copy.close());
  },
};

/** Cancels a call; an error that is not the way's own is thrown. */
async function cancelled(pending: Promise<void>): Promise<void> {
  try {
    await pending;
  } catch (error) {
    const isTheWays = error === REASON ||
      (error instanceof OSError &&
        ["EAGAIN", "EBADF", "ETIMEDOUT"].includes(error.code));
    if (!isTheWays) throw error;
  }
}

type Receive = (
  s: Socket,
  got: number[],
  options: WaitOptions,
) => Promise<void>;

const receives: Readonly<Record<string, Receive>> = {
  "recv()": async (s, got, options) => {
    got.push(...await s.recv(8, options));
  },
  "recvInto()": async (s, got, options) => {
    const buffer = new Uint8Array(8);
    const count = await s.recvInto(buffer, 0, options);
    got.push(...buffer.subarray(0, count));
  },
  "recvmsg()": async (s, got, options) => {
    const [data] = await s.recvmsg(8, 0, options);
    got.push(...data);
  },
};

for (const [way, cancel] of Object.entries(ways)) {
  for (const [name, receive] of Object.entries(receives)) {
    conforms(
      `${name} that ${way} cancels loses no byte`,
      async ({ transport, driver }) => {
        await using pair = await connected(transport, driver);
        const got: number[] = [];
        for (let round = 0; round < ROUNDS; round++) {
          const receiving = cancel(
            pair.ours,
            (s, options) => receive(s, got, options),
          );
          const writing = pair.peer.write(new Uint8Array([round]));
          await cancelled(receiving);
          await writing;
        }
        while (got.length < ROUNDS) await receive(pair.ours, got, {});
        assertEquals(got, Array.from({ length: ROUNDS }, (_, i) => i));
      },
    );
  }

  conforms(
    `accept() that ${way} cancels loses no connection`,
    async ({ transport, driver }) => {
      await using server = listening(transport, driver);
      const accepted: Socket[] = [];
      const accept = async (s: Socket, options: WaitOptions) => {
        accepted.push((await s.accept(options))[0]);
      };
      const clients: Deno.Conn[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const accepting = cancel(server, accept);
        const connecting = transport.connect(server.getsockname());
        await cancelled(accepting);
        clients.push(await connecting);
      }
      while (accepted.length < ROUNDS) await accept(server, {});
      for (const client of clients) client.close();
      for (const each of accepted) await each[Symbol.asyncDispose]();
    },
  );

  datagramsConform(
    `recvfrom() that ${way} cancels loses no datagram`,
    async ({ bound, open }) => {
      await using receiver = bound();
      await using sender = open();
      const got: number[] = [];
      const receive = async (s: Socket, options: WaitOptions) => {
        got.push((await s.recvfrom(8, options))[0][0]);
      };
      for (let round = 0; round < DATAGRAMS; round++) {
        const receiving = cancel(receiver, receive);
        const sending = sender.sendto(
          new Uint8Array([round]),
          receiver.getsockname(),
        );
        await cancelled(receiving);
        await sending;
      }
      while (got.length < DATAGRAMS) await receive(receiver, {});
      assertEquals(got, Array.from({ length: DATAGRAMS }, (_, i) => i));
    },
  );
}
