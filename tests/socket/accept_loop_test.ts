import { assertEquals, assertRejects } from "@std/assert";
import { acceptAll, BackOff, isTransient } from "../../socket/accept_loop.ts";
import { osError, timedOut } from "../../socket/errors.ts";
import { createServer, OSError, TimeoutError } from "../../socket/mod.ts";
import type { WaitOptions } from "../../socket/mod.ts";
import { FakeClock, settle } from "./fake_clock.ts";

/** Accepts as scripted: words are connections, codes in capitals are errors; then the socket is closed. */
function scripted(script: readonly string[]) {
  const rest = [...script];
  let calls = 0;
  const accept = (_: WaitOptions): Promise<string> => {
    calls++;
    const next = rest.shift() ?? "EBADF";
    if (!/^[A-Z]/.test(next)) return Promise.resolve(next);
    return Promise.reject(osError({ code: next, syscall: "accept" }));
  };
  return { accept, calls: () => calls };
}

/** Collects the items. */
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

Deno.test("connections() ends quietly when the socket is closed", async () => {
  const { accept } = scripted(["a", "b"]);
  assertEquals(await all(acceptAll(accept, {})), ["a", "b"]);
});

Deno.test("connections() goes on at once after an aborted connection", async () => {
  const { accept } = scripted(["ECONNABORTED", "a", "ECONNABORTED", "b"]);
  using clock = new FakeClock();
  assertEquals(await all(acceptAll(accept, {})), ["a", "b"]);
  assertEquals(clock.longest, 0);
});

const transient = [
  ...["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EPROTO", "ENETDOWN"],
  ...["EHOSTDOWN", "EHOSTUNREACH", "ENETUNREACH", "EPERM"],
];

for (const code of transient) {
  Deno.test(`connections() pauses and goes on after ${code}`, async () => {
    const { accept } = scripted([code, "a"]);
    using clock = new FakeClock();
    const found = all(acceptAll(accept, {}));
    await clock.advance(10);
    assertEquals(await found, ["a"]);
  });
}

Deno.test("connections() pauses longer and longer, a second at most, and briefly again after a success", async () => {
  const { accept, calls } = scripted([...Array(12).fill("EMFILE"), "a"]);
  using clock = new FakeClock();
  const found = all(acceptAll(accept, {}));
  await settle();
  assertEquals(calls(), 1);
  await clock.advance(5);
  assertEquals(calls(), 2);
  await clock.advance(10);
  assertEquals(calls(), 3);
  await clock.advance(20_000);
  assertEquals(await found, ["a"]);
  assertEquals(clock.longest, 1000);
});

Deno.test("connections() throws other errors", async () => {
  for (const code of ["EINVAL", "EIO", "EAGAIN"]) {
    const { accept } = scripted(["a", code]);
    const error = await assertRejects(
      () => all(acceptAll(accept, {})),
      OSError,
    );
    assertEquals(error.code, code);
  }
  const timeout = () => Promise.reject(timedOut({ syscall: "accept" }));
  await assertRejects(() => all(acceptAll(timeout, {})), TimeoutError);
  const broken = () => Promise.reject(new Error("broken"));
  await assertRejects(() => all(acceptAll(broken, {})), Error, "broken");
});

Deno.test("connections() with an aborted signal accepts nothing", async () => {
  const { accept, calls } = scripted(["a"]);
  const signal = AbortSignal.abort();
  assertEquals(await all(acceptAll(accept, { signal })), []);
  assertEquals(calls(), 0);
});

Deno.test("connections() ends its pause when the signal aborts", async () => {
  const { accept, calls } = scripted(["EMFILE", "a"]);
  const controller = new AbortController();
  using clock = new FakeClock();
  const found = all(acceptAll(accept, { signal: controller.signal }));
  await settle();
  controller.abort();
  assertEquals(await found, []);
  assertEquals([calls(), clock.timers], [1, 0]);
});

Deno.test("connections() ends quietly when the signal aborts a waiting accept()", async () => {
  const controller = new AbortController();
  const accept = ({ signal }: WaitOptions) =>
    new Promise<never>((_, reject) =>
      signal!.addEventListener("abort", () => reject(signal!.reason))
    );
  const found = all(acceptAll(accept, { signal: controller.signal }));
  controller.abort("enough");
  assertEquals(await found, []);
});

Deno.test("connections() accepts no more once the loop is left", async () => {
  const { accept, calls } = scripted(["a", "b", "c"]);
  for await (const name of acceptAll(accept, {})) {
    if (name === "b") break;
  }
  assertEquals(calls(), 2);
});

Deno.test("connections() of a closed socket is empty", async () => {
  const server = createServer(["127.0.0.1", 0]);
  await server[Symbol.asyncDispose]();
  assertEquals(await all(server.connections()), []);
});

const acceptError = (code: string) => osError({ code, syscall: "accept" });

/** Measures a pause; milliseconds. */
async function lengthOf(clock: FakeClock, backOff: BackOff): Promise<number> {
  let isOver = false;
  const begin = clock.now;
  const pause = backOff.pause(acceptError("EMFILE"), {}).then(() =>
    isOver = true
  );
  await settle();
  while (!isOver) await clock.advance(1);
  await pause;
  return clock.now - begin;
}

Deno.test("BackOff pauses twice as long each time, a second at most, and briefly after a success", async () => {
  using clock = new FakeClock();
  const backOff = new BackOff();
  const lengths: number[] = [];
  for (let turn = 0; turn < 10; turn++) {
    lengths.push(await lengthOf(clock, backOff));
  }
  assertEquals(lengths, [5, 10, 20, 40, 80, 160, 320, 640, 1000, 1000]);
  backOff.reset();
  assertEquals(await lengthOf(clock, backOff), 5);
});

Deno.test("BackOff does not pause after an aborted connection", async () => {
  using clock = new FakeClock();
  await new BackOff().pause(acceptError("ECONNABORTED"), {});
  assertEquals(clock.longest, 0);
});

Deno.test("BackOff ends a pause quietly when the signal aborts, also before it", async () => {
  using clock = new FakeClock();
  const backOff = new BackOff();
  const controller = new AbortController();
  const pause = backOff.pause(acceptError("EMFILE"), controller);
  await settle();
  controller.abort(new Error("reason"));
  await pause;
  await backOff.pause(acceptError("EMFILE"), controller);
  assertEquals(clock.timers, 0);
});

for (
  const [code, expected] of [
    ["ECONNABORTED", true],
    ["EMFILE", true],
    ["ENOBUFS", true],
    ["EBADF", false],
    ["EINVAL", false],
    ["EAGAIN", false],
  ] as const
) {
  Deno.test(`isTransient() is ${expected} for ${code}`, () => {
    assertEquals(isTransient(acceptError(code)), expected);
  });
}
