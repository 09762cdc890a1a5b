import { kindOf } from "../socket/arguments.ts";
import type { Socket } from "../socket/socket.ts";
import type { ShutdownOptions } from "./options.ts";
import { signalOf } from "./requests.ts";

/** The result of a step that may have to wait, or not. */
export type Awaitable<T> = T | Promise<T>;

/**
 * The part of a server that every handler has in `this.server`: that of a `BaseServer`
 * or, in a Worker, of a remote one.
 */
export interface HandlerServer<A = unknown> {
  /** The server's address. */
  readonly serverAddress: A;
  /** Ends the serving, as {@linkcode BaseServer.shutdown} does. */
  shutdown(options?: ShutdownOptions): Promise<number>;
}

/**
 * A class of which a server makes an instance for each request.
 *
 * @typeParam R What a request is: a connection, or a datagram and the server's socket.
 * @typeParam A The shape of the client's address.
 */
export interface RequestHandlerClass<R extends object = object, A = unknown> {
  /** Makes the handler of one request. */
  new (
    request: R,
    clientAddress: A,
    // deno-lint-ignore no-explicit-any -- a handler may need a certain class of servers
    server: any,
  ): BaseRequestHandler;
}

/**
 * A function of which a server gets the handler of each request, as Python's servers
 * take any callable: it can give its handlers more than the request.
 *
 * @typeParam R What a request is: a connection, or a datagram and the server's socket.
 * @typeParam A The shape of the client's address.
 */
export interface RequestHandlerFunction<
  R extends object = object,
  A = unknown,
> {
  /** Returns the handler of one request. */
  (
    request: R,
    clientAddress: A,
    // deno-lint-ignore no-explicit-any -- a handler may need a certain class of servers
    server: any,
  ): BaseRequestHandler;
}

/**
 * What a server takes to make its handlers with: a class, or a function.
 *
 * @typeParam R What a request is: a connection, or a datagram and the server's socket.
 * @typeParam A The shape of the client's address.
 */
export type RequestHandlerMaker<R extends object = object, A = unknown> =
  | RequestHandlerClass<R, A>
  | RequestHandlerFunction<R, A>;

/**
 * The shape of the client's address that goes with a request: a connection's peer, or
 * a datagram's sender. `unknown` for requests of other kinds.
 *
 * @typeParam R What a request is.
 */
export type ClientAddressOf<R extends object> = R extends
  Socket<infer A, infer _From> ? A
  : R extends [Uint8Array, Socket<infer _A, infer From>] ? From
  : unknown;

/**
 * Handles one request: a subclass says how in {@linkcode BaseRequestHandler.handle}.
 *
 * A server makes an instance for each request and calls its `setup`, `handle` and
 * `finish`; Python's constructor calls them itself, but a constructor cannot wait. If
 * `setup` throws, the other two are not called; `finish` is called even if `handle`
 * throws.
 *
 * @example Greet every client
 * ```ts
 * import { socket, socketserver } from "@berkeley/socket";
 * import { assertEquals } from "@std/assert";
 *
 * class Greeting extends socketserver.BaseRequestHandler<socketserver.StreamRequest> {
 *   override async handle() {
 *     await this.request.sendall(new TextEncoder().encode("hello"));
 *   }
 * }
 *
 * await using server = new socketserver.TCPServer(["127.0.0.1", 0], Greeting);
 * using client = await socket.createConnection(server.serverAddress);
 * await server.handleRequest();
 * assertEquals(new TextDecoder().decode(await client.recv(100)), "hello");
 * ```
 *
 * @example Use what the server has of its own
 * ```ts
 * import { socketserver } from "@berkeley/socket";
 *
 * class Greeting extends socketserver.StreamRequestHandler {
 *   declare readonly server: GreetingServer;
 *   override async handle() {
 *     await this.wfile.write(new TextEncoder().encode(this.server.greeting));
 *   }
 * }
 * class GreetingServer extends socketserver.ThreadingTCPServer {
 *   greeting = "hello";
 * }
 *
 * await using _ = new GreetingServer(["127.0.0.1", 0], Greeting);
 * ```
 *
 * @example Handle requests of a Unix server
 * ```ts
 * import { socket, socketserver } from "@berkeley/socket";
 *
 * class Echo extends socketserver.BaseRequestHandler<socketserver.StreamRequest<socket.UnixAddress>> {
 *   override async handle() {
 *     await this.request.sendall(await this.request.recv(1024));
 *   }
 * }
 *
 * const path = await Deno.makeTempDir() + "/echo";
 * await using _ = new socketserver.UnixStreamServer(path, Echo);
 * ```
 *
 * Port of [`socketserver.BaseRequestHandler`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseRequestHandler).
 *
 * @typeParam R What a request is: {@linkcode StreamRequest}, {@linkcode DatagramRequest},
 * or what the server's `getRequest` returns.
 * @typeParam A The shape of the client's address; follows from `R`.
 * @typeParam S The class of the server; `declare readonly server: …` says it too.
 */
