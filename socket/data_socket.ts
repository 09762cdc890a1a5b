import { concat } from "@std/bytes/concat";
import { type Address, type AddressInput, checkAddress } from "./address.ts";
import {
  bufferOf,
  bytesOf,
  checkInteger,
  type Data,
  listOf,
  scatter,
} from "./arguments.ts";
import { BaseSocket, ownFlags } from "./base_socket.ts";
import type { AncillaryData } from "./driver.ts";
import type { WaitOptions } from "./wait.ts";

/** What {@linkcode Socket.recvmsg} gives. */
export type ReceivedMessage<From> = [
  data: Uint8Array,
  ancdata: AncillaryData[],
  msgFlags: number,
  address: From,
];

/** What {@linkcode Socket.recvmsgInto} gives. */
export type ReceivedMessageInto<From> = [
  nbytes: number,
  ancdata: AncillaryData[],
  msgFlags: number,
  address: From,
];

/**
 * A socket's data: all ways to receive and to send bytes. {@linkcode Socket}
 * adds the connections they travel on.
 *
 * @example Usage
 * ```ts
 * import { DataSocket, socketpair } from "@berkeley/socket/socket";
 * import { assertInstanceOf } from "@std/assert";
 *
 * const [a, b] = await socketpair();
 * using _a = a, _b = b;
 * assertInstanceOf(a, DataSocket);
 * ```
 *
 * Port of [`socket.socket`](https://docs.python.org/3/library/socket.html#socket-objects), `recv(2)`, `send(2)`.
 *
 * @typeParam A The shape of its addresses, which follows from its family.
 * @typeParam From Who a receive says the bytes are from.
 */
