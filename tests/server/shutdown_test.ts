// shutdown() while 100 clients are connected: it ends within its grace, tells how
// many it cut off, and never waits for itself.

import { assertEquals, assertRejects } from "@std/assert";
import { BaseRequestHandler } from "../../server/mod.ts";
import { Counter } from "../support/counter.ts";
import { bytes, text, writeAll } from "../support/peers.ts";
import {
  connectAll,
  type Connection,
  leavesNothingOpen,
  plainKinds,
  readToEnd,
  type ServerKind,
  serverKinds,
  threadingKinds,
} from "../support/stream_servers.ts";

const CLIENTS = 100;

type Handle = (this: BaseRequestHandler<Connection>) => Promise<void>;

/** A server whose handlers do that; `began` counts them, `aborted` the signals. */
function serve({ Server, transport }: ServerKind, handle: Handle) {
  const began = new Counter();
  const aborted = new Counter();
  const errors: unknown[] = [];
  class Handler extends BaseRequestHandler<Connection> {
    override handle() {
      this.signal.addEventListener("abort", () => aborted.add());
      began.add();
      return handle.call(this);
    }
  }
  class Quiet extends Server {
    override handleError(_: Connection, _address: unknown, error: unknown) {
      errors.push(error);
    }
  }
  const server = new Quiet(transport.fresh() as never, Handler);
  return { server, serving: server.serveForever(), began, aborted, errors };
}

/** Waits for "stop", which only one client sends, and then shuts down. */
function stopper(
  results: number[],
  options?: { grace: number },
): Handle {
  return async function () {
    const order = text(await this.request.recv(10));
    if (order !== "stop") return;
    results.push(await this.server.shutdown(options));
    await this.request.sendall(bytes("stopped"));
  };
}

for (const kind of threadingKinds) {
  const { name } = kind;

  Deno.test(`shutdown({ grace }) in a handler cuts the 99 others off [${name}]`, async () => {
    await leavesNothingOpen(async () => {
      const results: number[] = [];
      const { server, serving, began, aborted, errors } = serve(
        kind,
        stopper(results, { grace: 0.05 }),
      );
      using clients = await connectAll(kind, server, CLIENTS);
      await began.reached(CLIENTS);
      await clients[42].write(bytes("stop"));
      const answers = await Promise.all(clients.map(readToEnd));
      await serving;
      await server.serverClose();
      assertEquals(results, [99]);
      assertEquals(answers.filter((answer) => answer !== ""), ["stopped"]);
      assertEquals(aborted.value, 99);
      assertEquals(errors, []);
    });
  });

  Deno.test(`shutdown() in a handler lets the 99 others go on [${name}]`, async () => {
    await leavesNothingOpen(async () => {
      const results: number[] = [];
      const stop = stopper(results);
      const { server, serving, began, aborted } = serve(kind, stop);
      using clients = await connectAll(kind, server, CLIENTS);
      await began.reached(CLIENTS);
      await clients[0].write(bytes("stop"));
      assertEquals(await readToEnd(clients[0]), "stopped");
      await serving;
      assertEquals(results, [0]);
      const closing = server.serverClose();
      for (const client of clients.slice(1)) await client.write(bytes("end"));
      for (const client of clients.slice(1)) {
        assertEquals(await readToEnd(client), "");
      }
      await closing;
      assertEquals(aborted.value, 0);
    });
  });

  Deno.test(`shutdown({ grace }) counts those only that do not finish in time [${name}]`, async () => {
    const stopping = Promise.withResolvers<void>();
    const ended = new Counter();
    let number = 0;
    const { server, serving, began } = serve(kind, async function () {
      const isFast = number++ % 2 === 0;
      await (isFast ? stopping.promise : this.request.recv(1));
      ended.add();
    });
    using _ = await connectAll(kind, server, CLIENTS);
    await began.reached(CLIENTS);
    const shutting = server.shutdown({ grace: 0.3 });
    stopping.resolve();
    await ended.reached(50);
    assertEquals(await shutting, 50);
    await serving;
    await server[Symbol.asyncDispose]();
  });

  Deno.test(`shutdown({ grace }) resolves as soon as the last handler has ended [${name}]`, async () => {
    const { server, serving, began } = serve(kind, async function () {
      await this.request.recv(1);
    });
    using clients = await connectAll(kind, server, CLIENTS);
    await began.reached(CLIENTS);
    const shutting = server.shutdown({ grace: 1e6 });
    for (const client of clients) client.closeWrite();
    assertEquals(await shutting, 0);
    await serving;
    await server[Symbol.asyncDispose]();
  });

  Deno.test(`shutdown({ grace }) in two handlers at a time waits for neither [${name}]`, async () => {
    const results: number[] = [];
    const stop = stopper(results, { grace: 1e6 });
    const { server, serving, began, errors } = serve(kind, stop);
    using clients = await connectAll(kind, server, 2);
    await began.reached(2);
    await Promise.all(clients.map((client) => client.write(bytes("stop"))));
    assertEquals(
      await Promise.all(clients.map(readToEnd)),
      ["stopped", "stopped"],
    );
    await serving;
    await server[Symbol.asyncDispose]();
    assertEquals(results, [0, 0]);
    assertEquals(errors, []);
  });

  Deno.test(`shutdown({ grace }) in two handlers at a time cuts each other off once [${name}]`, async () => {
    const results: number[] = [];
    const stop = stopper(results, { grace: 0.05 });
    const { server, serving, began } = serve(kind, stop);
    using clients = await connectAll(kind, server, CLIENTS);
    await began.reached(CLIENTS);
    for (const client of clients.slice(0, 2)) await client.write(bytes("stop"));
    const answers = await Promise.all(clients.map(readToEnd));
    await serving;
    await server[Symbol.asyncDispose]();
    assertEquals(results.length, 2);
    assertEquals(results[0] + results[1], 98);
    assertEquals(answers.filter((answer) => answer === "stopped").length, 2);
  });

  Deno.test(`serverClose() in two handlers at a time waits for neither [${name}]`, async () => {
    const { server, serving, began } = serve(kind, async function () {
      await this.request.recv(1);
      await (this.server as typeof server).serverClose();
      await this.request.sendall(bytes("closed"));
    });
    using clients = await connectAll(kind, server, 2);
    await began.reached(2);
    await Promise.all(clients.map((client) => client.write(bytes("x"))));
    assertEquals(
      await Promise.all(clients.map(readToEnd)),
      ["closed", "closed"],
    );
    await serving;
  });
}