export class BaseRequestHandler<
  R extends object = object,
  A = ClientAddressOf<R>,
  S extends HandlerServer = HandlerServer<Exclude<A, null>>,
> {
  /** The request: a connection, or for datagrams the data and the server's socket. */
  readonly request: R;
  /** The client's address. */
  readonly clientAddress: A;
  /** The server that took the request. */
  readonly server: S;

  /** Keeps the request; servers call this. */
  constructor(request: R, clientAddress: A, server: S) {
    this.request = request;
    this.clientAddress = clientAddress;
    this.server = server;
  }

  /**
   * Aborts when the request is aborted: by {@linkcode BaseServer.shutdown} with a grace,
   * by `requestTimeout`, or by `serverClose` of a server with `daemonThreads`.
   *
   * Its connection is closed then, and what the handler throws is not reported: the
   * signal is for other things that it waits for. In a Worker it never aborts, for the
   * Worker itself is ended. Not in Python.
   */
  get signal(): AbortSignal {
    return signalOf(this.request);
  }

  /**
   * Prepares the handling; does nothing by itself.
   *
   * @returns Nothing, or a promise to wait for.
   *
   * @example Usage
   * ```ts
   * import { socketserver } from "@berkeley/socket";
   *
   * class Timed extends socketserver.BaseRequestHandler {
   *   #begin = 0;
   *   override setup() {
   *     this.#begin = performance.now();
   *   }
   *   override finish() {
   *     console.log(performance.now() - this.#begin, "ms");
   *   }
   * }
   *
   * await using _ = new socketserver.TCPServer(["127.0.0.1", 0], Timed);
   * ```
   *
   * Port of [`BaseRequestHandler.setup`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseRequestHandler.setup).
   */
  setup(): Awaitable<void> {}

  /**
   * Handles the request; does nothing by itself.
   *
   * @returns Nothing, or a promise to wait for.
   *
   * @example Usage
   * ```ts
   * import { socket, socketserver } from "@berkeley/socket";
   *
   * class Echo extends socketserver.BaseRequestHandler<socketserver.StreamRequest> {
   *   override async handle() {
   *     await this.request.sendall(await this.request.recv(1024));
   *   }
   * }
   *
   * await using _ = new socketserver.TCPServer(["127.0.0.1", 0], Echo);
   * ```
   *
   * Port of [`BaseRequestHandler.handle`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseRequestHandler.handle).
   */
  handle(): Awaitable<void> {}

  /**
   * Cleans up after {@linkcode BaseRequestHandler.handle}, even if that threw; does
   * nothing by itself.
   *
   * @returns Nothing, or a promise to wait for.
   *
   * @example Usage
   * ```ts
   * import { socketserver } from "@berkeley/socket";
   *
   * class Logged extends socketserver.BaseRequestHandler {
   *   override finish() {
   *     console.log("done with", this.clientAddress);
   *   }
   * }
   *
   * await using _ = new socketserver.TCPServer(["127.0.0.1", 0], Logged);
   * ```
   *
   * Port of [`BaseRequestHandler.finish`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseRequestHandler.finish).
   */
  finish(): Awaitable<void> {}
}

