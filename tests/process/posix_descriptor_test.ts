// Descriptors by their numbers: closing one that is waited for, and numbers that
// come again. In processes of their own, where nobody else opens and closes
// descriptors.
import { assertEquals } from "@std/assert";
import { hasPosix } from "../support/posix.ts";
import { allowLibc, LIBC, posixValue } from "../support/posix_program.ts";

const ignore = !hasPosix;
const friends = import.meta.resolve("../../socket/socket.ts");
const select = import.meta.resolve("../../socket/select/mod.ts");
const waits = import.meta.resolve("../../socket/wait.ts");

/** Registers a test of what a body returns; it may use a turn() of the event loop. */
function test(
  name: string,
  body: string,
  gives: unknown,
  through?: readonly string[],
): void {
  Deno.test(name, { ignore }, async () => {
    const got = await posixValue(
      `
      const { endpointOf } = await import("${friends}");
      const { whenReady } = await import("${waits}");
      const turn = () => new Promise((resolve) => setTimeout(resolve, 20));
      ${body}`,
      { flags: [allowLibc, "--allow-read"], through },
    );
    assertEquals(got, gives);
  });
}

for (
  const [call, code] of [
    ["recv()", "one.recv(8)"],
    ["recvInto()", "one.recvInto(new Uint8Array(8))"],
    ["recvmsg()", "one.recvmsg(8, 99)"],
    ["recv() of all", "one.recv(8, s.MSG_WAITALL)"],
    ["sendall()", "one.sendall(new Uint8Array(64 << 20))"],
    ["accept()", "listener.accept()"],
  ]
) {
  test(
    `close() of a descriptor fails the ${call} that waits for it with EBADF`,
    `
    const [one, other] = await s.socketpair();
    const listener = s.createServer(["127.0.0.1", 0]);
    const waiting = told(() => ${code});
    await turn();
    s.close(${code.split(".")[0]}.fileno());
    return await waiting;`,
    "EBADF",
  );
}

test(
  "close() of a descriptor calls whoever waits until it is ready",
  `
  const [one] = await s.socketpair();
  const ready = new Promise((resolve) => whenReady(endpointOf(one, "poll"), 1, resolve));
  await turn();
  s.close(one.fileno());
  await ready;
  return await told(() => one.recv(8));`,
  "EBADF",
);

test(
  "close() of a descriptor leaves its Socket closed, and a new one of its number alone",
  `
  const [one] = await s.socketpair();
  const number = one.fileno();
  s.close(number);
  const [again, peer] = await s.socketpair();
  const before = [one.fileno(), again.fileno() === number];
  // Neither of these may close what has the number now.
  one.close();
  await one[Symbol.asyncDispose]();
  await peer.sendall(bytes("hello"));
  return [...before, text(await again.recv(9))];`,
  [-1, true, "hello"],
);

test(
  "close() of a duplicate's number ends the duplicate and not the original",
  `
  const [one, other] = await s.socketpair();
  const copy = one.dup();
  const [lost, kept] = [told(() => copy.recv(8)), one.recv(8)];
  await turn();
  s.close(copy.fileno());
  const code = await lost;
  await other.sendall(bytes("kept"));
  return [code, text(await kept)];`,
  ["EBADF", "kept"],
);

test(
  "close() of a number that is no socket is ENOTSOCK, and the file stays open",
  `
  const code = await told(() => s.close(3));
  const [one, other] = await s.socketpair();
  await one.sendfile(3);
  return [code, text(await other.recv(99)) !== ""];`,
  ["ENOTSOCK", true],
  ["sh", "-c", 'exec 3<"$0"; exec "$@"', import.meta.filename!],
);

test(
  "close() of a number that is not open is EBADF, and of none a RangeError or a TypeError",
  `
  const [one, other] = await s.socketpair();
  const number = one.detach();
  s.close(number);
  const numbers = [number, 1e6, -1, 2 ** 31, 2 ** 32 + other.fileno(), 1.5, NaN, true, "3", null, 3n];
  const codes = [];
  for (const each of numbers) codes.push(await told(() => s.close(each)));
  await told(() => other.sendall(bytes("still open")));
  return [codes, other.fileno() >= 0];`,
  [
    [
      ...["EBADF", "EBADF", "RangeError", "RangeError", "RangeError"],
      ...Array(6).fill("TypeError"),
    ],
    true,
  ],
);

