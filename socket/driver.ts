/**
 * The contract between {@linkcode Socket} and the drivers that do the work:
 * types and docs, no code.
 *
 * What a driver promises:
 *
 * 1. **Nothing is lost.** A receive or an accept that times out or is aborted
 *    consumes nothing: the next call gets what arrived. The error of a failed
 *    send says how much was taken (`bytesSent`), unless a signal ended it.
 * 2. **`close` settles everything.** Every pending call of the endpoint rejects
 *    with EBADF at once, and every `observe`r is told; those of its
 *    {@linkcode Endpoint.dup} siblings are unaffected. The promise of `close`
 *    resolves when port and path are free again; it never rejects.
 * 3. **A send uses the bytes as they are at the call.** If the system reads
 *    them later, the driver copies them.
 * 4. **Order.** Receives complete in the order of the calls, bytes of two
 *    `sendall`s never interleave, datagrams leave in the order of the calls.
 * 5. **Half-close and reset** follow the kernel: reading continues after
 *    `shutdown(SHUT_WR)`; `SHUT_RD` makes waiting receives return no bytes;
 *    after a reset one receive fails with ECONNRESET, the next ones return the
 *    end of the stream.
 * 6. **A `Wait` that never waits** ends as soon as the driver has asked the
 *    system once: with EAGAIN, or with EINPROGRESS for a `connect`, which
 *    continues.
 * 7. **Flags**: MSG_PEEK and MSG_WAITALL work, a flag that the driver cannot
 *    support is EOPNOTSUPP. (MSG_DONTWAIT never arrives: {@linkcode Socket}
 *    turns it into a `Wait`.)
 * 8. **Edges as in CPython on Linux**: empty sends, receives of 0 bytes,
 *    zero-length and truncated datagrams, calls in the wrong state.
 * 9. **Process life.** A pending call and an observer that holds keep the process alive,
 *    and so may bytes that a send has taken; an idle socket does not.
 * 10. **Idle memory is small**: a connection that waits for data holds no large
 *     buffer, and the array that `recv` returns has a buffer of exactly its
 *     size.
 * 11. **Sharing**: `dup` returns a second endpoint on the same socket, which
 *     closes with the last of them.
 *
 * All errors are {@linkcode OSError} or a subclass, except an aborted signal's
 * reason.
 *
 * {@linkcode Socket} checks before it calls: sizes are integers of 0 or more;
 * data is a `Uint8Array`; ancillary data is a list of level, type and bytes;
 * `how` is one of the three; addresses have the shape of their family, with
 * ports in range, a Unix path that fits and the special hosts `""` and
 * `"<broadcast>"` written as numbers, but names are not resolved; the signal of
 * a `Wait` has not aborted; and no method is called after `close` or `detach`.
 *
 * @module
 */
import type { Address, Inet6Address, InetAddress } from "./address.ts";
import type { Pollable, Wait } from "./wait.ts";

/** A way to make sockets. */
export interface Driver {
  /** The driver's name in messages, such as "sandboxed". */
  readonly name: string;
  /**
   * The URL of a module whose default export is this driver, for a Worker that
   * takes a descriptor over; `undefined` if its sockets are one isolate's.
   */
  readonly module?: string;

  /**
   * Opens a socket.
   *
   * @throws {OSError} EAFNOSUPPORT, ESOCKTNOSUPPORT, EPROTONOSUPPORT or EINVAL
   * for a family, type or protocol that the driver does not support.
   */
  open(family: number, type: number, proto: number): Endpoint;

  /**
   * Opens two sockets that are connected to each other; the driver chooses the
   * family if it is `undefined`.
   */
  pair(
    family: number | undefined,
    type: number,
    proto: number,
    wait: Wait | undefined,
  ): Promise<[Endpoint, Endpoint]>;

  /**
   * Takes over an open socket: a descriptor, or the object that the driver has
   * in its place. The driver detects family, type and protocol if the hints
   * omit them.
   *
   * @throws {OSError} EBADF or ENOTSOCK if it is not a socket that this driver
   * can take over.
   */
  adopt(resource: unknown, hints: SocketHints): Endpoint;

