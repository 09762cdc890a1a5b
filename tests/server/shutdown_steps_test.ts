// shutdown() that comes in the middle of a step, or from what a handler has left
// behind.

import { assertEquals } from "@std/assert";
import {
  BaseRequestHandler,
  BaseServer,
  type StreamRequest,
  TCPServer,
  ThreadingMixIn,
  ThreadingTCPServer,
} from "../../server/mod.ts";
import type { InetAddress } from "../../socket/mod.ts";
import { Counter } from "../support/counter.ts";
import { arrival } from "../support/peers.ts";
import {
  connectAll,
  plainKinds,
  readToEnd,
} from "../support/stream_servers.ts";

const [plain] = plainKinds;

/** A server whose requests come when the test says so, whatever the loop waits for. */
class Scripted extends BaseServer<object, string> {
  #come = Promise.withResolvers<void>();
  readonly asked = new Counter();

  override async getRequest(): Promise<[object, string]> {
    this.asked.add();
    await this.#come.promise;
    this.#come = Promise.withResolvers<void>();
    return [{}, "the test"];
  }

  come() {
    this.#come.resolve();
  }
}

class Endless extends BaseRequestHandler {
  override handle() {
    return new Promise<void>(() => {});
  }
}

class Brief extends BaseRequestHandler {}

class Ending extends TCPServer<InetAddress> {
  constructor() {
    super(["127.0.0.1", 0], Brief);
  }
}

for (const Server of [Scripted, ThreadingMixIn(Scripted)]) {
  Deno.test(`shutdown({ grace: 0 }) cuts off a request that the loop has just got [${Server.name}]`, async () => {
    const server = new Server("nowhere", Endless);
    const serving = server.serveForever();
    await server.asked.reached(1);
    server.come();
    assertEquals(await server.shutdown({ grace: 0 }), 1);
    await serving;
  });
}

for (
  const Server of [TCPServer<InetAddress>, ThreadingTCPServer<InetAddress>]
) {
  Deno.test(`shutdown({ grace }) while verifyRequest() takes its time leaves the handler out [${Server.name}]`, async () => {
    const verifying = new Counter();
    const verified = Promise.withResolvers<boolean>();
    const handled = new Counter();
    class Handler extends BaseRequestHandler {
      override handle() {
        handled.add();
      }
    }
    class Verifying extends Server {
      override verifyRequest() {
        verifying.add();
        return verified.promise;
      }
      override handleError(_: object, _address: unknown, error: unknown) {
        throw error;
      }
    }
    await using server = new Verifying(["127.0.0.1", 0], Handler);
    const serving = server.serveForever();
    using clients = await connectAll(plain, server, 1);
    await verifying.reached(1);
    assertEquals(await server.shutdown({ grace: 0.01 }), 1);
    await serving;
    verified.resolve(true);
    assertEquals(await readToEnd(clients[0]), "");
    assertEquals(handled.value, 0);
  });
}

Deno.test("shutdown() by what a handler has left behind waits for the loop [TCPServer]", async () => {
  const later = Promise.withResolvers<void>();
  const began = new Counter();
  let isDown = false;
  let shutting: Promise<void> | undefined;
  class Handler extends BaseRequestHandler<StreamRequest> {
    override async handle() {
      began.add();
      if (shutting !== undefined) await this.request.recv(1);
      shutting ??= later.promise.then(async () => {
        await this.server.shutdown();
        isDown = true;
      });
    }
  }
  await using server = new TCPServer(["127.0.0.1", 0], Handler);
  const serving = server.serveForever();
  using clients = await connectAll(plain, server, 2);
  await began.reached(2);
  later.resolve();
  await arrival();
  assertEquals(isDown, false);
  clients[1].closeWrite();
  await shutting;
  await serving;
});

Deno.test("shutdown({ grace }) by what a handler has left behind cuts all off [ThreadingTCPServer]", async () => {
  const later = Promise.withResolvers<void>();
  const began = new Counter();
  let shutting: Promise<number> | undefined;
  class Handler extends BaseRequestHandler<StreamRequest> {
    override async handle() {
      began.add();
      if (shutting !== undefined) await this.request.recv(1);
      shutting ??= later.promise.then(() => this.server.shutdown({ grace: 0 }));
    }
  }
  await using server = new ThreadingTCPServer(["127.0.0.1", 0], Handler);
  const serving = server.serveForever();
  using _ = await connectAll(plain, server, 10);
  await began.reached(10);
  later.resolve();
  assertEquals(await shutting, 9);
  await serving;
});

Deno.test("shutdown({ grace }) in a handler that was cut off waits for the next loop [TCPServer]", async () => {
  const later = Promise.withResolvers<void>();
  const began = new Counter();
  let isDown = false;
  let shutting: Promise<void> | undefined;
  class Handler extends BaseRequestHandler<StreamRequest> {
    override async handle() {
      began.add();
      if (shutting !== undefined) return void await this.request.recv(1);
      shutting = later.promise.then(() => this.server.shutdown())
        .then(() => void (isDown = true));
      await shutting;
    }
  }
  await using server = new TCPServer(["127.0.0.1", 0], Handler);
  const first = server.serveForever();
  using clients = await connectAll(plain, server, 2);
  await began.reached(1);
  assertEquals(await server.shutdown({ grace: 0 }), 1);
  await first;
  const second = server.serveForever();
  await began.reached(2);
  later.resolve();
  await arrival();
  assertEquals(isDown, false);
  clients[1].closeWrite();
  await second;
  await shutting;
});

/** Servers that end their serving in a step that the loop itself makes. */
const inLoop: Readonly<Record<string, new () => TCPServer<InetAddress>>> = {
  getRequest: class extends Ending {
    override async getRequest() {
      const taken = await super.getRequest();
      await this.shutdown();
      return taken;
    }
  },
  requestReady: class extends Ending {
    protected override async requestReady() {
      await this.shutdown();
      return true;
    }
  },
  convertRequest: class extends Ending {
    protected override async convertRequest(request: StreamRequest) {
      await this.shutdown();
      return request;
    }
  },
  serviceActions: class extends Ending {
    override async serviceActions() {
      await this.shutdown();
    }
  },
  prepareServing: class extends Ending {
    protected override async prepareServing() {
      await this.shutdown();
    }
  },
};

for (const [step, Server] of Object.entries(inLoop)) {
  Deno.test(`shutdown() in ${step}() does not wait for the loop that waits for it`, async () => {
    await using server = new Server();
    const serving = server.serveForever({ pollInterval: 0.01 });
    using _ = await connectAll(plain, server, 1);
    await serving;
    assertEquals(server.activeRequests, 0);
  });
}
