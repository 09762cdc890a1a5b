import { assert, assertEquals, assertRejects } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";
import {
  AF_UNIX,
  MSG_DONTWAIT,
  OSError,
  SOCK_DGRAM,
  type Socket,
  socket,
  TimeoutError,
  type UnixAddress,
} from "../../socket/mod.ts";
import { openSockets } from "../support/open_files.ts";
import { arrival, bytes, folder, text } from "../support/peers.ts";
import { runProgram } from "../support/program.ts";

// Deno's Unix sockets for datagrams can do one thing at a time; see
// socket/sandbox/unix_datagram.ts.

let paths = 0;

function bound(path = `${folder}/unixgram-${paths++}`) {
  const s = socket(AF_UNIX, SOCK_DGRAM);
  s.bind(path);
  return s;
}

/** Sends until the receiver's queue is full; gives how many it holds. */
async function fill(
  from: Socket<UnixAddress, UnixAddress | null>,
  to: UnixAddress,
): Promise<number> {
  from.settimeout(0.05);
  let sent = 0;
  for (; sent < 10_000; sent++) {
    const before = performance.now();
    await from.sendto(bytes(`${sent}`), to);
    // This one waited for its time, and counts as sent.
    if (performance.now() - before > 40) return sent + 1;
  }
  return sent;
}

const ignore = Deno.build.os !== "linux";

Deno.test({
  ignore,
  name: "a Unix socket sends under its own name while it receives",
  fn: async () => {
    for (const name of [undefined, `\0${crypto.randomUUID()}`]) {
      await using here = bound(name), there = bound();
      const pending = here.recvfrom(8);
      for (let count = 0; count < 30; count++) {
        await arrival();
        await here.sendto(bytes(`${count}`), there.getsockname());
        const [data, sender] = await there.recvfrom(8);
        assertEquals([text(data), sender], [`${count}`, here.getsockname()]);
      }
      await there.sendto(bytes("done"), here.getsockname());
      assertEquals(await pending, [bytes("done"), there.getsockname()]);
    }
  },
});

Deno.test({
  ignore,
  name:
    "two Unix sockets that flood each other while both receive come to an end",
  fn: async () => {
    await using here = bound(), there = bound();
    const count = 300;
    const send = async (from: typeof here, to: typeof here) => {
      for (let next = 0; next < count; next++) {
        await from.sendto(bytes(`${next}`), to.getsockname());
        // Who receives in between cannot be shut out.
        if (next % 5 === 4) await new Promise((resolve) => setTimeout(resolve));
      }
    };
    const receive = async (from: typeof here) => {
      for (let next = 0; next < count; next++) {
        assertEquals(text(await from.recv(8)), `${next}`);
      }
    };
    await Promise.all([
      send(here, there),
      send(there, here),
      receive(here),
      receive(there),
    ]);
  },
});

Deno.test({
  ignore,
  name:
    "a Unix send that waits for room beyond its time counts as sent, and is sent once",
  fn: async () => {
    await using here = bound(), there = bound();
    const sent = await fill(here, there.getsockname());
    assert(sent > 2);
    here.settimeout(0);
    const { code } = await assertRejects(
      () => here.sendto(bytes("x"), MSG_DONTWAIT, there.getsockname()),
      OSError,
    );
    assertEquals(code, "EAGAIN");
    for (let next = 0; next < sent; next++) {
      assertEquals(text(await there.recv(8)), `${next}`);
    }
    there.settimeout(0.03);
    await assertRejects(() => there.recv(8), TimeoutError);
  },
});

Deno.test({
  ignore,
  name:
    "closing a Unix socket whose send waits for room ends the send and frees the path",
  fn: async () => {
    await using there = bound();
    const here = bound();
    await fill(here, there.getsockname());
    here.settimeout(null);
    const waiting = here.sendto(bytes("x"), there.getsockname());
    const refused = assertRejects(() => waiting, OSError);
    const closing = here[Symbol.asyncDispose]();
    assertEquals((await refused).code, "EBADF");
    // What was promised still goes out.
    while (text(await there.recv(8)) === "") break;
    await there.recv(8);
    await closing;
  },
});