  /**
   * Connects a stream by name, in any family that the name has. For programs
   * whose permission covers the name but not its numbers.
   *
   * @throws {gaierror} If there is no such host.
   * @throws {PermissionError} EACCES if permission to connect to the name is
   * not granted.
   */
  connect(
    host: string,
    port: number,
    wait: Wait | undefined,
  ): Promise<Endpoint>;

  /** Closes a descriptor that no endpoint holds. */
  closeDescriptor(fd: number): void;
  /** Duplicates a descriptor; child processes do not inherit the new one. */
  dupDescriptor(fd: number): number;
  /**
   * Closes a descriptor but keeps its number taken, so that what another isolate
   * still does with the number reaches no other socket; a driver with a `module`
   * has it.
   */
  disableDescriptor?(fd: number): void;

  /** Returns what a descriptor's number stands for: a socket, a pipe, a terminal. */
  file(fd: number): OpenFile;
  /** Opens a queue of events as epoll(7) has it, or takes over the one with a number. */
  epoll(fd?: number): EventPoll;

  /** Looks hosts and services up. */
  readonly names: Names;
  /** Knows services and protocols. */
  readonly services: Services;
  /** The machine that the driver runs on: its name and its network interfaces. */
  readonly machine: Machine;
}

/** What the caller knows about a socket to take over. */
export interface SocketHints {
  /** Its address family. */
  readonly family?: number;
  /** Its type. */
  readonly type?: number;
  /** Its protocol. */
  readonly proto?: number;
  /**
   * Whether to take over a duplicate and leave the descriptor itself alone, for
   * a driver that has descriptors.
   */
  readonly duplicate?: boolean;
  /**
   * Whether the descriptor stays another's, such as another isolate's: closing
   * the endpoint leaves it open.
   */
  readonly lent?: boolean;
}

/** An open descriptor of any kind; who it belongs to does not matter. */
export interface OpenFile extends Pollable {
  /** The number. */
  readonly fd: number;
  /**
   * Reads what is there now, `size` bytes at most; empty at the end.
   *
   * @throws {BlockingIOError} EAGAIN if nothing is there and the descriptor does not
   * block.
   */
  read(size: number): Uint8Array<ArrayBuffer>;
  /**
   * Writes as many bytes as are taken now, and returns their number.
   *
   * @throws {BlockingIOError} EAGAIN if none are and the descriptor does not block.
   */
  write(data: Uint8Array): number;
  /** Sets whether reads and writes block. */
  setBlocking(on: boolean): void;
  /** Duplicates it; child processes do not inherit the new one. */
  dup(): OpenFile;
  /** Closes it. */
  close(): void;
  /** Returns the number. */
  fileno(): number;
}

/** A queue of events in the kernel, `epoll(7)`; readable when it has some. */
export interface EventPoll extends Pollable {
  /** Its own descriptor. */
  readonly fd: number;
  /** Adds a descriptor; EEXIST if it is there. */
  add(fd: number, events: number): void;
  /** Changes which events of a descriptor are waited for; ENOENT if it is not there. */
  modify(fd: number, events: number): void;
  /** Takes a descriptor out; ENOENT if it is not there. */
  remove(fd: number): void;
  /** Takes the events that there are now, `most` at most. */
  take(most: number): [fd: number, events: number][];
  /** Closes it. */
  close(): void;
}

/** Looks hosts and services up. */
export interface Names {
  /**
   * Looks a host and a service up, as `getaddrinfo(3)`.
   *
   * @throws {gaierror} If there is no such host or service.
   * @throws {PermissionError} EACCES if permission to look up the name is not
   * granted.
   */
  getaddrinfo(
    host: string | null,
    port: string | number | null,
    hints: AddressInfoHints,
    wait: Wait | undefined,
  ): Promise<AddressInfo[]>;

  /**
   * Looks the host and the service of a numeric address up, as
   * `getnameinfo(3)`; a host or service without a name is given as its number.
   *
   * @throws {gaierror} EAI_NONAME if there is no name and `NI_NAMEREQD` is set,
   * EAI_BADFLAGS for unknown flags.
   * @throws {PermissionError} EACCES if permission to look up the address is
   * not granted.
   */
  getnameinfo(
    address: InetAddress | Inet6Address,
    flags: number,
    wait: Wait | undefined,
  ): Promise<[host: string, service: string]>;

