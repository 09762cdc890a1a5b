// What select, poll and the selectors need: what their sockets need, and no more.
import { assert, assertEquals } from "@std/assert";
import { hasPosix } from "../support/posix.ts";
import { allowLibc, POSIX } from "../support/posix_program.ts";
import { flagsIn, valueOf } from "../support/program.ts";

const imports = `
  import { epoll, poll, select, EPOLLIN, POLLIN } from "${
  import.meta.resolve("../../socket/select/mod.ts")
}";
  import { DefaultSelector, EpollSelector, EVENT_READ, PollSelector, SelectSelector } from "${
  import.meta.resolve("../../socket/selectors/mod.ts")
}";
  import { createConnection, createServer, socketpair } from "socket";`;

const waiting = `
  const found = [];
  const [[r]] = [await select([a], [], [], 10)];
  found.push(r.length);
  const p = poll();
  p.register(a, POLLIN);
  found.push((await p.poll(10_000)).length);
  for (const Selector of [DefaultSelector, PollSelector, SelectSelector]) {
    const s = new Selector();
    s.register(a, EVENT_READ);
    found.push((await s.select(10)).length);
    s.close();
  }`;

Deno.test("select(), poll() and the selectors need no permission without sockets", async () => {
  const found = await valueOf(`${imports}
    console.log(JSON.stringify([
      await select([], [], [], 0),
      await poll().poll(1),
      await new DefaultSelector().select(0),
    ]));`);
  assertEquals(found, [[[], [], []], [], []]);
});

Deno.test("select(), poll() and the selectors need what their sockets need, and no --allow-ffi", async () => {
  const found = await valueOf(
    `${imports}
    const server = createServer(["127.0.0.1", 0]);
    const a = await createConnection(server.getsockname());
    const [waits] = await Promise.all([select([server], [], [], 10)]);
    const [b] = await server.accept();
    await b.sendall(new Uint8Array(1));
    ${waiting}
    console.log(JSON.stringify([waits[0].length, ...found]));`,
    { flags: ["--allow-net=127.0.0.1"] },
  );
  assertEquals(found, [1, 1, 1, 1, 1, 1]);
});

Deno.test("epoll() in the sandbox names the driver, its flag and what to use instead", async () => {
  const messages = await valueOf(`${imports}
    const told = (call) => { try { call(); } catch (e) { return e.code + ": " + e.message; } };
    console.log(JSON.stringify([
      told(() => epoll()),
      told(() => new EpollSelector()),
      told(() => poll().register(0)),
    ]));`) as string[];
  for (const message of messages) {
    assert(message.startsWith("EOPNOTSUPP: "), message);
    assertEquals(flagsIn(message), ["--allow-ffi"]);
  }
  assert(messages[0].includes("poll() or a selector"), messages[0]);
});

Deno.test({
  name: "select(), poll(), epoll() and the selectors need libc alone [POSIX]",
  ignore: !hasPosix,
  async fn() {
    const found = await valueOf(
      `${imports}
      import { posix as driver } from "${POSIX}";
      const [a, b] = await socketpair(undefined, undefined, undefined, { driver });
      await b.sendall(new Uint8Array(1));
      ${waiting}
      const e = epoll(-1, 0, { driver });
      e.register(a, EPOLLIN);
      found.push((await e.poll(10)).length);
      const s = new EpollSelector({ driver });
      s.register(a, EVENT_READ);
      found.push((await s.select(10)).length);
      found.push((await select([a.fileno()], [], [], 10, { driver }))[0].length);
      console.log(JSON.stringify(found));`,
      { flags: [allowLibc] },
    );
    assertEquals(found, [1, 1, 1, 1, 1, 1, 1, 1]);
  },
});
