import {
  type Address,
  type AddressInput,
  type AddressOf,
  checkAddress,
  type SenderOf,
} from "./address.ts";
import type { SocketOptions } from "./base_socket.ts";
import { acceptAll } from "./accept_loop.ts";
import { EAGAIN, SOCK_STREAM } from "./constants/mod.ts";
import type { InetFamily, StreamKind } from "./constants/family.ts";
import { DataSocket } from "./data_socket.ts";
import { gaierror, OSError, TimeoutError } from "./errors.ts";
import {
  type FileOf,
  type MakefileMode,
  type MakefileOptions,
  openFile,
} from "./file/mod.ts";
import { sendFile, type SendfileOptions } from "./sendfile.ts";
import type { WaitOptions } from "./wait.ts";
import { readableOf, writableOf } from "./web_streams.ts";

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
export class Socket<A extends Address = Address, From = A | null>
  extends DataSocket<A, From> {
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<Uint8Array> | undefined;

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
    const endpoint = await this.open("accept").accept(this.wait(0, options));
    const { family, type, proto } = this;
    const connection = new Socket<A, From>(family, type, proto, {
      endpoint,
      driver: this.driver,
    });
    return [connection, endpoint.getpeername() as A];
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
    await this.open("connect").connect(
      checkAddress<A>("connect", this.family, address),
      this.wait(0, options),
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
      if (!(error instanceof OSError) || error instanceof gaierror) throw error;
      if (error.errno !== undefined) return error.errno;
      if (error instanceof TimeoutError) return EAGAIN;
      throw error;
    }
  }

  /**
   * Sends a file, or a part of it, over a connection.
   *
   * The file's position is then behind the last byte that was sent, also when the
   * call fails.
   *
   * @param file The file, open for reading.
   * @param options `offset` and `count` in bytes; `signal` gives the call up when it
   * aborts.
   * @returns How many bytes were sent.
   * @throws {OSError} As {@linkcode Socket.sendall}.
   * @throws {TypeError} If the socket is non-blocking, or no stream.
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
    file: Deno.FsFile,
    options: SendfileOptions = {},
  ): Promise<number> {
    if (this.type !== SOCK_STREAM) {
      throw new TypeError("Cannot sendfile: the socket must be a stream");
    }
    if (this.timeout === 0) {
      throw new TypeError(
        "Cannot sendfile: the socket must not be non-blocking",
      );
    }
    const wait = this.wait(0, options);
    return await sendFile(
      (data) => this.open("sendfile").sendall(data, 0, wait),
      file,
      options,
    );
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
  // deno-lint-ignore require-await -- it waits where a driver has it
  async sendmsgAfalg(): Promise<number> {
    this.open("send");
    throw this.unsupported("sendmsgAfalg");
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
    const endpoint = this.open("dup").dup();
    const { family, type, proto } = this;
    const copy = new Socket<A, From>(family, type, proto, {
      endpoint,
      driver: this.driver,
    });
    copy.settimeout(this.timeout);
    return copy;
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
    this.open("makefile");
    const source = {
      recvInto: this.recvInto.bind(this),
      send: this.send.bind(this),
      release: () => release(),
    };
    const file = openFile(source, mode ?? "r" as Mode, options);
    const release = this.keepOpen();
    return file;
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
}

/**
 * Opens a socket.
 *
 * @typeParam F The family, from which the type of its addresses follows.
 * @typeParam T The type, from which follows who a receive says the bytes are from.
 * @param family `AF_INET`, `AF_INET6`, `AF_UNIX`, or another that the driver has.
 * @param type `SOCK_STREAM`, or another that the driver has; `SOCK_NONBLOCK` may
 * be added, `SOCK_CLOEXEC` is always so.
 * @param proto The protocol; 0 for the only one that family and type have.
 * @param options `driver`, or `fileno` to take an open socket over.
 * @returns The socket, with the default timeout.
 * @throws {OSError} EAFNOSUPPORT, ESOCKTNOSUPPORT, EPROTONOSUPPORT or EINVAL for
 * what the driver cannot make.
 *
 * @example A client, as in Python's documentation
 * ```ts
 * import { AF_INET, createServer, SOCK_STREAM, socket } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using server = createServer(["127.0.0.1", 0]);
 * using s = socket(AF_INET, SOCK_STREAM);
 * await s.connect(server.getsockname());
 * assertEquals(s.getpeername(), server.getsockname());
 * ```
 *
 * Port of [`socket.socket`](https://docs.python.org/3/library/socket.html#socket.socket), `socket(2)`.
 */
export function socket<
  F extends number = InetFamily,
  T extends number = StreamKind,
>(
  family?: F,
  type?: T,
  proto?: number,
  options?: SocketOptions,
): Socket<AddressOf<F>, SenderOf<F, T>> {
  return new Socket(family, type, proto, options);
}

/** The class of all sockets; Python's name of it. */
export const SocketType: typeof Socket = Socket;
