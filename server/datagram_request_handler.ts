import { concat } from "@std/bytes/concat";
import type { Address, InetAddress } from "../socket/address.ts";
import { type FileSource, SocketFile } from "../socket/file/mod.ts";
import type { Socket } from "../socket/socket.ts";
import {
  type Awaitable,
  BaseRequestHandler,
  type HandlerServer,
} from "./base_request_handler.ts";
import type { DatagramRequest, DatagramSender } from "./udp_server.ts";

/**
 * Handles a datagram by two files: `rfile` holds its data, and what is written to
 * `wfile` goes back as one datagram.
 *
 * @example Echo
 * ```ts
 * import { socket, socketserver } from "@berkeley/socket";
 * import { assertEquals } from "@std/assert";
 *
 * class Echo extends socketserver.DatagramRequestHandler {
 *   override async handle() {
 *     for await (const line of this.rfile) await this.wfile.write(line);
 *   }
 * }
 *
 * await using server = new socketserver.UDPServer(["127.0.0.1", 0], Echo);
 * using client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);
 * await client.sendto(new TextEncoder().encode("one\ntwo\n"), server.serverAddress);
 * await server.handleRequest();
 * assertEquals(new TextDecoder().decode(await client.recv(100)), "one\ntwo\n");
 * ```
 *
 * Port of [`socketserver.DatagramRequestHandler`](https://docs.python.org/3/library/socketserver.html#socketserver.DatagramRequestHandler).
 *
 * @typeParam A The shape of the client's address.
 * @typeParam S The class of the server, for handlers that use more of it.
 */
export class DatagramRequestHandler<
  A extends Address = InetAddress,
  S extends HandlerServer = HandlerServer<A>,
> extends BaseRequestHandler<DatagramRequest<A>, DatagramSender<A>, S> {
  /** The datagram's data. */
  packet!: Uint8Array;
  /** The server's socket. */
  socket!: Socket<A, DatagramSender<A>>;
  /** The datagram's data, as a file. */
  rfile!: SocketFile<Uint8Array>;
  /** What goes back to the sender. */
  wfile!: SocketFile<Uint8Array>;
  #answer!: Memory;

  /** Opens the files. */
  override setup(): Awaitable<void> {
    [this.packet, this.socket] = this.request;
    this.#answer = new Memory();
    this.rfile = new SocketFile(new Memory(this.packet), "rb");
    this.wfile = new SocketFile(this.#answer, "wb", { buffering: 0 });
  }

  /**
   * Sends what was written, as one datagram, to the client.
   *
   * @throws {TypeError} If the client has no address: its Unix socket is not bound.
   */
  override async finish(): Promise<void> {
    const { clientAddress } = this;
    if (clientAddress === null) {
      throw new TypeError(
        "Cannot answer a datagram: its sender has no address, as its Unix socket is not bound",
      );
    }
    await this.socket.sendto(this.#answer.bytes, clientAddress);
  }
}

/** Bytes in memory that files read and write. */
class Memory implements FileSource {
  /** What is to be read, or was written. */
  bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    this.bytes = bytes;
  }

  recvInto(buffer: Uint8Array): Promise<number> {
    const begin = this.#position;
    this.#position = Math.min(begin + buffer.length, this.bytes.length);
    buffer.set(this.bytes.subarray(begin, this.#position));
    return Promise.resolve(this.#position - begin);
  }

  send(data: Uint8Array): Promise<number> {
    this.bytes = concat([this.bytes, data]);
    return Promise.resolve(data.length);
  }

  release(): void {}
}
