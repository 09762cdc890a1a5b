// Python's servers take any callable for a class of handlers, such as
// functools.partial(Handler, …).
import { assertEquals } from "@std/assert";
import {
  BaseRequestHandler,
  type RequestHandlerClass,
  TCPServer,
  ThreadingUDPServer,
} from "../../server/mod.ts";
import type { StreamRequest } from "../../server/mod.ts";
import type { InetAddress } from "../../socket/mod.ts";
import { type Item, QueueServer } from "./queue_server.ts";
import { Printed } from "./support.ts";

class Greeting extends BaseRequestHandler<Item, string> {
  static said: string[] = [];
  readonly #greeting: string;

  constructor(
    greeting: string,
    ...args: ConstructorParameters<RequestHandlerClass>
  ) {
    super(args[0] as Item, args[1] as string, args[2]);
    this.#greeting = greeting;
  }

  override handle() {
    Greeting.said.push(`${this.#greeting} ${this.request.name}`);
  }
}

/** Serves one request with what makes its handler; returns what that said. */
async function greet(handler: unknown): Promise<string[]> {
  Greeting.said = [];
  const server = new QueueServer("", handler as typeof BaseRequestHandler);
  server.put("Ann");
  await server.handleRequest();
  return Greeting.said;
}

for (
  const [what, handler] of [
    [
      "an arrow function",
      (...args: ConstructorParameters<RequestHandlerClass>) =>
        new Greeting("hello", ...args),
    ],
    [
      "a function",
      function (...args: ConstructorParameters<RequestHandlerClass>) {
        return new Greeting("hello", ...args);
      },
    ],
    [
      "a method",
      {
        make(...args: ConstructorParameters<RequestHandlerClass>) {
          return new Greeting("hello", ...args);
        },
      }.make,
    ],
    ["a class with its first argument bound", Greeting.bind(null, "hello")],
  ] as const
) {
  Deno.test(`a handler may be ${what}`, async () => {
    assertEquals(await greet(handler), ["hello Ann"]);
  });
}

const returns = "must return a BaseRequestHandler, not";

for (
  const [handler, says] of [
    [() => {}, `a function ${returns} undefined`],
    [function nothing() {}, `the function nothing ${returns} nothing`],
    [
      function late(...args: ConstructorParameters<RequestHandlerClass>) {
        return Promise.resolve(new Greeting("hello", ...args));
      },
      `the function late ${returns} Promise`,
    ],
  ] as const
) {
  Deno.test(`a request fails if ${says}`, async () => {
    using printed = new Printed();
    assertEquals(await greet(handler), []);
    assertEquals(
      String(printed.error),
      `TypeError: Cannot handle a request: ${says}`,
    );
  });
}

Deno.test("server.RequestHandlerClass makes handlers with new, whatever the server was given", () => {
  const make = (...args: ConstructorParameters<RequestHandlerClass>) =>
    new Greeting("hello", ...args);
  const server = new QueueServer("", make);
  const { RequestHandlerClass } = server;
  const handler = new RequestHandlerClass({ name: "" } as Item, "", server);
  assertEquals(handler instanceof Greeting, true);
  assertEquals(RequestHandlerClass.name, "make");
});

Deno.test("a function that makes handlers knows the types of its arguments", async () => {
  const options = { bindAndActivate: false };
  class Handler extends BaseRequestHandler<StreamRequest> {}
  await using tcp = new TCPServer(
    ["127.0.0.1", 0],
    (request, address, server) => {
      const typed: [StreamRequest, InetAddress] = [request, address];
      return new Handler(...typed, server);
    },
    options,
  );
  await using udp = new ThreadingUDPServer(
    ["127.0.0.1", 0],
    // @ts-expect-error -- its requests are datagrams
    (...args) => new Handler(...args),
    options,
  );
  assertEquals([tcp.fileno, udp.fileno].length, 2);
});
