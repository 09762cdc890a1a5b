import { type Address, type AddressInput, checkAddress } from "./address.ts";
import {
  bytesOf,
  checkDescriptor,
  checkInteger,
  type Data,
} from "./arguments.ts";
import {
  AF_INET,
  AF_UNSPEC,
  MSG_DONTWAIT,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
} from "./constants/mod.ts";
import type { Driver, Endpoint } from "./driver.ts";
import { driverFor } from "./drivers.ts";
import { type OSError, osError } from "./errors.ts";
import {
  checkTimeout,
  getdefaulttimeout,
  NO_WAIT,
  type Wait,
  waitFor,
  type WaitOptions,
} from "./wait.ts";

/** Options of {@linkcode socket} and {@linkcode Socket}. */
export interface SocketOptions {
  /**
   * An open socket of the system's to take over, in place of opening one: a
   * descriptor's number or, for the sandboxed driver, a `Deno.Conn`,
   * `Deno.Listener` or `Deno.DatagramConn`. Family, type and protocol are then
   * found out where they are not given. See {@linkcode fromfd}.
   */
  fileno?: unknown;
  /** The driver that serves; the program's default one if omitted. */
  driver?: Driver;
  /** For who writes drivers: the endpoint to stand over, in place of opening one. */
  endpoint?: Endpoint;
}

/**
 * Gives the endpoint under an open socket, to modules of the package that need
 * of it what users of the socket do not; EBADF of a closed one.
 */
export let endpointOf: (socket: BaseSocket, call: string) => Endpoint;

/** Closes a socket whether or not files of it are open, for modules of the package. */
export let abandon: (socket: BaseSocket) => void;

const CREATION_FLAGS = (SOCK_NONBLOCK > 0 ? SOCK_NONBLOCK : 0) |
  (SOCK_CLOEXEC > 0 ? SOCK_CLOEXEC : 0);

/**
 * What every socket has, whatever it carries: a life, addresses, options and a
 * timeout. {@linkcode DataSocket} adds the data, {@linkcode Socket} the
 * connections.
 *
 * @example Usage
 * ```ts
 * import { BaseSocket, socket } from "@berkeley/socket/socket";
 * import { assertInstanceOf } from "@std/assert";
 *
 * using s = socket();
 * assertInstanceOf(s, BaseSocket);
 * ```
 *
 * Port of [`socket.socket`](https://docs.python.org/3/library/socket.html#socket-objects), `socket(2)`.
 *
 * @typeParam A The shape of its addresses, which follows from its family.
 */
export class BaseSocket<A extends Address = Address> {
  /** The address family, such as `AF_INET`. */
  readonly family: number;
  /** The socket type, such as `SOCK_STREAM`. */
  readonly type: number;
  /** The protocol number; 0 for the only one that family and type have. */
  readonly proto: number;
  /** The driver that serves the socket. */
  protected readonly driver: Driver;
  #endpoint: Endpoint | undefined;
  #timeout: number | null;
  #closed = false;
  #files = 0;
  #released: Promise<void> | undefined;

