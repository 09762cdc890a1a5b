import type {
  Address,
  AddressInput,
  InetAddress,
  UnixAddress,
} from "../socket/address.ts";
import type { RequestHandlerMaker } from "./base_request_handler.ts";
import type { BaseServer } from "./base_server.ts";
import { insertBase } from "./mix_in.ts";
import type { TCPServerOptions, UDPServerOptions } from "./options.ts";
import { type StreamRequest, TCPServer } from "./tcp_server.ts";
import {
  type DatagramRequest,
  type DatagramSender,
  UDPServer,
} from "./udp_server.ts";
import { UnixDatagramServer, UnixStreamServer } from "./unix_server.ts";

/** A class of servers, which the mix-ins take and return. */
// deno-lint-ignore no-explicit-any -- TypeScript asks for it of mix-ins
export type ServerClass = new (...args: any[]) => BaseServer;

/** What {@linkcode ThreadingMixIn} adds to a server. */
export interface Threading {
  /**
   * Whether the requests end with the server: `serverClose` then aborts those that
   * are being handled. In Python they end with the process.
   */
  daemonThreads: boolean;
  /** Whether `serverClose` waits for the requests that are being handled, if they are not daemons. */
  blockOnClose: boolean;
  /** Handles one request in its own task, its errors included. */
  processRequestThread(request: object, clientAddress: unknown): Promise<void>;
}

/** What {@linkcode ThreadingMixIn} adds to a class of servers. */
export interface ThreadingClass {
  /** Makes a server, with the arguments of the class that the mix-in extends. */
  // deno-lint-ignore no-explicit-any -- TypeScript asks for it of mix-ins
  new (...args: any[]): Threading;
  /** Whether the requests end with the server. */
  daemonThreads: boolean;
  /** Whether `serverClose` waits for the requests that are being handled. */
  blockOnClose: boolean;
}

/**
 * Extends a class of servers so that each request is handled in a task of its own: a
 * slow client does not keep others waiting.
 *
 * Where Python's has threads this has promises: handlers do not compute in parallel
 * ({@linkcode ForkingMixIn} does that). `maxConnections` bounds how many there are.
 *
 * @param Base The class of servers.
 * @returns A class that extends it.
 *
 * @example A server class of your own
 * ```ts
 * import { socketserver } from "@berkeley/socket";
 *
 * class Server extends socketserver.ThreadingMixIn(socketserver.TCPServer) {
 *   static override daemonThreads = true;
 * }
 *
 * await using _ = new Server(["127.0.0.1", 0], socketserver.BaseRequestHandler);
 * ```
 *
 * Port of [`socketserver.ThreadingMixIn`](https://docs.python.org/3/library/socketserver.html#socketserver.ThreadingMixIn).
 */
export function ThreadingMixIn<T extends ServerClass>(
  Base: T,
): T & ThreadingClass {
  return class extends Base implements Threading {
    static {
      Object.defineProperty(this, "name", { value: `Threading${Base.name}` });
    }
    static daemonThreads = false;
    static blockOnClose = true;

    daemonThreads =
      (this.constructor as unknown as ThreadingClass).daemonThreads;
    blockOnClose = (this.constructor as unknown as ThreadingClass).blockOnClose;

    processRequestThread(
      request: object,
      clientAddress: unknown,
    ): Promise<void> {
      return this.runRequest(request, clientAddress);
    }

    override processRequest(request: object, clientAddress: unknown): void {
      const handled = this.processRequestThread(request, clientAddress);
      // Only errors of handleError, and of the steps after it, come there.
      this.waitUntil(request, handled);
    }

    override async serverClose(): Promise<void> {
      await super.serverClose();
      if (this.daemonThreads) this.abortRequests();
      else if (this.blockOnClose) await this.requestsHandled();
    }
  };
}

