/**
 * The contract between {@linkcode Socket} and the drivers that do the work:
 * types and docs, no code.
 *
 * What a driver promises:
 *
 * 1. **Nothing is lost.** A receive or an accept that times out or is aborted
 *    takes nothing: the next call gets what came. A send that fails tells how
 *    much was taken (`bytesSent`), unless a signal ended it.
 * 2. **`close` settles everything.** Every pending call of the endpoint rejects
 *    with EBADF at once, and every `whenReady` is answered; those of its
 *    {@linkcode Endpoint.dup} siblings are not. The promise of `close`
 *    resolves when port and path are free again; it never rejects.
 * 3. **Bytes are taken as they are at the call.** Where the system looks at
 *    them later, the driver copies.
 * 4. **Order.** Receives are served in the order of the calls, bytes of two
 *    `sendall`s never interleave, datagrams leave in the order of the calls.
 * 5. **Half-close and reset** are the kernel's: reading goes on after
 *    `shutdown(SHUT_WR)`; `SHUT_RD` lets waiting receives return empty; after
 *    a reset one receive gives ECONNRESET, the next ones end of stream.
 * 6. **A `Wait` that never waits** is answered as soon as the system has
 *    been asked once: EAGAIN, or EINPROGRESS for a `connect`, which goes on.
 * 7. **Flags**: MSG_PEEK and MSG_WAITALL work, what cannot be honoured is
 *    EOPNOTSUPP. (MSG_DONTWAIT never arrives: it has become the `Wait`.)
 * 8. **Edges as in CPython on Linux**: empty sends, receives of 0 bytes,
 *    zero-length and truncated datagrams, calls in the wrong state.
 * 9. **Process life.** A pending call and a `whenReady` keep the process alive,
 *    and so may bytes that a send has taken; an idle socket does not.
 * 10. **Idle memory is small**: a connection that waits for data holds no large
 *     buffer, and what `recv` gives has a buffer of its own size.
 * 11. **Sharing**: `dup` gives a second endpoint on the same socket, which is
 *     closed with the last of them.
 *
 * Errors are {@linkcode OSError} or a subclass and nothing else, an aborted
 * signal's reason apart.
 *
 * What {@linkcode Socket} has checked before it calls: sizes are integers of 0
 * and more; data is a `Uint8Array`; ancillary data is a list of level, type and
 * bytes; `how` is one of the three; addresses have the shape of their family,
 * with ports in range, a Unix path that fits and the special hosts `""` and
 * `"<broadcast>"` written as numbers, while names are unresolved; the signal of
 * a `Wait` has not aborted; and no method is called after `close` or `detach`.
 *
 * @module
 */
import type { Address, Inet6Address, InetAddress } from "./address.ts";
import type { Pollable, Wait } from "./wait.ts";

/** A way to make sockets. */
export interface Driver {
  /** How messages call it, such as "sandboxed". */
  readonly name: string;

  /**
   * Opens a socket.
   *
   * @throws {OSError} EAFNOSUPPORT, ESOCKTNOSUPPORT, EPROTONOSUPPORT or EINVAL
   * for what the driver cannot make.
   */
  open(family: number, type: number, proto: number): Endpoint;

  /** Opens two sockets that are connected to each other, of the family that suits the driver if it is `undefined`. */
  pair(
    family: number | undefined,
    type: number,
    proto: number,
    wait: Wait | undefined,
  ): Promise<[Endpoint, Endpoint]>;

  /**
   * Takes over a socket that the system has open: a descriptor, or what the
   * driver has in place of one. Family, type and protocol are found out where
   * the hints do not tell them.
   *
   * @throws {OSError} EBADF or ENOTSOCK for what is not a socket of this driver.
   */
  adopt(resource: unknown, hints: SocketHints): Endpoint;

  /**
   * Connects a stream by name, in whatever family the name turns out to have:
   * what a program needs that may use the name and not its numbers.
   *
   * @throws {gaierror} If there is no such host.
   * @throws {PermissionError} EACCES if the name may not be connected to.
   */
  connect(
    host: string,
    port: number,
    wait: Wait | undefined,
  ): Promise<Endpoint>;

  /** Closes a descriptor that no endpoint holds. */
  closeDescriptor(fd: number): void;
  /** Duplicates a descriptor; the new one is not inherited by programs that this one starts. */
  dupDescriptor(fd: number): number;

  /** Looks hosts and services up. */
  readonly names: Names;
  /** Tells of the machine that the driver runs on. */
  readonly machine: Machine;
}

/** What is known of a socket that is taken over. */
export interface SocketHints {
  /** Its address family. */
  readonly family?: number;
  /** Its type. */
  readonly type?: number;
  /** Its protocol. */
  readonly proto?: number;
}

/** Looks hosts and services up. */
export interface Names {
  /**
   * Looks a host and a service up, as `getaddrinfo(3)`.
   *
   * @throws {gaierror} If there is no such host or service.
   * @throws {PermissionError} EACCES if the name may not be looked up.
   */
  getaddrinfo(
    host: string | null,
    port: string | number | null,
    hints: AddressInfoHints,
    wait: Wait | undefined,
  ): Promise<AddressInfo[]>;