Deno.test({
  ignore,
  name:
    "Unix datagrams work under the narrowest flags, save sending while receiving",
  fn: async () => {
    const path = `${folder}/narrow`, other = `${folder}/narrow-other`;
    const { stdout, stderr } = await runProgram(
      `import { AF_UNIX, SOCK_DGRAM, socket } from "socket";
      const [path, other] = Deno.args;
      const one = socket(AF_UNIX, SOCK_DGRAM), two = socket(AF_UNIX, SOCK_DGRAM);
      one.bind(path);
      two.bind(other);
      await one.sendto(new Uint8Array(3), other);
      console.log(JSON.stringify((await two.recvfrom(9))[1] === path));
      const pending = two.recv(9);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await two.sendto(new Uint8Array(1), path).catch((error) =>
        console.log(error.message.replace(/.*(?=:)/, "").slice(2)));
      await one.sendto(new Uint8Array(2), other);
      console.log((await pending).length);`,
      {
        flags: [
          "--unstable-net",
          `--allow-read=${path},${other}`,
          `--allow-write=${path},${other}`,
          `--allow-net=unix:${path},unix:${other}`,
        ],
        args: [path, other],
      },
    );
    assertEquals(
      stdout,
      "true\n" +
        "device or resource busy (EBUSY); Deno needs a second socket for that, with --allow-net\n" +
        "2\n",
      stderr,
    );
  },
});

Deno.test("sendto() goes through while receives wait and the queue is full, however often", async () => {
  using ours = bound();
  const here = ours.getsockname();
  const CLIENTS = 40;
  const ROUNDS = 50;
  const total = CLIENTS * ROUNDS;
  async function answer() {
    const answers: Promise<number>[] = [];
    let next = ours.recvfrom(100);
    for (let count = 1; count <= total; count++) {
      const [data, from] = await next;
      // The answer comes upon a receive that waits.
      if (count < total) next = ours.recvfrom(100);
      answers.push(ours.sendto(data, from!));
    }
    await Promise.all(answers);
  }
  async function ask(number: number) {
    using client = bound();
    // Two are under way at a time, and the queue holds eleven.
    const send = (round: number) =>
      client.sendto(bytes(`${number}.${round}`), here);
    const answers: string[] = [];
    await send(0);
    for (let round = 1; round < ROUNDS; round++) {
      await send(round);
      answers.push(text(await client.recv(100)));
    }
    answers.push(text(await client.recv(100)));
    const expected = Array.from(
      { length: ROUNDS },
      (_, at) => `${number}.${at}`,
    );
    assertEquals(answers, expected);
  }
  const clients = Array.from({ length: CLIENTS }, (_, number) => ask(number));
  await Promise.all([answer(), ...clients]);
});

Deno.test({
  ignore,
  name:
    "a Unix socket whose receive timed out and that has sent since then closes",
  fn: async () => {
    for (let turn = 0; turn < 20; turn++) {
      const here = bound();
      await using there = bound();
      here.settimeout(0.005);
      await assertRejects(() => here.recv(8), TimeoutError);
      await here.sendto(bytes("x"), there.getsockname());
      await deadline(here[Symbol.asyncDispose](), 5000);
    }
  },
});

for (const turns of [0, 1, 2]) {
  Deno.test({
    ignore,
    name:
      `a Unix receive that is aborted leaves nothing open if its socket closes ${turns} turns later`,
    fn: async () => {
      // What is opened once for all is no leak.
      await bound()[Symbol.asyncDispose]();
      await delay(600);
      const before = openSockets().length;
      for (let count = 0; count < 100; count++) {
        const here = bound();
        const stop = new AbortController();
        const refused = assertRejects(() =>
          here.recv(8, 0, { signal: stop.signal })
        );
        if (count % 2 === 0) await arrival();
        stop.abort();
        for (let turn = 0; turn < turns; turn++) await delay(0);
        await deadline(here[Symbol.asyncDispose](), 5000);
        await refused;
      }
      await delay(50);
      // What an earlier test has left may close meanwhile.
      const after = openSockets().length;
      assert(after <= before, `${after} open, ${before} before`);
    },
  });
}
