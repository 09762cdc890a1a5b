// The number of a descriptor that a Worker was lent, when its request is given up:
// it is no other socket's as long as the Worker may use it.
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { Client, handlers, Keeping, until } from "../support/forking.ts";
import { openFiles } from "../support/open_files.ts";
import { folder } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";

const HOST: [string, number] = ["127.0.0.1", 0];
const lent = handlers("lent");
const options = { driver: posix, maxChildren: 2 };
const ignore = !hasPosix;

/** Ways to give a request up. */
const ways: Record<string, (server: Keeping) => Promise<unknown>> = {
  async requestTimeout(server) {
    const error = await server.nextError();
    assertEquals(error.name, "TimeoutError");
    server.requestTimeout = null;
  },
  async "shutdown()"(server) {
    assertEquals(await server.shutdown({ grace: 0 }), 1);
  },
};

/** An endless loop in a Worker, which ends with the test after all. */
class Disturbing implements Disposable {
  readonly #path = `${folder}/${crypto.randomUUID()}`;

  /** What a client says to have it. */
  get command(): string {
    return `disturb ${this.#path}`;
  }

  end(): void {
    Deno.writeTextFileSync(this.#path, "");
  }

  [Symbol.dispose](): void {
    this.end();
  }
}

/** Talks to a server by several connections at a time. */
async function converse(port: number): Promise<void> {
  const clients: Client[] = [];
  for (let each = 0; each < 2; each++) {
    clients.push(await Client.to(port, "wait"));
  }
  for (const client of clients) assertEquals(await client.hear(), "waiting");
  // The disturbing Worker has its time meanwhile.
  await delay(5);
  for (const client of clients) {
    await client.say("go on");
    assertEquals(await client.hear(), "done");
    client[Symbol.dispose]();
  }
}

for (const [way, giveUp] of Object.entries(ways)) {
  Deno.test({
    name:
      `a Worker in an endless loop whose request is given up by ${way} reaches no other connection by its socket's number [POSIX]`,
    ignore,
    async fn() {
      using disturbing = new Disturbing();
      await using server = new Keeping(HOST, lent, {
        ...options,
        requestTimeout: way === "requestTimeout" ? 1 : null,
      });
      const [, port] = server.serverAddress;
      let served = server.serveForever();
      using client = await Client.to(port, disturbing.command);
      const number = Number(await client.hear());
      const before = openFiles().get(number);
      await giveUp(server);
      assertEquals(await client.hear(), undefined);
      if (way === "shutdown()") {
        await served;
        served = server.serveForever();
      }

      // The number leads nowhere, and nothing else has it.
      const nowhere = openFiles().get(number);
      assert(nowhere !== undefined && nowhere !== before);
      for (let round = 0; round < 10; round++) await converse(port);
      assertEquals(openFiles().get(number), nowhere);

      disturbing.end();
      await until(
        () => openFiles().get(number) !== nowhere,
        "the Worker, whose loop has ended, gives the number back",
      );
      await server.shutdown();
      await served;
    },
  });
}

Deno.test({
  name:
    "serverClose() does not wait for a Worker in an endless loop for longer than a while [POSIX]",
  ignore,
  async fn() {
    using disturbing = new Disturbing();
    const server = new Keeping(HOST, lent, options);
    const served = server.serveForever();
    using client = await Client.to(
      server.serverAddress[1],
      disturbing.command,
    );
    assert(Number(await client.hear()) > 2);
    assertEquals(await server.shutdown({ grace: 0 }), 1);
    await served;
    await server.serverClose();
  },
});
