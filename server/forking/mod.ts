import type {
  Address,
  AddressInput,
  InetAddress,
  UnixAddress,
} from "../../socket/address.ts";
import type { WaitOptions } from "../../socket/wait.ts";
import { BaseRequestHandler } from "../base_request_handler.ts";
import { insertBase } from "../mix_in.ts";
import type {
  ServeForeverOptions,
  TCPServerOptions,
  UDPServerOptions,
} from "../options.ts";
import { contextOf } from "../context.ts";
import { signalOf } from "../requests.ts";
import { TCPServer } from "../tcp_server.ts";
import { type ServerClass, ThreadingMixIn } from "../threading.ts";
import { UDPServer } from "../udp_server.ts";
import { UnixDatagramServer, UnixStreamServer } from "../unix_server.ts";
import {
  checkMaxChildren,
  checkUnbundled,
  type ForkingOptions,
  forkingSettings,
  type ForkingStatics,
  handlerModule,
} from "./options.ts";
import { handleInWorker } from "./parent/handle_request.ts";
import { Pool } from "./parent/pool.ts";

export type { ForkingOptions, ForkingStatics };

/** What {@linkcode ForkingMixIn} adds to a server. */
export interface Forking {
  /** The URL of the module whose default export is the class of the handlers. */
  readonly handlerModule: string;
  /** How many Workers there may be. */
  maxChildren: number;
  /** How many Workers handle a request now; in Python this is the set of processes. */
  readonly activeChildren: number;
  /** Whether `serverClose` waits for the requests that are being handled. */
  blockOnClose: boolean;
}

/**
 * A class of servers that {@linkcode ForkingMixIn} has extended: its constructor takes
 * a module in place of a class of handlers.
 *
 * @typeParam T The class that it extends.
 */
export type ForkingClass<T extends ServerClass> =
  & (new (
    serverAddress: InstanceType<T>["serverAddress"],
    handlerModule: string | URL,
    options?: ConstructorParameters<T>[2] & ForkingOptions,
  ) => InstanceType<T> & Forking)
  & Omit<T, "prototype">
  & ForkingStatics;

/**
 * Extends a class of servers so that each request is handled in a Worker: handlers
 * compute in parallel, keep no other request waiting, and a handler that fails, in
 * whatever way, fails its own request only.
 *
 * Classes cannot be sent to a Worker. So the constructor takes the URL of a module whose
 * default export is the class of the handlers, which each Worker loads:
 * `new URL("./handler.ts", import.meta.url)`. The handlers have real sockets; their
 * bytes travel through the parent, with flow control. In them, `this.server` has only
 * `serverAddress` and `shutdown`.
 *
 * Where Python forks for each request, a Worker handles one request after another:
 * variables of its modules keep their values. There are at most `maxChildren`; while
 * all are busy, no more requests are taken. If one ends while it handles a request, by
 * an error that nothing caught, by `close()` or by `Deno.exit()`, `handleError` gets an
 * error and another Worker takes its place. `requestTimeout` and `shutdown` with a
 * grace end the Worker of a request that they abort. Deno cannot stop an endless loop:
 * its thread goes on until the process ends (Deno 2.9).
 *
 * With `ssl` the parent speaks TLS: clients that are shaking hands occupy no Worker, and
 * a handler gets what was decrypted, over a socket that knows nothing of TLS.
 *
 * With a driver that has descriptors, handlers without `permissions` of their own are
 * lent a duplicate of the request's own, and no bytes travel through the parent, but
 * those of TLS. It is closed with the request; `detach()` gives the handler one to keep.
 * What else a handler opens with such a driver and leaves open stays open when its
 * Worker is ended.
 *
 * What a Worker loads from files needs `--allow-read`: the handler's module, what that
 * imports, and this package where it is a folder of this machine. The error names the
 * flag. A server in a bundle throws: the bundle has to leave this package out
 * (`deno bundle --external=@berkeley/socket`). All steps of the server run in the parent, and its `RequestHandlerClass` is a
 * class whose `handle` has a Worker handle the request.
 *
 * @param Base The class of servers.
 * @returns A class that extends it.
 *
 * @example A server class of your own
 * ```ts
 * import { socketserver } from "@berkeley/socket";
 *
 * class Server extends socketserver.ForkingMixIn(socketserver.TCPServer) {
 *   static override maxChildren = 2;
 * }
 *
 * const handlers = new URL("./handler.ts", import.meta.url);
 * await using _ = new Server(["127.0.0.1", 0], handlers);
 * ```
 *
 * Port of [`socketserver.ForkingMixIn`](https://docs.python.org/3/library/socketserver.html#socketserver.ForkingMixIn).
 */