/**
 * Serves TCP connections, each in a task of its own.
 *
 * @example Echo
 * ```ts
 * import { socket, socketserver } from "@berkeley/socket";
 * import { assertEquals } from "@std/assert";
 *
 * class Echo extends socketserver.StreamRequestHandler {
 *   override async handle() {
 *     for await (const line of this.rfile) await this.wfile.write(line);
 *   }
 * }
 *
 * await using server = new socketserver.ThreadingTCPServer(["127.0.0.1", 0], Echo);
 * server.serveForever();
 * using one = await socket.createConnection(server.serverAddress);
 * using other = await socket.createConnection(server.serverAddress);
 * for (const client of [other, one]) {
 *   await client.sendall(new TextEncoder().encode("hello\n"));
 *   assertEquals(new TextDecoder().decode(await client.recv(100)), "hello\n");
 * }
 * await server.shutdown({ grace: 0 });
 * ```
 *
 * Port of [`socketserver.ThreadingTCPServer`](https://docs.python.org/3/library/socketserver.html#socketserver.ThreadingTCPServer).
 *
 * @typeParam A The shape of the addresses; a subclass of another `addressFamily` says which.
 */
export class ThreadingTCPServer<A extends Address = InetAddress>
  extends TCPServer<A>
  implements Threading {
  static {
    insertBase(this, ThreadingMixIn(TCPServer));
  }
  /** Whether the requests end with the server. */
  declare static daemonThreads: boolean;
  /** Whether `serverClose` waits for the requests that are being handled. */
  declare static blockOnClose: boolean;

  /**
   * Whether the requests end with the server: `serverClose` then aborts those that
   * are being handled. In Python they end with the process.
   */
  declare daemonThreads: boolean;
  /** Whether `serverClose` waits for the requests that are being handled, if they are not daemons. */
  declare blockOnClose: boolean;

  /**
   * Makes a server, and has it bind and listen; see {@linkcode TCPServer}.
   *
   * @param serverAddress The address to serve; port 0 is any free port, host "" any interface.
   * @param RequestHandlerClass The class whose instances handle the requests, or a
   * function that returns a handler for each.
   * @param options What differs from the class's static members.
   */
  constructor(
    serverAddress: AddressInput<A>,
    RequestHandlerClass: RequestHandlerMaker<
      NoInfer<StreamRequest<A>>,
      NoInfer<A>
    >,
    options?: TCPServerOptions,
  ) {
    super(serverAddress, RequestHandlerClass, options);
  }

  /**
   * Handles one request in its own task, its errors included.
   *
   * @param request The request.
   * @param clientAddress The client's address.
   * @returns A promise that resolves when the request is shut down.
   *
   * @example Usage
   * ```ts
   * import { socketserver } from "@berkeley/socket";
   *
   * class Server extends socketserver.ThreadingTCPServer {
   *   override async processRequestThread(
   *     ...args: Parameters<socketserver.ThreadingTCPServer["processRequestThread"]>
   *   ) {
   *     console.time("request");
   *     await super.processRequestThread(...args);
   *     console.timeEnd("request");
   *   }
   * }
   * ```
   *
   * Port of `ThreadingMixIn.process_request_thread` of [`socketserver`](https://docs.python.org/3/library/socketserver.html).
   */
  processRequestThread(
    request: StreamRequest<A>,
    clientAddress: A,
  ): Promise<void> {
    return this.runRequest(request, clientAddress);
  }
}

/**
 * Serves UDP datagrams, each in a task of its own.
 *
 * @example Echo
 * ```ts
 * import { socket, socketserver } from "@berkeley/socket";
 * import { assertEquals } from "@std/assert";
 *
 * class Echo extends socketserver.DatagramRequestHandler {
 *   override async handle() {
 *     await this.wfile.write(await this.rfile.read());
 *   }
 * }
 *
 * await using server = new socketserver.ThreadingUDPServer(["127.0.0.1", 0], Echo);
 * server.serveForever();
 * using client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);
 * await client.sendto(new TextEncoder().encode("hello"), server.serverAddress);
 * assertEquals(new TextDecoder().decode(await client.recv(100)), "hello");
 * await server.shutdown();
 * ```
 *
 * Port of [`socketserver.ThreadingUDPServer`](https://docs.python.org/3/library/socketserver.html#socketserver.ThreadingUDPServer).
 *
 * @typeParam A The shape of the addresses; a subclass of another `addressFamily` says which.
 */
