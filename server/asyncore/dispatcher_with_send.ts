import { concat } from "@std/bytes/concat";
import type { Address, InetAddress } from "../../socket/address.ts";
import { bytesOf, type Data } from "../../socket/arguments.ts";
import type { Socket } from "../../socket/socket.ts";
import type { Awaitable } from "../base_request_handler.ts";
import type { Channel } from "./channel.ts";
import { dispatcher } from "./dispatcher.ts";
import { wake } from "./wake.ts";

// How many bytes are sent at a time.
const PIECE = 65536;

/**
 * A dispatcher that keeps what the socket does not take at once, and sends it later;
 * `async_chat` does more.
 *
 * @example An echo server
 * ```ts
 * import * as asyncore from "@berkeley/socket/asyncore";
 * import { createConnection, type InetAddress, type Socket } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * class EchoHandler extends asyncore.dispatcher_with_send {
 *   override async handleRead() {
 *     await this.send(await this.recv(8192));
 *   }
 * }
 * class EchoServer extends asyncore.dispatcher {
 *   constructor(host: string, port: number) {
 *     super();
 *     this.createSocket();
 *     this.setReuseAddr();
 *     this.bind([host, port]);
 *     this.listen(5);
 *   }
 *   override handleAccepted(sock: Socket<InetAddress>) {
 *     new EchoHandler(sock);
 *   }
 * }
 *
 * await using server = new EchoServer("127.0.0.1", 0);
 * const looping = asyncore.loop();
 * const client = await createConnection(server.socket!.getsockname());
 * await client.sendall(new TextEncoder().encode("hello"));
 * assertEquals((await client.recv(100)).length, 5);
 * client.close();
 * await asyncore.closeAll();
 * await looping;
 * ```
 *
 * Port of [`asyncore.dispatcher_with_send`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher_with_send).
 *
 * @typeParam A The shape of the socket's addresses.
 * @typeParam S What is read and written: a socket, if not a subclass says otherwise.
 */
// deno-lint-ignore camelcase -- Python's name
export class dispatcher_with_send<
  A extends Address = InetAddress,
  S extends Channel = Socket<A>,
> extends dispatcher<A, S> {
  /** What is not sent yet. */
  outBuffer: Uint8Array = new Uint8Array(0);
  #isSending = false;

  /**
   * Sends a piece of what is not sent yet; does nothing while that is going on already.
   *
   * @returns A promise to wait for.
   * @throws {OSError} An error of the socket other than that the connection is gone.
   * @throws {TypeError} If there is no socket.
   *
   * @example Usage
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _ = b;
   * using d = new asyncore.dispatcher_with_send(a);
   * d.outBuffer = new TextEncoder().encode("hello");
   * await d.initiateSend();
   * assertEquals(d.outBuffer.length, 0);
   * ```
   *
   * Port of [`dispatcher_with_send.initiate_send`](https://docs.python.org/3.11/library/asyncore.html).
   */
  async initiateSend(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      const sent = await super.send(this.outBuffer.subarray(0, PIECE));
      this.outBuffer = this.outBuffer.subarray(sent);
    } finally {
      this.#isSending = false;
      if (this.outBuffer.length > 0) wake(this._map);
    }
  }

  /** Sends what is not sent yet. */
  override handleWrite(): Awaitable<void> {
    return this.initiateSend();
  }

  /** Tells whether something is not sent yet, or there is no connection yet. */
  override writable(): boolean {
    return !this.connected || this.outBuffer.length > 0 && !this.#isSending;
  }

  /**
   * Sends data, now or later, after all that was sent before.
   *
   * @param data The bytes, taken as they are at the call.
   * @returns How many bytes that are: all are taken; Python returns nothing.
   * @throws {OSError} An error of the socket other than that the connection is gone.
   * @throws {TypeError} If the data is not bytes, or there is no socket.
   *
   * @example Usage
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _ = b;
   * using d = new asyncore.dispatcher_with_send(a);
   * await d.send(new TextEncoder().encode("hello"));
   * assertEquals((await b.recv(100)).length, 5);
   * ```
   *
   * Port of [`dispatcher_with_send.send`](https://docs.python.org/3.11/library/asyncore.html).
   */
  override async send(data: Data): Promise<number> {
    const bytes = bytesOf("send", data);
    if (this.debug) this.logInfo(`sending ${bytes.length} bytes`);
    this.outBuffer = concat([this.outBuffer, bytes]);
    await this.initiateSend();
    return bytes.length;
  }
}
