import type { Address, AddressInput } from "./address.ts";
import { checkAddress } from "./check_address.ts";
import { acceptAll } from "./accept_loop.ts";
import {
  bufferOf,
  bytesOf,
  checkAncillary,
  checkInt,
  checkInteger,
  checkOption,
  checkSize,
  type Data,
  driverFlags,
  isDontWait,
  listOf,
  optionValue,
} from "./arguments.ts";
import { SHUT_RD, SHUT_RDWR } from "./constants/mod.ts";
import type {
  AncillaryData,
  Driver,
  Endpoint,
  ReceivedMessage,
  ReceivedMessageInto,
} from "./driver.ts";
import { driverFor, isNonBlockingType, openEndpoint } from "./drivers.ts";
import { unsupported } from "./endpoint/refusals.ts";
import { errnoOf, osError, windowsOnly } from "./errors.ts";
import {
  type FileOf,
  type MakefileMode,
  type MakefileOptions,
  openFile,
} from "./file/mod.ts";
import { sendFile, type SendfileOptions } from "./sendfile.ts";
import {
  checkTimeout,
  getdefaulttimeout,
  NO_WAIT,
  type Wait,
  waitOf,
  type WaitOptions,
} from "./wait.ts";
import { readableOf, writableOf } from "./web_streams.ts";

/**
 * A socket as the system knows it: a descriptor's number or, for the sandboxed
 * driver, Deno's object.
 */
export type SocketResource =
  | number
  | Deno.Conn
  | Deno.Listener
  | Deno.DatagramConn;

/** Options of {@linkcode socket} and {@linkcode Socket}. */
export interface SocketOptions {
  /**
   * A socket that the system has open, to take over in place of opening one: a
   * descriptor's number or, for the sandboxed driver, a `Deno.Conn`,
   * `Deno.Listener` or `Deno.DatagramConn`. Family, type and protocol are then
   * found out where they are not given. See {@linkcode fromfd}.
   */
  fileno?: SocketResource;
  /** The driver that serves; the program's default one if omitted. */
  driver?: Driver;
}

// Friends of the class: what modules of this package need of a socket and its
// users do not.

/** Makes a socket over an endpoint that is open already. */
export let socketOver: <A extends Address, From>(
  endpoint: Endpoint,
  driver: Driver,
) => Socket<A, From>;

/** Gives the endpoint of an open socket; throws EBADF if the socket is closed. */
export let endpointOf: (socket: Socket, call: string) => Endpoint;

/** Closes a socket whether or not files of it are open. */
export let forceClose: (socket: Socket) => void;

const NO_OPTIONS: WaitOptions = {};

/** The option that hands an open endpoint to the constructor. */
const ENDPOINT = Symbol("endpoint");

/**
 * A socket: one end of a connection, a listener or a place for datagrams.
 *
 * It is Python's class, with a promise wherever a call may wait. Every waiting
 * call ends by the socket's timeout or by a `signal`, and then has lost no
 * byte: the next call goes on where it left off. Concurrent calls are served
 * in order. `using` closes the socket, `await using` also waits until its port
 * and path are free again.
 *
 * @example A greeting over a connection
 * ```ts
 * import { createServer, socket } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using server = createServer(["127.0.0.1", 0]);
 * using client = socket();
 * await client.connect(server.getsockname());
 * const [peer] = await server.accept();
 * await peer.sendall(new TextEncoder().encode("hello"));
 * peer.close();
 * assertEquals(new TextDecoder().decode(await client.recv(1024)), "hello");
 * ```
 *
 * Port of [`socket.socket`](https://docs.python.org/3/library/socket.html#socket-objects), `socket(2)`.
 *
 * @typeParam A The shape of its addresses, which follows from its family.
 * @typeParam From Who a receive says the bytes are from.
 */
export class Socket<A extends Address = Address, From = A | null> {
  /** The address family, such as `AF_INET`. */
  readonly family: number;
  /** The socket type, such as `SOCK_STREAM`. */
  readonly type: number;
  /** The protocol number; 0 for the only one that family and type have. */
  readonly proto: number;
  readonly #driver: Driver;
  /** The endpoint, until the socket is closed. */
  #open: Endpoint | undefined;
  #timeout: number | null;
  #isClosed = false;
  /** How many files keep the endpoint open. */
  #files = 0;
  #released: Promise<void> | undefined;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<Uint8Array> | undefined;