test(
  "a number that comes again does not wake the socket that had it",
  `
  let wrong = 0, right = 0;
  for (let round = 0; round < 50; round++) {
    const [one, other] = await s.socketpair();
    const number = one.fileno();
    const lost = told(() => one.recv(8));
    if (round % 2) await turn();
    s.close(number);
    const [again, peer] = await s.socketpair();
    if (again.fileno() !== number) continue;
    const got = again.recv(8).then(text);
    // News for the one that is gone.
    other.close();
    const first = await Promise.race([got, turn()]);
    if (first !== undefined || await lost !== "EBADF") wrong++;
    await peer.sendall(bytes("mine"));
    if (await got === "mine") right++;
    again.close(); peer.close();
  }
  return [wrong, right > 40];`,
  [0, true],
);

test(
  "news of a descriptor that closed in the same turn does not reach the next of its number",
  `
  const ready = (socket, call) => whenReady(endpointOf(socket, "poll"), 1, call);
  let wrong = 0, same = 0;
  for (let round = 0; round < 50; round++) {
    const [one, toOne] = await s.socketpair();
    const [two, toTwo] = await s.socketpair();
    // In round after round what is told first differs.
    const [early, late] = round % 2 ? [one, two] : [two, one];
    let again, isSwapped = false, isWoken = false;
    const first = new Promise((resolve) => {
      const swap = (closing) => () => {
        if (isSwapped) return;
        isSwapped = true;
        const number = closing.fileno();
        closing.close();
        again = s.socket(s.AF_UNIX, s.SOCK_DGRAM);
        if (again.fileno() === number) same++;
        ready(again, () => isWoken = true);
        resolve();
      };
      ready(early, swap(late));
      ready(late, swap(early));
    });
    if (round % 3) await turn();
    // Both have news at once.
    toOne.sendall(bytes("x")); toTwo.sendall(bytes("x"));
    await first;
    await turn();
    if (isWoken) wrong++;
    for (const each of [one, two, toOne, toTwo, again]) each.close();
  }
  return [wrong, same > 40];`,
  [0, true],
);

test(
  "news of a duplicate does not reach a new socket that has the original's number",
  `
  const [one, other] = await s.socketpair();
  const number = one.fileno();
  const copy = one.dup();
  const lost = told(() => one.recv(8));
  await turn();
  s.close(number);
  const [again, peer] = await s.socketpair();
  const got = again.recv(8).then(text);
  // The descriptor that was closed has a duplicate, for which there is news.
  await other.sendall(bytes("for the copy"));
  const first = await Promise.race([got, turn()]);
  await peer.sendall(bytes("mine"));
  return [again.fileno() === number, await lost, first ?? "none", await got, text(await copy.recv(99))];`,
  [true, "EBADF", "none", "mine", "for the copy"],
);

test(
  "a duplicate that gets the number of the closed original can be waited for",
  `
  const [one, other] = await s.socketpair();
  const number = one.fileno();
  const copy = one.dup();
  const lost = told(() => one.recv(8));
  await turn();
  s.close(number);
  const again = copy.dup();
  const got = again.recv(8).then(text, String);
  await turn();
  await other.sendall(bytes("mine"));
  return [again.fileno() === number, await lost, await got];`,
  [true, "EBADF", "mine"],
);

test(
  "Poll.poll() of a number tells of the pipe that has it now, though another had it behind the library's back",
  `
  const { poll, POLLIN } = await import("${select}");
  const lib = Deno.dlopen("${LIBC}", {
    pipe: { parameters: ["buffer"], result: "i32" },
    close: { parameters: ["i32"], result: "i32" },
    write: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  }).symbols;
  const ends = new Int32Array(2);
  const open = () => lib.pipe(new Uint8Array(ends.buffer));
  open();
  const [number] = ends;
  const before = poll({ driver: posix });
  before.register(number, POLLIN);
  await before.poll(0);
  for (const fd of [...ends]) lib.close(fd);
  open();
  const after = poll({ driver: posix });
  after.register(number, POLLIN);
  const waiting = after.poll(1000);
  await turn();
  lib.write(ends[1], new Uint8Array(1), 1);
  const found = await waiting;
  // And a socket that has the number next is told, whatever the first does.
  for (const fd of [...ends]) lib.close(fd);
  const [one, other] = await s.socketpair();
  const got = one.recv(1);
  await turn();
  before.unregister(number);
  after.unregister(number);
  await other.sendall(new Uint8Array(1));
  return [one.fileno() === number, found.length, (await got).length];
  `,
  [true, 1, 1],
);
