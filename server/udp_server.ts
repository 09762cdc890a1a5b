import type {
  Address,
  AddressInput,
  InetAddress,
  UnixAddress,
} from "../socket/address.ts";
import { checkInteger } from "../socket/arguments.ts";
import { SOCK_DGRAM } from "../socket/constants/mod.ts";
import { Socket } from "../socket/socket.ts";
import type { WaitOptions } from "../socket/wait.ts";
import type { Awaitable, RequestHandlerMaker } from "./base_request_handler.ts";
import type { UDPServerOptions } from "./options.ts";
import { TCPServer } from "./tcp_server.ts";

/** The address of a datagram's sender: `null` if that is a Unix socket without a path. */
export type DatagramSender<A extends Address> =
  | A
  | (A extends UnixAddress ? null : never);

/** The request of a server of datagrams: the data, and the server's socket to answer with. */
export type DatagramRequest<A extends Address = InetAddress> = [
  data: Uint8Array,
  socket: Socket<A, DatagramSender<A>>,
];

/**
 * Serves UDP datagrams, one at a time; {@linkcode ThreadingUDPServer} serves many.
 *
 * @example Upper case, as in Python's documentation
 * ```ts
 * import { socket, socketserver } from "@berkeley/socket";
 * import { assertEquals } from "@std/assert";
 *
 * class MyUDPHandler extends socketserver.BaseRequestHandler<socketserver.DatagramRequest> {
 *   override async handle() {
 *     const [data, socket] = this.request;
 *     const text = new TextDecoder().decode(data).toUpperCase();
 *     await socket.sendto(new TextEncoder().encode(text), this.clientAddress);
 *   }
 * }
 *
 * await using server = new socketserver.UDPServer(["127.0.0.1", 0], MyUDPHandler);
 * using client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);
 * await client.sendto(new TextEncoder().encode("hello"), server.serverAddress);
 * await server.handleRequest();
 * assertEquals(new TextDecoder().decode(await client.recv(1024)), "HELLO");
 * ```
 *
 * Port of [`socketserver.UDPServer`](https://docs.python.org/3/library/socketserver.html#socketserver.UDPServer).
 *
 * @typeParam A The shape of the addresses; a subclass of another `addressFamily` says which.
 */
export class UDPServer<A extends Address = InetAddress> extends TCPServer<
  A,
  DatagramRequest<A>,
  DatagramSender<A>,
  DatagramSender<A>
> {
  /** The type of the socket. */
  static override socketType: number = SOCK_DGRAM;
  /** How many bytes of a datagram are received; the rest is dropped. */
  static maxPacketSize = 8192;
  static readonly #getRequest = this.prototype.getRequest;

  /** How many bytes of a datagram are received; the rest is dropped. */
  maxPacketSize: number;

  /**
   * Makes a server, and has it bind.
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
    RequestHandlerClass: RequestHandlerMaker<
      NoInfer<DatagramRequest<A>>,
      NoInfer<DatagramSender<A>>
    >,
    options: UDPServerOptions = {},
  ) {
    const { maxPacketSize = new.target.maxPacketSize } = options;
    checkInteger(
      `make a ${new.target.name}`,
      "maxPacketSize",
      maxPacketSize,
      1,
    );
    super(serverAddress, RequestHandlerClass, options);
    this.maxPacketSize = maxPacketSize;
  }

  /** Waits for the next datagram; `recvfrom(2)`. */
  override getRequest(
    options?: WaitOptions,
  ): Promise<[request: DatagramRequest<A>, clientAddress: DatagramSender<A>]> {
    const { socket, maxPacketSize } = this;
    return socket.recvfrom(maxPacketSize, 0, options)
      .then(([data, sender]) => [[data, socket], sender]);
  }

  /** Whether `getRequest` is known to wait as the server must; see {@linkcode TCPServer}. */
  protected override get getRequestWaits(): boolean {
    return this.getRequest === UDPServer.#getRequest &&
      this.socket.recvfrom === Socket.prototype.recvfrom;
  }

  /** Does nothing: sockets for datagrams do not listen. */
  override serverActivate(): void {}

  /** Calls `closeRequest` only. */
  override shutdownRequest(request: DatagramRequest<A>): Awaitable<void> {
    return this.closeRequest(request);
  }

  /** Does nothing: the request's socket is the server's own. */
  override closeRequest(_request: DatagramRequest<A>): Awaitable<void> {}

  /** Does nothing, as {@linkcode UDPServer.closeRequest}. */
  protected override abandonRequest(_request: DatagramRequest<A>): void {}
}
