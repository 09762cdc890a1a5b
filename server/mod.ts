/**
 * Python's `socketserver` module: servers by class and request handler.
 *
 * A server is a class of where requests come from ({@linkcode TCPServer},
 * {@linkcode UDPServer}, …), how many are handled at a time (one,
 * or many with {@linkcode ThreadingMixIn}), and a class of handlers.
 *
 * @example An echo server, and a client
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
 * const serving = server.serveForever();
 *
 * using client = await socket.createConnection(server.serverAddress);
 * await client.sendall(new TextEncoder().encode("Hello, world\n"));
 * assertEquals((await client.recv(1024)).length, 13);
 *
 * await server.shutdown({ grace: 0 });
 * await serving;
 * ```
 *
 * Port of [`socketserver`](https://docs.python.org/3/library/socketserver.html).
 *
 * @module
 */

// Servers.
export { BaseServer } from "./base_server.ts";
export { type StreamRequest, TCPServer } from "./tcp_server.ts";
export {
  type DatagramRequest,
  type DatagramSender,
  UDPServer,
} from "./udp_server.ts";
export { UnixDatagramServer, UnixStreamServer } from "./unix_server.ts";
export type {
  RequestEnded,
  RequestEvent,
  RequestFailed,
  RequestUntaken,
  ServerEvent,
} from "./events.ts";
export type {
  ReadyOptions,
  ServeForeverOptions,
  ServerOptions,
  ShutdownOptions,
  SocketServerOptions,
  TCPServerOptions,
  UDPServerOptions,
} from "./options.ts";

// Mix-ins, and the servers that they make.
export {
  type ServerClass,
  type Threading,
  type ThreadingClass,
  ThreadingMixIn,
  ThreadingTCPServer,
  ThreadingUDPServer,
  ThreadingUnixDatagramServer,
  ThreadingUnixStreamServer,
} from "./threading.ts";
export {
  type Forking,
  type ForkingClass,
  ForkingMixIn,
  type ForkingOptions,
  type ForkingStatics,
  ForkingTCPServer,
  ForkingUDPServer,
  ForkingUnixDatagramServer,
  ForkingUnixStreamServer,
} from "./forking/mod.ts";

// Request handlers.
export {
  type Awaitable,
  BaseRequestHandler,
  type ClientAddressOf,
  type HandlerServer,
  type RequestHandlerClass,
  type RequestHandlerFunction,
  type RequestHandlerMaker,
  runHandler,
} from "./base_request_handler.ts";
export { StreamRequestHandler } from "./stream_request_handler.ts";
export { DatagramRequestHandler } from "./datagram_request_handler.ts";
