// Errors of accept(2) pass: the loop neither ends nor spins, and serves again.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async/delay";
import {
  BaseRequestHandler,
  BaseServer,
  type StreamRequest,
  TCPServer,
} from "../../server/mod.ts";
import { OSError } from "../../socket/mod.ts";
import { osError } from "../../socket/errors.ts";
import { Counter } from "../support/counter.ts";
import { bytes, writeAll } from "../support/peers.ts";
import { spawnProgram } from "../support/program.ts";
import { needsPython, spawnPython } from "../support/python.ts";
import {
  plainKinds,
  readToEnd,
  threadingKinds,
} from "../support/stream_servers.ts";

const hostname = "127.0.0.1";

/** What a poor server tells. */
interface Told {
  readonly attempts: number;
  readonly errors: readonly string[];
  readonly seconds: number;
}

for (const way of ["serveForever", "handleRequest"]) {
  Deno.test({
    name:
      `${way}() waits while the process has no descriptors left, and goes on`,
    ignore: Deno.build.os === "windows",
    async fn() {
      await using server = spawnProgram("poor_server.ts", {
        flags: ["--allow-net"],
        args: [way],
        through: ["/bin/sh", "-c", 'ulimit -n 64; exec "$@"', "sh"],
      });
      const [, port] = JSON.parse(await server.readLine() ?? "");
      const tell = async (): Promise<Told> => {
        await server.writeLine("");
        return JSON.parse(await server.readLine() ?? "");
      };
      const greeted = new Counter();
      const clients: Deno.Conn[] = [];
      const greetings: Promise<unknown>[] = [];
      for (let i = 0; i < 100; i++) {
        const conn = await Deno.connect({ hostname, port });
        clients.push(conn);
        greetings.push(
          conn.read(new Uint8Array(10)).then(() => greeted.add(), () => {}),
        );
      }
      let told: Told;
      while ((told = await tell()).errors.length === 0);
      assertEquals(new Set(told.errors), new Set(["EMFILE"]));
      assert(greeted.value < 100, `${greeted.value} greeted`);

      // Half a second, in which it tries now and then only.
      await delay(500);
      const later = await tell();
      assert(later.attempts < 30, `${later.attempts} attempts in 0.5 s`);
      const seconds = later.seconds - told.seconds;
      assert(seconds < 0.3, `${seconds} s of processor time in 0.5 s`);

      for (const conn of clients) conn.close();
      await Promise.all(greetings);
      using late = await Deno.connect({ hostname, port });
      await late.closeWrite();
      assertEquals(await readToEnd(late), "hello\n");
      await server.closeInput();
      assertEquals((await server.status).code, 0);
    },
  });
}

/** A server whose getRequest fails as a list says, and then has one request after another. */
class Failing extends BaseServer<object, string> {
  readonly errors: unknown[] = [];
  readonly served = new Counter();
  attempts = 0;

  override async getRequest(): Promise<[object, string]> {
    this.attempts++;
    // As a system call would.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (this.errors.length > 0) throw this.errors.shift();
    return [{}, "the test"];
  }
  override processRequest() {
    this.served.add();
  }
}

const failed = (code: string) => osError({ code, syscall: "accept" });

const PASSING = [
  ...["ECONNABORTED", "EPROTO", "ENETDOWN", "EHOSTUNREACH", "ENETUNREACH"],
  ...["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EPERM", "ECONNRESET"],
  "ETIMEDOUT",
];

for (const code of PASSING) {
  Deno.test(`serveForever() goes on after ${code}`, async () => {
    const server = new Failing("nowhere", BaseRequestHandler);
    server.errors.push(failed(code), failed(code));
    const serving = server.serveForever();
    await server.served.reached(1);
    await server.shutdown();
    await serving;
  });
}

for (const code of ["EBADF", "EINVAL", "ENOTSOCK", "EOPNOTSUPP"]) {
  Deno.test(`serveForever() ends with ${code}, which does not pass`, async () => {
    const server = new Failing("nowhere", BaseRequestHandler);
    server.errors.push(failed(code));
    await assertRejects(() => server.serveForever(), OSError, code);
    server.errors.push(failed(code));
    await assertRejects(() => server.handleRequest(), OSError, code);
  });
}

Deno.test("serveForever() does not pause for connections that were aborted in the queue", async () => {
  const server = new Failing("nowhere", BaseRequestHandler);
  for (let i = 0; i < 200; i++) server.errors.push(failed("ECONNABORTED"));
  const serving = server.serveForever();
  // With pauses it would take minutes.
  await server.served.reached(1);
  await server.shutdown();
  await serving;
});

Deno.test("shutdown() ends the pause after an error at once", async () => {
  const server = new Failing("nowhere", BaseRequestHandler);
  for (let i = 0; i < 200; i++) server.errors.push(failed("EMFILE"));
  const serving = server.serveForever();
  while (server.attempts < 5) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await server.shutdown();
  await serving;
  assert(server.errors.length > 150);
});

Deno.test("serveForever() throws errors other than OSError, as Python does", async () => {
  const server = new Failing("nowhere", BaseRequestHandler);
  const error = new Error("of the test");
  server.errors.push(error);
  assertEquals(await server.serveForever().catch((thrown) => thrown), error);
});

Deno.test("serveForever() throws EINVAL for a server that was not activated", async () => {
  await using server = new TCPServer([hostname, 0], BaseRequestHandler, {
    bindAndActivate: false,
  });
  await assertRejects(() => server.serveForever(), OSError, "EINVAL");
});

/** Connects and resets so many times, then says so. */
const RESETTER = `
import socket, struct, sys
for i in range(50):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if i % 2: s.sendall(b"never read")
    s.close()
print("done", flush=True)
`;

for (const kind of [plainKinds[0], threadingKinds[0]]) {
  for (const way of ["serveForever", "handleRequest"] as const) {
    Deno.test({
      ...needsPython,
      name:
        `${way}() passes over clients that reset while they waited [${kind.name}]`,
      async fn() {
        class Echo extends BaseRequestHandler<StreamRequest> {
          override async handle() {
            await this.request.sendall(await this.request.recv(100));
          }
        }
        class Quiet extends kind.Server {
          override handleError() {}
        }
        await using server = new Quiet([hostname, 0], Echo);
        const [, port] = server.serverAddress;
        await using python = spawnPython(RESETTER, [`${port}`]);
        assertEquals(await python.readLine(), "done");
        using conn = await Deno.connect({ hostname, port });
        await writeAll(conn, bytes("hello"));
        const stopping = new AbortController();
        const { signal } = stopping;
        const serving = way === "serveForever"
          ? server.serveForever({ signal })
          : (async () => {
            while (!signal.aborted) {
              await server.handleRequest({ signal }).catch((error) => {
                if (error !== signal.reason) throw error;
              });
            }
          })();
        assertEquals(await readToEnd(conn), "hello");
        stopping.abort();
        await serving;
      },
    });
  }
}
