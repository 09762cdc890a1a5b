// An error's stack names the line of the program that awaits the call.
import { assert, assertEquals } from "@std/assert";
import {
  createConnection,
  createServer,
  MSG_DONTWAIT,
  OSError,
  SHUT_WR,
  type Socket,
  socket,
  socketpair,
} from "../../socket/mod.ts";

/** What fails, given two connected sockets and the address of a server that is gone. */
type Failing = (
  ends: { a: Socket; b: Socket; gone: [string, number] },
) => Promise<unknown>;

/** Sets a short timeout. */
function brief(s: Socket): Socket {
  s.settimeout(0.01);
  return s;
}

const failing: Record<string, Failing> = {
  "a refused connect()": ({ gone }) => socket().connect(gone),
  "a refused createConnection()": ({ gone }) => createConnection(gone),
  "a recv() whose time is over": ({ a }) => brief(a).recv(8),
  "a recvInto() whose time is over": ({ a }) =>
    brief(a).recvInto(new Uint8Array(8)),
  "a recvfrom() whose time is over": ({ a }) => brief(a).recvfrom(8),
  "a recvmsg() whose time is over": ({ a }) => brief(a).recvmsg(8),
  "a recv() that may not wait": ({ a }) => a.recv(8, MSG_DONTWAIT),
  "an accept() whose time is over": async () => {
    using server = createServer(["127.0.0.1", 0]);
    server.settimeout(0.01);
    await server.accept();
  },
  "a send() after shutdown()": ({ a }) => {
    a.shutdown(SHUT_WR);
    return a.send(new Uint8Array(1));
  },
  "a sendall() whose time is over": ({ a }) =>
    brief(a).sendall(new Uint8Array(32 << 20)),
  "a recv() that close() ends": ({ a }) => {
    queueMicrotask(() => a.close());
    return a.recv(8);
  },
  "a line of a file whose time is over": async ({ a }) => {
    await using file = brief(a).makefile("r");
    await file.readline();
  },
};

for (const [what, fail] of Object.entries(failing)) {
  Deno.test({
    name: `${what} names the caller's line`,
    permissions: { net: ["127.0.0.1"] },
    async fn() {
      const [a, b] = await socketpair();
      await using _a = a;
      await using _b = b;
      const server = createServer(["127.0.0.1", 0]);
      const gone = server.getsockname();
      await server[Symbol.asyncDispose]();
      async function caller() {
        await fail({ a, b, gone });
      }
      const error = await caller().catch((error: unknown) => error);
      assert(error instanceof OSError);
      assert(/ at (async )?caller /.test(error.stack!), error.stack);
      assertEquals(error.stack!.startsWith(`${error.name}: `), true);
    },
  });
}

Deno.test({
  name: "a signal's reason keeps its own stack",
  permissions: { net: ["127.0.0.1"] },
  async fn() {
    const [a, b] = await socketpair();
    await using _a = a;
    await using _b = b;
    const stop = new AbortController();
    const reason = new Error("enough");
    const { stack } = reason;
    const receiving = a.recv(8, 0, { signal: stop.signal });
    stop.abort(reason);
    assertEquals(await receiving.catch((error: unknown) => error), reason);
    assertEquals(reason.stack, stack);
  },
});

Deno.test({
  name:
    "a refused connect() that is awaited late or never names the caller's line",
  permissions: { net: ["127.0.0.1"] },
  async fn() {
    const server = createServer(["127.0.0.1", 0]);
    const gone = server.getsockname();
    await server[Symbol.asyncDispose]();
    using client = socket();
    function caller() {
      return [client.connect(gone)];
    }
    const [connecting] = caller();
    const unhandled = Promise.withResolvers<unknown>();
    globalThis.addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      unhandled.resolve(event.reason);
    }, { once: true });
    const error = await unhandled.promise;
    assertEquals(await connecting.catch((error: unknown) => error), error);
    assert(error instanceof OSError);
    assert(error.stack!.includes(" at caller "), error.stack);
    assert(error.stack!.startsWith(`${error.name}: ${error.message}\n`));
  },
});