/**
 * Returns the class to make handlers with: a class of handlers is that itself, a
 * function becomes one whose constructor returns what the function does.
 *
 * @returns `undefined` for what can make no handlers.
 */
export function handlerClass(value: unknown): RequestHandlerClass | undefined {
  if (typeof value !== "function") return undefined;
  if (isHandler(value.prototype)) return value as RequestHandlerClass;
  if (isClass(value)) return undefined;
  const isConstructor = canConstruct(value);
  const make = function (...args: unknown[]): object {
    const handler: unknown = isConstructor
      ? Reflect.construct(value, args)
      : Reflect.apply(value, undefined, args);
    if (isHandler(handler)) return handler;
    throw new TypeError(
      `Cannot handle a request: ${
        nameOf(value)
      } must return a BaseRequestHandler, not ${kindOf(handler)}`,
    );
  };
  Object.defineProperty(make, "name", { value: value.name });
  return make as unknown as RequestHandlerClass;
}

/** Returns the class to make handlers with; refuses what can make none. */
export function checkHandlerClass<R extends object, A>(
  call: string,
  value: RequestHandlerMaker<R, A>,
): RequestHandlerClass<R, A> {
  const found = handlerClass(value);
  if (found !== undefined) return found as RequestHandlerClass<R, A>;
  throw new TypeError(
    `Cannot ${call}: the request handler must be a class that extends BaseRequestHandler, or a function that returns such a handler, not ${
      nameOf(value)
    }`,
  );
}

/** Names what was given in place of a class of handlers. */
export function nameOf(value: unknown): string {
  if (typeof value !== "function") return kindOf(value);
  const kind = isClass(value) ? "class" : "function";
  return value.name ? `the ${kind} ${value.name}` : `a ${kind}`;
}

function isClass(value: object): boolean {
  // The prototype of a class cannot be replaced; that of a function can.
  const prototype = Object.getOwnPropertyDescriptor(value, "prototype");
  return prototype?.writable === false;
}

function isHandler(value: unknown): value is BaseRequestHandler {
  const { setup, handle, finish } = Object(value);
  return [setup, handle, finish].every((step) => typeof step === "function");
}

/** Tells whether a function is one for `new`, such as a class that `bind` has given arguments. */
function canConstruct(value: object): boolean {
  try {
    // Calls only `Object`: the last argument has to be a constructor.
    Reflect.construct(Object, [], value as new () => unknown);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs a handler: `setup`, `handle` and `finish`, in Python's order.
 *
 * For servers that override `finishRequest`. Not in Python, where the handler's
 * constructor does it.
 *
 * @param handler The handler of one request.
 *
 * @example Usage
 * ```ts
 * import { socketserver } from "@berkeley/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const steps: string[] = [];
 * class Handler extends socketserver.BaseRequestHandler {
 *   override setup() {
 *     steps.push("setup");
 *   }
 *   override handle() {
 *     steps.push("handle");
 *   }
 *   override finish() {
 *     steps.push("finish");
 *   }
 * }
 *
 * await using server = new socketserver.TCPServer(["127.0.0.1", 0], Handler);
 * await socketserver.runHandler(new Handler({}, null, server));
 * assertEquals(steps, ["setup", "handle", "finish"]);
 * ```
 */
export async function runHandler(handler: BaseRequestHandler): Promise<void> {
  const set = handler.setup();
  if (set !== undefined) await set;
  try {
    await handler.handle();
  } finally {
    const finished = handler.finish();
    if (finished !== undefined) await finished;
  }
}
