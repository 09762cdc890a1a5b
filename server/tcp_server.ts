import type { Address, AddressInput, InetAddress } from "../socket/address.ts";
import { checkInteger, kindOf } from "../socket/arguments.ts";
import { checkAddress } from "../socket/check_address.ts";
import {
  AF_INET,
  SHUT_WR,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../socket/constants/mod.ts";
import { POLLIN } from "../socket/constants/poll.ts";
import { BlockingIOError, OSError, TimeoutError } from "../socket/errors.ts";
import { endpointOf, forceClose, Socket } from "../socket/socket.ts";
import type { SSLContext } from "../socket/ssl/context.ts";
import { untilReady, waitOf, type WaitOptions, watch } from "../socket/wait.ts";
import type { Awaitable, RequestHandlerMaker } from "./base_request_handler.ts";
import { BaseServer } from "./base_server.ts";
import type { ReadyOptions, TCPServerOptions } from "./options.ts";
import { wasAborted } from "./requests.ts";
import {
  checkContext,
  checkHandshakeTimeout,
  isSecure,
  secure,
  shakeHands,
} from "./tls.ts";

let aborted: AbortSignal | undefined;

/** Returns a signal that has aborted. */
function abortedSignal(): AbortSignal {
  return aborted ??= AbortSignal.abort();
}

/** The request of a server of connections: the connection's socket. */
export type StreamRequest<A extends Address = InetAddress> = Socket<A, null>;

/**
 * Serves TCP connections, one at a time; {@linkcode ThreadingTCPServer} serves many.
 *
 * @example Upper case, as in Python's documentation
 * ```ts
 * import { socket, socketserver } from "@berkeley/socket";
 * import { assertEquals } from "@std/assert";
 *
 * class MyTCPHandler extends socketserver.BaseRequestHandler<socketserver.StreamRequest> {
 *   override async handle() {
 *     const data = await this.request.recv(1024);
 *     const text = new TextDecoder().decode(data).toUpperCase();
 *     await this.request.sendall(new TextEncoder().encode(text));
 *   }
 * }
 *
 * await using server = new socketserver.TCPServer(["127.0.0.1", 0], MyTCPHandler);
 * using client = await socket.createConnection(server.serverAddress);
 * await client.sendall(new TextEncoder().encode("hello"));
 * await server.handleRequest();
 * assertEquals(new TextDecoder().decode(await client.recv(1024)), "HELLO");
 * ```
 *
 * Port of [`socketserver.TCPServer`](https://docs.python.org/3/library/socketserver.html#socketserver.TCPServer).
 *
 * @typeParam A The shape of the addresses; a subclass of another `addressFamily` says which.
 * @typeParam R What a request is. A subclass that says something else than a
 * connection overrides `getRequest`.
 * @typeParam C The shape of the clients' addresses.
 * @typeParam From What the server's socket names as the sender of what it receives.
 */
export class TCPServer<
  A extends Address = InetAddress,
  R extends object = StreamRequest<A>,
  C = A,
  From extends Address | null = null,
> extends BaseServer<R, A, C> {
  /** The family of the addresses. */
  static addressFamily: number = AF_INET;
  /** The type of the socket. */
  static socketType: number = SOCK_STREAM;
  /** How many connections may wait to be accepted; 5 in Python. */
  static requestQueueSize = 128;
  /** Whether the address may be bound while its old connections linger; always so for streams in the sandbox. */
  static allowReuseAddress = false;
  /** Whether several sockets may be bound to the port. */
  static allowReusePort = false;
  /** Has the server speak TLS; not in Python. */
  static ssl: SSLContext | null = null;
  /** How long a client may take for the handshake of TLS; seconds, `null` for ever. */
  static handshakeTimeout: number | null = 10;

  static readonly #getRequest = this.prototype.getRequest;
  static readonly #requestReady = this.prototype.requestReady;
  static readonly #convertRequest = this.prototype.convertRequest;

  /** The server's socket. */
  socket: Socket<A, From>;
  #requestQueueSize: number;
  #allowReuseAddress: boolean;
  #allowReusePort: boolean;
  #ssl: SSLContext | null;
  #handshakeTimeout: number | null;
  #bound = false;
  /** The connections that are closed, but have bytes that count as sent. */
  readonly #closing = new Set<Promise<void>>();
  /** Cuts those connections off. */
  #cutting = new AbortController();

  /**
   * Makes a server, and has it bind and listen.
   *
   * It calls `serverBind` and `serverActivate` before a subclass's own fields are
   * set: what these steps need has to be `static` or an option.
   *
   * @param serverAddress The address to serve; port 0 is any free port, host "" any interface.
   * @param RequestHandlerClass The class whose instances handle the requests, or a
   * function that returns a handler for each.
   * @param options What differs from the class's static members.
   * @throws {OSError} EADDRINUSE if the address is in use, EADDRNOTAVAIL if it is not
   * one of this machine.
   * @throws {PermissionError} EACCES if it is not granted; the message names the flag.
   * @throws {TypeError} If the handler is neither a class of handlers nor a function.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(
    serverAddress: AddressInput<A>,
    RequestHandlerClass: RequestHandlerMaker<NoInfer<R>, NoInfer<C>>,
    options: TCPServerOptions = {},
  ) {
    const statics = new.target;
    const call = `make a ${statics.name}`;
    const {
      addressFamily = statics.addressFamily,
      requestQueueSize = statics.requestQueueSize,
      allowReuseAddress = statics.allowReuseAddress,
      allowReusePort = statics.allowReusePort,
      ssl = statics.ssl,
      handshakeTimeout = statics.handshakeTimeout,
      bindAndActivate = true,
      driver,
    } = options;
    const address = checkAddress<A>(call, addressFamily, serverAddress);
    super(address, RequestHandlerClass, options);
    checkInteger(call, "requestQueueSize", requestQueueSize, 0);
    this.#requestQueueSize = requestQueueSize;
    this.#allowReuseAddress = allowReuseAddress;
    this.#allowReusePort = allowReusePort;
    checkContext(call, ssl, statics.socketType === SOCK_STREAM);
    checkHandshakeTimeout(call, handshakeTimeout);
    this.#ssl = ssl;
    this.#handshakeTimeout = handshakeTimeout;
    this.socket = new Socket(addressFamily, statics.socketType, 0, { driver });
    if (!bindAndActivate) return;
    try {
      this.serverBind();
      this.serverActivate();
    } catch (error) {
      this.#giveUp();
      throw error;
    }
  }

  /** The family of the addresses; to choose another, override the static member. */
  get addressFamily(): number {
    return this.socket.family;
  }

  /** The type of the socket; to choose another, override the static member. */
  get socketType(): number {
    return this.socket.type;
  }

  /** How many connections may wait to be accepted. */
  get requestQueueSize(): number {
    return this.#requestQueueSize;
  }

  set requestQueueSize(size: number) {
    this.#checkUnbound("requestQueueSize");
    checkInteger("set requestQueueSize", "requestQueueSize", size, 0);
    this.#requestQueueSize = size;
  }

  /** Whether the address may be bound while its old connections linger. */
  get allowReuseAddress(): boolean {
    return this.#allowReuseAddress;
  }

  set allowReuseAddress(allow: boolean) {
    this.#checkUnbound("allowReuseAddress");
    this.#allowReuseAddress = allow;
  }

  /** Whether several sockets may be bound to the port. */
  get allowReusePort(): boolean {
    return this.#allowReusePort;
  }

  set allowReusePort(allow: boolean) {
    this.#checkUnbound("allowReusePort");
    this.#allowReusePort = allow;
  }

  /**
   * What makes TLS of connections, `null` for none. Another one is for the connections
   * that come from then on: so certificates are renewed while the server goes on.
   */
  get ssl(): SSLContext | null {
    return this.#ssl;
  }

  set ssl(context: SSLContext | null) {
    checkContext("set ssl", context, this.socket.type === SOCK_STREAM);
    this.#ssl = context;
  }

  /** How long a client may take for the handshake of TLS; seconds, `null` for ever. */
  get handshakeTimeout(): number | null {
    return this.#handshakeTimeout;
  }

  set handshakeTimeout(timeout: number | null) {
    checkHandshakeTimeout("set handshakeTimeout", timeout);
    this.#handshakeTimeout = timeout;
  }

  /**
   * Binds the socket to the server's address; the constructor calls it.
   *
   * @throws {OSError} EADDRINUSE if the address is in use, EADDRNOTAVAIL if it is not
   * one of this machine.
   * @throws {PermissionError} EACCES if it is not granted; the message names the flag.
   *
   * @example Bind later
   * ```ts
   * import { socketserver } from "@berkeley/socket";
   *
   * await using server = new socketserver.TCPServer(
   *   ["127.0.0.1", 0],
   *   socketserver.BaseRequestHandler,
   *   { bindAndActivate: false },
   * );
   * server.requestQueueSize = 10;
   * server.serverBind();
   * server.serverActivate();
   * ```
   *
   * Port of [`BaseServer.server_bind`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseServer.server_bind), `bind(2)`.
   */
  serverBind(): void {
    const { socket } = this;
    if (this.#allowReuseAddress) socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
    if (this.#allowReusePort) socket.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1);
    // The sandbox sets the queue's length when it binds.
    endpointOf(socket, "bind").bind(
      checkAddress<A>("bind", socket.family, this.serverAddress),
      socket.type === SOCK_STREAM ? this.#requestQueueSize : undefined,
    );
    this.#bound = true;
    this.serverAddress = socket.getsockname();
  }

  /** Begins to listen; the constructor calls it. `listen(2)`. */
  override serverActivate(): void {
    this.socket.listen(this.#requestQueueSize);
  }

  /** Closes the socket, and ends the serving. */
  override serverClose(): Awaitable<void> {
    this.socket.close();
    return super.serverClose();
  }

  /**
   * Returns the descriptor of the server's socket.
   *
   * Drivers: POSIX; the sandboxed one throws EOPNOTSUPP while the socket is open.
   *
   * @returns The number; -1 if the server is closed.
   * @throws {OSError} EOPNOTSUPP.
   *
   * @example -1 once closed
   * ```ts
   * import { socketserver } from "@berkeley/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const server = new socketserver.TCPServer(["127.0.0.1", 0], socketserver.BaseRequestHandler);
   * await server.serverClose();
   * assertEquals(server.fileno(), -1);
   * ```
   *
   * Port of [`BaseServer.fileno`](https://docs.python.org/3/library/socketserver.html#socketserver.BaseServer.fileno).
   */
  fileno(): number {
    return this.socket.fileno();
  }

  /** Waits for the next connection; `accept(2)`. */
  override getRequest(
    options?: WaitOptions,
  ): Awaitable<[request: R, clientAddress: C]>;
  // The types of a connection, unless a subclass with other ones overrides this.
  override getRequest(options?: WaitOptions): Awaitable<[object, unknown]> {
    return this.socket.accept(options);
  }

  /**
   * Ends the sending, and calls `closeRequest`.
   *
   * If the handler leaves unread what the client has sent, the client may lose the end
   * of the answer: TCP then resets the connection, in Python too.
   */
  override shutdownRequest(request: R): Awaitable<void> {
    try {
      connectionOf(request).shutdown(SHUT_WR);
    } catch (error) {
      // The client may be gone already.
      if (!(error instanceof OSError)) throw error;
    }
    return this.closeRequest(request);
  }

  /** Closes the connection, and files of it that the handler left open. */
  override closeRequest(request: R): Awaitable<void> {
    const connection = connectionOf(request);
    if (!(connection instanceof Socket)) return connection.close();
    // Files that the handler left open hold the connection; Python's garbage
    // collector would close them.
    forceClose(
      connection,
      wasAborted(request) ? abortedSignal() : this.#cutting.signal,
    );
    const closed = connection[Symbol.asyncDispose]()
      .finally(() => this.#closing.delete(closed));
    this.#closing.add(closed);
  }

  /** Closes the connection of a request whose `shutdownRequest` threw. */
  protected override abandonRequest(request: R): void {
    if (request instanceof Socket) forceClose(request, abortedSignal());
    else if (isConnection(request)) request.close();
  }

  /** Waits for bytes that count as sent to leave closed connections, and cuts off those that still have some then. */
  protected override async requestsClosed(
    timeout: number | null,
  ): Promise<void> {
    if (this.#closing.size === 0) return;
    const cut = () => {
      this.#cutting.abort();
      this.#cutting = new AbortController();
    };
    const wait = waitOf(timeout);
    const stop = wait && watch(wait, cut, cut);
    await Promise.all(this.#closing);
    stop?.();
  }

  /** Closes the server at the end of an `await using` block; its port or path is then free again. */
  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await this.socket[Symbol.asyncDispose]();
  }

  /** Makes TLS of a connection if the server speaks that; the handshake is still to come. */
  protected override convertRequest(request: R): Promise<R> | undefined {
    return this.#ssl === null
      ? undefined
      : secure(this.#ssl, request) as Promise<R>;
  }

  /** Shakes hands with a client that is to speak TLS. */
  protected override beginRequest(request: R): Promise<void> | undefined {
    return isSecure(request)
      ? shakeHands(request, this.#handshakeTimeout)
      : undefined;
  }

  /** How long `handleRequest` waits: the shorter of its own and the socket's timeout. */
  protected override get readyTimeout(): number | null {
    const timeouts = [this.socket.gettimeout(), this.timeout]
      .filter((timeout) => timeout !== null);
    return timeouts.length === 0 ? null : Math.min(...timeouts);
  }

  /** Waits until the socket has a request, unless {@linkcode TCPServer.getRequest} waits as well: one wait costs less than two. */
  protected override requestReady(options: ReadyOptions): Awaitable<boolean> {
    const isEndless = options.timeout === null &&
      this.socket.gettimeout() === null;
    return isEndless && this.getRequestWaits || this.#readable(options);
  }

  /** Whether `getRequest`, and what comes before it, is this class's own; see {@linkcode BaseServer}. */
  protected override get takesAlone(): boolean {
    return this.getRequestWaits && this.#ssl === null &&
      this.requestReady === TCPServer.#requestReady &&
      this.convertRequest === TCPServer.#convertRequest;
  }

  /** Whether `getRequest` is known to wait as the server must: until the signal aborts, and losing nothing then. */
  protected get getRequestWaits(): boolean {
    return this.getRequest === TCPServer.#getRequest &&
      this.socket.accept === Socket.prototype.accept;
  }

  async #readable({ timeout, signal }: ReadyOptions): Promise<boolean> {
    try {
      const endpoint = endpointOf(this.socket, "accept");
      const wait = waitOf(timeout, signal);
      await untilReady(endpoint, POLLIN, wait, { syscall: "accept" });
      return true;
    } catch (error) {
      const isLate = error instanceof TimeoutError ||
        error instanceof BlockingIOError;
      if (!isLate) throw error;
      return false;
    }
  }

  /** Closes the server after a failed bind, as Python's constructor does, even if a subclass's serverClose throws. */
  #giveUp(): void {
    const ignore = () => {};
    try {
      Promise.resolve(this.serverClose()).catch(ignore);
    } catch {
      // Its fields are not set yet; the error of the bind is the one to throw.
    }
    this.socket.close();
  }

  #checkUnbound(name: string): void {
    if (!this.#bound) return;
    throw new TypeError(
      `Cannot set ${name}: the server is bound already; make it a static member or an option, or pass bindAndActivate: false`,
    );
  }
}

/** What a request must have for the steps of a server of connections. */
interface Connection {
  shutdown(how: number): void;
  close(): void;
}

function connectionOf(request: object): Connection {
  if (isConnection(request)) return request;
  throw new TypeError(
    `Cannot end a request: it must have shutdown() and close() as a Socket has, not be ${
      kindOf(request)
    }`,
  );
}

function isConnection(request: object): request is Connection {
  return ["shutdown", "close"].every((name) =>
    typeof Reflect.get(request, name) === "function"
  );
}
