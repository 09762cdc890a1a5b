/**
 * An address family that tells the type checker which shape of address goes
 * with it, so that `getsockname()` of an Internet socket is known to give
 * `[host, port]`. At run time it is a plain number.
 *
 * @typeParam Shape The name of the shape: "inet", "inet6" or "unix".
 */
export type Family<Shape extends string> = number & {
  // For the type checker alone: no value has this property.
  readonly "address shape": Shape;
};

/** The type of {@linkcode AF_INET}, whose addresses are `[host, port]`. */
export type InetFamily = Family<"inet">;

/**
 * The type of {@linkcode AF_INET6}, whose addresses are
 * `[host, port, flowinfo, scopeid]`.
 */
export type Inet6Family = Family<"inet6">;

/**
 * The type of {@linkcode AF_UNIX}, whose addresses are paths, or bytes that
 * begin with NUL.
 */
export type UnixFamily = Family<"unix">;

/**
 * A socket type that tells the type checker whether a receive knows its
 * sender. At run time it is a plain number.
 *
 * @typeParam Kind The name of the kind: "stream" or "datagram".
 */
export type SocketKind<Kind extends string> = number & {
  // For the type checker alone: no value has this property.
  readonly "socket kind": Kind;
};

/** The type of {@linkcode SOCK_STREAM}: what comes has no sender but the peer. */
export type StreamKind = SocketKind<"stream">;

/** The type of {@linkcode SOCK_DGRAM}: every datagram has its sender. */
export type DatagramKind = SocketKind<"datagram">;
