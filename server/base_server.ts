import { checkInteger } from "../socket/arguments.ts";
import { BackOff } from "../socket/accept_loop.ts";
import { OSError } from "../socket/errors.ts";
import { checkTimeout, type WaitOptions } from "../socket/wait.ts";
import {
  type Awaitable,
  checkHandlerClass,
  type HandlerServer,
  type RequestHandlerClass,
  type RequestHandlerMaker,
  runHandler,
} from "./base_request_handler.ts";
import type {
  ReadyOptions,
  ServeForeverOptions,
  ServerOptions,
  ShutdownOptions,
} from "./options.ts";
import type { ServerEvent } from "./events.ts";
import { report, tell } from "./report.ts";
import { contextOf, Loop } from "./context.ts";
import { Requests, type RequestTask, wasAborted } from "./requests.ts";

// Errors of a server that was never, or wrongly, set up: trying again mends nothing.
const FATAL = new Set(["EBADF", "EINVAL", "ENOTSOCK", "EOPNOTSUPP"]);

/**
 * The base of all servers: the loop, the steps of a request, and the end. Subclasses
 * say where requests come from.
 *
 * Each step is a method that a subclass may override, in Python's order:
 * `serveForever` or `handleRequest`, `getRequest`, `verifyRequest`,
 * `processRequest`, `finishRequest`, `shutdownRequest`, `closeRequest`. A step may
 * be `async` or not. Python's class attributes are static members, which the
 * constructor reads; instances have them too.
 *
 * What differs from Python: after a transient error, such as too many open files, the
 * server tries again; an error in `verifyRequest` fails that request only; `shutdown`
 * may be called from anywhere, and can abort requests that do not end.
 *
 * @example Requests that come from a list
 * ```ts
 * import { socketserver } from "@berkeley/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const handled: string[] = [];
 * class Handler extends socketserver.BaseRequestHandler<{ text: string }, string> {
 *   override handle() {
 *     handled.push(this.request.text);
 *   }
 * }
 * class ListServer extends socketserver.BaseServer<{ text: string }, string> {
 *   readonly #list = ["one", "two"];
 *   override getRequest(): [{ text: string }, string] {
 *     return [{ text: this.#list.shift()! }, "the list"];
 *   }
 * }
 *
 * await using server = new ListServer("nowhere", Handler);
 * await server.handleRequest();
 * await server.handleRequest();
 * assertEquals(handled, ["one", "two"]);
 * ```
 *
 * Port of [`socketserver.BaseServer`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseServer).
 *
 * @typeParam R What a request is.
 * @typeParam A The shape of the server's address.
 * @typeParam C The shape of the clients' addresses.
 */
