import type { UnixAddress } from "../socket/address.ts";
import { AF_UNIX } from "../socket/constants/mod.ts";
import { TCPServer } from "./tcp_server.ts";
import { UDPServer } from "./udp_server.ts";

/**
 * Serves connections over a Unix socket, one at a time. Its handlers extend
 * `StreamRequestHandler<socket.UnixAddress>`, or
 * `BaseRequestHandler<socketserver.StreamRequest<socket.UnixAddress>>`.
 *
 * Drivers: in the sandbox the path is removed when the server closes, and the queue's
 * length is always 1024.
 *
 * @example Usage
 * ```ts
 * import { socket, socketserver } from "@berkeley/socket";
 * import { assertEquals } from "@std/assert";
 *
 * class Greeting extends socketserver.StreamRequestHandler<socket.UnixAddress> {
 *   override async handle() {
 *     await this.wfile.write(new TextEncoder().encode("hello"));
 *   }
 * }
 *
 * const path = await Deno.makeTempDir() + "/greeting";
 * await using server = new socketserver.UnixStreamServer(path, Greeting);
 * using client = socket.socket(socket.AF_UNIX);
 * await client.connect(path);
 * await server.handleRequest();
 * assertEquals(new TextDecoder().decode(await client.recv(100)), "hello");
 * ```
 *
 * Port of [`socketserver.UnixStreamServer`](https://docs.python.org/3/library/socketserver.html#socketserver.UnixStreamServer).
 */
export class UnixStreamServer extends TCPServer<UnixAddress> {
  /** The family of the addresses. */
  static override addressFamily: number = AF_UNIX;
}

/**
 * Serves Unix datagrams, one at a time. Its handlers extend
 * `DatagramRequestHandler<socket.UnixAddress>`, or
 * `BaseRequestHandler<socketserver.DatagramRequest<socket.UnixAddress>>`.
 *
 * A client that is not bound to a path cannot be answered: its address is `null`.
 *
 * Drivers: in the sandbox it needs `--unstable-net`.
 *
 * @example Usage
 * ```ts
 * import { socket, socketserver } from "@berkeley/socket";
 * import { assertEquals } from "@std/assert";
 *
 * class Echo extends socketserver.DatagramRequestHandler<socket.UnixAddress> {
 *   override async handle() {
 *     await this.wfile.write(await this.rfile.read());
 *   }
 * }
 *
 * const folder = await Deno.makeTempDir();
 * await using server = new socketserver.UnixDatagramServer(`${folder}/server`, Echo);
 * using client = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM);
 * client.bind(`${folder}/client`);
 * await client.sendto(new TextEncoder().encode("hello"), `${folder}/server`);
 * await server.handleRequest();
 * assertEquals(new TextDecoder().decode(await client.recv(100)), "hello");
 * ```
 *
 * Port of [`socketserver.UnixDatagramServer`](https://docs.python.org/3/library/socketserver.html#socketserver.UnixDatagramServer).
 */
export class UnixDatagramServer extends UDPServer<UnixAddress> {
  /** The family of the addresses. */
  static override addressFamily: number = AF_UNIX;
}