export class ThreadingUDPServer<A extends Address = InetAddress>
  extends UDPServer<A>
  implements Threading {
  static {
    insertBase(this, ThreadingMixIn(UDPServer));
  }
  /** Whether the requests end with the server. */
  declare static daemonThreads: boolean;
  /** Whether `serverClose` waits for the requests that are being handled. */
  declare static blockOnClose: boolean;

  /**
   * Whether the requests end with the server: `serverClose` then aborts those that
   * are being handled. In Python they end with the process.
   */
  declare daemonThreads: boolean;
  /** Whether `serverClose` waits for the requests that are being handled, if they are not daemons. */
  declare blockOnClose: boolean;

  /**
   * Makes a server, and has it bind; see {@linkcode UDPServer}.
   *
   * @param serverAddress The address to serve; port 0 is any free port, host "" any interface.
   * @param RequestHandlerClass The class whose instances handle the requests, or a
   * function that returns a handler for each.
   * @param options What differs from the class's static members.
   */
  constructor(
    serverAddress: AddressInput<A>,
    RequestHandlerClass: RequestHandlerMaker<
      NoInfer<DatagramRequest<A>>,
      NoInfer<DatagramSender<A>>
    >,
    options?: UDPServerOptions,
  ) {
    super(serverAddress, RequestHandlerClass, options);
  }

  /**
   * Handles one request in its own task, its errors included.
   *
   * @param request The request.
   * @param clientAddress The client's address.
   * @returns A promise that resolves when the request is shut down.
   *
   * @example Usage
   * ```ts
   * import { socketserver } from "@berkeley/socket";
   *
   * class Server extends socketserver.ThreadingUDPServer {
   *   override async processRequestThread(
   *     ...args: Parameters<socketserver.ThreadingUDPServer["processRequestThread"]>
   *   ) {
   *     console.time("request");
   *     await super.processRequestThread(...args);
   *     console.timeEnd("request");
   *   }
   * }
   * ```
   *
   * Port of `ThreadingMixIn.process_request_thread` of [`socketserver`](https://docs.python.org/3/library/socketserver.html).
   */
  processRequestThread(
    request: DatagramRequest<A>,
    clientAddress: DatagramSender<A>,
  ): Promise<void> {
    return this.runRequest(request, clientAddress);
  }
}

/**
 * Serves connections over a Unix socket, each in a task of its own.
 *
 * @example Usage
 * ```ts
 * import { socket, socketserver } from "@berkeley/socket";
 *
 * class Echo extends socketserver.StreamRequestHandler<socket.UnixAddress> {
 *   override async handle() {
 *     for await (const line of this.rfile) await this.wfile.write(line);
 *   }
 * }
 *
 * const path = await Deno.makeTempDir() + "/echo";
 * await using _ = new socketserver.ThreadingUnixStreamServer(path, Echo);
 * ```
 *
 * Port of [`socketserver.ThreadingUnixStreamServer`](https://docs.python.org/3/library/socketserver.html#socketserver.ThreadingUnixStreamServer).
 */
export class ThreadingUnixStreamServer extends UnixStreamServer
  implements Threading {
  static {
    insertBase(this, ThreadingMixIn(UnixStreamServer));
  }
  /** Whether the requests end with the server. */
  declare static daemonThreads: boolean;
  /** Whether `serverClose` waits for the requests that are being handled. */
  declare static blockOnClose: boolean;

  /**
   * Whether the requests end with the server: `serverClose` then aborts those that
   * are being handled. In Python they end with the process.
   */
  declare daemonThreads: boolean;
  /** Whether `serverClose` waits for the requests that are being handled, if they are not daemons. */
  declare blockOnClose: boolean;

  /**
   * Makes a server, and has it bind and listen; see {@linkcode UnixStreamServer}.
   *
   * @param serverAddress The path to serve.
   * @param RequestHandlerClass The class whose instances handle the requests, or a
   * function that returns a handler for each.
   * @param options What differs from the class's static members.
   */
  constructor(
    serverAddress: UnixAddress,
    RequestHandlerClass: RequestHandlerMaker<
      StreamRequest<UnixAddress>,
      UnixAddress
    >,
    options?: TCPServerOptions,
  ) {
    super(serverAddress, RequestHandlerClass, options);
  }

  /**
   * Handles one request in its own task, its errors included.
   *
   * @param request The request.
   * @param clientAddress The client's address.
   * @returns A promise that resolves when the request is shut down.
   *
   * @example Usage
   * ```ts
   * import { socketserver } from "@berkeley/socket";
   *
   * class Server extends socketserver.ThreadingUnixStreamServer {
   *   override async processRequestThread(
   *     ...args: Parameters<socketserver.ThreadingUnixStreamServer["processRequestThread"]>
   *   ) {
   *     console.time("request");
   *     await super.processRequestThread(...args);
   *     console.timeEnd("request");
   *   }
   * }
   * ```
   *
   * Port of `ThreadingMixIn.process_request_thread` of [`socketserver`](https://docs.python.org/3/library/socketserver.html).
   */
  processRequestThread(
    request: StreamRequest<UnixAddress>,
    clientAddress: UnixAddress,
  ): Promise<void> {
    return this.runRequest(request, clientAddress);
  }
}