  /**
   * Finds the IPv4 addresses of a host, as `gethostbyname(3)`.
   *
   * @throws {gaierror} If there is no such host.
   */
  gethostbyname(name: string, wait: Wait | undefined): Promise<HostEntry>;

  /**
   * Finds the host of a numeric address, as `gethostbyaddr(3)`.
   *
   * @throws {herror} If it has no name.
   */
  gethostbyaddr(address: string, wait: Wait | undefined): Promise<HostEntry>;
}

/** Knows Internet services and protocols, as `services(5)` and `protocols(5)` list them. */
export interface Services {
  /** Finds the port of a service by name; `undefined` if it is not known. */
  findPort(name: string, proto?: string): number | undefined;
  /** Finds the service at a port; `undefined` if it is not known. */
  findService(port: number, proto?: string): string | undefined;
  /** Finds the number of a protocol by name; `undefined` if it is not known. */
  findProtocol(name: string): number | undefined;
}

/** The machine: its name and its network interfaces. */
export interface Machine {
  /** Returns this machine's host name. */
  gethostname(): string;

  /** Sets this machine's host name. */
  sethostname(name: string): void;

  /** Lists the network interfaces, in the order of their indexes. */
  ifNameindex(): InterfaceName[];

  /**
   * Finds the index of an interface.
   *
   * @throws {OSError} "no interface with this name", without `errno`.
   */
  ifNametoindex(name: string): number;

  /**
   * Finds the name of an interface.
   *
   * @throws {OSError} ENXIO if no interface has the index.
   */
  ifIndextoname(index: number): string;
}

/** What restricts a look-up; 0 means no restriction. */
export interface AddressInfoHints {
  /** `AF_INET`, `AF_INET6` or `AF_UNSPEC`. */
  readonly family: number;
  /** `SOCK_STREAM`, `SOCK_DGRAM`, `SOCK_RAW` or 0. */
  readonly type: number;
  /** An `IPPROTO_*` number or 0. */
  readonly proto: number;
  /** `AI_*` flags. */
  readonly flags: number;
}

/** One answer of a look-up, in Python's order. */
export type AddressInfo = [
  family: number,
  type: number,
  proto: number,
  canonname: string,
  sockaddr: Address,
];

/** A host, in Python's order: its canonical name, its other names, its addresses. */
export type HostEntry = [
  hostname: string,
  aliaslist: string[],
  ipaddrlist: string[],
];

/** A network interface, in Python's order. */
export type InterfaceName = [index: number, name: string];

/** One control message: level, type and data, as `cmsg(3)`. */
export type AncillaryData = [level: number, type: number, data: Uint8Array];

/** What a message carries besides its bytes. */
export interface MessageHeader {
  /** The control messages that came with the bytes. */
  readonly ancillary: AncillaryData[];
  /** `MSG_TRUNC` and the like. */
  readonly flags: number;
  /** The sender; `null` on a connection, and for a sender without a name. */
  readonly address: Address | null;
}

/** What `recvfrom` returns: bytes in a new array, and the sender as {@linkcode MessageHeader} has it. */
export type BytesFrom = [
  data: Uint8Array<ArrayBuffer>,
  address: Address | null,
];

/** What `recvmsg` returns. */
export interface Message extends MessageHeader {
  /** The bytes, in a new array. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** What `recvmsgInto` returns. */
export interface MessageInto extends MessageHeader {
  /** The number of bytes written to the buffers. */
  readonly count: number;
}

/** What {@linkcode Socket.recvmsg} returns, in Python's order. */
export type ReceivedMessage<From> = [
  data: Uint8Array<ArrayBuffer>,
  ancdata: AncillaryData[],
  msgFlags: number,
  address: From,
];

/** What {@linkcode Socket.recvmsgInto} returns, in Python's order. */
export type ReceivedMessageInto<From> = [
  nbytes: number,
  ancdata: AncillaryData[],
  msgFlags: number,
  address: From,
];

/** A connection that was accepted, and its peer's address. */
export type Accepted = [connection: Endpoint, address: Address];

/**
 * One open socket. `poll` reports `POLLIN` when a receive or an accept would
 * not wait, `POLLOUT` when a send would not wait or a connection attempt has
 * ended.
 */
export interface Endpoint extends Pollable {
  /** Address family, such as `AF_INET`. */
  readonly family: number;
  /** Socket type, such as `SOCK_STREAM`. */
  readonly type: number;
  /** Protocol number; 0 for the default of family and type. */
  readonly proto: number;
  /** The descriptor, or the object that the driver has in place of one; `undefined` if there is none yet. */
  readonly resource: unknown;

