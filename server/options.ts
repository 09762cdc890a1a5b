import type { Driver } from "../socket/driver.ts";
import type { SSLContext } from "../socket/ssl/context.ts";
import type { WaitOptions } from "../socket/wait.ts";

/** The options of every server. Each is a static member of the class as well, for subclasses to override. */
export interface ServerOptions {
  /**
   * How long {@linkcode BaseServer.handleRequest} waits for a request; seconds,
   * `null` for ever.
   *
   * @default {null}
   */
  timeout?: number | null;
  /**
   * How many requests may be handled at a time: while there are so many, no more
   * are taken, and clients wait in the system's queue. A server without a mix-in
   * handles one at a time anyway. Not in Python.
   *
   * @default {Infinity}
   */
  maxConnections?: number;
  /**
   * How long the handling of a request may take; seconds, `null` for ever. What
   * takes longer is aborted as by `shutdown`, and `handleError` gets a TimeoutError.
   * The `timeout` of a handler is for each receive and send: it does not stop a client
   * that sends one byte at a time. Not in Python.
   *
   * @default {null}
   */
  requestTimeout?: number | null;
}

/** The options of a server over a socket. */
export interface SocketServerOptions extends ServerOptions {
  /**
   * Whether the constructor calls `serverBind` and `serverActivate`.
   *
   * @default {true}
   */
  bindAndActivate?: boolean;
  /**
   * The family of the addresses.
   *
   * @default {AF_INET}
   */
  addressFamily?: number;
  /**
   * Whether the address may be bound while its old connections linger; always so for
   * streams in the sandbox.
   *
   * @default {false}
   */
  allowReuseAddress?: boolean;
  /**
   * Whether several sockets may be bound to the port (with `--unstable-net`).
   *
   * @default {false}
   */
  allowReusePort?: boolean;
  /** The driver of the socket; the program's default driver if omitted. */
  driver?: Driver;
}

/** The options of a server of connections. */
export interface TCPServerOptions extends SocketServerOptions {
  /**
   * How many connections may wait to be accepted. Python's 5 makes a burst of
   * clients wait for seconds.
   *
   * @default {128}
   */
  requestQueueSize?: number;
  /**
   * Has the server speak TLS: a request is then an `SSLSocket`. The handshake is part of
   * the request: it is made in its task, before the handler, and one that fails goes to
   * `handleError` and costs that request only. Not in Python.
   *
   * @default {null}
   */
  ssl?: SSLContext | null;
  /**
   * How long a client may take for the handshake of TLS; seconds, `null` for ever. One
   * that takes longer is cut off, and `handleError` gets a TimeoutError. Not in Python.
   *
   * @default {10}
   */
  handshakeTimeout?: number | null;
}

/** The options of a server of datagrams. */
export interface UDPServerOptions extends SocketServerOptions {
  /**
   * How many bytes of a datagram are received; the rest is dropped.
   *
   * @default {8192}
   */
  maxPacketSize?: number;
}

/** What a wait for a request takes. */
export interface ReadyOptions extends WaitOptions {
  /** How long to wait; seconds, `null` for ever. */
  timeout: number | null;
}

/** The options of {@linkcode BaseServer.serveForever}. */
export interface ServeForeverOptions extends WaitOptions {
  /**
   * How often `serviceActions` is called while no request comes; seconds, `null`
   * for never. Nothing else depends on it: `shutdown` takes effect at once.
   *
   * @default {0.5}
   */
  pollInterval?: number | null;
}

/** The options of {@linkcode BaseServer.shutdown}. */
export interface ShutdownOptions {
  /**
   * How long requests that are being handled may go on; seconds, `null` for as long
   * as they take. Those left then are aborted. If it is omitted, requests are neither
   * waited for nor aborted.
   */
  grace?: number | null;
}