export function ForkingMixIn<T extends ServerClass>(Base: T): ForkingClass<T> {
  // Requests are tasks beside the loop, whose work a Worker does.
  class Server extends ThreadingMixIn(Base) implements Forking {
    static {
      Object.defineProperty(this, "name", { value: `Forking${Base.name}` });
    }
    static timeout: number | null = 300;
    static maxChildren = navigator.hardwareConcurrency;
    static loadTimeout: number | null = 60;
    static permissions: Deno.PermissionOptions | undefined = undefined;
    static unstableWorkerOptions = false;
    /** The handlers that the server makes itself: each has a Worker handle its request. */
    static readonly #Handler = class WorkerHandler
      extends BaseRequestHandler<object, unknown, Server> {
      override handle(): Promise<void> {
        return this.server.#handle(this.request, this.clientAddress);
      }
    };

    readonly handlerModule: string;
    #maxChildren: number;
    readonly #permissions: Deno.PermissionOptions | undefined;
    readonly #pool: Pool;
    /** How many clients are shaking hands. */
    #beginning = 0;

    // deno-lint-ignore no-explicit-any -- TypeScript asks for it of mix-ins
    constructor(...args: any[]) {
      const statics = new.target as unknown as ForkingStatics;
      const call = `make a ${new.target.name}`;
      checkUnbundled(call);
      const [serverAddress, handler, options = {}] = args;
      const module = handlerModule(call, handler);
      const settings = forkingSettings(call, options, statics);
      super(serverAddress, Server.#Handler, options);
      this.handlerModule = module;
      this.#maxChildren = settings.maxChildren;
      this.#permissions = settings.permissions;
      this.#pool = new Pool({ module, ...settings });
    }

    get maxChildren(): number {
      return this.#maxChildren;
    }

    set maxChildren(most: number) {
      checkMaxChildren("set maxChildren", most);
      this.#maxChildren = most;
    }

    get activeChildren(): number {
      return this.#pool.busy;
    }

    override serveForever(options?: ServeForeverOptions): Promise<void> {
      return this.#pool.during(() => super.serveForever(options));
    }

    override handleRequest(options?: WaitOptions): Promise<void> {
      return this.#pool.during(() => super.handleRequest(options));
    }

    override async serverClose(): Promise<void> {
      await super.serverClose();
      await this.#pool.close();
    }

    protected override get mostRequests(): number {
      // Clients that are shaking hands need no Worker yet.
      const most = this.#maxChildren + this.#beginning;
      return Math.min(super.mostRequests, most);
    }

    protected override beginRequest(
      request: object,
    ): Promise<void> | undefined {
      const begun = super.beginRequest(request);
      if (begun === undefined) return undefined;
      this.#beginning++;
      return begun.finally(() => this.#beginning--);
    }

    protected override prepareServing({ signal }: WaitOptions): Promise<void> {
      return this.#pool.warmUp(signal);
    }

    #handle(request: object, clientAddress: unknown): Promise<void> {
      const context = contextOf(this);
      return handleInWorker(request, this.#pool, {
        clientAddress,
        serverAddress: this.serverAddress,
        permissions: this.#permissions,
        signal: signalOf(request),
        most: this.#maxChildren,
        shutdown: (grace) => {
          const shutdown = () => this.shutdown({ grace });
          return context ? context.within(shutdown) : shutdown();
        },
      });
    }
  }
  return Server as unknown as ForkingClass<T>;
}

/**
 * Serves TCP connections, each in a Worker; see {@linkcode ForkingMixIn}.
 *
 * @example A module of handlers, and its server
 * ```ts
 * import { socket, socketserver } from "@berkeley/socket";
 * import { assertEquals } from "@std/assert";
 *
 * // Mostly this is new URL("./handler.ts", import.meta.url).
 * const handler = "data:application/typescript," + encodeURIComponent(`
 *   import { socketserver } from "${import.meta.resolve("@berkeley/socket")}";
 *   export default class Echo extends socketserver.StreamRequestHandler {
 *     override async handle() {
 *       for await (const line of this.rfile) await this.wfile.write(line);
 *     }
 *   }
 * `);
 *
 * await using server = new socketserver.ForkingTCPServer(["127.0.0.1", 0], handler, {
 *   maxChildren: 4,
 *   requestTimeout: 60,
 * });
 * const serving = server.serveForever();
 * using client = await socket.createConnection(server.serverAddress);
 * await client.sendall(new TextEncoder().encode("hello\n"));
 * assertEquals(new TextDecoder().decode(await client.recv(100)), "hello\n");
 * await server.shutdown({ grace: 0 });
 * await serving;
 * ```
 *
 * Port of [`socketserver.ForkingTCPServer`](https://docs.python.org/3/library/socketserver.html#socketserver.ForkingTCPServer).
 *
 * @typeParam A The shape of the addresses; a subclass of another `addressFamily` says which.
 */