export class DataSocket<A extends Address = Address, From = A | null>
  extends BaseSocket<A> {
  /**
   * Receives up to `bufsize` bytes, or one datagram, of which the rest is lost.
   *
   * Drivers: the sandboxed one has no ECONNREFUSED for a connected UDP socket.
   *
   * @param bufsize The most bytes to receive.
   * @param flags `MSG_PEEK` leaves the bytes, `MSG_WAITALL` waits for all of them
   * (under a timeout too, where Python then takes what is there), `MSG_DONTWAIT`
   * waits for none.
   * @param options `signal`: gives the call up when it aborts.
   * @returns The bytes, in an array of their own; empty when the peer has ended its
   * sending.
   * @throws {OSError} ENOTCONN if the socket is not connected, EOPNOTSUPP for flags
   * that the driver cannot honour, EBADF when the socket is closed.
   * @throws {ConnectionResetError} ECONNRESET, once, if the peer reset the connection.
   * @throws {TimeoutError} If the timeout runs out; no byte is lost.
   * @throws {BlockingIOError} EAGAIN if nothing is there and the call may not wait.
   *
   * @example Receive what is there
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await a.sendall(new Uint8Array([1, 2, 3]));
   * assertEquals(await b.recv(1024), new Uint8Array([1, 2, 3]));
   * ```
   *
   * Port of [`socket.recv`](https://docs.python.org/3/library/socket.html#socket.socket.recv), `recv(2)`.
   */
  recv(
    bufsize: number,
    flags = 0,
    options?: WaitOptions,
  ): Promise<Uint8Array> {
    try {
      checkInteger("recv", "size", bufsize, 0);
      const endpoint = this.open("recv");
      if (bufsize === 0) return Promise.resolve(new Uint8Array(0));
      return endpoint.recv(bufsize, ownFlags(flags), this.wait(flags, options));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Receives bytes into a buffer.
   *
   * It is the fastest way to receive. Leave the buffer alone until the call has
   * settled.
   *
   * Drivers: in the sandbox a call that `shutdown(SHUT_RD)` or the closing of a
   * duplicate ended leaves its buffer with the runtime: bytes that come later
   * may still be seen in it. They are not lost, the next call gets them.
   *
   * @param buffer Where the bytes go.
   * @param nbytes How many bytes at most; 0 for the buffer's length.
   * @param flags As for {@linkcode Socket.recv}.
   * @param options `signal`: gives the call up when it aborts.
   * @returns How many bytes came; 0 when the peer has ended its sending.
   * @throws {OSError} As {@linkcode Socket.recv}.
   * @throws {RangeError} If the buffer holds fewer than `nbytes`.
   *
   * @example Receive into a buffer
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await a.sendall(new Uint8Array([1, 2, 3]));
   * const buffer = new Uint8Array(8);
   * assertEquals(await b.recvInto(buffer), 3);
   * ```
   *
   * Port of [`socket.recv_into`](https://docs.python.org/3/library/socket.html#socket.socket.recv_into), `recv(2)`.
   */
  recvInto(
    buffer: Data,
    nbytes = 0,
    flags = 0,
    options?: WaitOptions,
  ): Promise<number> {
    try {
      const bytes = bufferOf("recvInto", buffer, nbytes);
      const endpoint = this.open("recv");
      if (bytes.length === 0) return Promise.resolve(0);
      return endpoint.recvInto(
        bytes,
        ownFlags(flags),
        this.wait(flags, options),
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Receives bytes, or one datagram, and tells who sent them.
   *
   * The rest of a datagram longer than `bufsize` is lost; {@linkcode Socket.recvmsg}
   * tells of it. An abstract Unix name is a string, where Python gives bytes.
   *
   * @param bufsize The most bytes to receive.
   * @param flags As for {@linkcode Socket.recv}.
   * @param options `signal`: gives the call up when it aborts.
   * @returns The bytes and the sender's address; `null` for it on a connection.
   * @throws {OSError} As {@linkcode Socket.recv}.
   *
   * @example On a connection there is no sender to tell
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await a.sendall(new Uint8Array([1]));
   * assertEquals(await b.recvfrom(8), [new Uint8Array([1]), null]);
   * ```
   *
   * @example A datagram has one
   * ```ts
   * import { AF_INET, SOCK_DGRAM, socket } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using server = socket(AF_INET, SOCK_DGRAM);
   * server.bind(["127.0.0.1", 0]);
   * using client = socket(AF_INET, SOCK_DGRAM);
   * await client.connect(server.getsockname());
   * await client.send(new Uint8Array([1, 2, 3]));
   * const [data, sender] = await server.recvfrom(1024);
   * assertEquals(data.length, 3);
   * assertEquals(sender, client.getsockname());
   * ```
   *
   * Port of [`socket.recvfrom`](https://docs.python.org/3/library/socket.html#socket.socket.recvfrom), `recvfrom(2)`.
   */
  async recvfrom(
    bufsize: number,
    flags = 0,
    options?: WaitOptions,
  ): Promise<[data: Uint8Array, address: From]> {
    checkInteger("recvfrom", "size", bufsize, 0);
    const { data, address } = await this.open("recv")
      .recvmsg(bufsize, 0, ownFlags(flags), this.wait(flags, options));
    return [data, address as From];
  }

  /**
   * Receives bytes into a buffer and tells who sent them.
   *
   * @param buffer Where the bytes go.
   * @param nbytes How many bytes at most; 0 for the buffer's length.
   * @param flags As for {@linkcode Socket.recv}.
   * @param options `signal`: gives the call up when it aborts.
   * @returns How many bytes came, and from whom; `null` on a connection.
   * @throws {OSError} As {@linkcode Socket.recv}.
   *
   * @example Receive into a buffer
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await a.sendall(new Uint8Array([1, 2]));
   * assertEquals(await b.recvfromInto(new Uint8Array(8)), [2, null]);
   * ```
   *
   * Port of [`socket.recvfrom_into`](https://docs.python.org/3/library/socket.html#socket.socket.recvfrom_into), `recvfrom(2)`.
   */
  async recvfromInto(
    buffer: Data,
    nbytes = 0,
    flags = 0,
    options?: WaitOptions,
  ): Promise<[nbytes: number, address: From]> {
    const bytes = bufferOf("recvfromInto", buffer, nbytes);
    const [data, address] = await this.recvfrom(bytes.length, flags, options);
    bytes.set(data);
    return [data.length, address];
  }

  /**
   * Receives bytes with all that comes with them.
   *
   * Drivers: the sandboxed one receives no ancillary data and throws EOPNOTSUPP
   * where room for it is asked for.
   *
   * @param bufsize The most bytes to receive.
   * @param ancbufsize Room for control messages, in bytes; see {@linkcode CMSG_SPACE}.
   * @param flags As for {@linkcode Socket.recv}.
   * @param options `signal`: gives the call up when it aborts.
   * @returns The bytes, the control messages, flags such as `MSG_TRUNC` for a
   * datagram that was cut, and the sender's address.
   * @throws {OSError} As {@linkcode Socket.recv}.
   *
   * @example Receive a message
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await a.sendall(new Uint8Array([1]));
   * assertEquals(await b.recvmsg(8), [new Uint8Array([1]), [], 0, null]);
   * ```
   *
   * Port of [`socket.recvmsg`](https://docs.python.org/3/library/socket.html#socket.socket.recvmsg), `recvmsg(2)`.
   */
  async recvmsg(
    bufsize: number,
    ancbufsize = 0,
    flags = 0,
    options?: WaitOptions,
  ): Promise<ReceivedMessage<From>> {
    checkInteger("recvmsg", "size", bufsize, 0);
    checkInteger("recvmsg", "ancillary size", ancbufsize, 0);
    const { data, ancillary, flags: got, address } = await this.open("recv")
      .recvmsg(bufsize, ancbufsize, ownFlags(flags), this.wait(flags, options));
    return [data, ancillary, got, address as From];
  }

  /**
   * Receives bytes into several buffers, each filled before the next.
   *
   * Drivers: as for {@linkcode Socket.recvmsg}.
   *
   * @param buffers Where the bytes go.
   * @param ancbufsize Room for control messages, in bytes.
   * @param flags As for {@linkcode Socket.recv}.
   * @param options `signal`: gives the call up when it aborts.
   * @returns How many bytes came, the control messages, flags, and the sender's
   * address.
   * @throws {OSError} As {@linkcode Socket.recv}.
   *
   * @example A header and a body
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await a.sendall(new Uint8Array([1, 2, 3]));
   * const header = new Uint8Array(1), body = new Uint8Array(8);
   * assertEquals((await b.recvmsgInto([header, body]))[0], 3);
   * assertEquals(header, new Uint8Array([1]));
   * ```
   *
   * Port of [`socket.recvmsg_into`](https://docs.python.org/3/library/socket.html#socket.socket.recvmsg_into), `recvmsg(2)`.
   */
  async recvmsgInto(
    buffers: Data[],
    ancbufsize = 0,
    flags = 0,
    options?: WaitOptions,
  ): Promise<ReceivedMessageInto<From>> {
    const parts = listOf("recvmsgInto", buffers);
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    const [data, ...rest] = await this.recvmsg(
      size,
      ancbufsize,
      flags,
      options,
    );
    scatter(data, parts);
    return [data.length, ...rest];
  }

  /**
   * Sends bytes: as many as the system takes now.
   *
   * Drivers: in the sandbox a send whose time runs out when the runtime has its
   * bytes already counts them as sent, 64 KiB at most or the whole datagram; they
   * go out before anything else does, and keep the process alive until then.
   *
   * @param data The bytes; they may be changed as soon as the call has returned.
   * @param flags `MSG_DONTWAIT` waits for no room; `MSG_NOSIGNAL` is always so.
   * @param options `signal`: gives the call up when it aborts.
   * @returns How many bytes were taken.
   * @throws {BrokenPipeError} EPIPE if the socket is not connected, or its writing
   * half or the peer's reading is at an end.
   * @throws {ConnectionResetError} ECONNRESET if the peer reset the connection.
   * @throws {TimeoutError} If the timeout runs out before any byte is taken.
   * @throws {BlockingIOError} EAGAIN if there is no room and the call may not wait.
   * @throws {OSError} EDESTADDRREQ if a UDP socket has no peer, ENOTCONN if a Unix one
   * for datagrams has none, EMSGSIZE if a datagram is too long.
   * @throws {TypeError} If the data is a string or no bytes.
   *
   * @example Send three bytes
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * assertEquals(await a.send(new Uint8Array([1, 2, 3])), 3);
   * ```
   *
   * Port of [`socket.send`](https://docs.python.org/3/library/socket.html#socket.socket.send), `send(2)`.
   */
  send(data: Data, flags = 0, options?: WaitOptions): Promise<number> {
    try {
      const bytes = bytesOf("send", data);
      const wait = this.wait(flags, options);
      return this.open("send").send(bytes, ownFlags(flags), wait);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends all of the bytes.
   *
   * Bytes of two calls never mix: the second waits for the first. The timeout is
   * for the whole call.
   *
   * @param data The bytes; they may be changed as soon as the call has returned.
   * @param flags As for {@linkcode Socket.send}.
   * @param options `signal`: gives the call up when it aborts.
   * @throws {OSError} As {@linkcode Socket.send}; its `bytesSent` tells how many
   * bytes had been taken, where Python cannot tell. (An abort cannot either: it
   * rejects with the signal's own reason.)
   *
   * @example Send a text
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await a.sendall(new TextEncoder().encode("hello"));
   * assertEquals((await b.recv(8)).length, 5);
   * ```
   *
   * Port of [`socket.sendall`](https://docs.python.org/3/library/socket.html#socket.socket.sendall), `send(2)`.
   */
  sendall(data: Data, flags = 0, options?: WaitOptions): Promise<void> {
    try {
      const bytes = bytesOf("sendall", data);
      const wait = this.wait(flags, options);
      return this.open("send").sendall(bytes, ownFlags(flags), wait);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends bytes to an address, as one datagram where the socket is one for datagrams.
   *
   * A socket that is not bound yet is bound to any address and a free port. On a TCP
   * connection the address is not looked at.
   *
   * Drivers: in the sandbox binding needs a permission of its own,
   * `--allow-net=0.0.0.0:0` beside that for the address. A Unix socket for datagrams
   * needs `--unstable-net`; one without a name is bound to an abstract name, so that
   * receivers see one where Python's see none. The broadcast addresses of this
   * machine's networks are known, and refused without `SO_BROADCAST`, only under
   * `--allow-sys=networkInterfaces`.
   *
   * @param data The bytes.
   * @param address Where to; the flags may stand before it, as in Python.
   * @returns How many bytes were taken.
   * @throws {OSError} As {@linkcode Socket.send}; EINVAL for port 0, EISCONN on a
   * connected Unix stream.
   * @throws {PermissionError} EACCES if it is not granted, where the message names all
   * flags, and for a broadcast address without `SO_BROADCAST`.
   * @throws {gaierror} If the host is not known, or not in the socket's family.
   *
   * @example A connection knows where to
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * assertEquals(await a.sendto(new Uint8Array([1]), b.getsockname()), 1);
   * ```
   *
   * @example A datagram to oneself
   * ```ts
   * import { AF_INET, SOCK_DGRAM, socket } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using s = socket(AF_INET, SOCK_DGRAM);
   * s.bind(["127.0.0.1", 0]);
   * await s.sendto(new TextEncoder().encode("hello"), s.getsockname());
   * assertEquals((await s.recv(1024)).length, 5);
   * ```
   *
   * Port of [`socket.sendto`](https://docs.python.org/3/library/socket.html#socket.socket.sendto), `sendto(2)`.
   */
  sendto(data: Data, address: AddressInput<A>): Promise<number>;
  /** Sends with flags. */
  sendto(
    data: Data,
    flags: number,
    address: AddressInput<A>,
    options?: WaitOptions,
  ): Promise<number>;
  async sendto(
    data: Data,
    flags: number | AddressInput<A>,
    address?: AddressInput<A>,
    options?: WaitOptions,
  ): Promise<number> {
    const [bits, to] = typeof flags === "number"
      ? [flags, address]
      : [0, flags];
    return await this.open("send").sendmsg(
      bytesOf("sendto", data),
      [],
      ownFlags(bits),
      checkAddress<A>("sendto", this.family, to as AddressInput<A>),
      this.wait(bits, options),
    );
  }

  /**
   * Sends the bytes of several buffers at once, with control messages.
   *
   * Drivers: the sandboxed one sends no ancillary data and throws EOPNOTSUPP for it.
   *
   * @param buffers The bytes, in pieces.
   * @param ancdata Control messages: `[level, type, data]` each.
   * @param flags As for {@linkcode Socket.send}.
   * @param address Where to; `null` for the peer.
   * @param options `signal`: gives the call up when it aborts.
   * @returns How many bytes were taken.
   * @throws {OSError} As {@linkcode Socket.send}.
   *
   * @example A header and a body
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * assertEquals(await a.sendmsg([new Uint8Array([1]), new Uint8Array(2)]), 3);
   * ```
   *
   * Port of [`socket.sendmsg`](https://docs.python.org/3/library/socket.html#socket.socket.sendmsg), `sendmsg(2)`.
   */
  async sendmsg(
    buffers: Data[],
    ancdata: readonly AncillaryData[] = [],
    flags = 0,
    address: AddressInput<A> | null = null,
    options?: WaitOptions,
  ): Promise<number> {
    return await this.open("send").sendmsg(
      concat(listOf("sendmsg", buffers)),
      ancdata,
      ownFlags(flags),
      address && checkAddress<A>("sendmsg", this.family, address),
      this.wait(flags, options),
    );
  }
}
