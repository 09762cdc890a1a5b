import type { Address, InetAddress } from "../socket/address.ts";
import { IPPROTO_TCP, TCP_NODELAY } from "../socket/constants/mod.ts";
import { OSError } from "../socket/errors.ts";
import type { SocketFile } from "../socket/file/mod.ts";
import {
  type Awaitable,
  BaseRequestHandler,
  type HandlerServer,
} from "./base_request_handler.ts";
import type { StreamRequest } from "./tcp_server.ts";

/**
 * Handles a connection by two files: `rfile` to read the request from, `wfile` to
 * write the answer to.
 *
 * Python's class attributes may be overridden by static members or by fields.
 * `timeout` is for each receive and send, as in Python: it does not stop a client that
 * sends one byte at a time. The server's `requestTimeout` bounds the whole request.
 *
 * @example Line by line
 * ```ts
 * import { socket, socketserver } from "@berkeley/socket";
 * import { assertEquals } from "@std/assert";
 *
 * class Echo extends socketserver.StreamRequestHandler {
 *   override timeout = 60;
 *   override async handle() {
 *     for await (const line of this.rfile) await this.wfile.write(line);
 *   }
 * }
 *
 * await using server = new socketserver.TCPServer(["127.0.0.1", 0], Echo);
 * using client = await socket.createConnection(server.serverAddress);
 * await client.sendall(new TextEncoder().encode("one\ntwo\n"));
 * client.shutdown(socket.SHUT_WR);
 * await server.handleRequest();
 * assertEquals(new TextDecoder().decode(await client.recv(100)), "one\ntwo\n");
 * ```
 *
 * Port of [`socketserver.StreamRequestHandler`](https://docs.python.org/3/library/socketserver.html#socketserver.StreamRequestHandler).
 *
 * @typeParam A The shape of the client's address.
 * @typeParam S The class of the server, for handlers that use more of it.
 */
export class StreamRequestHandler<
  A extends Address = InetAddress,
  S extends HandlerServer = HandlerServer<A>,
> extends BaseRequestHandler<StreamRequest<A>, A, S> {
  /** The size of rfile's buffer in bytes; -1 is the usual size, 0 none. */
  static rbufsize: number = -1;
  /** The size of wfile's buffer in bytes; 0 sends each write at once. */
  static wbufsize = 0;
  /** How long each receive and send may wait; seconds, `null` for ever. */
  static timeout: number | null = null;
  /** Whether small pieces are sent at once, by TCP_NODELAY. */
  static disableNagleAlgorithm = false;

  /** The size of rfile's buffer in bytes; -1 is the usual size, 0 none. */
  rbufsize: number = this.#statics.rbufsize;
  /** The size of wfile's buffer in bytes; 0 sends each write at once. */
  wbufsize: number = this.#statics.wbufsize;
  /** How long each receive and send may wait; seconds, `null` for ever. */
  timeout: number | null = this.#statics.timeout;
  /** Whether small pieces are sent at once, by TCP_NODELAY. */
  disableNagleAlgorithm: boolean = this.#statics.disableNagleAlgorithm;

  /** The connection: the request by its other name. */
  connection!: StreamRequest<A>;
  /** What the client sends. */
  rfile!: SocketFile<Uint8Array>;
  /** What goes to the client. */
  wfile!: SocketFile<Uint8Array>;

  get #statics(): typeof StreamRequestHandler {
    return this.constructor as typeof StreamRequestHandler;
  }

  /** Sets the timeout and options of the connection and opens the files. */
  override setup(): Awaitable<void> {
    const connection = this.connection = this.request;
    if (this.timeout !== null) connection.settimeout(this.timeout);
    if (this.disableNagleAlgorithm) {
      connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
    }
    this.rfile = connection.makefile("rb", { buffering: this.rbufsize });
    this.wfile = connection.makefile("wb", { buffering: this.wbufsize });
  }

  /** Sends what is left in wfile, and closes the files. */
  override async finish(): Promise<void> {
    await this.rfile.close();
    await this.wfile.close().catch((error: unknown) => {
      // A client that has gone away cannot get the rest; that is not an error.
      if (!(error instanceof OSError)) throw error;
    });
  }
}