  /** Opens a socket; {@linkcode socket} does the same and knows its address type. */
  constructor(
    family?: number,
    type?: number,
    proto?: number,
    options: SocketOptions = {},
  ) {
    this.#driver = driverFor(options.driver);
    this.#open = (options as { [ENDPOINT]?: Endpoint })[ENDPOINT] ??
      openEndpoint(this.#driver, family, type, proto, options.fileno);
    this.family = this.#open.family;
    this.type = this.#open.type;
    this.proto = this.#open.proto;
    this.#timeout = isNonBlockingType(type) ? 0 : getdefaulttimeout();
  }

  /**
   * Binds the socket to a local address.
   *
   * Drivers: in the sandbox a TCP socket takes the port, and the kernel begins to
   * queue connections, here already; the path of a Unix stream socket is removed when
   * it closes.
   *
   * @param address The address; port 0 is any free port, host "" any interface.
   * @throws {OSError} EADDRINUSE if someone has the address, EADDRNOTAVAIL if it is
   * no address of this machine, EINVAL if the socket is bound already.
   * @throws {PermissionError} EACCES if it is not granted; the message names the flag.
   * @throws {gaierror} If the host is not known.
   *
   * @example Take any free port
   * ```ts
   * import { socket } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using s = socket();
   * s.bind(["127.0.0.1", 0]);
   * assertEquals(s.getsockname()[0], "127.0.0.1");
   * ```
   *
   * Port of [`socket.bind`](https://docs.python.org/3/library/socket.html#socket.socket.bind), `bind(2)`.
   */
  bind(address: AddressInput<A>): void {
    this.#endpoint("bind").bind(checkAddress<A>("bind", this.family, address));
  }

  /**
   * Begins to take connections.
   *
   * Drivers: in the sandbox the queue's length is settled when the socket is
   * bound, at Deno's own 511 (TCP) or 1024 (Unix); {@linkcode createServer} can
   * set it for TCP.
   *
   * @param backlog How many connections may wait to be accepted; the system's own
   * number if omitted.
   * @throws {OSError} EINVAL if the socket is connected.
   *
   * @example Listen on any free port
   * ```ts
   * import { socket } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using s = socket();
   * s.listen();
   * assertEquals(s.getsockname()[0], "0.0.0.0");
   * ```
   *
   * Port of [`socket.listen`](https://docs.python.org/3/library/socket.html#socket.socket.listen), `listen(2)`.
   */
  listen(backlog?: number): void {
    if (backlog !== undefined) checkInt("listen", "backlog", backlog);
    this.#endpoint("listen").listen(backlog);
  }

  /**
   * Takes the next connection.
   *
   * The new socket begins with the default timeout, as in Python.
   *
   * @param options `signal`: gives the call up when it aborts.
   * @returns The connection and its peer's address.
   * @throws {OSError} EINVAL if the socket does not listen, EMFILE if there are too
   * many open files.
   * @throws {TimeoutError} If the timeout runs out; a connection that comes later
   * is for the next call.
   * @throws {BlockingIOError} EAGAIN if the socket is non-blocking and none waits.
   *
   * @example Accept one connection
   * ```ts
   * import { createConnection, createServer } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using server = createServer(["127.0.0.1", 0]);
   * using client = await createConnection(server.getsockname());
   * const [peer, address] = await server.accept();
   * assertEquals(address, client.getsockname());
   * peer.close();
   * ```
   *
   * Port of [`socket.accept`](https://docs.python.org/3/library/socket.html#socket.socket.accept), `accept(2)`.
   */
  async accept(
    options?: WaitOptions,
  ): Promise<[connection: Socket<A, From>, address: A]> {
    const endpoint = await this.#endpoint("accept")
      .accept(this.#wait(0, options));
    return [
      socketOver<A, From>(endpoint, this.#driver),
      endpoint.getpeername() as A,
    ];
  }

  /**
   * Connects to an address.
   *
   * After a timeout the attempt is given up, where Python's would go on. A socket for
   * datagrams is only told its peer, and may be told another one later.
   *
   * Drivers: in the sandbox `getsockname()` of a UDP socket that was bound to any
   * address, or to none, knows the way to a peer on this machine only.
   *
   * @param address The peer's address; a host name is looked up in this family.
   * @param options `signal`: gives the call up when it aborts.
   * @throws {ConnectionRefusedError} ECONNREFUSED if nobody listens there.
   * @throws {OSError} EISCONN if the socket is connected, EALREADY if it is being
   * connected, ENETUNREACH or EHOSTUNREACH if there is no way there.
   * @throws {TimeoutError} If the timeout runs out.
   * @throws {BlockingIOError} EINPROGRESS if the socket is non-blocking; the attempt
   * goes on, and SO_ERROR tells how it ended.
   * @throws {PermissionError} EACCES if it is not granted; the message names the flag.
   * @throws {gaierror} If the host is not known.
   *
   * @example Connect
   * ```ts
   * import { createServer, socket } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using server = createServer(["127.0.0.1", 0]);
   * using s = socket();
   * await s.connect(server.getsockname());
   * assertEquals(s.getpeername(), server.getsockname());
   * ```
   *
   * Port of [`socket.connect`](https://docs.python.org/3/library/socket.html#socket.socket.connect), `connect(2)`.
   */
  async connect(
    address: AddressInput<A>,
    options?: WaitOptions,
  ): Promise<void> {
    await this.#endpoint("connect").connect(
      checkAddress<A>("connect", this.family, address),
      this.#wait(0, options),
    );
  }

  /**
   * Connects to an address and tells the error's number instead of throwing it.
   *
   * @param address As for {@linkcode Socket.connect}.
   * @param options `signal`: gives the call up when it aborts.
   * @returns 0, or the `errno` of what went wrong; EAGAIN for a timeout.
   * @throws {gaierror} If the host is not known.
   *
   * @example Ask whether someone listens
   * ```ts
   * import { createServer, socket } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using server = createServer(["127.0.0.1", 0]);
   * using s = socket();
   * assertEquals(await s.connectEx(server.getsockname()), 0);
   * ```
   *
   * Port of [`socket.connect_ex`](https://docs.python.org/3/library/socket.html#socket.socket.connect_ex), `connect(2)`.
   */
  async connectEx(
    address: AddressInput<A>,
    options?: WaitOptions,
  ): Promise<number> {
    try {
      await this.connect(address, options);
      return 0;
    } catch (error) {
      return errnoOf(error);
    }
  }

  /**
   * Takes connections until the socket is closed or the signal aborts.
   *
   * It survives what an accept loop must survive: a connection that failed before
   * it was taken is passed over, and while there are too many open files it pauses
   * and tries again. Not in Python; iterating over the socket itself is the same.
   *
   * @param options `signal`: ends the iteration when it aborts.
   * @returns An iterator over connections and their peers' addresses.
   * @throws {TimeoutError} If the socket's timeout runs out between two connections.
   *
   * @example Serve until told otherwise
   * ```ts
   * import { createConnection, createServer } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using server = createServer(["127.0.0.1", 0]);
   * using client = await createConnection(server.getsockname());
   * for await (const [peer, address] of server.connections()) {
   *   assertEquals(address, client.getsockname());
   *   peer.close();
   *   server.close();
   * }
   * ```
   *
   * `accept(2)`.
   */
  connections(
    options: WaitOptions = {},
  ): AsyncIterableIterator<[connection: Socket<A, From>, address: A]> {
    return acceptAll((wait) => this.accept(wait), options);
  }

  /** Takes connections, as {@linkcode Socket.connections} without options. */
  [Symbol.asyncIterator](): AsyncIterableIterator<
    [connection: Socket<A, From>, address: A]
  > {
    return this.connections();
  }

  /**
   * Shuts down one half of the connection or both.
   *
   * @param how `SHUT_WR` tells the peer that no more will be sent, and receiving
   * goes on; `SHUT_RD` lets waiting and later receives return empty; `SHUT_RDWR`
   * does both. A listener that is shut for reading accepts no more.
   * @throws {OSError} ENOTCONN if the socket is not connected, EINVAL for another
   * number.
   *
   * @example End the sending
   * ```ts
   * import { SHUT_WR, socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * a.shutdown(SHUT_WR);
   * assertEquals(await b.recv(8), new Uint8Array());
   * ```
   *
   * Port of [`socket.shutdown`](https://docs.python.org/3/library/socket.html#socket.socket.shutdown), `shutdown(2)`.
   */
  shutdown(how: number): void {
    checkInt("shutdown", "half", how);
    const endpoint = this.#endpoint("shutdown");
    if (how < SHUT_RD || how > SHUT_RDWR) {
      throw osError({ code: "EINVAL", syscall: "shutdown" });
    }
    endpoint.shutdown(how);
  }

  /**
   * Closes the socket.
   *
   * Every pending call rejects with EBADF. Files of {@linkcode Socket.makefile} and
   * duplicates keep the connection open until they are closed too. Closing twice is
   * nothing.
   *
   * @example A closed socket has no number
   * ```ts
   * import { socket } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const s = socket();
   * s.close();
   * assertEquals(s.fileno(), -1);
   * ```
   *
   * Port of [`socket.close`](https://docs.python.org/3/library/socket.html#socket.socket.close), `close(2)`.
   */
  close(): void {
    this.#isClosed = true;
    this.#release();
  }

  /**
   * Gives the system's own socket away and leaves this one closed.
   *
   * Drivers: the sandboxed one gives the `Deno.Conn`, `Deno.Listener` or
   * `Deno.DatagramConn`, the POSIX one the descriptor.
   *
   * @returns What the driver has in place of a descriptor; -1 of a closed socket.
   * @throws {OSError} EBUSY if received bytes or pending calls would be lost,
   * ENOTCONN if there is nothing yet to give.
   *
   * @example Go on with plain Deno
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _b = b;
   * using conn = a.detach() as Deno.Conn;
   * assertEquals(await conn.write(new Uint8Array(3)), 3);
   * assertEquals(a.fileno(), -1);
   * ```
   *
   * Port of [`socket.detach`](https://docs.python.org/3/library/socket.html#socket.socket.detach).
   */
  detach(): SocketResource {
    if (this.#open === undefined) return -1;
    const resource = this.#open.detach();
    this.#open = undefined;
    this.#isClosed = true;
    return resource as SocketResource;
  }

  /**
   * Makes a second socket on the same connection or listener.
   *
   * What both share closes with the last of them; closing one ends its own pending
   * calls only.
   *
   * @returns The second socket, with the same timeout.
   *
   * @example Close one of two
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _b = b;
   * using copy = a.dup();
   * a.close();
   * assertEquals(await copy.send(new Uint8Array(2)), 2);
   * ```
   *
   * Port of [`socket.dup`](https://docs.python.org/3/library/socket.html#socket.socket.dup), `dup(2)`.
   */
  dup(): Socket<A, From> {
    const endpoint = this.#endpoint("dup").dup();
    const copy = socketOver<A, From>(endpoint, this.#driver);
    copy.settimeout(this.#timeout);
    return copy;
  }

  /**
   * Receives up to `bufsize` bytes, or one datagram, of which the rest is lost.
   *
   * Drivers: the sandboxed one has no ECONNREFUSED for a connected UDP socket.
   *
   * @param bufsize The most bytes to receive.
   * @param flags The options may stand in their place. `MSG_PEEK` leaves the bytes, `MSG_WAITALL` waits for all of them
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
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    try {
      checkSize("recv", bufsize);
      const endpoint = this.#endpoint("recv");
      if (bufsize === 0) return Promise.resolve(new Uint8Array(0));
      const wait = this.#wait(flags, options);
      return endpoint.recv(bufsize, driverFlags(flags), wait);
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
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<number> {
    try {
      const bytes = bufferOf("recvInto", buffer, nbytes);
      const endpoint = this.#endpoint("recv");
      if (bytes.length === 0) return Promise.resolve(0);
      const wait = this.#wait(flags, options);
      return endpoint.recvInto(bytes, driverFlags(flags), wait);
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
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<[data: Uint8Array<ArrayBuffer>, address: From]> {
    checkSize("recvfrom", bufsize);
    const { data, address } = await this.#endpoint("recv")
      .recvmsg(bufsize, 0, driverFlags(flags), this.#wait(flags, options));
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
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<[nbytes: number, address: From]> {
    const bytes = bufferOf("recvfromInto", buffer, nbytes);
    const { count, address } = await this.#endpoint("recv").recvmsgInto(
      [bytes],
      0,
      driverFlags(flags),
      this.#wait(flags, options),
    );
    return [count, address as From];
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
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<ReceivedMessage<From>> {
    checkSize("recvmsg", bufsize);
    checkSize("recvmsg", ancbufsize, "ancillary size");
    const { data, ancillary, flags: got, address } = await this.#endpoint(
      "recv",
    )
      .recvmsg(
        bufsize,
        ancbufsize,
        driverFlags(flags),
        this.#wait(flags, options),
      );
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
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<ReceivedMessageInto<From>> {
    const parts = listOf("recvmsgInto", buffers);
    checkSize("recvmsgInto", ancbufsize, "ancillary size");
    const { count, ancillary, flags: got, address } = await this
      .#endpoint("recv").recvmsgInto(
        parts,
        ancbufsize,
        driverFlags(flags),
        this.#wait(flags, options),
      );
    return [count, ancillary, got, address as From];
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
   * @throws {TypeError} If the data is a string or anything else that is not bytes.
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
  send(
    data: Data,
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<number> {
    try {
      const bytes = bytesOf("send", data);
      const wait = this.#wait(flags, options);
      return this.#endpoint("send").send(bytes, driverFlags(flags), wait);
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
  sendall(
    data: Data,
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<void> {
    try {
      const bytes = bytesOf("sendall", data);
      const wait = this.#wait(flags, options);
      return this.#endpoint("send").sendall(bytes, driverFlags(flags), wait);
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
    return await this.#endpoint("send").sendmsg(
      [bytesOf("sendto", data)],
      [],
      driverFlags(bits),
      checkAddress<A>("sendto", this.family, to as AddressInput<A>),
      this.#wait(bits, options),
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
    checkInt("sendmsg", "flags", flags);
    return await this.#endpoint("send").sendmsg(
      listOf("sendmsg", buffers),
      checkAncillary("sendmsg", ancdata),
      driverFlags(flags),
      address && checkAddress<A>("sendmsg", this.family, address),
      this.#wait(flags, options),
    );
  }

  /**
   * Sends a file, or a part of it, over a connection.
   *
   * The file's position is then behind the last byte that was sent, also when the
   * call fails. The timeout is for each wait until the peer takes more, as in
   * Python, not for the whole file.
   *
   * Drivers: POSIX takes the number of a descriptor too, and sends it by
   * `sendfile(2)`; the sandboxed one throws EOPNOTSUPP for a number.
   *
   * @param file The file, open for reading.
   * @param options `offset` and `count` in bytes; `signal` gives the call up when it
   * aborts.
   * @returns How many bytes were sent.
   * @throws {OSError} As {@linkcode Socket.sendall}.
   * @throws {RangeError} If the socket is non-blocking, or not a stream.
   *
   * @example Send a temporary file
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const path = await Deno.makeTempFile();
   * await Deno.writeTextFile(path, "hello");
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * using file = await Deno.open(path);
   * assertEquals(await a.sendfile(file, { offset: 1 }), 4);
   * await Deno.remove(path);
   * ```
   *
   * Port of [`socket.sendfile`](https://docs.python.org/3/library/socket.html#socket.socket.sendfile), `sendfile(2)`.
   */
  async sendfile(
    file: Deno.FsFile | number,
    options: SendfileOptions = {},
  ): Promise<number> {
    const wait = () => this.#wait(0, options);
    const endpoint = () => this.#endpoint("sendfile");
    return await sendFile(endpoint, file, options, wait);
  }

  /**
   * Sends to a socket of the kernel's crypto API.
   *
   * Drivers: POSIX; the sandboxed one throws EOPNOTSUPP.
   *
   * @throws {OSError} EOPNOTSUPP.
   *
   * Port of [`socket.sendmsg_afalg`](https://docs.python.org/3/library/socket.html#socket.socket.sendmsg_afalg), `sendmsg(2)`.
   */
  // deno-lint-ignore require-await -- a refusal rejects
  async sendmsgAfalg(): Promise<number> {
    this.#endpoint("send");
    const subject = `with the ${this.#driver.name} driver`;
    throw unsupported({ code: "EOPNOTSUPP", syscall: "sendmsgAfalg", subject });
  }

  /**
   * Makes a file of the socket, for reading and writing by lines or by bytes.
   *
   * The socket really closes only when its files are closed too, as in Python.
   *
   * @param mode "r", "w" or "rw" for text; "rb", "wb" or "rwb" for bytes.
   * @param options `buffering`, `encoding`, `errors` and `newline`, as Python's.
   * @returns The file.
   *
   * @example Read a line
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await using file = b.makefile("r");
   * await a.sendall(new TextEncoder().encode("one\ntwo\n"));
   * assertEquals(await file.readline(), "one\n");
   * ```
   *
   * Port of [`socket.makefile`](https://docs.python.org/3/library/socket.html#socket.socket.makefile).
   */
  makefile<Mode extends MakefileMode = "r">(
    mode?: Mode,
    options: MakefileOptions = {},
  ): FileOf<Mode> {
    this.#endpoint("makefile");
    const source = {
      recvInto: this.recvInto.bind(this),
      send: this.send.bind(this),
      release: () => {
        this.#files--;
        if (this.#isClosed) this.#release();
      },
    };
    const file = openFile(source, mode ?? "r" as Mode, options);
    this.#files++;
    return file;
  }

  /**
   * Is a web stream of the bytes that are received.
   *
   * Nothing is received before a reader asks. Cancelling it shuts the reading half
   * and leaves the socket open. Not in Python.
   *
   * @example Read by a stream
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await a.sendall(new Uint8Array([1, 2]));
   * const { value } = await b.readable.getReader().read();
   * assertEquals(value, new Uint8Array([1, 2]));
   * ```
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= readableOf(this);
  }

  /**
   * Is a web stream whose bytes are sent.
   *
   * Closing it ends the sending and leaves the socket open. Not in Python.
   *
   * @example Write by a stream
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * await a.writable.getWriter().write(new Uint8Array([1, 2]));
   * assertEquals(await b.recv(8), new Uint8Array([1, 2]));
   * ```
   */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= writableOf(this);
  }

  /**
   * Tells the socket's own address.
   *
   * An abstract Unix name is a string that begins with NUL, where Python gives bytes.
   *
   * @returns The address; the family's "any" address of an unbound socket.
   *
   * @example Learn the port
   * ```ts
   * import { createServer } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using server = createServer(["127.0.0.1", 0]);
   * const [host] = server.getsockname();
   * assertEquals(host, "127.0.0.1");
   * ```
   *
   * Port of [`socket.getsockname`](https://docs.python.org/3/library/socket.html#socket.socket.getsockname), `getsockname(2)`.
   */
  getsockname(): A {
    return this.#endpoint("getsockname").getsockname() as A;
  }

  /**
   * Tells the peer's address.
   *
   * @returns The address, as it was when the connection was made.
   * @throws {OSError} ENOTCONN if the socket is not connected.
   *
   * @example Both ends agree
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * assertEquals(a.getpeername(), b.getsockname());
   * ```
   *
   * Port of [`socket.getpeername`](https://docs.python.org/3/library/socket.html#socket.socket.getpeername), `getpeername(2)`.
   */
  getpeername(): A {
    return this.#endpoint("getpeername").getpeername() as A;
  }

  /**
   * Reads an option.
   *
   * Drivers: the sandboxed one has SO_TYPE, SO_DOMAIN, SO_PROTOCOL, SO_ERROR,
   * SO_ACCEPTCONN, SO_REUSEADDR, SO_REUSEPORT, SO_KEEPALIVE, TCP_NODELAY and
   * IPV6_V6ONLY; for datagrams also SO_BROADCAST, IP_TTL, IP_MULTICAST_TTL,
   * IP_MULTICAST_LOOP, IP_MULTICAST_IF, IPV6_MULTICAST_LOOP and IPV6_MULTICAST_IF.
   *
   * @param level `SOL_SOCKET`, or a protocol such as `IPPROTO_TCP`.
   * @param name The option.
   * @param buflen How many bytes to read; an integer is read if it is omitted.
   * @returns The option as an integer, or as bytes of this machine's order.
   * @throws {OSError} ENOPROTOOPT for an option that the driver does not have.
   *
   * @example A connection's type
   * ```ts
   * import { SO_TYPE, SOCK_STREAM, socket, SOL_SOCKET } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using s = socket();
   * assertEquals<number>(s.getsockopt(SOL_SOCKET, SO_TYPE), SOCK_STREAM);
   * ```
   *
   * Port of [`socket.getsockopt`](https://docs.python.org/3/library/socket.html#socket.socket.getsockopt), `getsockopt(2)`.
   */
  getsockopt(level: number, name: number): number;
  /** Reads an option as bytes. */
  getsockopt(level: number, name: number, buflen: number): Uint8Array;
  getsockopt(level: number, name: number, buflen = 0): number | Uint8Array {
    checkOption("getsockopt", level, name);
    checkInteger("getsockopt", "size", buflen, 0, 1024);
    const endpoint = this.#endpoint("getsockopt");
    if (buflen > 0) return endpoint.getsockopt(level, name, buflen);
    const bytes = endpoint.getsockopt(level, name, 4);
    return new Int32Array(bytes.slice().buffer)[0];
  }

  /**
   * Sets an option.
   *
   * Drivers: the sandboxed one has SO_REUSEADDR (always on for streams), SO_REUSEPORT (with
   * --unstable-net), SO_KEEPALIVE, TCP_NODELAY and IPV6_V6ONLY; for datagrams those
   * that {@linkcode Socket.getsockopt} names, IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP,
   * IPV6_JOIN_GROUP and IPV6_LEAVE_GROUP. Set a UDP socket's before it is bound, as
   * they choose what serves it; later it may be ENOPROTOOPT, and a group that cannot
   * be joined is then told of by the next receive and SO_ERROR.
   *
   * @param level `SOL_SOCKET`, or a protocol such as `IPPROTO_TCP`.
   * @param name The option.
   * @param value An integer, the option's bytes in this machine's order, or `null`.
   * @param optlen The length that goes with `null`.
   * @throws {OSError} ENOPROTOOPT for an option that the driver does not have, or
   * that can only be read.
   *
   * @example Send small pieces at once
   * ```ts
   * import { IPPROTO_TCP, socket, TCP_NODELAY } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using s = socket();
   * s.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
   * assertEquals(s.getsockopt(IPPROTO_TCP, TCP_NODELAY), 1);
   * ```
   *
   * Port of [`socket.setsockopt`](https://docs.python.org/3/library/socket.html#socket.socket.setsockopt), `setsockopt(2)`.
   */
  setsockopt(level: number, name: number, value: number | Data): void;
  /** Sets an option to a null pointer with a length. */
  setsockopt(level: number, name: number, value: null, optlen: number): void;
  setsockopt(
    level: number,
    name: number,
    value: number | Data | null,
    optlen?: number,
  ): void {
    checkOption("setsockopt", level, name);
    const [bytes, size] = optionValue(value, optlen);
    this.#endpoint("setsockopt").setsockopt(level, name, bytes, size);
  }

  /**
   * Tells the socket's timeout in seconds; `null` for none, 0 for non-blocking.
   *
   * Port of [`socket.timeout`](https://docs.python.org/3/library/socket.html#socket.socket.timeout).
   */
  get timeout(): number | null {
    return this.#timeout;
  }

  /**
   * Tells how long a call may wait.
   *
   * @returns Seconds; `null` is for ever.
   *
   * @example For ever, at first
   * ```ts
   * import { socket } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using s = socket();
   * assertEquals(s.gettimeout(), null);
   * ```
   *
   * Port of [`socket.gettimeout`](https://docs.python.org/3/library/socket.html#socket.socket.gettimeout).
   */
  gettimeout(): number | null {
    return this.#timeout;
  }

  /**
   * Sets how long a call may wait.
   *
   * @param timeout Seconds; 0 is non-blocking, `null` is for ever.
   * @throws {RangeError} If it is negative or not a number.
   *
   * @example Wait a hundredth of a second
   * ```ts
   * import { socketpair, TimeoutError } from "@berkeley/socket/socket";
   * import { assertRejects } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * a.settimeout(0.01);
   * await assertRejects(() => a.recv(8), TimeoutError);
   * ```
   *
   * Port of [`socket.settimeout`](https://docs.python.org/3/library/socket.html#socket.socket.settimeout).
   */
  settimeout(timeout: number | null): void {
    checkTimeout("settimeout", timeout);
    this.#endpoint("settimeout");
    this.#timeout = timeout;
  }

  /**
   * Tells whether calls wait.
   *
   * @returns `false` if the timeout is 0.
   *
   * @example Sockets wait at first
   * ```ts
   * import { socket } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using s = socket();
   * assertEquals(s.getblocking(), true);
   * ```
   *
   * Port of [`socket.getblocking`](https://docs.python.org/3/library/socket.html#socket.socket.getblocking).
   */
  getblocking(): boolean {
    return this.#timeout !== 0;
  }

  /**
   * Makes the socket wait for ever, or not at all.
   *
   * @param flag `true` for no timeout, `false` for a timeout of 0.
   *
   * @example A call that would wait throws
   * ```ts
   * import { BlockingIOError, socketpair } from "@berkeley/socket/socket";
   * import { assertRejects } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * a.setblocking(false);
   * await assertRejects(() => a.recv(8), BlockingIOError);
   * ```
   *
   * Port of [`socket.setblocking`](https://docs.python.org/3/library/socket.html#socket.socket.setblocking).
   */
  setblocking(flag: boolean): void {
    this.settimeout(flag ? null : 0);
  }

  /**
   * Tells the descriptor's number.
   *
   * Drivers: POSIX; in the sandboxed one there are no numbers, and it throws
   * EOPNOTSUPP while the socket is open.
   *
   * @returns The number; -1 of a closed socket.
   *
   * @example -1 once closed
   * ```ts
   * import { socket } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const s = socket();
   * s.close();
   * assertEquals(s.fileno(), -1);
   * ```
   *
   * Port of [`socket.fileno`](https://docs.python.org/3/library/socket.html#socket.socket.fileno).
   */
  fileno(): number {
    return this.#open === undefined ? -1 : this.#open.fileno();
  }

  /**
   * Tells whether programs that this one starts inherit the socket: they never do.
   *
   * @returns `false`.
   *
   * @example Never inherited
   * ```ts
   * import { socket } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using s = socket();
   * assertEquals(s.getInheritable(), false);
   * ```
   *
   * Port of [`socket.get_inheritable`](https://docs.python.org/3/library/socket.html#socket.socket.get_inheritable).
   */
  getInheritable(): boolean {
    return this.#endpoint("getInheritable").getInheritable();
  }

  /**
   * Sets whether programs that this one starts inherit the socket.
   *
   * Drivers: POSIX; the sandboxed one throws EOPNOTSUPP for `true`.
   *
   * @param inheritable Whether they do.
   *
   * @example Not to be inherited
   * ```ts
   * import { socket } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using s = socket();
   * s.setInheritable(false);
   * assertEquals(s.getInheritable(), false);
   * ```
   *
   * Port of [`socket.set_inheritable`](https://docs.python.org/3/library/socket.html#socket.socket.set_inheritable).
   */
  setInheritable(inheritable: boolean): void {
    this.#endpoint("setInheritable").setInheritable(inheritable);
  }

  /**
   * Controls the socket's device.
   *
   * Drivers: POSIX; the sandboxed one throws EOPNOTSUPP.
   *
   * @param request The number of what to do.
   * @param argument What the request takes: a number, 0 if omitted, or bytes.
   * @returns What the device answers: a number or, where it was given bytes, the
   * bytes as it leaves them.
   * @throws {OSError} EOPNOTSUPP if the driver cannot.
   *
   * Port of [`socket.ioctl`](https://docs.python.org/3/library/socket.html#socket.socket.ioctl), `ioctl(2)`.
   */
  ioctl(request: number, argument: number | Data = 0): number | Uint8Array {
    checkInteger("ioctl", "request", request);
    const passed = typeof argument === "number"
      ? argument
      : bytesOf("ioctl", argument);
    return this.#endpoint("ioctl").ioctl(request, passed);
  }

  /**
   * Shares the socket with another process, on Windows only.
   *
   * Drivers: none.
   *
   * @param _processId The process to share it with.
   * @throws {OSError} EOPNOTSUPP.
   *
   * Port of [`socket.share`](https://docs.python.org/3/library/socket.html#socket.socket.share).
   */
  share(_processId: number): Uint8Array {
    this.#endpoint("share");
    const instead = "sendFds of the POSIX driver passes sockets on";
    throw windowsOnly("share", "the socket", instead);
  }

  /** Closes the socket at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes the socket at the end of an `await using` block; its port and path are then free again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#released;
  }

  /** Shows the socket as Python does. */
  [Symbol.for("Deno.customInspect")](): string {
    const { family, type, proto } = this;
    const words = [`family=${family}`, `type=${type}`, `proto=${proto}`];
    const show = (name: string, tell: () => Address) => {
      try {
        words.push(`${name}=${JSON.stringify(tell())}`);
      } catch {
        // As in Python, what there is not is not shown.
      }
    };
    show("laddr", () => this.getsockname());
    show("raddr", () => this.getpeername());
    const closed = this.#isClosed ? " [closed]" : "";
    return `<Socket${closed} ${words.join(", ")}>`;
  }

  static {
    socketOver = (endpoint, driver) =>
      new Socket(
        undefined,
        undefined,
        undefined,
        { driver, [ENDPOINT]: endpoint } as SocketOptions,
      );
    endpointOf = (socket, call) => socket.#endpoint(call);
    forceClose = (socket) => {
      socket.#files = 0;
      socket.close();
    };
  }

  /** The endpoint of an open socket; EBADF of a closed one. */
  #endpoint(call: string): Endpoint {
    if (this.#open === undefined) {
      throw osError({ code: "EBADF", syscall: call });
    }
    return this.#open;
  }

  /** How long a call may wait; `undefined` is for ever. */
  #wait(
    flags: number | WaitOptions,
    options: WaitOptions | undefined,
  ): Wait | undefined {
    const { signal } = typeof flags === "object"
      ? flags
      : options ?? NO_OPTIONS;
    if (signal === undefined) {
      if (isDontWait(flags)) return NO_WAIT;
      return this.#timeout === null ? undefined : waitOf(this.#timeout);
    }
    return waitOf(isDontWait(flags) ? 0 : this.#timeout, signal);
  }

  /** Closes the endpoint, once the files are closed too. */
  #release(): void {
    if (this.#files > 0 || this.#open === undefined) return;
    this.#released = this.#open.close();
    this.#open = undefined;
  }
}