// deno-lint-ignore no-explicit-any -- `BaseServer` alone stands for every server
export class BaseServer<R extends object = any, A = any, C = A>
  implements AsyncDisposable, HandlerServer<A> {
  /** How long `handleRequest` waits for a request; seconds, `null` for ever. */
  static timeout: number | null = null;
  /** How many requests may be handled at a time. */
  static maxConnections: number = Infinity;
  /** How long the handling of a request may take; seconds, `null` for ever. */
  static requestTimeout: number | null = null;

  /** The server's address. */
  serverAddress: A;
  /** The class whose instances handle the requests; `new` makes a handler also where the server was given a function. */
  readonly RequestHandlerClass: RequestHandlerClass<R, C>;
  /** How long `handleRequest` waits for a request; seconds, `null` for ever. */
  timeout: number | null;
  /** How many requests may be handled at a time. */
  maxConnections: number;
  /** How long the handling of a request may take; seconds, `null` for ever. */
  requestTimeout: number | null;
  readonly #requests = new Requests<R, C>(this, {
    handle: (task) => this.#handle(task),
    late: (task, error) => this.#late(task, error),
    ended: (task) => this.#ended(task),
  });
  readonly #backOff = new BackOff();
  #loop: Loop | undefined;

  /**
   * Makes a server.
   *
   * @param serverAddress Where requests come from.
   * @param RequestHandlerClass The class whose instances handle them, or a function
   * that returns a handler for each.
   * @param options What differs from the class's static members.
   * @throws {TypeError} If the handler is neither a class of handlers nor a function.
   * @throws {RangeError} If an option is out of its range.
   *
   * @example Handlers that are given more than the request
   * ```ts
   * import { socket, socketserver } from "@berkeley/socket";
   * import { assertEquals } from "@std/assert";
   *
   * class Greeting extends socketserver.StreamRequestHandler {
   *   greeting = "";
   *   override async handle() {
   *     await this.wfile.write(new TextEncoder().encode(this.greeting));
   *   }
   * }
   *
   * await using server = new socketserver.TCPServer(["127.0.0.1", 0], (...args) => {
   *   const handler = new Greeting(...args);
   *   handler.greeting = "hello";
   *   return handler;
   * });
   * using client = await socket.createConnection(server.serverAddress);
   * await server.handleRequest();
   * assertEquals(new TextDecoder().decode(await client.recv(100)), "hello");
   * ```
   */
  constructor(
    serverAddress: A,
    RequestHandlerClass: RequestHandlerMaker<R, C>,
    options: ServerOptions = {},
  ) {
    const call = `make a ${new.target.name}`;
    const Handler = checkHandlerClass(call, RequestHandlerClass);
    const {
      timeout = new.target.timeout,
      maxConnections = new.target.maxConnections,
      requestTimeout = new.target.requestTimeout,
    } = options;
    checkTimeout(call, timeout);
    checkTimeout(call, requestTimeout);
    if (maxConnections !== Infinity) {
      checkInteger(call, "maxConnections", maxConnections, 1);
    }
    this.serverAddress = serverAddress;
    this.RequestHandlerClass = Handler;
    this.timeout = timeout;
    this.maxConnections = maxConnections;
    this.requestTimeout = requestTimeout;
  }

  /**
   * Serves requests until `shutdown`, `serverClose` or the signal ends it.
   *
   * It then resolves, and may be called again unless the server is closed. It ignores
   * `timeout`.
   *
   * @param options `pollInterval`: how often `serviceActions` is called, in seconds;
   * `signal`: ends the serving when it aborts.
   * @throws {Error} If the server is serving already.
   * @throws {OSError} EINVAL if the server was not activated, EBADF if it is closed.
   *
   * @example Serve while there is something to do
   * ```ts
   * import { socket, socketserver } from "@berkeley/socket";
   * import { assertEquals } from "@std/assert";
   *
   * class Echo extends socketserver.StreamRequestHandler {
   *   override async handle() {
   *     await this.wfile.write(await this.rfile.readline());
   *   }
   * }
   *
   * await using server = new socketserver.TCPServer(["127.0.0.1", 0], Echo);
   * const serving = server.serveForever();
   * using client = await socket.createConnection(server.serverAddress);
   * await client.sendall(new TextEncoder().encode("hello\n"));
   * assertEquals(new TextDecoder().decode(await client.recv(100)), "hello\n");
   * await server.shutdown();
   * await serving;
   * ```
   *
   * Port of [`BaseServer.serve_forever`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseServer.serve_forever).
   */
  async serveForever(options: ServeForeverOptions = {}): Promise<void> {
    const { pollInterval = 0.5, signal } = options;
    checkTimeout("serveForever", pollInterval);
    if (this.#loop !== undefined) {
      throw new Error("Cannot serveForever: the server is serving already");
    }
    // Without an override of serviceActions there is no need to poll.
    const polls = this.serviceActions !== BaseServer.prototype.serviceActions;
    const interval = polls ? pollInterval : null;
    using loop = this.#loop = new Loop(this, signal);
    const stop = { signal: loop.signal };
    const take = () => this.#take(interval, stop);
    try {
      await loop.within(() => this.prepareServing(stop));
      while (!loop.stopped) {
        // Only code of a subclass may ask what it runs for, and to run all within
        // the loop's context makes it slower.
        const taken = await (this.takesAlone ? take() : loop.within(take));
        if (taken) await this.#begin(taken, true);
        if (polls) await loop.within(() => this.serviceActions());
      }
    } catch (error) {
      // EBADF: serverClose() closed the socket while the loop waited for it.
      const isEnd = error === loop.signal.reason ||
        error instanceof OSError && error.code === "EBADF";
      if (!(loop.stopped && isEnd)) throw error;
    } finally {
      this.#loop = undefined;
    }
  }

  /**
   * Handles one request.
   *
   * Waits up to `timeout` for it, and calls `handleTimeout` if none came.
   *
   * @param options `signal`: gives the wait up when it aborts.
   * @throws {OSError} EINVAL if the server was not activated, EBADF if it is closed.
   *
   * @example Wait a hundredth of a second for a request
   * ```ts
   * import { socketserver } from "@berkeley/socket";
   * import { assertEquals } from "@std/assert";
   *
   * let waited = false;
   * class Server extends socketserver.UDPServer {
   *   static override timeout = 0.01;
   *   override handleTimeout() {
   *     waited = true;
   *   }
   * }
   *
   * await using server = new Server(["127.0.0.1", 0], socketserver.DatagramRequestHandler);
   * await server.handleRequest();
   * assertEquals(waited, true);
   * ```
   *
   * Port of [`BaseServer.handle_request`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseServer.handle_request).
   */
  async handleRequest(options: WaitOptions = {}): Promise<void> {
    await this.prepareServing({ signal: options.signal });
    const taken = await this.#take(this.readyTimeout, options);
    if (taken) await this.#begin(taken, false);
    else if (taken === null) await this.handleTimeout();
  }

  /**
   * Ends {@linkcode BaseServer.serveForever}, at once, and waits until it has ended.
   *
   * May be called from anywhere, a handler included, which then is not waited for
   * (in Python that is a deadlock); does nothing if the server is not serving. With
   * a grace it also waits for the requests that are being handled, and aborts those
   * that are left.
   *
   * @param options `grace`: how long requests may go on, in seconds; 0 for not at all,
   * `null` for as long as they take.
   * @returns How many requests were aborted: their connections are closed, and their
   * handlers are no longer waited for.
   * @throws {RangeError} If the grace is negative.
   *
   * @example Abort what does not end
   * ```ts
   * import { socket, socketserver } from "@berkeley/socket";
   * import { assertEquals } from "@std/assert";
   *
   * class Patient extends socketserver.StreamRequestHandler {
   *   override async handle() {
   *     await this.wfile.write(new TextEncoder().encode("go on\n"));
   *     await this.rfile.readline();
   *   }
   * }
   *
   * await using server = new socketserver.ThreadingTCPServer(["127.0.0.1", 0], Patient);
   * server.serveForever();
   * using client = await socket.createConnection(server.serverAddress);
   * await client.recv(100);
   * assertEquals(await server.shutdown({ grace: 0.01 }), 1);
   * ```
   *
   * Port of [`BaseServer.shutdown`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseServer.shutdown).
   */
  async shutdown(options: ShutdownOptions = {}): Promise<number> {
    const { grace } = options;
    if (grace !== undefined) checkTimeout("shutdown", grace);
    const loop = this.#loop;
    loop?.stop();
    const ended = contextOf(this)?.inLoop ? undefined : loop?.ended;
    if (grace === undefined) {
      await ended;
      return 0;
    }
    return await this.#end(grace, ended);
  }

  /**
   * Begins to take requests; does nothing by itself.
   *
   * @example Usage
   * ```ts
   * import { socketserver } from "@berkeley/socket";
   *
   * class Server extends socketserver.TCPServer {
   *   override serverActivate() {
   *     super.serverActivate();
   *     console.log("Listening on", this.serverAddress);
   *   }
   * }
   *
   * await using _ = new Server(["127.0.0.1", 0], socketserver.BaseRequestHandler);
   * ```
   *
   * Port of [`BaseServer.server_activate`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseServer.server_activate).
   */
  serverActivate(): void {}

  /**
   * Closes the server and ends its serving.
   *
   * @returns A promise for servers that wait for what is being handled.
   *
   * @example Usage
   * ```ts
   * import { socketserver } from "@berkeley/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const server = new socketserver.TCPServer(["127.0.0.1", 0], socketserver.BaseRequestHandler);
   * await server.serverClose();
   * assertEquals(server.socket.fileno(), -1);
   * ```
   *
   * Port of [`BaseServer.server_close`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseServer.server_close).
   */
  serverClose(): Awaitable<void> {
    this.#loop?.stop();
  }

  /**
   * Waits until {@linkcode BaseServer.getRequest} has a request to return; for
   * subclasses whose requests do not come from a socket. Not in Python, which selects
   * on `fileno()`.
   *
   * Without an override it does not wait: `getRequest` then waits itself.
   *
   * @param _options `timeout` in seconds, and `signal`.
   * @returns Whether there is one; `false` after the timeout.
   */
  protected requestReady(_options: ReadyOptions): Awaitable<boolean> {
    return true;
  }

  /**
   * Returns the next request and the client's address; each subclass has its own way.
   *
   * After an OSError the server goes on, with a pause where that may help.
   *
   * @param _options `signal`: gives the wait up when it aborts.
   * @returns The request and the client's address.
   * @throws {TypeError} If no subclass overrides it.
   *
   * @example Look at every request first
   * ```ts
   * import { socket, socketserver } from "@berkeley/socket";
   *
   * class Server extends socketserver.TCPServer {
   *   override async getRequest(
   *     options?: socket.WaitOptions,
   *   ): Promise<[socketserver.StreamRequest, socket.InetAddress]> {
   *     const [connection, address] = await super.getRequest(options);
   *     connection.settimeout(5);
   *     return [connection, address];
   *   }
   * }
   *
   * await using _ = new Server(["127.0.0.1", 0], socketserver.BaseRequestHandler);
   * ```
   *
   * Port of [`BaseServer.get_request`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseServer.get_request).
   */
  getRequest(
    _options?: WaitOptions,
  ): Awaitable<[request: R, clientAddress: C]> {
    throw new TypeError(
      "Cannot get a request: BaseServer has none; use TCPServer or UDPServer, or override getRequest",
    );
  }

  /**
   * Tells whether a request is to be handled; always, without an override.
   *
   * An error goes to `handleError` and fails this request only; in Python it ends the
   * loop.
   *
   * @param _request The request.
   * @param _clientAddress The client's address.
   * @returns `false` to drop it.
   *
   * @example Serve this machine only
   * ```ts
   * import { socket, socketserver } from "@berkeley/socket";
   *
   * class Local extends socketserver.TCPServer {
   *   override verifyRequest(_: socketserver.StreamRequest, [host]: socket.InetAddress) {
   *     return host === "127.0.0.1";
   *   }
   * }
   *
   * await using _ = new Local(["127.0.0.1", 0], socketserver.BaseRequestHandler);
   * ```
   *
   * Port of [`BaseServer.verify_request`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseServer.verify_request).
   */
  verifyRequest(_request: R, _clientAddress: C): Awaitable<boolean> {
    return true;
  }

  /**
   * Handles a request and shuts it down; the mix-ins do so beside the loop.
   *
   * @param request The request.
   * @param clientAddress The client's address.
   * @returns A promise for the loop to wait for.
   *
   * @example Count requests
   * ```ts
   * import { socket, socketserver } from "@berkeley/socket";
   *
   * class Counting extends socketserver.TCPServer {
   *   count = 0;
   *   override processRequest(request: socketserver.StreamRequest, address: socket.InetAddress) {
   *     this.count++;
   *     return super.processRequest(request, address);
   *   }
   * }
   *
   * await using _ = new Counting(["127.0.0.1", 0], socketserver.BaseRequestHandler);
   * ```
   *
   * Port of [`BaseServer.process_request`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseServer.process_request).
   */
  processRequest(request: R, clientAddress: C): Awaitable<void> {
    const finished = this.#finish(request, clientAddress);
    return finished === undefined
      ? this.shutdownRequest(request)
      : Promise.resolve(finished).then(() => this.shutdownRequest(request));
  }

  /**
   * Makes a handler for the request and runs it.
   *
   * @param request The request.
   * @param clientAddress The client's address.
   * @returns A promise that settles as the handler does.
   *
   * @example Give the handlers more than the request
   * ```ts
   * import { socket, socketserver } from "@berkeley/socket";
   *
   * class Handler extends socketserver.StreamRequestHandler {
   *   greeting = "";
   *   override async handle() {
   *     await this.wfile.write(new TextEncoder().encode(this.greeting));
   *   }
   * }
   * class Server extends socketserver.TCPServer {
   *   override async finishRequest(request: socketserver.StreamRequest, address: socket.InetAddress) {
   *     const handler = new Handler(request, address, this);
   *     handler.greeting = "hello";
   *     await socketserver.runHandler(handler);
   *   }
   * }
   *
   * await using _ = new Server(["127.0.0.1", 0], Handler);
   * ```
   *
   * Port of [`BaseServer.finish_request`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseServer.finish_request).
   */
  finishRequest(request: R, clientAddress: C): Awaitable<void> {
    const { RequestHandlerClass } = this;
    return runHandler(new RequestHandlerClass(request, clientAddress, this));
  }

  /**
   * Ends a request; the base class only calls `closeRequest`.
   *
   * @param request The request.
   * @returns A promise to wait for, if need be.
   *
   * @example Leave connections to their handlers
   * ```ts
   * import { socketserver } from "@berkeley/socket";
   *
   * class Server extends socketserver.TCPServer {
   *   override shutdownRequest() {}
   * }
   *
   * await using _ = new Server(["127.0.0.1", 0], socketserver.BaseRequestHandler);
   * ```
   *
   * Port of `BaseServer.shutdown_request` of [`socketserver`](https://docs.python.org/3/library/socketserver.html).
   */
  shutdownRequest(request: R): Awaitable<void> {
    return this.closeRequest(request);
  }

  /**
   * Closes a request; the base class does nothing.
   *
   * @param _request The request.
   * @returns A promise to wait for, if need be.
   *
   * @example Usage
   * ```ts
   * import { socket, socketserver } from "@berkeley/socket";
   *
   * class Server extends socketserver.TCPServer {
   *   open = 0;
   *   override verifyRequest() {
   *     return ++this.open > 0;
   *   }
   *   override closeRequest(request: socketserver.StreamRequest) {
   *     this.open--;
   *     return super.closeRequest(request);
   *   }
   * }
   *
   * await using _ = new Server(["127.0.0.1", 0], socketserver.BaseRequestHandler);
   * ```
   *
   * Port of `BaseServer.close_request` of [`socketserver`](https://docs.python.org/3/library/socketserver.html).
   */
  closeRequest(_request: R): Awaitable<void> {}

  /**
   * Runs after each request of `serveForever`, and once in a `pollInterval` while none
   * comes; does nothing by itself.
   *
   * @returns A promise for the loop to wait for, if need be.
   *
   * @example Usage
   * ```ts
   * import { socketserver } from "@berkeley/socket";
   *
   * class Server extends socketserver.TCPServer {
   *   override serviceActions() {
   *     console.log("still here");
   *   }
   * }
   *
   * await using _ = new Server(["127.0.0.1", 0], socketserver.BaseRequestHandler);
   * ```
   *
   * Port of [`BaseServer.service_actions`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseServer.service_actions).
   */
  serviceActions(): Awaitable<void> {}

  /**
   * Runs when `handleRequest` got no request in time; does nothing by itself.
   *
   * @returns A promise to wait for, if need be.
   *
   * @example Usage
   * ```ts
   * import { socketserver } from "@berkeley/socket";
   *
   * class Server extends socketserver.TCPServer {
   *   static override timeout = 60;
   *   override handleTimeout() {
   *     console.log("a minute without a request");
   *   }
   * }
   *
   * await using _ = new Server(["127.0.0.1", 0], socketserver.BaseRequestHandler);
   * ```
   *
   * Port of [`BaseServer.handle_timeout`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseServer.handle_timeout).
   */
  handleTimeout(): Awaitable<void> {}

  /**
   * Reports an error in the handling of a request: prints it to the standard error
   * stream, as Python does. The server goes on.
   *
   * In Python there is no third parameter: the method looks the error up.
   *
   * @param _request The request.
   * @param clientAddress The client's address.
   * @param error What was thrown.
   * @returns A promise to wait for, if need be.
   *
   * @example Count what goes wrong
   * ```ts
   * import { socketserver } from "@berkeley/socket";
   *
   * class Server extends socketserver.ThreadingTCPServer {
   *   errors = 0;
   *   override handleError() {
   *     this.errors++;
   *   }
   * }
   *
   * await using _ = new Server(["127.0.0.1", 0], socketserver.BaseRequestHandler);
   * ```
   *
   * Port of [`BaseServer.handle_error`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseServer.handle_error).
   */
  handleError(
    _request: R,
    clientAddress: C,
    error: unknown,
  ): Awaitable<void> {
    report(error, clientAddress);
  }

  /**
   * Is told what the server does, for programs that log or count; does nothing by
   * itself. Not in Python.
   *
   * It must not take long, for the server waits for it. What it throws is reported as
   * an error of a request is, and changes nothing.
   *
   * @param _event What has happened.
   *
   * @example Log each request, with the time that it took
   * ```ts
   * import { socket, socketserver } from "@berkeley/socket";
   *
   * class Server extends socketserver.ThreadingTCPServer {
   *   override logEvent(event: socketserver.ServerEvent) {
   *     if (event.type !== "ended") return;
   *     console.log(event.clientAddress, event.seconds, "s,", this.activeRequests, "left");
   *   }
   * }
   *
   * await using _ = new Server(["127.0.0.1", 0], socketserver.BaseRequestHandler);
   * ```
   */
  logEvent(_event: ServerEvent<R, C>): void {}

  /** How many requests are being handled. Not in Python. */
  get activeRequests(): number {
    return this.#requests.size;
  }

  /** Closes the server at the end of an `await using` block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.serverClose();
  }

  /** How long `handleRequest` waits; seconds, `null` for ever. */
  protected get readyTimeout(): number | null {
    return this.timeout;
  }

  /** How many requests may be handled at a time, by every bound that the server has. */
  protected get mostRequests(): number {
    return this.maxConnections;
  }

  /** Whether {@linkcode BaseServer.getRequest} and what comes before it are known to run no code of a subclass. */
  protected get takesAlone(): boolean {
    return false;
  }

  /**
   * Prepares what must be there before the first request is waited for.
   *
   * @param _options `signal`: gives the preparation up when it aborts.
   */
  protected prepareServing(_options: WaitOptions): Awaitable<void> {}

  /**
   * Turns what {@linkcode BaseServer.getRequest} gave into the request that the other
   * steps are to have. It waits for no client, for the loop waits for it.
   *
   * @param _request The request.
   * @returns The other request; `undefined` if it is to stay as it is.
   */
  protected convertRequest(_request: R): Promise<R> | void {}

  /**
   * Does what must be done with the client before there is a handler, in the task of
   * the request. Does nothing by itself.
   *
   * @param _request The request.
   * @returns What the request waits for; `undefined` if there is nothing to do.
   */
  protected beginRequest(_request: R): Promise<void> | void {}

  /**
   * Lengthens the handling of a request: it is counted, and can be waited for and
   * aborted, until a promise has settled. For steps that go on after they have
   * returned.
   *
   * @param request The request; one that the server has not taken itself is counted
   * from now on, without `requestTimeout`.
   * @param promise What the request waits for; an error of it is reported.
   */
  protected waitUntil(request: R, promise: Promise<unknown>): void {
    this.#requests.waitUntil(request, promise);
  }

  /** Waits for all requests that are being handled, but not for the caller's own. */
  protected async requestsHandled(): Promise<void> {
    await this.#requests.untilAtMost(0, { by: contextOf(this)?.request });
  }

  /** Aborts all requests that are being handled, but not the caller's own, and returns how many. */
  protected abortRequests(): number {
    const by = contextOf(this)?.request;
    const aborted = this.#requests.abort(by);
    for (const { request } of aborted) this.#drop(request);
    return aborted.length;
  }

  /**
   * Waits until nothing is left of requests that have been closed; what is left after
   * the timeout is dropped. Does nothing by itself.
   *
   * @param _timeout Seconds, `null` for ever.
   */
  protected requestsClosed(_timeout: number | null): Awaitable<void> {}

  /**
   * Gives up what is open of a request whose `shutdownRequest` threw, where
   * Python has its garbage collector. It is not a step: Python calls none there.
   */
  protected abandonRequest(_request: R): void {}

  /** Handles a request, its errors included, and shuts it down: what a task beside the loop does. */
  protected runRequest(request: R, clientAddress: C): Promise<void> {
    const fail = (error: unknown) => this.#fail(request, clientAddress, error);
    try {
      // A connection that waits is to hold no more than it must: no frame of a function.
      return Promise.resolve(this.#finish(request, clientAddress))
        .then(() => this.#shutDown(request), fail);
    } catch (error) {
      return fail(error);
    }
  }

  /** Begins a request, where there is something to begin, and finishes it. */
  #finish(request: R, clientAddress: C): Awaitable<void> {
    const begun = this.beginRequest(request);
    return begun === undefined
      ? this.finishRequest(request, clientAddress)
      : begun.then(() => this.finishRequest(request, clientAddress));
  }

  /** Shuts a request down, and gives up what is open of it if that throws. */
  #shutDown(request: R): Awaitable<void> {
    const abandon = (error: unknown): never => {
      this.abandonRequest(request);
      throw error;
    };
    try {
      const ended = this.shutdownRequest(request);
      if (ended !== undefined) return Promise.resolve(ended).catch(abandon);
    } catch (error) {
      abandon(error);
    }
  }

  /** Passes an error to `handleError`, unless the request was aborted, which causes errors, and shuts the request down. */
  async #fail(request: R, clientAddress: C, error: unknown): Promise<void> {
    try {
      if (wasAborted(request)) return;
      this.#log({ type: "failed", request, clientAddress, error });
      await this.handleError(request, clientAddress, error);
    } finally {
      await this.#shutDown(request);
    }
  }

  /** Closes an aborted request, whose errors no longer matter. */
  async #drop(request: R): Promise<void> {
    await Promise.try(() => this.closeRequest(request)).catch(() => {});
  }

  /** Closes a request that was aborted because it took too long, and tells `handleError`. */
  async #late(task: RequestTask<R, C>, error: unknown): Promise<void> {
    const { request, clientAddress } = task;
    this.#drop(request);
    this.#log({ type: "failed", request, clientAddress, error });
    await Promise.try(() => this.handleError(request, clientAddress, error))
      .catch((error: unknown) => report(error, clientAddress));
  }

  #ended(task: RequestTask<R, C>): void {
    const { request, clientAddress, begun, isAborted: aborted } = task;
    if (begun === undefined) return;
    const seconds = (performance.now() - begun) / 1000;
    this.#log({ type: "ended", request, clientAddress, seconds, aborted });
  }

  /** Waits until nothing is handled any more, aborts what is late, and returns how many. */
  async #end(grace: number | null, ended?: Promise<void>): Promise<number> {
    const by = contextOf(this)?.request;
    const deadline = performance.now() + (grace ?? Infinity) * 1000;
    for (let aborted = 0;;) {
      const timeout = Math.max(0, deadline - performance.now()) / 1000;
      await this.#requests.untilAtMost(0, { by, timeout });
      aborted += this.abortRequests();
      // The loop may have taken a request that was not counted yet.
      const isNext = await Promise.race([ended, this.#requests.next()]);
      if (isNext) continue;
      const rest = Math.max(0, deadline - performance.now()) / 1000;
      await this.requestsClosed(grace === null ? null : rest);
      return aborted;
    }
  }

  /** Waits for a request; `null` if none came in time, `undefined` if it could not be had. */
  async #take(
    timeout: number | null,
    { signal }: WaitOptions,
  ): Promise<[R, C] | null | undefined> {
    try {
      let rest: number | null | undefined = timeout;
      // Again after a wait, in which the bound may have changed.
      while (this.#requests.size >= this.mostRequests) {
        rest = await this.#requests.capacity(this.mostRequests, rest, signal);
        if (rest === undefined) return null;
      }
      const ready = this.requestReady({ timeout: rest, signal });
      if (ready !== true && !(await ready)) return null;
      const taken = await this.getRequest({ signal });
      const converted = this.convertRequest(taken[0]);
      this.#backOff.reset();
      return converted === undefined ? taken : [await converted, taken[1]];
    } catch (error) {
      const isAbort = signal?.aborted && error === signal.reason;
      if (isAbort || !(error instanceof OSError)) throw error;
      if (FATAL.has(error.code)) throw error;
      this.#log({ type: "untaken", error });
      await this.#backOff.pause(error, { signal });
    }
  }

  /** Begins to handle a request; resolves when the server may take the next. */
  #begin([request, clientAddress]: [R, C], inLoop: boolean): Promise<void> {
    this.#log({ type: "taken", request, clientAddress });
    const { requestTimeout } = this;
    return this.#requests.add(request, clientAddress, inLoop, requestTimeout);
  }

  /** Whether anything listens to what the server tells. */
  get #logs(): boolean {
    return this.logEvent !== BaseServer.prototype.logEvent;
  }

  #log(event: ServerEvent<R, C>): void {
    if (this.#logs) tell(this, event);
  }

  async #handle(task: RequestTask<R, C>): Promise<void> {
    const { request, clientAddress } = task;
    if (this.#logs) task.begun = performance.now();
    try {
      const verified = this.verifyRequest(request, clientAddress);
      const isWanted = verified === true || await verified;
      if (task.isAborted) return;
      const type = isWanted ? "begun" : "refused";
      this.#log({ type, request, clientAddress });
      const step = isWanted
        ? this.processRequest(request, clientAddress)
        : this.shutdownRequest(request);
      if (step !== undefined) await step;
    } catch (error) {
      await this.#fail(request, clientAddress, error);
    }
  }
}
