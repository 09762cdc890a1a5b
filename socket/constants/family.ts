/**
 * An address family whose type tells the shape of its addresses: the type
 * checker knows that `getsockname()` of an Internet socket returns
 * `[host, port]`. At run time it is a plain number.
 *
 * @typeParam Shape The name of the shape: "inet", "inet6" or "unix".
 */
export type Family<Shape extends string> = number & {
  // Only for the type checker: no value has this property.
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
 * A socket type whose type tells whether received data has a sender's address.
 * At run time it is a plain number.
 *
 * @typeParam Kind The name of the kind: "stream" or "datagram".
 */
export type SocketKind<Kind extends string> = number & {
  // Only for the type checker: no value has this property.
  readonly "socket kind": Kind;
};

/** The type of {@linkcode SOCK_STREAM}: received data comes from the peer, without an address. */
export type StreamKind = SocketKind<"stream">;

/** The type of {@linkcode SOCK_DGRAM}: every datagram has its sender's address. */
export type DatagramKind = SocketKind<"datagram">;