export class ForkingTCPServer<A extends Address = InetAddress>
  extends TCPServer<A>
  implements Forking {
  static {
    insertBase(this, ForkingMixIn(TCPServer));
  }
  /** How many Workers there may be. */
  declare static maxChildren: number;
  /** How long a Worker may take to load the module; seconds, `null` for ever. */
  declare static loadTimeout: number | null;
  /** What the handlers may do, where that is less than the program may. */
  declare static permissions: Deno.PermissionOptions | undefined;
  /** Whether the program always runs with `--unstable-worker-options`. */
  declare static unstableWorkerOptions: boolean;
  /** Whether `serverClose` waits for the requests that are being handled. */
  declare static blockOnClose: boolean;

  /** The URL of the module whose default export is the class of the handlers. */
  declare readonly handlerModule: string;
  /** How many Workers there may be. */
  declare maxChildren: number;
  /** How many Workers handle a request now; in Python this is the set of processes. */
  declare readonly activeChildren: number;
  /** Whether `serverClose` waits for the requests that are being handled. */
  declare blockOnClose: boolean;

  /**
   * Makes a server, and has it bind and listen; see {@linkcode TCPServer}.
   *
   * @param serverAddress The address to serve; port 0 is any free port, host "" any interface.
   * @param handlerModule The URL of the module whose default export is the class of
   * the handlers.
   * @param options What differs from the class's static members.
   * @throws {TypeError} If the module is not a URL, or `permissions` are given without
   * `unstableWorkerOptions`.
   */
  constructor(
    serverAddress: AddressInput<A>,
    handlerModule: string | URL,
    options?: TCPServerOptions & ForkingOptions,
  ) {
    // The next constructor is the mix-in's, which takes a module.
    super(serverAddress, handlerModule as never, options);
  }
}

/**
 * Serves UDP datagrams, each in a Worker, whose answers go out of the server's socket;
 * see {@linkcode ForkingMixIn}.
 *
 * @example Upper case
 * ```ts
 * import { socket, socketserver } from "@berkeley/socket";
 * import { assertEquals } from "@std/assert";
 *
 * // Mostly this is new URL("./handler.ts", import.meta.url).
 * const handler = "data:application/typescript," + encodeURIComponent(`
 *   import { socketserver } from "${import.meta.resolve("@berkeley/socket")}";
 *   export default class Upper extends socketserver.DatagramRequestHandler {
 *     override async handle() {
 *       const text = new TextDecoder().decode(await this.rfile.read());
 *       await this.wfile.write(new TextEncoder().encode(text.toUpperCase()));
 *     }
 *   }
 * `);
 *
 * await using server = new socketserver.ForkingUDPServer(["127.0.0.1", 0], handler);
 * using client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);
 * await client.sendto(new TextEncoder().encode("hello"), server.serverAddress);
 * await server.handleRequest();
 * assertEquals(new TextDecoder().decode(await client.recv(100)), "HELLO");
 * ```
 *
 * Port of [`socketserver.ForkingUDPServer`](https://docs.python.org/3/library/socketserver.html#socketserver.ForkingUDPServer).
 *
 * @typeParam A The shape of the addresses; a subclass of another `addressFamily` says which.
 */
export class ForkingUDPServer<A extends Address = InetAddress>
  extends UDPServer<A>
  implements Forking {
  static {
    insertBase(this, ForkingMixIn(UDPServer));
  }
  /** How many Workers there may be. */
  declare static maxChildren: number;
  /** How long a Worker may take to load the module; seconds, `null` for ever. */
  declare static loadTimeout: number | null;
  /** What the handlers may do, where that is less than the program may. */
  declare static permissions: Deno.PermissionOptions | undefined;
  /** Whether the program always runs with `--unstable-worker-options`. */
  declare static unstableWorkerOptions: boolean;
  /** Whether `serverClose` waits for the requests that are being handled. */
  declare static blockOnClose: boolean;

  /** The URL of the module whose default export is the class of the handlers. */
  declare readonly handlerModule: string;
  /** How many Workers there may be. */
  declare maxChildren: number;
  /** How many Workers handle a request now; in Python this is the set of processes. */
  declare readonly activeChildren: number;
  /** Whether `serverClose` waits for the requests that are being handled. */
  declare blockOnClose: boolean;

  /**
   * Makes a server, and has it bind; see {@linkcode UDPServer}.
   *
   * @param serverAddress The address to serve; port 0 is any free port, host "" any interface.
   * @param handlerModule The URL of the module whose default export is the class of
   * the handlers.
   * @param options What differs from the class's static members.
   * @throws {TypeError} If the module is not a URL, or `permissions` are given without
   * `unstableWorkerOptions`.
   */
  constructor(
    serverAddress: AddressInput<A>,
    handlerModule: string | URL,
    options?: UDPServerOptions & ForkingOptions,
  ) {
    // The next constructor is the mix-in's, which takes a module.
    super(serverAddress, handlerModule as never, options);
  }
}