/**
 * Serves Unix datagrams, each in a task of its own.
 *
 * Drivers: in the sandbox it needs `--unstable-net`.
 *
 * @example Usage
 * ```ts
 * import { socket, socketserver } from "@berkeley/socket";
 *
 * class Echo extends socketserver.DatagramRequestHandler<socket.UnixAddress> {
 *   override async handle() {
 *     await this.wfile.write(await this.rfile.read());
 *   }
 * }
 *
 * const path = await Deno.makeTempDir() + "/echo";
 * await using _ = new socketserver.ThreadingUnixDatagramServer(path, Echo);
 * ```
 *
 * Port of [`socketserver.ThreadingUnixDatagramServer`](https://docs.python.org/3/library/socketserver.html#socketserver.ThreadingUnixDatagramServer).
 */
export class ThreadingUnixDatagramServer extends UnixDatagramServer
  implements Threading {
  static {
    insertBase(this, ThreadingMixIn(UnixDatagramServer));
  }
  /** Whether the requests end with the server. */
  declare static daemonThreads: boolean;
  /** Whether `serverClose` waits for the requests that are being handled. */
  declare static blockOnClose: boolean;

  /**
   * Whether the requests end with the server: `serverClose` then aborts those that
   * are being handled. In Python they end with the process.
   */
  declare daemonThreads: boolean;
  /** Whether `serverClose` waits for the requests that are being handled, if they are not daemons. */
  declare blockOnClose: boolean;

  /**
   * Makes a server, and has it bind; see {@linkcode UnixDatagramServer}.
   *
   * @param serverAddress The path to serve.
   * @param RequestHandlerClass The class whose instances handle the requests, or a
   * function that returns a handler for each.
   * @param options What differs from the class's static members.
   */
  constructor(
    serverAddress: UnixAddress,
    RequestHandlerClass: RequestHandlerMaker<
      DatagramRequest<UnixAddress>,
      DatagramSender<UnixAddress>
    >,
    options?: UDPServerOptions,
  ) {
    super(serverAddress, RequestHandlerClass, options);
  }

  /**
   * Handles one request in its own task, its errors included.
   *
   * @param request The request.
   * @param clientAddress The client's address.
   * @returns A promise that resolves when the request is shut down.
   *
   * @example Usage
   * ```ts
   * import { socketserver } from "@berkeley/socket";
   *
   * class Server extends socketserver.ThreadingUnixDatagramServer {
   *   override async processRequestThread(
   *     ...args: Parameters<socketserver.ThreadingUnixDatagramServer["processRequestThread"]>
   *   ) {
   *     console.time("request");
   *     await super.processRequestThread(...args);
   *     console.timeEnd("request");
   *   }
   * }
   * ```
   *
   * Port of `ThreadingMixIn.process_request_thread` of [`socketserver`](https://docs.python.org/3/library/socketserver.html).
   */
  processRequestThread(
    request: DatagramRequest<UnixAddress>,
    clientAddress: DatagramSender<UnixAddress>,
  ): Promise<void> {
    return this.runRequest(request, clientAddress);
  }
}