  /** Opens a socket; {@linkcode socket} does the same and knows its address type. */
  constructor(
    family?: number,
    type?: number,
    proto?: number,
    options: SocketOptions = {},
  ) {
    const { fileno, endpoint } = options;
    this.driver = driverFor(options.driver);
    const flags = (type ?? 0) & CREATION_FLAGS;
    const kind = type === undefined ? undefined : type & ~CREATION_FLAGS;
    for (const [what, value] of Object.entries({ family, type, proto })) {
      if (value !== undefined) checkInteger("socket", what, value);
    }
    if (family === AF_UNSPEC && endpoint === undefined) {
      throw osError({
        code: "EAFNOSUPPORT",
        syscall: "socket",
        subject: "a socket of no family",
      });
    }
    checkDescriptor("socket", fileno);
    this.#endpoint = endpoint ??
      (fileno === undefined
        ? this.driver.open(family ?? AF_INET, kind ?? SOCK_STREAM, proto ?? 0)
        : this.driver.adopt(fileno, family, kind, proto));
    this.family = this.#endpoint.family;
    this.type = this.#endpoint.type;
    this.proto = this.#endpoint.proto;
    this.#timeout = (flags & SOCK_NONBLOCK) !== 0 ? 0 : getdefaulttimeout();
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
    this.open("bind").bind(checkAddress<A>("bind", this.family, address));
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
    if (backlog !== undefined) checkInteger("listen", "backlog", backlog);
    this.open("listen").listen(backlog);
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
    checkInteger("shutdown", "half", how);
    this.open("shutdown").shutdown(how);
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
    this.#closed = true;
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
  detach(): unknown {
    if (this.#endpoint === undefined) return -1;
    const resource = this.#endpoint.detach();
    this.#endpoint = undefined;
    this.#closed = true;
    return resource;
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
    if (this.#endpoint === undefined) return -1;
    const { resource } = this.#endpoint;
    if (typeof resource === "number") return resource;
    throw this.unsupported("fileno", "; detach() gives Deno's own object");
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
    this.open("getInheritable");
    return false;
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
    this.open("setInheritable");
    if (inheritable) throw this.unsupported("setInheritable");
  }

  /**
   * Controls the socket's device.
   *
   * Drivers: POSIX; the sandboxed one throws EOPNOTSUPP.
   *
   * @param _request The number of what to do.
   * @param _argument What the request takes; none if omitted.
   * @throws {OSError} EOPNOTSUPP.
   *
   * Port of [`socket.ioctl`](https://docs.python.org/3/library/socket.html#socket.socket.ioctl), `ioctl(2)`.
   */
  ioctl(_request: number, _argument?: number | Data): number {
    this.open("ioctl");
    throw this.unsupported("ioctl");
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
    this.open("share");
    throw osError({
      code: "EOPNOTSUPP",
      syscall: "share",
      subject: "the socket",
      hint:
        "Python has it on Windows only; sendFds of the POSIX driver passes sockets on",
    });
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
    this.open("settimeout");
    this.#timeout = timeout;
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
    return this.open("getsockname").getsockname() as A;
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
    return this.open("getpeername").getpeername() as A;
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
    checkInteger("getsockopt", "level", level);
    checkInteger("getsockopt", "option", name);
    checkInteger("getsockopt", "size", buflen, 0, 1024);
    const endpoint = this.open("getsockopt");
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
    checkInteger("setsockopt", "level", level);
    checkInteger("setsockopt", "option", name);
    if (typeof value === "number") {
      checkInteger("setsockopt", "value", value, -0x80000000, 0x7fffffff);
    }
    const bytes = value === null
      ? null
      : typeof value === "number"
      ? new Uint8Array(new Int32Array([value]).buffer)
      : bytesOf("setsockopt", value);
    if (bytes === null) checkInteger("setsockopt", "length", optlen!, 0);
    const size = bytes?.length ?? optlen!;
    this.open("setsockopt").setsockopt(level, name, bytes, size);
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
    const closed = this.#closed ? " [closed]" : "";
    return `<Socket${closed} family=${family}, type=${type}, proto=${proto}>`;
  }

  static {
    endpointOf = (socket, call) => socket.open(call);
    abandon = (socket) => {
      socket.#files = 0;
      socket.close();
    };
  }

  /** Gives the endpoint of an open socket; EBADF of a closed one. */
  protected open(call: string): Endpoint {
    if (this.#endpoint === undefined) {
      throw osError({ code: "EBADF", syscall: call });
    }
    return this.#endpoint;
  }

  /** Keeps the connection open, when the socket is closed, until the result is called. */
  protected keepOpen(): () => void {
    this.#files++;
    return () => {
      this.#files--;
      if (this.#closed) this.#release();
    };
  }

  /** Gives how long a call may wait; `undefined` is for ever. */
  protected wait(
    flags: number,
    options: WaitOptions | undefined,
  ): Wait | undefined {
    if (options?.signal === undefined) {
      if (isBrief(flags)) return NO_WAIT;
      return this.#timeout === null ? undefined : waitFor(this.#timeout);
    }
    return waitFor(isBrief(flags) ? 0 : this.#timeout, options.signal);
  }

  /** Makes the error of a call that the driver does not have. */
  protected unsupported(call: string, more = ""): OSError {
    return osError({
      code: "EOPNOTSUPP",
      syscall: call,
      subject: `with the ${this.driver.name} driver`,
      hint: `the POSIX driver (@berkeley/socket/posix, --allow-ffi) can${more}`,
    });
  }

  /** Closes the endpoint, once the files are closed too. */
  #release(): void {
    if (this.#files > 0 || this.#endpoint === undefined) return;
    this.#released = this.#endpoint.close();
    this.#endpoint = undefined;
  }
}

/** Whether the flags say that the call must not wait. */
function isBrief(flags: number): boolean {
  return MSG_DONTWAIT > 0 && (flags & MSG_DONTWAIT) !== 0;
}

/** The flags that the driver is to honour; MSG_DONTWAIT has become the wait. */
export function ownFlags(flags: number): number {
  checkInteger("receive or send", "flags", flags);
  return isBrief(flags) ? flags & ~MSG_DONTWAIT : flags;
}
