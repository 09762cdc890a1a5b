import type { Address, AddressInput, InetAddress } from "../socket/address.ts";
import { checkInteger } from "../socket/arguments.ts";
import { SOCK_DGRAM } from "../socket/constants/mod.ts";
import type { Socket } from "../socket/socket.ts";
import type { WaitOptions } from "../socket/wait.ts";
import type { Awaitable, RequestHandlerClass } from "./base_request_handler.ts";
import type { ReadyOptions } from "./base_server.ts";
import type { UDPServerOptions } from "./options.ts";
import { TCPServer } from "./tcp_server.ts";

/** A request by datagram: the data, and the server's socket to answer with. */
export type DatagramRequest<A extends Address = InetAddress> = [
  data: Uint8Array,
  socket: Socket<A, A>,
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
export class UDPServer<A extends Address = InetAddress>
  extends TCPServer<A, DatagramRequest<A>> {
  /** The type of the socket. */
  static override socketType: number = SOCK_DGRAM;
  /** How many bytes of a datagram are received; what is longer is cut. */
  static maxPacketSize = 8192;

  /** How many bytes of a datagram are received; what is longer is cut. */
  maxPacketSize: number;

  /**
   * Makes a server, and has it bind.
   *
   * @param serverAddress The address to serve; port 0 is any free port, host "" any interface.
   * @param RequestHandlerClass The class whose instances handle the requests.
   * @param options What differs from the class's static members.
   * @throws {OSError} EADDRINUSE if someone has the address, EADDRNOTAVAIL if it is
   * no address of this machine.
   * @throws {PermissionError} EACCES if it is not granted; the message names the flag.
   * @throws {TypeError} If the handler is no class of handlers.
   * @throws {RangeError} If an option is out of its range.
   */
  constructor(
    serverAddress: AddressInput<A>,
    RequestHandlerClass: RequestHandlerClass<DatagramRequest<A>, NoInfer<A>>,
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
  ): Awaitable<[request: DatagramRequest<A>, clientAddress: A]> {
    return this.#receive(options);
  }

  /** Waits until there is a datagram, unless `getRequest` can do that as well: one wait costs less than two. */
  protected override requestReady(options: ReadyOptions): Awaitable<boolean> {
    // A subclass's own may not heed the signal.
    const isOurs = this.getRequest === UDPServer.prototype.getRequest;
    const isEndless = options.timeout === null &&
      this.socket.gettimeout() === null;
    return isOurs && isEndless || super.requestReady(options);
  }

  /** Does nothing: a socket for datagrams does not listen. */
  override serverActivate(): void {}

  /** Calls `closeRequest` only. */
  override shutdownRequest(request: DatagramRequest<A>): Awaitable<void> {
    return this.closeRequest(request);
  }

  /** Does nothing: the socket is the server's. */
  override closeRequest(_request: DatagramRequest<A>): Awaitable<void> {}

  async #receive(
    options: WaitOptions | undefined,
  ): Promise<[request: DatagramRequest<A>, clientAddress: A]> {
    const socket = this.socket as unknown as Socket<A, A>;
    const [data, sender] = await socket.recvfrom(
      this.maxPacketSize,
      0,
      options,
    );
    return [[data, socket], sender];
  }
}
