import type {
  Address,
  AddressInput,
  InetAddress,
} from "../../socket/address.ts";
import type { Data } from "../../socket/arguments.ts";
import { errno } from "../../socket/constants/errno.ts";
import {
  AF_INET,
  SO_ERROR,
  SO_REUSEADDR,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../socket/constants/mod.ts";
import type { Driver } from "../../socket/driver.ts";
import { OSError, osErrorFromErrno } from "../../socket/errors.ts";
import type { Selectable } from "../../socket/select/mod.ts";
import { Socket } from "../../socket/socket.ts";
import type { Awaitable } from "../base_request_handler.ts";
import { type Channel, closeQuietly } from "./channel.ts";
import { describe, uncaptured } from "./report.ts";
import { hasCode, isDisconnection } from "./disconnection.ts";
import { wake } from "./wake.ts";

/**
 * What a loop serves: the dispatchers by their sockets.
 *
 * In Python the keys are the descriptors' numbers. The sandboxed driver has none, so
 * here the socket itself is the key: `map.get(this.socket)`.
 */
// deno-lint-ignore no-explicit-any -- dispatchers of all kinds
export type SocketMap = Map<Selectable, dispatcher<any, any>>;

/** The map of all dispatchers that were made without one. */
export const socketMap: SocketMap = new Map();

/** Options of {@linkcode dispatcher.createSocket}. */
export interface CreateSocketOptions {
  /** The driver to use; the program's default driver if omitted. */
  driver?: Driver;
}

/**
 * A socket whose events a loop turns into calls of `handle…` methods, which a subclass
 * overrides.
 *
 * Handlers may be `async` or not: {@linkcode loop} waits for each before it calls the
 * next one, of whatever dispatcher, so the order is Python's. What receives or sends
 * returns a promise: `await` it. The socket does not block: a receive that has nothing
 * throws `BlockingIOError`.
 *
 * What a program does beside the loop, in a timer for instance, reaches it at once: a
 * dispatcher that is made or closed, and what is sent by the classes that buffer. What
 * `readable` and `writable` return is asked for in the next round only.
 *
 * @example Fetch a page
 * ```ts
 * import * as asyncore from "@berkeley/socket/asyncore";
 * import { createServer } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * class HTTPClient extends asyncore.dispatcher {
 *   answer = "";
 *   #buffer: Uint8Array;
 *
 *   constructor(host: string, port: number, path: string) {
 *     super();
 *     this.createSocket();
 *     this.connect([host, port]);
 *     this.#buffer = new TextEncoder().encode(
 *       `GET ${path} HTTP/1.0\r\nHost: ${host}\r\n\r\n`,
 *     );
 *   }
 *   override handleConnect() {}
 *   override handleClose() {
 *     this.close();
 *   }
 *   override async handleRead() {
 *     this.answer += new TextDecoder().decode(await this.recv(8192));
 *   }
 *   override writable() {
 *     return this.#buffer.length > 0;
 *   }
 *   override async handleWrite() {
 *     this.#buffer = this.#buffer.subarray(await this.send(this.#buffer));
 *   }
 * }
 *
 * using server = createServer(["127.0.0.1", 0]);
 * const client = new HTTPClient("127.0.0.1", server.getsockname()[1], "/");
 * const looping = asyncore.loop();
 * const [peer] = await server.accept();
 * await peer.sendall(new TextEncoder().encode("HTTP/1.0 200 OK\r\n\r\nHello"));
 * peer.close();
 * await looping;
 * assertEquals(client.answer, "HTTP/1.0 200 OK\r\n\r\nHello");
 * ```
 *
 * Port of [`asyncore.dispatcher`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher).
 *
 * @typeParam A The shape of the socket's addresses.
 * @typeParam S What is read and written: a socket, if not a subclass says otherwise.
 */
export class dispatcher<
  A extends Address = InetAddress,
  S extends Channel = Socket<A>,
> {
  /** Whether `dispatcher_with_send` logs what it sends. */
  debug = false;
  /** Whether there is a connection. */
  connected = false;
  /** Whether it listens. */
  accepting = false;
  /** Whether a connection attempt is under way. */
  connecting = false;
  /** Not used, as in Python. */
  closing = false;
  /** The peer's address, or the own one if it was bound; `null` if there is none. */
  addr: A | null = null;
  /** The kinds of message that `logInfo` leaves out. */
  ignoreLogTypes: ReadonlySet<string> = new Set(["warning"]);
  /** The family and the type that `createSocket` was given. */
  familyAndType: [family: number, type: number] | undefined;
  /** What is read and written; `null` if there is nothing yet. */
  socket: S | null = null;
  /** The map that it is in while it is open. */
  readonly _map: SocketMap;
  /** Its key in the map; Python's `_fileno`. */
  #key: S | undefined;
  /** Resolves when the `connect` that is being called ends; it never rejects. */
  #connect: Promise<void> | undefined;
  /** The sends that were called and have not returned. */
  readonly #sends = new Set<Promise<unknown>>();
  /** Resolves when the socket is closed. */
  #closed: Promise<void> | undefined;

  /**
   * Makes a dispatcher, and adds it to the map if it is given a socket.
   *
   * @param sock The socket, connected or not, which is made not to block; none if
   * omitted or `null`: `createSocket` makes one.
   * @param map The map to be in; {@linkcode socketMap} if omitted.
   * @throws {OSError} If the socket's peer cannot be told for another reason than that
   * there is none: EBADF if it is closed.
   */
  constructor(sock?: S | Socket | null, map?: SocketMap) {
    this._map = map ?? socketMap;
    if (!sock) return;
    const socket = sock as unknown as Socket<A>;
    socket.setblocking(false);
    this.setSocket(socket as unknown as S, map);
    this.connected = true;
    try {
      this.addr = socket.getpeername();
    } catch (error) {
      if (!hasCode(error, "ENOTCONN", "EINVAL")) {
        this.delChannel(map);
        throw error;
      }
      this.connected = false;
    }
  }

  /**
   * Adds the dispatcher to a map; `setSocket` does it.
   *
   * @param map The map; its own if omitted.
   * @throws {TypeError} If it has no socket.
   *
   * @example Have two loops take turns
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { assertEquals } from "@std/assert";
   *
   * using d = new asyncore.dispatcher();
   * d.createSocket();
   * const other: asyncore.SocketMap = new Map();
   * d.addChannel(other);
   * assertEquals(other.get(d.socket!), d);
   * ```
   *
   * Port of [`dispatcher.add_channel`](https://docs.python.org/3.11/library/asyncore.html).
   */
  addChannel(map: SocketMap = this._map): void {
    this.#key ??= this.#having("addChannel");
    map.set(this.#key, this);
    wake(map);
  }

  /**
   * Takes the dispatcher out of a map; `close` does it.
   *
   * @param map The map; its own if omitted.
   *
   * @example Leave the loop without closing the socket
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   *
   * const d = new asyncore.dispatcher();
   * d.createSocket();
   * d.delChannel();
   * await asyncore.loop(); // has nothing to do
   * d.socket!.close();
   * ```
   *
   * Port of [`dispatcher.del_channel`](https://docs.python.org/3.11/library/asyncore.html).
   */
  delChannel(map: SocketMap = this._map): void {
    const key = this.#key;
    this.#key = undefined;
    if (key !== undefined && map.delete(key)) wake(map);
  }

  /**
   * Makes a socket that does not block, and adds the dispatcher to its map.
   *
   * @param family The address family.
   * @param type The socket type.
   * @param options `driver`: the driver; the program's default driver if omitted.
   * @throws {OSError} EAFNOSUPPORT, ESOCKTNOSUPPORT or EPROTONOSUPPORT if the driver
   * does not support it.
   *
   * @example A dispatcher for datagrams
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { AF_INET, SOCK_DGRAM } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using d = new asyncore.dispatcher();
   * d.createSocket(AF_INET, SOCK_DGRAM);
   * assertEquals(d.familyAndType, [AF_INET, SOCK_DGRAM]);
   * ```
   *
   * Port of [`dispatcher.create_socket`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.create_socket).
   */
  createSocket(
    family: number = AF_INET,
    type: number = SOCK_STREAM,
    options: CreateSocketOptions = {},
  ): void {
    this.familyAndType = [family, type];
    const { driver } = options;
    const socket = new Socket<A>(family, type, undefined, { driver });
    socket.setblocking(false);
    this.setSocket(socket as unknown as S);
  }

  /**
   * Takes a socket for its own, and adds the dispatcher to a map.
   *
   * @param sock The socket; it should not block.
   * @param map The map; its own if omitted.
   *
   * @example Usage
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { AF_INET, socket } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using s = socket(AF_INET);
   * s.setblocking(false);
   * using d = new asyncore.dispatcher();
   * d.setSocket(s);
   * assertEquals(asyncore.socketMap.get(s), d);
   * ```
   *
   * Port of [`dispatcher.set_socket`](https://docs.python.org/3.11/library/asyncore.html).
   */
  setSocket(sock: S, map?: SocketMap): void {
    this.socket = this.#key = sock;
    this.#closed = undefined;
    this.addChannel(map);
  }

  /**
   * Sets `SO_REUSEADDR`, if it can be set, so that the port of a server that has ended
   * just now can be bound again.
   *
   * @example Usage
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { SO_REUSEADDR, SOL_SOCKET } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * using d = new asyncore.dispatcher();
   * d.createSocket();
   * d.setReuseAddr();
   * assertEquals(d.socket!.getsockopt(SOL_SOCKET, SO_REUSEADDR), 1);
   * ```
   *
   * Port of [`dispatcher.set_reuse_addr`](https://docs.python.org/3.11/library/asyncore.html).
   */
  setReuseAddr(): void {
    const socket = this.#socket("setReuseAddr");
    try {
      const value = socket.getsockopt(SOL_SOCKET, SO_REUSEADDR) | 1;
      socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, value);
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
    }
  }

  /**
   * Tells whether the loop is to wait until the socket can be read; it asks each time.
   *
   * @returns `true`, unless a subclass says otherwise.
   *
   * @example Read no faster than what was read is used
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   *
   * class Reader extends asyncore.dispatcher {
   *   unused: Uint8Array[] = [];
   *   override readable() {
   *     return this.unused.length < 10;
   *   }
   * }
   * new Reader();
   * ```
   *
   * Port of [`dispatcher.readable`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.readable).
   */
  readable(): boolean {
    return true;
  }

  /**
   * Tells whether the loop is to wait until the socket can be written; it asks each
   * time. A socket that has nothing to write can nearly always be written, so say so.
   *
   * @returns `true`, unless a subclass says otherwise.
   *
   * @example Wait only while there is something to send, or no connection yet
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   *
   * class Writer extends asyncore.dispatcher {
   *   waiting: Uint8Array[] = [];
   *   override writable() {
   *     return !this.connected || this.waiting.length > 0;
   *   }
   * }
   * new Writer();
   * ```
   *
   * Port of [`dispatcher.writable`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.writable).
   */
  writable(): boolean {
    return true;
  }

  /**
   * Begins to listen: `handleAccept` is called for what connects.
   *
   * @param num How many connections may wait to be accepted.
   * @throws {OSError} EINVAL if the socket is connected.
   * @throws {TypeError} If there is no socket.
   *
   * @example Usage
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { assertEquals } from "@std/assert";
   *
   * using server = new asyncore.dispatcher();
   * server.createSocket();
   * server.bind(["127.0.0.1", 0]);
   * server.listen(5);
   * assertEquals(server.accepting, true);
   * ```
   *
   * Port of [`dispatcher.listen`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.listen).
   */
  listen(num: number): void {
    this.accepting = true;
    this.#socket("listen").listen(num);
  }

  /**
   * Binds the socket to a local address.
   *
   * @param address The address; port 0 is any free port, host "" any interface.
   * @throws {OSError} EADDRINUSE if the address is in use, EADDRNOTAVAIL if it is not
   * one of this machine.
   * @throws {PermissionError} EACCES if it is not granted; the message names the flag.
   * @throws {TypeError} If there is no socket.
   *
   * @example Usage
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { assertEquals } from "@std/assert";
   *
   * using server = new asyncore.dispatcher();
   * server.createSocket();
   * server.bind(["127.0.0.1", 0]);
   * assertEquals(server.addr, ["127.0.0.1", 0]);
   * ```
   *
   * Port of [`dispatcher.bind`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.bind).
   */
  bind(address: AddressInput<A>): void {
    this.addr = address as A;
    this.#socket("bind").bind(address);
  }

  /**
   * Begins to connect: `handleConnect` is called when there is a connection, and
   * `handleError` when there will be none.
   *
   * A constructor may call it without `await`. Await it where it may fail at once, as
   * for a Unix socket: its error is then thrown here, and goes to no handler.
   *
   * @param address The peer's address.
   * @throws {OSError} What fails at once, such as ENETUNREACH, or ENOENT of a Unix
   * socket.
   * @throws {gaierror} If the host is not known.
   * @throws {TypeError} If there is no socket.
   *
   * @example Usage
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { createServer } from "@berkeley/socket/socket";
   *
   * class Client extends asyncore.dispatcher {
   *   override handleConnect() {
   *     console.log("Connected to", this.addr);
   *     this.close();
   *   }
   * }
   *
   * using server = createServer(["127.0.0.1", 0]);
   * const client = new Client();
   * client.createSocket();
   * await client.connect(server.getsockname());
   * await asyncore.loop({ count: 1 });
   * ```
   *
   * Port of [`dispatcher.connect`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.connect).
   */
  async connect(address: AddressInput<A>): Promise<void> {
    const socket = this.#socket("connect");
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#connect = promise;
    this.connected = false;
    this.connecting = true;
    try {
      const number = await socket.connectEx(address);
      // It was closed meanwhile, or connects elsewhere.
      if (this.#connect !== promise) return;
      if (number === 0 || number === errno.EISCONN) {
        this.addr = address as A;
        await this.handleConnectEvent();
      } else if (isUnderWay(number)) this.addr = address as A;
      else {
        throw osErrorFromErrno(number, {
          syscall: "connect",
          address: address as Address,
        });
      }
    } finally {
      if (this.#connect === promise) this.#connect = undefined;
      resolve();
    }
  }

  /**
   * Accepts the next connection.
   *
   * @returns The connection and its peer's address; `null` if there is none, or none
   * any more.
   * @throws {OSError} EINVAL if the socket does not listen, EMFILE if the process has
   * too many open files.
   * @throws {TypeError} If there is no socket.
   *
   * @example Usage
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { assertEquals } from "@std/assert";
   *
   * using server = new asyncore.dispatcher();
   * server.createSocket();
   * server.bind(["127.0.0.1", 0]);
   * server.listen(5);
   * assertEquals(await server.accept(), null);
   * ```
   *
   * Port of [`dispatcher.accept`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.accept).
   */
  async accept(): Promise<[sock: Socket<A>, addr: A] | null> {
    const socket = this.#socket("accept");
    try {
      return await socket.accept();
    } catch (error) {
      if (hasCode(error, "EAGAIN", "EWOULDBLOCK", "ECONNABORTED")) return null;
      throw error;
    }
  }

  /**
   * Sends what the socket takes now; calls `handleClose` if the connection is gone.
   *
   * @param data The bytes, taken as they are at the call.
   * @returns How many bytes were taken: 0 if none could be, or the connection is gone.
   * @throws {OSError} Any other error of the socket.
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
   * using d = new asyncore.dispatcher(a);
   * assertEquals(await d.send(new TextEncoder().encode("hello")), 5);
   * ```
   *
   * Port of [`dispatcher.send`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.send).
   */
  async send(data: Data): Promise<number> {
    const socket = this.#having("send");
    const wasOpen = this.#key !== undefined;
    const sending = socket.send(data);
    this.#sends.add(sending);
    try {
      return await sending;
    } catch (error) {
      if (hasCode(error, "EAGAIN", "EWOULDBLOCK")) return 0;
      if (!isDisconnection(error)) throw error;
      // In Python nobody can close it meanwhile.
      if (!wasOpen || this.#key === socket) await this.handleClose();
      return 0;
    } finally {
      this.#sends.delete(sending);
    }
  }

  /**
   * Receives what there is; calls `handleClose` if that is the end.
   *
   * @param bufferSize How many bytes at most.
   * @returns The bytes; none if the connection has ended.
   * @throws {BlockingIOError} EAGAIN if there is nothing yet.
   * @throws {OSError} Any other error of the socket.
   * @throws {TypeError} If there is no socket.
   *
   * @example Usage
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * b.close();
   * const d = new asyncore.dispatcher(a);
   * assertEquals((await d.recv(100)).length, 0); // handleClose() has closed it
   * ```
   *
   * Port of [`dispatcher.recv`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.recv).
   */
  async recv(bufferSize: number): Promise<Uint8Array<ArrayBuffer>> {
    const socket = this.#having("recv");
    const wasOpen = this.#key !== undefined;
    let isEnd = false;
    try {
      const data = await socket.recv(bufferSize);
      if (data.length > 0) return data;
      isEnd = true;
      await this.handleClose();
    } catch (error) {
      if (!isDisconnection(error)) throw error;
      // In Python nobody can close it meanwhile.
      const isOurs = !wasOpen || this.#key === socket;
      if (isEnd || isOurs) await this.handleClose();
    }
    return new Uint8Array(0);
  }

  /**
   * Closes the socket, and leaves the map.
   *
   * The socket closes as soon as the sends that were called have returned, which no
   * send waits long for: what they have taken is sent.
   *
   * @returns Nothing; an override may return a promise to wait for.
   *
   * @example Usage
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { assertEquals } from "@std/assert";
   *
   * const d = new asyncore.dispatcher();
   * d.createSocket();
   * d.close();
   * assertEquals(asyncore.socketMap.size, 0);
   * ```
   *
   * Port of [`dispatcher.close`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.close).
   */
  close(): Awaitable<void> {
    this.connected = false;
    this.accepting = false;
    this.connecting = false;
    this.#connect = undefined;
    this.delChannel();
    const { socket } = this;
    if (socket === null || this.#closed !== undefined) return;
    if (this.#sends.size === 0) return closeQuietly(socket);
    this.#closed = Promise.allSettled(this.#sends)
      .then(() => closeQuietly(socket));
  }

  /**
   * Writes a message to the standard error stream.
   *
   * @param message What to write.
   *
   * @example Usage
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   *
   * new asyncore.dispatcher().log("hello"); // log: hello
   * ```
   *
   * Port of [`dispatcher.log`](https://docs.python.org/3.11/library/asyncore.html).
   */
  log(message: unknown): void {
    // deno-lint-ignore no-console -- as Python's; a subclass may override it
    console.error(`log: ${message}`);
  }

  /**
   * Prints a message with its kind, unless `ignoreLogTypes` has that; override it to
   * log elsewhere.
   *
   * @param message What to print.
   * @param type Its kind: "info", "warning" or "error".
   *
   * @example Usage
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   *
   * new asyncore.dispatcher().logInfo("hello"); // info: hello
   * ```
   *
   * Port of [`dispatcher.log_info`](https://docs.python.org/3.11/library/asyncore.html).
   */
  logInfo(message: unknown, type = "info"): void {
    if (this.ignoreLogTypes.has(type)) return;
    // deno-lint-ignore no-console -- as Python's; a subclass may override it
    console.log(`${type}: ${message}`);
  }

  /**
   * Handles that the socket can be read: calls `handleAccept`, or `handleRead`, before
   * it `handleConnect` if that has not been called yet.
   *
   * @returns A promise to wait for.
   *
   * @example Count the events
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   *
   * class Counting extends asyncore.dispatcher {
   *   events = 0;
   *   override async handleReadEvent() {
   *     this.events++;
   *     await super.handleReadEvent();
   *   }
   * }
   * new Counting();
   * ```
   *
   * Port of [`dispatcher.handle_read_event`](https://docs.python.org/3.11/library/asyncore.html).
   */
  handleReadEvent(): Awaitable<void> {
    return this.#handleEvent(true);
  }

  /**
   * Handles the end of a connection attempt: calls `handleConnect` if it was
   * successful.
   *
   * @returns A promise to wait for.
   * @throws {OSError} Why there is no connection, such as ECONNREFUSED.
   * @throws {TypeError} If there is no socket.
   *
   * @example Try another address
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   *
   * class Client extends asyncore.dispatcher {
   *   override async handleConnectEvent() {
   *     try {
   *       await super.handleConnectEvent();
   *     } catch {
   *       this.close();
   *       this.createSocket();
   *       await this.connect(["127.0.0.1", 8001]);
   *     }
   *   }
   * }
   * new Client();
   * ```
   *
   * Port of [`dispatcher.handle_connect_event`](https://docs.python.org/3.11/library/asyncore.html).
   */
  handleConnectEvent(): Awaitable<void> {
    return this.#handleOutcome();
  }

  /**
   * Handles that the socket can be written: calls `handleWrite`, before it
   * `handleConnect` if that has not been called yet.
   *
   * @returns A promise to wait for.
   *
   * @example Count the events
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   *
   * class Counting extends asyncore.dispatcher {
   *   events = 0;
   *   override async handleWriteEvent() {
   *     this.events++;
   *     await super.handleWriteEvent();
   *   }
   * }
   * new Counting();
   * ```
   *
   * Port of [`dispatcher.handle_write_event`](https://docs.python.org/3.11/library/asyncore.html).
   */
  handleWriteEvent(): Awaitable<void> {
    return this.#handleEvent(false);
  }

  /**
   * Handles something exceptional: calls `handleClose` for an error of the socket,
   * `handleExpt` for anything else.
   *
   * @returns A promise to wait for.
   *
   * @example Count the events
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   *
   * class Counting extends asyncore.dispatcher {
   *   events = 0;
   *   override async handleExptEvent() {
   *     this.events++;
   *     await super.handleExptEvent();
   *   }
   * }
   * new Counting();
   * ```
   *
   * Port of [`dispatcher.handle_expt_event`](https://docs.python.org/3.11/library/asyncore.html).
   */
  handleExptEvent(): Awaitable<void> {
    const number = this.#having("getsockopt").getsockopt(SOL_SOCKET, SO_ERROR);
    return number === 0 ? this.handleExpt() : this.handleClose();
  }

  /**
   * Handles an error that a handler has thrown: logs it and calls `handleClose`.
   *
   * Python has it look the error up; here it is given.
   *
   * @param error What was thrown.
   * @returns Nothing, or a promise to wait for.
   *
   * @example Tell errors of the network from others
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { OSError } from "@berkeley/socket/socket";
   *
   * class Client extends asyncore.dispatcher {
   *   override handleError(error: unknown) {
   *     if (!(error instanceof OSError)) throw error; // ends the loop
   *     console.log(error.message);
   *     this.close();
   *   }
   * }
   * new Client();
   * ```
   *
   * Port of [`dispatcher.handle_error`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.handle_error).
   */
  handleError(error: unknown): Awaitable<void> {
    this.logInfo(uncaptured(error, this), "error");
    return this.handleClose();
  }

  /**
   * Handles out-of-band data; logs a warning by itself.
   *
   * Drivers: POSIX; nothing is out of band in the sandbox.
   *
   * @returns Nothing, or a promise to wait for.
   *
   * @example Receive the urgent byte
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { MSG_OOB } from "@berkeley/socket/socket";
   *
   * class Client extends asyncore.dispatcher {
   *   override async handleExpt() {
   *     console.log(await this.socket!.recv(1, MSG_OOB));
   *   }
   * }
   * new Client();
   * ```
   *
   * Port of [`dispatcher.handle_expt`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.handle_expt).
   */
  handleExpt(): Awaitable<void> {
    this.logInfo("unhandled incoming priority event", "warning");
  }

  /**
   * Handles that there is something to receive, or the end; logs a warning by itself.
   *
   * @returns Nothing, or a promise to wait for.
   *
   * @example Usage
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   *
   * class Client extends asyncore.dispatcher {
   *   override async handleRead() {
   *     console.log(new TextDecoder().decode(await this.recv(8192)));
   *   }
   * }
   * new Client();
   * ```
   *
   * Port of [`dispatcher.handle_read`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.handle_read).
   */
  handleRead(): Awaitable<void> {
    this.logInfo("unhandled read event", "warning");
  }

  /**
   * Handles that something can be sent; logs a warning by itself.
   *
   * @returns Nothing, or a promise to wait for.
   *
   * @example Send what is left
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   *
   * class Client extends asyncore.dispatcher {
   *   buffer = new TextEncoder().encode("hello");
   *   override writable() {
   *     return this.buffer.length > 0;
   *   }
   *   override async handleWrite() {
   *     this.buffer = this.buffer.subarray(await this.send(this.buffer));
   *   }
   * }
   * new Client();
   * ```
   *
   * Port of [`dispatcher.handle_write`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.handle_write).
   */
  handleWrite(): Awaitable<void> {
    this.logInfo("unhandled write event", "warning");
  }

  /**
   * Handles that there is a connection; logs a warning by itself.
   *
   * @returns Nothing, or a promise to wait for.
   *
   * @example Usage
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   *
   * class Client extends asyncore.dispatcher {
   *   override handleConnect() {
   *     console.log("Connected to", this.addr);
   *   }
   * }
   * new Client();
   * ```
   *
   * Port of [`dispatcher.handle_connect`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.handle_connect).
   */
  handleConnect(): Awaitable<void> {
    this.logInfo("unhandled connect event", "warning");
  }

  /**
   * Handles that a connection can be accepted: accepts it and calls `handleAccepted`.
   *
   * @returns Nothing, or a promise to wait for.
   *
   * @example Accept no more than so many
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   *
   * class Server extends asyncore.dispatcher {
   *   override async handleAccept() {
   *     if (asyncore.socketMap.size < 100) await super.handleAccept();
   *   }
   * }
   * new Server();
   * ```
   *
   * Port of [`dispatcher.handle_accept`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.handle_accept).
   */
  handleAccept(): Awaitable<void> {
    return this.accept().then((pair) => {
      if (pair !== null) return this.handleAccepted(...pair);
    });
  }

  /**
   * Handles an accepted connection; closes it and logs a warning by itself.
   *
   * @param sock The connection.
   * @param _addr Its peer's address.
   * @returns Nothing, or a promise to wait for.
   *
   * @example Give it to a dispatcher
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import type { InetAddress, Socket } from "@berkeley/socket/socket";
   *
   * class EchoHandler extends asyncore.dispatcher_with_send {
   *   override async handleRead() {
   *     await this.send(await this.recv(8192));
   *   }
   * }
   * class EchoServer extends asyncore.dispatcher {
   *   override handleAccepted(sock: Socket<InetAddress>, addr: InetAddress) {
   *     console.log("Incoming connection from", addr);
   *     new EchoHandler(sock);
   *   }
   * }
   * new EchoServer();
   * ```
   *
   * Port of [`dispatcher.handle_accepted`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.handle_accepted).
   */
  handleAccepted(sock: Socket<A>, _addr: A): Awaitable<void> {
    sock.close();
    this.logInfo("unhandled accepted event", "warning");
  }

  /**
   * Handles the end of the connection; logs a warning and closes by itself.
   *
   * @returns Nothing, or a promise to wait for.
   *
   * @example Usage
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   *
   * class Client extends asyncore.dispatcher {
   *   override handleClose() {
   *     console.log("The peer has gone");
   *     this.close();
   *   }
   * }
   * new Client();
   * ```
   *
   * Port of [`dispatcher.handle_close`](https://docs.python.org/3.11/library/asyncore.html#asyncore.dispatcher.handle_close).
   */
  handleClose(): Awaitable<void> {
    this.logInfo("unhandled close event", "warning");
    return this.close();
  }

  /**
   * Describes it by its class, state and address, as Python's `repr` does.
   *
   * @returns For instance `<EchoHandler connected 127.0.0.1:50007>`.
   *
   * @example Usage
   * ```ts
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(String(new asyncore.dispatcher()), "<dispatcher>");
   * ```
   *
   * Port of [`dispatcher.__repr__`](https://docs.python.org/3.11/library/asyncore.html).
   */
  toString(): string {
    return describe(this);
  }

  /** Formats it for `console.log`, as `toString` does. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** Closes it at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes it at the end of an `await using` block, and waits until its port and path are free again. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    await this.#closed;
    const { socket } = this;
    if (socket instanceof Socket) await socket[Symbol.asyncDispose]();
  }

  /** Returns what is read and written. */
  #having(call: string): S {
    if (this.socket !== null) return this.socket;
    throw new TypeError(
      `Cannot ${call}: the dispatcher has no socket; call createSocket() first`,
    );
  }

  /** Returns the socket; refuses what is none, as a file. */
  #socket(call: string): Socket<A> {
    const socket: unknown = this.#having(call);
    if (socket instanceof Socket) return socket as Socket<A>;
    throw new TypeError(`Cannot ${call}: the dispatcher is of a file`);
  }

  /** Handles that the socket can be read or written. */
  async #handleEvent(isRead: boolean): Promise<void> {
    if (this.#connect !== undefined) {
      // In Python it has ended before there is any event.
      await this.#connect;
      if (this.#key === undefined) return;
    }
    if (this.accepting) return isRead ? await this.handleAccept() : undefined;
    if (!this.connected && this.connecting) await this.handleConnectEvent();
    await (isRead ? this.handleRead() : this.handleWrite());
  }

  /** Handles the end of a connection attempt. */
  async #handleOutcome(): Promise<void> {
    const socket = this.#having("connect");
    try {
      // In the sandbox this tells more than the number, such as a flag to add.
      if (socket instanceof Socket) socket.getpeername();
    } catch (error) {
      if (!hasCode(error, "ENOTCONN")) throw error;
    }
    const number = socket.getsockopt(SOL_SOCKET, SO_ERROR);
    if (number !== 0) {
      const { addr: address } = this;
      throw osErrorFromErrno(number, { syscall: "connect", address });
    }
    await this.handleConnect();
    this.connected = true;
    this.connecting = false;
  }
}

/** Tells whether a number of `connectEx` says that the attempt goes on. */
function isUnderWay(number: number): boolean {
  const { EINPROGRESS, EALREADY, EWOULDBLOCK } = errno;
  return [EINPROGRESS, EALREADY, EWOULDBLOCK].includes(number);
}
