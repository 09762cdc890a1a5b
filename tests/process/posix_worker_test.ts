// A Worker is an isolate of its own: it has a poller and an errno of its own, and
// the process's descriptors in common with all others.
import { assertEquals } from "@std/assert";
import { AF_UNIX, type Socket, socketpair } from "../../socket/mod.ts";
import { bytes, text } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";
import {
  allowLibc,
  allowListing,
  LISTING,
  posixValue,
  runPosix,
} from "../support/posix_program.ts";
import { COUNT, type Task } from "../support/posix_worker.ts";

const ignore = !hasPosix;
const MODULE = import.meta.resolve("../support/posix_worker.ts");

/** A Worker that is told what to do and says how it goes; it ends with the block. */
class Helper implements Disposable {
  readonly #worker = new Worker(MODULE, { type: "module" });
  readonly #said: unknown[] = [];
  #heard: (() => void) | undefined;

  constructor() {
    this.#worker.onmessage = ({ data }) => {
      this.#said.push(data);
      this.#heard?.();
    };
  }

  /** Tells it what to do, and waits until it has the descriptor. */
  async begin(task: Task): Promise<void> {
    this.#worker.postMessage(task);
    assertEquals(await this.next(), "taken");
  }

  /** Gives the next thing that it says. */
  async next(): Promise<unknown> {
    while (this.#said.length === 0) {
      await new Promise<void>((resolve) => this.#heard = resolve);
    }
    return this.#said.shift();
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}

async function pair(): Promise<[Socket, Socket]> {
  return await socketpair(AF_UNIX, undefined, undefined, { driver: posix });
}

async function receive(socket: Socket, size: number): Promise<string> {
  let received = "";
  while (received.length < size) received += text(await socket.recv(size));
  return received;
}

Deno.test("a Worker takes over a descriptor whose number it is sent", {
  ignore,
}, async () => {
  using helper = new Helper();
  const [ours, theirs] = await pair();
  await using _ = ours;
  await helper.begin({ fd: theirs.detach() as number, what: "echo" });
  for (const word of ["one", "two", "three"]) {
    await ours.sendall(bytes(word));
    assertEquals(await receive(ours, word.length), word);
  }
  ours.close();
  assertEquals(await helper.next(), "over");
});

Deno.test(
  "a Worker duplicates a descriptor whose number it is sent, and the original may close",
  {
    ignore,
  },
  async () => {
    using helper = new Helper();
    const [ours, theirs] = await pair();
    await using _ = ours;
    const task = {
      fd: theirs.fileno(),
      duplicates: true,
      what: "echo",
    } as const;
    await helper.begin(task);
    await theirs[Symbol.asyncDispose]();
    await ours.sendall(bytes("hello"));
    assertEquals(await receive(ours, 5), "hello");
    ours.close();
    assertEquals(await helper.next(), "over");
  },
);

Deno.test("calls that wait here and in a Worker do not wake each other", {
  ignore,
}, async () => {
  using helper = new Helper();
  const [ours, theirs] = await pair();
  const [idle, silent] = await pair();
  await using _ours = ours, _idle = idle, _silent = silent;
  let isWoken = false;
  const waiting = idle.recv(9).finally(() => isWoken = true);
  await helper.begin({ fd: theirs.detach() as number, what: "echo" });
  for (let turn = 0; turn < 200; turn++) {
    await ours.sendall(bytes("ping"));
    assertEquals(await receive(ours, 4), "ping");
  }
  assertEquals(isWoken, false);
  await silent.sendall(bytes("now"));
  assertEquals(text(await waiting), "now");
  ours.close();
  assertEquals(await helper.next(), "over");
});

Deno.test("two Workers talk with each other", { ignore }, async () => {
  using one = new Helper();
  using other = new Helper();
  const [left, right] = await pair();
  await left.sendall(new Uint8Array(4));
  await Promise.all([
    one.begin({ fd: left.detach() as number, what: "count" }),
    other.begin({ fd: right.detach() as number, what: "count" }),
  ]);
  const ends = await Promise.all([one.next(), other.next()]);
  assertEquals(ends.sort(), [COUNT - 1, COUNT]);
  assertEquals(await Promise.all([one.next(), other.next()]), ["over", "over"]);
});

Deno.test(
  "a Worker that closes leaves the sockets of others alone",
  {
    ignore,
  },
  async () => {
    const [idle, silent] = await pair();
    const waiting = idle.recv(9);
    {
      using helper = new Helper();
      const [ours, theirs] = await pair();
      await using _ = ours;
      const fd = theirs.detach() as number;
      await helper.begin({ fd, what: "echo", closes: true });
      await ours.sendall(bytes("x"));
      assertEquals(await receive(ours, 1), "x");
      ours.close();
      assertEquals(await helper.next(), "over");
    }
    await silent.sendall(bytes("still"));
    assertEquals(text(await waiting), "still");
    await idle[Symbol.asyncDispose]();
    await silent[Symbol.asyncDispose]();
  },
);

Deno.test("a Worker that is terminated while it waits takes no byte with it", {
  ignore,
}, async () => {
  const [ours, theirs] = await pair();
  await using _ours = ours, _theirs = theirs;
  {
    using helper = new Helper();
    // Its end of the pair stays open here, for it has no chance to close its own.
    const task = { fd: theirs.fileno(), duplicates: true } as const;
    await helper.begin({ ...task, what: "wait" });
    // So that it waits on a thread when it ends.
    await ours.sendall(bytes("a"));
    assertEquals(await helper.next(), "a");
    assertEquals(await helper.next(), "over");
    await helper.begin({ ...task, what: "wait" });
  }
  await ours.sendall(bytes("kept"));
  assertEquals(text(await theirs.recv(9)), "kept");
});

for (
  const [what, code] of [
    ["ends by itself", `await one.sendall(bytes("x")); await ended;`],
    ["is terminated while it waits", "await turn(); worker.terminate();"],
  ]
) {
  Deno.test(`a process ends after its Worker ${what}`, { ignore }, async () => {
    const { code: status, stdout, stderr } = await runPosix(
      `
      const [one, other] = await s.socketpair();
      const worker = new Worker("${MODULE}", { type: "module" });
      const said = (word) => new Promise((resolve) =>
        worker.addEventListener("message", ({ data }) => data === word && resolve()));
      const turn = () => new Promise((resolve) => setTimeout(resolve, 50));
      const ready = said("taken"), ended = said("over");
      worker.postMessage({ fd: other.detach(), what: "wait", closes: true });
      await ready;
      ${code}
      one.close();
      console.log("over");`,
      { flags: [allowLibc, "--allow-read"], longest: 10_000 },
    );
    assertEquals([status, stdout], [0, "over\n"], stderr);
  });
}

Deno.test(
  "a Worker that closes its sockets leaves no descriptor of theirs or of what watched them",
  {
    ignore,
  },
  async () => {
    const [before, after] = await posixValue(
      `
    ${LISTING}
    const worker = new Worker("${MODULE}", { type: "module" });
    const said = (word) => new Promise((resolve) =>
      worker.addEventListener("message", ({ data }) => data === word && resolve()));
    const round = async () => {
      const [one, other] = await s.socketpair();
      const taken = said("taken"), ended = said("over");
      worker.postMessage({ fd: other.detach(), what: "wait" });
      await taken;
      await new Promise((resolve) => setTimeout(resolve, 20));
      await one.sendall(bytes("x"));
      await ended;
      await one[Symbol.asyncDispose]();
    };
    // What Deno opens once is open after the first.
    await round();
    const before = list();
    for (let i = 0; i < 5; i++) await round();
    const after = list();
    worker.terminate();
    return [before, after];`,
      { flags: [allowLibc, allowListing, "--allow-read"] },
    ) as string[];
    assertEquals(after, before);
  },
);
