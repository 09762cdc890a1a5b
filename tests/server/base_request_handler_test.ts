import { assertEquals, assertRejects } from "@std/assert";
import { BaseRequestHandler, runHandler } from "../../server/mod.ts";
import { handlerClass } from "../../server/base_request_handler.ts";
import { settle } from "../socket/fake_clock.ts";
import { QueueServer } from "./queue_server.ts";
import { Gate, handling } from "./support.ts";

Deno.test("BaseRequestHandler keeps request, address and server", () => {
  const [request, server] = [{}, new QueueServer("", BaseRequestHandler)];
  const handler = new BaseRequestHandler(request, "address", server);
  assertEquals(handler.request === request, true);
  assertEquals(handler.clientAddress, "address");
  assertEquals(handler.server === server, true);
});

Deno.test("BaseRequestHandler does nothing by itself", async () => {
  const handler = new BaseRequestHandler(
    {},
    "",
    new QueueServer("", BaseRequestHandler),
  );
  assertEquals([handler.setup(), handler.handle(), handler.finish()], [
    undefined,
    undefined,
    undefined,
  ]);
  await runHandler(handler);
});

const orders: readonly [throws: string, steps: string[], error?: string][] = [
  ["", ["setup", "handle", "finish"]],
  ["setup", ["setup"], "setup"],
  ["handle", ["setup", "handle", "finish"], "handle"],
  ["finish", ["setup", "handle", "finish"], "finish"],
  ["handle finish", ["setup", "handle", "finish"], "finish"],
];
for (const isAsync of [false, true]) {
  for (const [throws, steps, message] of orders) {
    const where = throws === "" ? "nothing" : throws.replace(" ", " and ");
    Deno.test(`runHandler() takes ${steps.join(", ")} if ${where} ${isAsync ? "rejects" : "throws"}`, async () => {
      const trace: string[] = [];
      const step = (name: string): void | Promise<void> => {
        trace.push(name);
        const end = () => {
          if (throws.split(" ").includes(name)) throw new Error(name);
        };
        return isAsync ? settle().then(end) : end();
      };
      class Handler extends BaseRequestHandler {
        override setup() {
          return step("setup");
        }
        override handle() {
          return step("handle");
        }
        override finish() {
          return step("finish");
        }
      }
      const run = () =>
        runHandler(new Handler({}, "", new QueueServer("", Handler)));
      if (message === undefined) await run();
      else await assertRejects(run, Error, message);
      assertEquals(trace, steps);
    });
  }
}

Deno.test("handlerClass() is the class itself if that has the three steps, whatever it extends", () => {
  class Own {
    setup() {}
    handle() {}
    finish() {}
  }
  class Other extends BaseRequestHandler {}
  const classes = [Own, Other, BaseRequestHandler];
  assertEquals(
    classes.map((value) => handlerClass(value) === value as unknown),
    [true, true, true],
  );
});

Deno.test("handler.signal is one and the same, and never aborts outside of a server", () => {
  const handler = new BaseRequestHandler(
    {},
    "",
    new QueueServer("", BaseRequestHandler),
  );
  assertEquals(handler.signal.aborted, false);
});

Deno.test("handler.signal aborts when the request is cut off, also if it is asked for later", async () => {
  const gate = new Gate();
  const signals: AbortSignal[] = [];
  const server = new QueueServer(
    "",
    handling(async (handler) => {
      signals.push(handler.signal);
      await gate.pass();
      signals.push(handler.signal);
    }),
  );
  server.put("a");
  const serving = server.serveForever();
  await gate.reached();
  assertEquals(await server.shutdown({ grace: 0 }), 1);
  gate.open();
  await serving;
  await settle();
  assertEquals(signals.map(({ aborted }) => aborted), [true, true]);
  assertEquals(signals[0] === signals[1], true);
});
