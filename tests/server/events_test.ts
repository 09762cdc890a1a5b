// What a server tells of its requests.
import { assert, assertEquals } from "@std/assert";
import { osError } from "../../socket/errors.ts";
import { type ServerEvent, ThreadingMixIn } from "../../server/mod.ts";
import { type Item, QueueServer } from "./queue_server.ts";
import { Gate, handling, Printed } from "./support.ts";

type Event = ServerEvent<Item, string>;

/** Writes an event in a line. */
function line(event: Event): string {
  if (event.type === "untaken") return `untaken ${event.error}`;
  const { type, request: { name } } = event;
  if (event.type === "failed") return `${type} ${name} ${event.error}`;
  if (event.type !== "ended") return `${type} ${name}`;
  assert(event.seconds >= 0 && event.seconds < 10);
  return `${type} ${name}${event.aborted ? ", aborted" : ""}`;
}

class Telling extends QueueServer {
  readonly told: string[] = [];
  override logEvent(event: Event) {
    this.told.push(`${line(event)} (${this.activeRequests})`);
  }
  override verifyRequest({ name }: Item) {
    return name !== "unwanted";
  }
  override handleError() {}
}

const handler = handling(({ request: { name } }) => {
  if (name === "bad") throw new RangeError("boom");
});

Deno.test("logEvent() is told of each request that it was taken, begun or refused, and how it ended", async () => {
  const server = new Telling("", handler);
  server.put("good", "unwanted", "bad");
  for (let count = 0; count < 3; count++) await server.handleRequest();
  assertEquals(server.told, [
    "taken good (0)",
    "begun good (1)",
    "ended good (0)",
    "taken unwanted (0)",
    "refused unwanted (1)",
    "ended unwanted (0)",
    "taken bad (0)",
    "begun bad (1)",
    "failed bad RangeError: boom (1)",
    "ended bad (0)",
  ]);
});

Deno.test("logEvent() and activeRequests count a request until its task has ended, or was aborted", async () => {
  const gate = new Gate();
  class Server extends ThreadingMixIn(Telling) {}
  const server = new Server("", handling(() => gate.pass()));
  server.put("one", "two");
  const serving = server.serveForever();
  await gate.reached(2);
  assertEquals(server.activeRequests, 2);
  assertEquals(await server.shutdown({ grace: 0 }), 2);
  await serving;
  assertEquals(server.activeRequests, 0);
  assertEquals(server.told.slice(-2), [
    "ended one, aborted (1)",
    "ended two, aborted (0)",
  ]);
  gate.open();
});

Deno.test("logEvent() is told of what could not be taken", async () => {
  class Server extends Telling {
    override getRequest(): [Item, string] {
      throw osError({ code: "ECONNABORTED", syscall: "accept" });
    }
  }
  const server = new Server("", handler);
  server.put("one");
  await server.handleRequest();
  assertEquals(server.told.length, 1);
  assert(server.told[0].startsWith("untaken ConnectionAbortedError"));
});

Deno.test("what logEvent() throws is reported, and changes nothing", async () => {
  using printed = new Printed();
  class Server extends QueueServer {
    override logEvent() {
      throw new RangeError("no room for the log");
    }
  }
  const server = new Server("", handler);
  server.put("good");
  await server.handleRequest();
  assertEquals(printed.calls.length, 3);
  assertEquals(server.activeRequests, 0);
});