/**
 * Serves connections over a Unix socket, each in a Worker; see {@linkcode ForkingMixIn}.
 *
 * @example Usage
 * ```ts
 * import { socketserver } from "@berkeley/socket";
 *
 * const path = await Deno.makeTempDir() + "/socket";
 * const handler = new URL("./handler.ts", import.meta.url);
 * await using _ = new socketserver.ForkingUnixStreamServer(path, handler);
 * ```
 *
 * Port of [`socketserver.ForkingUnixStreamServer`](https://docs.python.org/3/library/socketserver.html#socketserver.ForkingUnixStreamServer).
 */
export class ForkingUnixStreamServer extends UnixStreamServer
  implements Forking {
  static {
    insertBase(this, ForkingMixIn(UnixStreamServer));
  }
  /** How many Workers there may be. */
  declare static maxChildren: number;
  /** How long a Worker may take to load the module; seconds, `null` for ever. */
  declare static loadTimeout: number | null;
  /** What the handlers may do, where that is less than the program may. */
  declare static permissions: Deno.PermissionOptions | undefined;
  /** Whether the program always runs with `--unstable-worker-options`. */
  declare static unstableWorkerOptions: boolean;
  /** Whether `serverClose` waits for the requests that are being handled. */
  declare static blockOnClose: boolean;

  /** The URL of the module whose default export is the class of the handlers. */
  declare readonly handlerModule: string;
  /** How many Workers there may be. */
  declare maxChildren: number;
  /** How many Workers handle a request now; in Python this is the set of processes. */
  declare readonly activeChildren: number;
  /** Whether `serverClose` waits for the requests that are being handled. */
  declare blockOnClose: boolean;

  /**
   * Makes a server, and has it bind and listen; see {@linkcode UnixStreamServer}.
   *
   * @param serverAddress The path to serve.
   * @param handlerModule The URL of the module whose default export is the class of
   * the handlers.
   * @param options What differs from the class's static members.
   * @throws {TypeError} If the module is not a URL, or `permissions` are given without
   * `unstableWorkerOptions`.
   */
  constructor(
    serverAddress: UnixAddress,
    handlerModule: string | URL,
    options?: TCPServerOptions & ForkingOptions,
  ) {
    // The next constructor is the mix-in's, which takes a module.
    super(serverAddress, handlerModule as never, options);
  }
}

/**
 * Serves Unix datagrams, each in a Worker; see {@linkcode ForkingMixIn}.
 *
 * Drivers: in the sandbox it needs `--unstable-net`.
 *
 * @example Usage
 * ```ts
 * import { socketserver } from "@berkeley/socket";
 *
 * const path = await Deno.makeTempDir() + "/socket";
 * const handler = new URL("./handler.ts", import.meta.url);
 * await using _ = new socketserver.ForkingUnixDatagramServer(path, handler);
 * ```
 *
 * Port of [`socketserver.ForkingUnixDatagramServer`](https://docs.python.org/3/library/socketserver.html#socketserver.ForkingUnixDatagramServer).
 */
export class ForkingUnixDatagramServer extends UnixDatagramServer
  implements Forking {
  static {
    insertBase(this, ForkingMixIn(UnixDatagramServer));
  }
  /** How many Workers there may be. */
  declare static maxChildren: number;
  /** How long a Worker may take to load the module; seconds, `null` for ever. */
  declare static loadTimeout: number | null;
  /** What the handlers may do, where that is less than the program may. */
  declare static permissions: Deno.PermissionOptions | undefined;
  /** Whether the program always runs with `--unstable-worker-options`. */
  declare static unstableWorkerOptions: boolean;
  /** Whether `serverClose` waits for the requests that are being handled. */
  declare static blockOnClose: boolean;

  /** The URL of the module whose default export is the class of the handlers. */
  declare readonly handlerModule: string;
  /** How many Workers there may be. */
  declare maxChildren: number;
  /** How many Workers handle a request now; in Python this is the set of processes. */
  declare readonly activeChildren: number;
  /** Whether `serverClose` waits for the requests that are being handled. */
  declare blockOnClose: boolean;

  /**
   * Makes a server, and has it bind; see {@linkcode UnixDatagramServer}.
   *
   * @param serverAddress The path to serve.
   * @param handlerModule The URL of the module whose default export is the class of
   * the handlers.
   * @param options What differs from the class's static members.
   * @throws {TypeError} If the module is not a URL, or `permissions` are given without
   * `unstableWorkerOptions`.
   */
  constructor(
    serverAddress: UnixAddress,
    handlerModule: string | URL,
    options?: UDPServerOptions & ForkingOptions,
  ) {
    // The next constructor is the mix-in's, which takes a module.
    super(serverAddress, handlerModule as never, options);
  }
}
