import type { Address, InetAddress } from "../socket/address.ts";
import type { BaseServer } from "./base_server.ts";
import { report } from "./report.ts";
import { wasAborted } from "./requests.ts";
import { TCPServer } from "./tcp_server.ts";
import { UDPServer } from "./udp_server.ts";
import { UnixDatagramServer, UnixStreamServer } from "./unix_server.ts";

/** A class of servers, as the mix-ins take and give it. */
// deno-lint-ignore no-explicit-any -- TypeScript asks for it of mix-ins
export type ServerClass = new (...args: any[]) => BaseServer;

/** What {@linkcode ThreadingMixIn} adds to a server. */
export interface Threading {
  /**
   * Whether the requests may end with the server: `serverClose` then cuts off those
   * that are being handled. In Python they end with the process.
   */
  daemonThreads: boolean;
  /** Whether `serverClose` waits for the requests that are being handled, if they are not daemons. */
  blockOnClose: boolean;
  /** Handles one request in its own task, with its errors. */
  processRequestThread(request: object, clientAddress: unknown): Promise<void>;
}

/** What {@linkcode ThreadingMixIn} adds to a class of servers. */
export interface ThreadingClass {
  /** Makes a server, as the class does that is mixed into. */
  // deno-lint-ignore no-explicit-any -- TypeScript asks for it of mix-ins
  new (...args: any[]): Threading;
  /** Whether the requests may end with the server. */
  daemonThreads: boolean;
  /** Whether `serverClose` waits for the requests that are being handled. */
  blockOnClose: boolean;
}

/**
 * Makes of a class of servers one that handles each request in a task of its own, so
 * that a slow client keeps nobody waiting.
 *
 * Where Python's has threads this has promises: what handlers compute is not done
 * side by side ({@linkcode ForkingMixIn} does that). `maxConnections` bounds them.
 *
 * @param Base The class.
 * @returns The class that extends it.
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

    async processRequestThread(
      request: object,
      clientAddress: unknown,
    ): Promise<void> {
      try {
        await this.finishRequest(request, clientAddress);
      } catch (error) {
        await this.requestFailed(request, clientAddress, error);
      } finally {
        await this.shutdownRequest(request);
      }
    }

    override processRequest(request: object, clientAddress: unknown): void {
      const handled = this.processRequestThread(request, clientAddress);
      // Only an error in handleError or in the steps after it comes here.
      this.waitUntil(
        request,
        handled.catch((error) => {
          if (!wasAborted(request)) report(error, clientAddress);
        }),
      );
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
 */
export const ThreadingTCPServer: typeof TCPServer & ThreadingClass =
  ThreadingMixIn(TCPServer);

/** A server that {@linkcode ThreadingTCPServer} makes. */
export type ThreadingTCPServer<A extends Address = InetAddress> =
  & TCPServer<A>
  & Threading;

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
 */
export const ThreadingUDPServer: typeof UDPServer & ThreadingClass =
  ThreadingMixIn(UDPServer);

/** A server that {@linkcode ThreadingUDPServer} makes. */
export type ThreadingUDPServer<A extends Address = InetAddress> =
  & UDPServer<A>
  & Threading;

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
export const ThreadingUnixStreamServer:
  & typeof UnixStreamServer
  & ThreadingClass = ThreadingMixIn(UnixStreamServer);

/** A server that {@linkcode ThreadingUnixStreamServer} makes. */
export type ThreadingUnixStreamServer = UnixStreamServer & Threading;

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
export const ThreadingUnixDatagramServer:
  & typeof UnixDatagramServer
  & ThreadingClass = ThreadingMixIn(UnixDatagramServer);

/** A server that {@linkcode ThreadingUnixDatagramServer} makes. */
export type ThreadingUnixDatagramServer = UnixDatagramServer & Threading;