  /**
   * Binds to a local address.
   *
   * @param backlog How many connections may wait, for a driver that must know
   * it before `listen`.
   */
  bind(address: Address, backlog?: number): void;
  /** Starts listening; binds an unbound socket to a free port first. */
  listen(backlog: number | undefined): void;
  /** Accepts the next connection. */
  accept(wait: Wait | undefined): Promise<Accepted>;
  /** Connects, or for datagrams sets the peer. */
  connect(address: Address, wait: Wait | undefined): Promise<void>;
  /** Shuts down the reading half, the writing half or both. */
  shutdown(how: number): void;
  /**
   * Closes this endpoint; see promise 2.
   *
   * @param signal When it aborts, bytes that count as sent are no longer waited for,
   * where it is the driver that has them.
   */
  close(signal?: AbortSignal): Promise<void>;

  /** Receives up to `size` bytes into a new array; empty at the end of the stream. */
  recv(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** Receives up to as many bytes as `buffer` holds and returns their number; 0 at the end of the stream. */
  recvInto(
    buffer: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number>;
  /** Receives up to `size` bytes into a new array, with the sender's address. */
  recvfrom(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<BytesFrom>;
  /** Receives bytes with control messages, flags and the sender's address. */
  recvmsg(
    size: number,
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Message>;
  /**
   * Receives into several buffers, each filled before the next, with control
   * messages, flags and the sender's address.
   */
  recvmsgInto(
    buffers: readonly Uint8Array[],
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<MessageInto>;

  /**
   * Puts received bytes back, in front of what comes next; for one who had to receive
   * more than was theirs.
   */
  unread(bytes: Uint8Array): void;

  /** Sends as many bytes as the system takes now, at least one unless `data` is empty. */
  send(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number>;
  /** Sends all of `data`. */
  sendall(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<void>;
  /** Sends several buffers as one datagram, or as bytes of a stream, with control messages, to an address or to the peer. */
  sendmsg(
    buffers: readonly Uint8Array[],
    ancillary: readonly AncillaryData[],
    flags: number,
    address: Address | null,
    wait: Wait | undefined,
  ): Promise<number>;
  /**
   * Sends what the socket takes now of an open file, from `offset`, `count` bytes
   * at most, inside the kernel, as `sendfile(2)` does; 0 is the file's end.
   */
  sendfile(
    fd: number,
    offset: number,
    count: number,
    wait: Wait | undefined,
  ): Promise<number>;

  /** How many bytes the last `sendall` of this endpoint that a signal ended had taken; 0 before. */
  readonly abortedBytesSent: number;

  /** Reads an option as the bytes that the kernel would give, at most `size` of them. */
  getsockopt(level: number, name: number, size: number): Uint8Array;
  /** Sets an option from bytes; `null` means a null pointer, with `size` as its length. */
  setsockopt(
    level: number,
    name: number,
    value: Uint8Array | null,
    size: number,
  ): void;

  /** Returns the local address; before the socket is bound, the family's wildcard address. */
  getsockname(): Address;
  /** Returns the peer's address; throws ENOTCONN if there is none. */
  getpeername(): Address;

  /** Returns the descriptor's number; throws EOPNOTSUPP if the driver has no descriptors. */
  fileno(): number;
  /** Tells whether child processes inherit the descriptor. */
  getInheritable(): boolean;
  /** Sets whether child processes inherit the descriptor. */
  setInheritable(inheritable: boolean): void;
  /** Performs a control request; returns bytes as the kernel leaves them. */
  ioctl(request: number, argument: number | Uint8Array): number | Uint8Array;

  /** Lets pending receives, accepts and observers keep the process alive again. */
  ref(): void;
  /** Lets the process end in spite of them. */
  unref(): void;

  /** Returns a second endpoint on the same socket. */
  dup(): Endpoint;
  /**
   * Returns the system's socket, still open, and leaves this endpoint closed.
   *
   * @throws {OSError} EBUSY if that would lose bytes or pending calls.
   */
  detach(): unknown;
}
