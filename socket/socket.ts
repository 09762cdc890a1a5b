import { concat } from "@std/bytes/concat";
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
import { restTimer } from "./deadlines.ts";
import { driverFor, isNonBlockingType, openEndpoint } from "./drivers.ts";
import { afalgAncillary, type SendmsgAfalgOptions } from "./afalg.ts";
import { errnoOf, osError, windowsOnly } from "./errors.ts";
import {
  type FileOf,
  type MakefileMode,
  type MakefileOptions,
  openFile,
} from "./file/mod.ts";
import { noteAsked } from "./fileno.ts";
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
 * The system's form of a socket: a descriptor's number or, for the sandboxed
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
   * An open socket to take over instead of opening a new one: a descriptor's
   * number or, for the sandboxed driver, a `Deno.Conn`, `Deno.Listener` or
   * `Deno.DatagramConn`. The driver detects family, type and protocol if they
   * are omitted. See {@linkcode fromfd}.
   */
  fileno?: SocketResource;
  /** The driver to use; the program's default driver if omitted. */
  driver?: Driver;
}

// Internal access for other modules of this package; mod.ts does not export it.

/** Returns the socket's driver. */
export let driverOf: (socket: Socket) => Driver;

/** Returns the socket's endpoint; throws EBADF if the socket is closed. */
export let endpointOf: (socket: Socket, call: string) => Endpoint;

/** Takes the endpoint of a socket away from it, which is then closed, as its files are. */
export let takeEndpoint: (socket: Socket, call: string) => Endpoint;

/**
 * Closes a socket even if files of it are open. When the signal aborts, it no longer
 * waits for bytes that count as sent.
 */
export let forceClose: (socket: Socket, signal?: AbortSignal) => void;

const NO_OPTIONS: WaitOptions = {};
const NO_ANCILLARY: readonly AncillaryData[] = [];

/** The option that hands an open endpoint to the constructor. */
const ENDPOINT = Symbol("endpoint");

/** Returns the options that make a socket of an open endpoint; for classes that extend it. */
export function optionsOver(endpoint: Endpoint, driver: Driver): SocketOptions {
  return { driver, [ENDPOINT]: endpoint } as SocketOptions;
}

/** Wraps an open endpoint instead of opening a new one. */
export function socketOver<A extends Address, From>(
  endpoint: Endpoint,
  driver: Driver,
): Socket<A, From> {
  const options = optionsOver(endpoint, driver);
  return new Socket<A, From>(undefined, undefined, undefined, options);
}

/**
 * A socket: one end of a connection, a listener, or an end point for datagrams.
 *
 * It is Python's class, but a call that may wait returns a promise. The
 * socket's timeout or a `signal` ends a waiting call without losing a byte: the
 * next call continues where it stopped. Concurrent calls complete in the order
 * in which they were made. `using` closes the socket, `await using` also waits
 * until its port and path are free again.
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
 * @typeParam A The type of the socket's addresses, which its family determines.
 * @typeParam From The type of the sender's address that a receive returns.
 */
export class Socket<A extends Address = Address, From = A | null> {
  /** The address family, such as `AF_INET`. */
  readonly family: number;
  /** The socket type, such as `SOCK_STREAM`. */
  readonly type: number;
  /** The protocol number; 0 for the default of family and type. */
  readonly proto: number;
  readonly #driver: Driver;
  /** `undefined` once the socket is closed. */
  #open: Endpoint | undefined;
  #timeout: number | null;
  #isClosed = false;
  /** The number of files that keep the endpoint open. */
  #files = 0;
  #released: Promise<void> | undefined;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<Uint8Array> | undefined;