for (const kind of serverKinds) {
  const { name, threading } = kind;
  const handled = threading ? CLIENTS : 1;

  Deno.test(`shutdown({ grace }) does not wait for handlers that hang in something else [${name}]`, async () => {
    const { server, serving, began, aborted } = serve(
      kind,
      () => new Promise(() => {}),
    );
    using clients = await connectAll(kind, server, CLIENTS);
    await began.reached(handled);
    assertEquals(await server.shutdown({ grace: 0.01 }), handled);
    await serving;
    await server.serverClose();
    await Promise.all(clients.map(readToEnd));
    assertEquals(aborted.value, handled);
  });

  Deno.test(`shutdown({ grace: 0 }) from many sides at once resolves for all [${name}]`, async () => {
    const { server, serving, began } = serve(kind, async function () {
      await this.request.recv(1);
    });
    using clients = await connectAll(kind, server, CLIENTS);
    await began.reached(handled);
    const results = await Promise.all([
      server.shutdown(),
      server.shutdown({ grace: 0 }),
      server.shutdown({ grace: 0.1 }),
      new Promise<number>((resolve) =>
        setTimeout(() => resolve(server.shutdown({ grace: 0 })), 0)
      ),
    ]);
    assertEquals(results.reduce((sum, each) => sum + each), handled);
    await serving;
    await server.serverClose();
    await Promise.all(clients.map(readToEnd));
    assertEquals(await server.shutdown({ grace: 0 }), 0);
  });

  Deno.test(`serveForever() may follow a shutdown({ grace }) [${name}]`, async () => {
    const { server, serving, began } = serve(kind, async function () {
      await this.request.sendall(await this.request.recv(10));
    });
    using clients = await connectAll(kind, server, threading ? 5 : 1);
    await began.reached(clients.length);
    assertEquals(await server.shutdown({ grace: 0 }), clients.length);
    await serving;
    const again = server.serveForever();
    using late = await connectAll(kind, server, 1);
    await writeAll(late[0], bytes("hello"));
    assertEquals(await readToEnd(late[0]), "hello");
    await server.shutdown();
    await again;
    await server[Symbol.asyncDispose]();
  });
}

for (const kind of plainKinds) {
  const { name } = kind;

  for (const options of [undefined, { grace: 0 }, { grace: 1e6 }]) {
    Deno.test(`shutdown(${options ? `{ grace: ${options.grace} }` : ""}) in a handler while 99 clients are in the queue [${name}]`, async () => {
      await leavesNothingOpen(async () => {
        const results: number[] = [];
        const { server, serving, began } = serve(
          kind,
          stopper(results, options),
        );
        using clients = await connectAll(kind, server, CLIENTS);
        await began.reached(1);
        for (const client of clients) await client.write(bytes("stop"));
        assertEquals(await readToEnd(clients[0]), "stopped");
        await serving;
        assertEquals(results, [0]);
        await server.serverClose();
        const answers = await Promise.all(clients.map(readToEnd));
        assertEquals(answers.join(""), "");
        await assertRejects(() => kind.transport.connect(server.serverAddress));
      });
    });
  }
}