  /**
   * Looks the host and the service of a numeric address up, as
   * `getnameinfo(3)`; numbers stand in for what has no name.
   *
   * @throws {gaierror} EAI_NONAME with `NI_NAMEREQD` and no name, EAI_BADFLAGS
   * for flags that there are not.
   * @throws {PermissionError} EACCES if the address may not be looked up.
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

/** Tells of the machine: its name and its network interfaces. */
export interface Machine {
  /** Gives the name of this machine. */
  gethostname(): string;

  /** Names this machine. */
  sethostname(name: string): void;

  /** Lists the network interfaces, by their index. */
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
   * @throws {OSError} ENXIO if there is none of the index.
   */
  ifIndextoname(index: number): string;
}

/** What a look-up is narrowed to; 0 leaves it open. */
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

/** What comes with a message besides its bytes. */
export interface MessageHeader {
  /** Control messages that came with them. */
  readonly ancillary: AncillaryData[];
  /** `MSG_TRUNC` and the like. */
  readonly flags: number;
  /** The sender; `null` on a connection, and for a sender without a name. */
  readonly address: Address | null;
}

/** What one `recvmsg` gives. */
export interface Message extends MessageHeader {
  /** The bytes, in an array of their own. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** What one `recvmsgInto` gives. */
export interface MessageInto extends MessageHeader {
  /** How many bytes the buffers have got. */
  readonly count: number;
}

/** What {@linkcode Socket.recvmsg} gives, in Python's order. */
export type ReceivedMessage<From> = [
  data: Uint8Array<ArrayBuffer>,
  ancdata: AncillaryData[],
  msgFlags: number,
  address: From,
];

/** What {@linkcode Socket.recvmsgInto} gives, in Python's order. */
export type ReceivedMessageInto<From> = [
  nbytes: number,
  ancdata: AncillaryData[],
  msgFlags: number,
  address: From,
];

/**
 * One open socket. It can be polled: `POLLIN` holds when a receive or an accept
 * would not wait, `POLLOUT` when a send would not, or a connection attempt has
 * ended.
 */
export interface Endpoint extends Pollable {
  /** Address family, such as `AF_INET`. */
  readonly family: number;
  /** Socket type, such as `SOCK_STREAM`. */
  readonly type: number;
  /** Protocol number; 0 for the family's and type's own. */
  readonly proto: number;
  /** The descriptor, or the object that the driver has in place of one; `undefined` if there is none yet. */
  readonly resource: unknown;

  /**
   * Binds to a local address.
   *
   * @param backlog How many connections may wait, if the driver must know that
   * already now; otherwise `listen` tells it.
   */
  bind(address: Address, backlog?: number): void;
  /** Begins to take connections; binds to any free port where nothing is bound. */
  listen(backlog: number | undefined): void;
  /** Takes the next connection; its address is the new endpoint's peer. */
  accept(wait: Wait | undefined): Promise<Endpoint>;
  /** Connects, or for datagrams sets the peer. */
  connect(address: Address, wait: Wait | undefined): Promise<void>;
  /** Shuts down the reading half, the writing half or both. */
  shutdown(how: number): void;
  /** Gives this endpoint up; see promise 2. */
  close(): Promise<void>;

  /** Receives up to `size` bytes into an array of their own; empty at the end of the stream. */
  recv(
    size: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** Receives into all of `buffer` and tells how many bytes; 0 at the end of the stream. */
  recvInto(
    buffer: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number>;
  /** Receives bytes with all that comes with them. */
  recvmsg(
    size: number,
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<Message>;
  /** Receives into several buffers, each filled before the next, with all that comes with the bytes. */
  recvmsgInto(
    buffers: readonly Uint8Array[],
    ancillarySize: number,
    flags: number,
    wait: Wait | undefined,
  ): Promise<MessageInto>;

  /** Sends what the system takes now, at least one byte unless `data` is empty. */
  send(
    data: Uint8Array,
    flags: number,
    wait: Wait | undefined,
  ): Promise<number>;
  /** Sends all of it. */
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
   * at most, without taking them through this program; 0 is the file's end.
   */
  sendfile(
    fd: number,
    offset: number,
    count: number,
    wait: Wait | undefined,
  ): Promise<number>;

  /** Reads an option as the bytes that the kernel would give, at most `size` of them. */
  getsockopt(level: number, name: number, size: number): Uint8Array;
  /** Sets an option from bytes; `null` and `size` is a null pointer with a length. */
  setsockopt(
    level: number,
    name: number,
    value: Uint8Array | null,
    size: number,
  ): void;

  /** The local address; the family's "any" before there is one. */
  getsockname(): Address;
  /** The peer's address; ENOTCONN without one. */
  getpeername(): Address;

  /** The descriptor's number; EOPNOTSUPP from a driver without. */
  fileno(): number;
  /** Whether programs that this one starts inherit the descriptor. */
  getInheritable(): boolean;
  /** Sets whether they do. */
  setInheritable(inheritable: boolean): void;
  /** Controls the device; bytes are given back as the kernel leaves them. */
  ioctl(request: number, argument: number | Uint8Array): number | Uint8Array;

  /** Gives a second endpoint on the same socket. */
  dup(): Endpoint;
  /**
   * Gives the system's socket away and leaves this endpoint closed.
   *
   * @throws {OSError} EBUSY if that would lose bytes or pending calls.
   */
  detach(): unknown;
}