  /** Opens a socket; {@linkcode socket} does the same and infers the address type. */
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
   * Drivers: in the sandbox a TCP socket listens from here on, so the kernel
   * already queues connections; closing a Unix stream socket removes its path.
   *
   * @param address The address; port 0 picks a free port, host "" means all
   * interfaces.
   * @throws {OSError} EADDRINUSE if another socket has the address,
   * EADDRNOTAVAIL if it is not an address of this machine, EINVAL if the socket
   * is already bound.
   * @throws {PermissionError} EACCES if permission is not granted; the message
   * names the flag.
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
   * Starts listening for connections.
   *
   * Drivers: in the sandbox `bind` has opened a queue already, of Deno's own 511
   * (TCP) or 1024 (Unix). For TCP a `backlog` opens it again at the same port,
   * and a client that has connected since `bind` is reset; that needs a grant for
   * the port that was bound, without which the queue stays as it is.
   * {@linkcode createServer} opens it once.
   *
   * @param backlog How many connections may wait to be accepted; the system's
   * default if omitted.
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
   * Accepts the next connection.
   *
   * The new socket starts with the default timeout, as in Python.
   *
   * @param options `signal`: cancels the call when it aborts.
   * @returns The connection and its peer's address.
   * @throws {OSError} EINVAL if the socket does not listen, EMFILE if the
   * process has too many open files.
   * @throws {TimeoutError} If the timeout runs out; the next call gets a
   * connection that arrives later.
   * @throws {BlockingIOError} EAGAIN if the socket is non-blocking and no
   * connection waits.
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
    const [endpoint, address] = await this.#endpoint("accept")
      .accept(this.#wait(0, options));
    return [socketOver<A, From>(endpoint, this.#driver), address as A];
  }

  /**
   * Connects to an address.
   *
   * A timeout cancels the attempt, which in Python continues. On a datagram
   * socket the call only sets the peer, and a later call may change it.
   *
   * Drivers: in the sandbox a UDP socket that is bound to the wildcard address,
   * or was unbound, learns its local address only if the peer has a loopback
   * address; otherwise `getsockname()` returns the wildcard address.
   *
   * @param address The peer's address; a host name is looked up in this family.
   * @param options `signal`: cancels the call when it aborts.
   * @throws {ConnectionRefusedError} ECONNREFUSED if no socket listens there.
   * @throws {OSError} EISCONN if the socket is connected, EALREADY if an
   * attempt is in progress, ENETUNREACH or EHOSTUNREACH if there is no route to
   * the address.
   * @throws {TimeoutError} If the timeout runs out.
   * @throws {BlockingIOError} EINPROGRESS if the socket is non-blocking; the
   * attempt continues, and SO_ERROR gives its result.
   * @throws {PermissionError} EACCES if permission is not granted; the message
   * names the flag.
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
   * Connects to an address and returns the error's number instead of throwing
   * it.
   *
   * @param address As for {@linkcode Socket.connect}.
   * @param options `signal`: cancels the call when it aborts.
   * @returns 0, or the `errno` of the failure; EAGAIN for a timeout.
   * @throws {gaierror} If the host is not known.
   *
   * @example Check whether a server listens
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
   * Accepts connections until the socket is closed or the signal aborts.
   *
   * It skips a connection that failed before it was accepted. After an error
   * that may pass, such as too many open files, it pauses and tries again.
   * Not in Python; iterating over the socket itself does the same.
   *
   * @param options `signal`: ends the iteration when it aborts.
   * @returns An iterator over connections and their peers' addresses.
   * @throws {TimeoutError} If the socket's timeout runs out between two connections.
   *
   * @example Accept until the server closes
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

  /** Accepts connections, as {@linkcode Socket.connections} does without options. */
  [Symbol.asyncIterator](): AsyncIterableIterator<
    [connection: Socket<A, From>, address: A]
  > {
    return this.connections();
  }

  /**
   * Shuts down one half of the connection or both.
   *
   * @param how `SHUT_WR` tells the peer that no more bytes follow, and
   * receiving continues; `SHUT_RD` makes pending and later receives return no
   * bytes; `SHUT_RDWR` does both. A listener that is shut down for reading
   * accepts no more connections.
   * @throws {OSError} ENOTCONN if the socket is not connected, EINVAL for any
   * other number.
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
   * Every pending call rejects with EBADF. If files of
   * {@linkcode Socket.makefile} are open, the socket closes with the last of
   * them; duplicates keep the connection open. Closing again does nothing.
   *
   * @example A closed socket has no descriptor
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
   * Returns the system's own socket, still open, and closes this object.
   *
   * Drivers: the sandboxed one returns the `Deno.Conn`, `Deno.Listener` or
   * `Deno.DatagramConn`, the POSIX one the descriptor.
   *
   * @returns The descriptor, or the object that the driver has in its place; -1
   * if the socket is closed.
   * @throws {OSError} EBUSY if received bytes or pending calls would be lost or
   * a duplicate is open, ENOTCONN if the socket is neither bound nor connected,
   * EOPNOTSUPP if there is no object to return, as for UDP without
   * `--unstable-net`.
   *
   * @example Continue with plain Deno
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
    restTimer();
    this.#isClosed = true;
    return resource as SocketResource;
  }

  /**
   * Makes a second socket on the same connection or listener.
   *
   * The connection or listener closes with the last socket on it; closing one
   * of them ends only its own pending calls.
   *
   * Drivers: in the sandbox a send without timeout and signal that is in progress
   * at the call ends with the runtime's write, even if its socket is closed before.
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
   * Receives up to `bufsize` bytes, or one datagram; the rest of a longer one
   * is lost.
   *
   * Drivers: the sandboxed one never reports ECONNREFUSED on a connected UDP
   * socket.
   *
   * @param bufsize The most bytes to receive.
   * @param flags The options may be passed instead. `MSG_PEEK` leaves the bytes
   * for the next call, `MSG_WAITALL` waits for all `bufsize` bytes (with a
   * timeout too, where Python returns what has arrived), `MSG_DONTWAIT` does
   * not wait.
   * @param options `signal`: cancels the call when it aborts.
   * @returns The bytes, in a new array; empty if the peer has shut down
   * sending.
   * @throws {OSError} ENOTCONN if the socket is not connected, EOPNOTSUPP for
   * flags that the driver does not support, EBADF if the socket is closed.
   * @throws {ConnectionResetError} ECONNRESET, once, if the peer reset the connection.
   * @throws {TimeoutError} If the timeout runs out; no byte is lost.
   * @throws {BlockingIOError} EAGAIN if nothing has arrived and the call must
   * not wait.
   *
   * @example Receive what has arrived
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
   * This is the fastest way to receive. Do not use the buffer until the call
   * has settled.
   *
   * Drivers: in the sandbox, the runtime may still write later bytes into the
   * buffer of a call that `shutdown(SHUT_RD)` or closing a duplicate has ended.
   * They are not lost: the next call gets them.
   *
   * @param buffer The buffer to fill.
   * @param nbytes The most bytes to receive; 0 means the buffer's length.
   * @param flags As for {@linkcode Socket.recv}.
   * @param options `signal`: cancels the call when it aborts.
   * @returns The number of bytes received; 0 if the peer has shut down sending.
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
   * Receives bytes, or one datagram, with the sender's address.
   *
   * The rest of a datagram longer than `bufsize` is lost;
   * {@linkcode Socket.recvmsg} reports that. An abstract Unix name is a string,
   * where Python returns bytes.
   *
   * @param bufsize The most bytes to receive.
   * @param flags As for {@linkcode Socket.recv}.
   * @param options `signal`: cancels the call when it aborts.
   * @returns The bytes and the sender's address, which is `null` on a
   * connection.
   * @throws {OSError} As {@linkcode Socket.recv}.
   *
   * @example A connection gives no sender
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
   * @example A datagram gives its sender
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
  recvfrom(
    bufsize: number,
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<[data: Uint8Array<ArrayBuffer>, address: From]> {
    try {
      checkSize("recvfrom", bufsize);
      return this.#endpoint("recv")
        .recvfrom(
          bufsize,
          driverFlags(flags),
          this.#wait(flags, options),
        ) as Promise<[Uint8Array<ArrayBuffer>, From]>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Receives bytes into a buffer, with the sender's address.
   *
   * @param buffer The buffer to fill.
   * @param nbytes The most bytes to receive; 0 means the buffer's length.
   * @param flags As for {@linkcode Socket.recv}.
   * @param options `signal`: cancels the call when it aborts.
   * @returns The number of bytes and the sender's address, which is `null` on a
   * connection.
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
   * Receives bytes with control messages, flags and the sender's address.
   *
   * Drivers: the sandboxed one receives no ancillary data; for a Unix socket it
   * throws EOPNOTSUPP if `ancbufsize` is not 0.
   *
   * @param bufsize The most bytes to receive.
   * @param ancbufsize Room for control messages, in bytes; see {@linkcode CMSG_SPACE}.
   * @param flags As for {@linkcode Socket.recv}.
   * @param options `signal`: cancels the call when it aborts.
   * @returns The bytes, the control messages, flags such as `MSG_TRUNC` for a
   * truncated datagram, and the sender's address.
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
   * Receives bytes into several buffers, and fills each before the next.
   *
   * Drivers: as for {@linkcode Socket.recvmsg}.
   *
   * @param buffers The buffers to fill.
   * @param ancbufsize Room for control messages, in bytes.
   * @param flags As for {@linkcode Socket.recv}.
   * @param options `signal`: cancels the call when it aborts.
   * @returns The number of bytes, the control messages, the flags and the
   * sender's address.
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
   * Sends as many of the bytes as the system takes now.
   *
   * Drivers: in the sandbox a send that times out after the runtime has taken
   * bytes, at most 64 KiB or the whole datagram, counts them as sent; they
   * leave before any later bytes and keep the process alive until then.
   *
   * @param data The bytes; the caller may change them as soon as the call has
   * returned.
   * @param flags `MSG_DONTWAIT` does not wait for room; `MSG_NOSIGNAL` is
   * always in effect.
   * @param options `signal`: cancels the call when it aborts.
   * @returns The number of bytes that the system took.
   * @throws {BrokenPipeError} EPIPE if the socket is not connected, or if its
   * sending half or the peer's receiving half is shut down.
   * @throws {ConnectionResetError} ECONNRESET if the peer reset the connection.
   * @throws {TimeoutError} If the timeout runs out before any byte is taken.
   * @throws {BlockingIOError} EAGAIN if there is no room and the call must not
   * wait.
   * @throws {OSError} EDESTADDRREQ if a UDP socket has no peer, ENOTCONN if a
   * Unix datagram socket has none, EMSGSIZE if a datagram is too long.
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
   * Bytes of two calls never mix: the second waits for the first. The timeout
   * covers the whole call.
   *
   * @param data The bytes, or several buffers to send one after another (as one
   * datagram), which Python does not take; the caller may change them as soon as
   * the call has returned.
   * @param flags As for {@linkcode Socket.send}.
   * @param options `signal`: cancels the call when it aborts.
   * @throws {OSError} As {@linkcode Socket.send}; its `bytesSent` is the number
   * of bytes sent before the error, which Python does not report. After an
   * abort, which rejects with the signal's own reason,
   * {@linkcode Socket.abortedBytesSent} is that number.
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
    data: Data | Data[],
    flags: number | WaitOptions = 0,
    options?: WaitOptions,
  ): Promise<void> {
    try {
      const bytes = Array.isArray(data)
        ? concat(listOf("sendall", data))
        : bytesOf("sendall", data);
      const wait = this.#wait(flags, options);
      return this.#endpoint("send").sendall(bytes, driverFlags(flags), wait);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * The number of bytes that the last `sendall` which a `signal` ended had sent; 0
   * before, and after the socket is closed. Not in Python.
   *
   * @example Continue where an abort stopped
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * const data = new Uint8Array(1 << 24); // more than the system takes at once
   * const signal = AbortSignal.timeout(10);
   * await a.sendall(data, { signal }).catch(() => {});
   * const rest = a.sendall(data.subarray(a.abortedBytesSent));
   * let received = 0;
   * while (received < data.length) received += (await b.recv(1 << 20)).length;
   * await rest;
   * assertEquals(received, data.length);
   * ```
   */
  get abortedBytesSent(): number {
    return this.#open?.abortedBytesSent ?? 0;
  }

  /**
   * Sends bytes to an address; a datagram socket sends them as one datagram.
   *
   * It first binds an unbound datagram socket to the wildcard address and a
   * free port. A TCP connection ignores the address.
   *
   * Drivers: in the sandbox this binding needs its own permission,
   * `--allow-net=0.0.0.0:0`, besides the one for the address. A Unix datagram
   * socket needs `--unstable-net`; the driver binds an unnamed one to an
   * abstract name, so its receivers see a name where Python's see none. The
   * driver knows the broadcast addresses of this machine's networks, and
   * refuses them without `SO_BROADCAST`, only with
   * `--allow-sys=networkInterfaces`.
   *
   * @param data The bytes.
   * @param address The destination; the flags may come before it, as in Python.
   * @returns The number of bytes that the system took.
   * @throws {OSError} As {@linkcode Socket.send}; EINVAL for port 0, EISCONN on a
   * connected Unix stream.
   * @throws {PermissionError} EACCES if permission is not granted (the message
   * names all flags), and for a broadcast address without `SO_BROADCAST`.
   * @throws {gaierror} If the host is not known, or has no address of the
   * socket's family.
   *
   * @example A TCP connection ignores the address
   * ```ts
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _a = a, _b = b;
   * assertEquals(await a.sendto(new Uint8Array([1]), b.getsockname()), 1);
   * ```
   *
   * @example A datagram to the sending socket
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
  sendto(
    data: Data,
    flags: number | AddressInput<A>,
    address?: AddressInput<A>,
    options?: WaitOptions,
  ): Promise<number> {
    try {
      const bits = typeof flags === "number" ? flags : 0;
      const to = typeof flags === "number" ? address : flags;
      return this.#endpoint("send").sendmsg(
        [bytesOf("sendto", data)],
        NO_ANCILLARY,
        driverFlags(bits),
        checkAddress<A>("sendto", this.family, to as AddressInput<A>),
        this.#wait(bits, options),
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Sends the bytes of several buffers at once, with control messages.
   *
   * Drivers: the sandboxed one sends no ancillary data and throws EOPNOTSUPP for it.
   *
   * @param buffers The bytes, in pieces.
   * @param ancdata Control messages: `[level, type, data]` each.
   * @param flags As for {@linkcode Socket.send}.
   * @param address The destination; `null` for the peer.
   * @param options `signal`: cancels the call when it aborts.
   * @returns The number of bytes that the system took.
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
   * Afterwards the file's position is after the last byte sent, even if the
   * call fails. The timeout is for each wait until the peer takes more, as in
   * Python, not for the whole file.
   *
   * Drivers: POSIX also takes a descriptor's number, for `sendfile(2)`; the
   * sandboxed one throws EOPNOTSUPP for a number.
   *
   * @param file The file, open for reading.
   * @param options `offset` and `count` in bytes; `signal` cancels the call
   * when it aborts.
   * @returns The number of bytes sent.
   * @throws {OSError} As {@linkcode Socket.sendall}.
   * @throws {TypeError} If `file` is neither a `Deno.FsFile` nor a number.
   * @throws {RangeError} If the socket is non-blocking or is not a stream socket.
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
   * Sends bytes to a crypto function of the kernel, on a socket of `AF_ALG`.
   *
   * Drivers: POSIX; the sandboxed one has no sockets of the family.
   *
   * @param buffers The bytes; none to set the operation only.
   * @param options The operation and its parameters.
   * @returns The number of bytes that the kernel took.
   * @throws {OSError} EOPNOTSUPP if the socket is of another family.
   * @throws {RangeError} If a number is negative or larger than 4294967295.
   * @throws {TypeError} If the operation is missing.
   *
   * Port of [`socket.sendmsg_afalg`](https://docs.python.org/3/library/socket.html#socket.socket.sendmsg_afalg), `sendmsg(2)`.
   */
  async sendmsgAfalg(
    buffers: Data[],
    options: SendmsgAfalgOptions,
  ): Promise<number> {
    this.#endpoint("send");
    const ancillary = afalgAncillary(this.family, options);
    return await this.sendmsg(buffers, ancillary, options.flags, null, options);
  }

  /**
   * Creates a file object that reads from and writes to the socket, as text or
   * bytes.
   *
   * As in Python, the socket stays open until its files are closed too.
   *
   * @param mode "r", "w" or "rw" for text; "rb", "wb" or "rwb" for bytes.
   * @param options `buffering`, `encoding`, `errors` and `newline`, as in
   * Python.
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
      fileno: this.fileno.bind(this),
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
   * Returns a web stream of the received bytes.
   *
   * It receives nothing until a reader asks. Cancelling it shuts down the
   * receiving half and leaves the socket open. Not in Python.
   *
   * @example Read from the stream
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
   * Returns a web stream that sends what is written to it.
   *
   * Closing or aborting it shuts down the sending half and leaves the socket
   * open. Not in Python.
   *
   * @example Write to the stream
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
   * Returns the socket's own address.
   *
   * An abstract Unix name is a string that begins with NUL, where Python
   * returns bytes.
   *
   * @returns The address; if the socket is unbound, the wildcard address with
   * port 0, or `""` for a Unix socket.
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
    const address = this.#endpoint("getsockname").getsockname();
    // Sockets may share it.
    return (Array.isArray(address) ? [...address] : address) as A;
  }

  /**
   * Returns the peer's address.
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
   * Drivers: the sandboxed one supports SO_TYPE, SO_DOMAIN, SO_PROTOCOL,
   * SO_ERROR, SO_ACCEPTCONN, SO_REUSEADDR, SO_REUSEPORT, SO_KEEPALIVE,
   * TCP_NODELAY and IPV6_V6ONLY; for datagrams also SO_BROADCAST, IP_TTL,
   * IP_MULTICAST_TTL, IP_MULTICAST_LOOP, IP_MULTICAST_IF, IPV6_MULTICAST_LOOP
   * and IPV6_MULTICAST_IF.
   *
   * @param level `SOL_SOCKET`, or a protocol such as `IPPROTO_TCP`.
   * @param name The option.
   * @param buflen How many bytes to read; if omitted, the call reads an
   * integer.
   * @returns The option as an integer, or as bytes in this machine's byte
   * order.
   * @throws {OSError} ENOPROTOOPT for an option that the driver does not
   * support.
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
    const number = new Int32Array(1);
    // As in Python, an option of fewer bytes leaves the others 0.
    new Uint8Array(number.buffer).set(endpoint.getsockopt(level, name, 4));
    return number[0];
  }

  /**
   * Sets an option.
   *
   * Drivers: the sandboxed one supports SO_REUSEADDR (always on for TCP
   * listeners), SO_REUSEPORT (with --unstable-net), SO_KEEPALIVE, TCP_NODELAY
   * and IPV6_V6ONLY; for datagrams those that {@linkcode Socket.getsockopt}
   * names, IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP, IPV6_JOIN_GROUP and
   * IPV6_LEAVE_GROUP. Set the options of a UDP socket before it is bound,
   * because the driver chooses its implementation by them. Later the call may
   * throw ENOPROTOOPT, and a failure to join a group shows in the next receive
   * and in SO_ERROR.
   *
   * @param level `SOL_SOCKET`, or a protocol such as `IPPROTO_TCP`.
   * @param name The option.
   * @param value An integer, the option's bytes in this machine's byte order,
   * or `null`.
   * @param optlen The length that goes with `null`.
   * @throws {OSError} ENOPROTOOPT for an option that the driver does not
   * support, or that is read-only.
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
   * Returns the socket's timeout in seconds; `null` for none, 0 for
   * non-blocking.
   *
   * Port of [`socket.timeout`](https://docs.python.org/3/library/socket.html#socket.socket.timeout).
   */
  get timeout(): number | null {
    return this.#timeout;
  }

  /**
   * Returns how long a call may wait.
   *
   * @returns The timeout in seconds; `null` means for ever, 0 non-blocking.
   *
   * @example No timeout by default
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
   * @param timeout Seconds; 0 means non-blocking, `null` means for ever.
   * @throws {RangeError} If it is negative, NaN, or more than 9223372036
   * seconds.
   * @throws {TypeError} If it is neither a number nor `null`.
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
   * @example Sockets wait by default
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
   * Removes the timeout, or makes the socket non-blocking.
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
   * Lets pending calls keep the process alive, as they do at first; after
   * {@linkcode Socket.unref}. Not in Python.
   *
   * @example Hold the process again
   * ```ts
   * import { createServer } from "@berkeley/socket/socket";
   *
   * using server = createServer(["127.0.0.1", 0]);
   * server.unref();
   * server.ref();
   * ```
   */
  ref(): void {
    this.#endpoint("ref").ref();
  }

  /**
   * Lets the process end in spite of pending receives and accepts of the socket
   * and its duplicates. Not in Python.
   *
   * Drivers: in the sandbox a pending send or `connect`, and the timer of a
   * timeout, keep the process alive all the same.
   *
   * @example A server that does not keep the program running
   * ```ts
   * import { createServer } from "@berkeley/socket/socket";
   *
   * using server = createServer(["127.0.0.1", 0]);
   * server.unref();
   * ```
   */
  unref(): void {
    this.#endpoint("unref").unref();
  }

  /**
   * Returns the descriptor's number.
   *
   * Drivers: POSIX; the sandboxed one has no descriptors and throws EOPNOTSUPP
   * while the socket is open.
   *
   * @returns The number; -1 if the socket is closed.
   * @throws {OSError} EOPNOTSUPP if the driver has no descriptors.
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
    noteAsked(this.#open);
    return this.#open === undefined ? -1 : this.#open.fileno();
  }

  /**
   * Tells whether child processes inherit the socket.
   *
   * Drivers: POSIX; the sandboxed one always returns `false`.
   *
   * @returns `false`.
   *
   * @example Not inherited by default
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
   * Sets whether child processes inherit the socket.
   *
   * Drivers: POSIX; the sandboxed one throws EOPNOTSUPP for `true`.
   *
   * @param inheritable Whether they inherit it.
   * @throws {OSError} EOPNOTSUPP for `true` if the driver has no descriptors.
   *
   * @example Do not pass the socket on
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
   * Performs a control request on the socket.
   *
   * Drivers: POSIX; the sandboxed one throws EOPNOTSUPP.
   *
   * @param request The number of the request.
   * @param argument The argument of the request: a number, 0 if omitted, or
   * bytes.
   * @returns The result: a number or, if `argument` is bytes, the bytes as the
   * kernel leaves them.
   * @throws {OSError} EOPNOTSUPP if the driver has no descriptors.
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
   * @throws {OSError} EOPNOTSUPP, always.
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

  /** Closes the socket at the end of an `await using` block, and waits until its port and path are free again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#released;
  }

  /** Formats the socket for `console.log`, as Python's `repr` does. */
  [Symbol.for("Deno.customInspect")](): string {
    const { family, type, proto } = this;
    const words = [`family=${family}`, `type=${type}`, `proto=${proto}`];
    const show = (name: string, tell: () => Address) => {
      try {
        words.push(`${name}=${JSON.stringify(tell())}`);
      } catch {
        // As in Python, omit an address that does not exist.
      }
    };
    show("laddr", () => this.getsockname());
    show("raddr", () => this.getpeername());
    const closed = this.#isClosed ? " [closed]" : "";
    return `<Socket${closed} ${words.join(", ")}>`;
  }

  static {
    takeEndpoint = (socket, call) => {
      const endpoint = socket.#endpoint(call);
      socket.#isClosed = true;
      socket.#open = undefined;
      return endpoint;
    };
    driverOf = (socket) => socket.#driver;
    endpointOf = (socket, call) => socket.#endpoint(call);
    forceClose = (socket, signal) => {
      socket.#files = 0;
      socket.#isClosed = true;
      socket.#release(signal);
    };
  }

  /** Returns the endpoint; throws EBADF if the socket is closed. */
  #endpoint(call: string): Endpoint {
    if (this.#open === undefined) {
      throw osError({ code: "EBADF", syscall: call });
    }
    return this.#open;
  }

  /** Returns how long a call may wait; `undefined` means for ever. */
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

  /** Closes the endpoint unless files of it are still open. */
  #release(signal?: AbortSignal): void {
    if (this.#files > 0 || this.#open === undefined) return;
    this.#released = this.#open.close(signal);
    this.#open = undefined;
    restTimer();
  }
}
