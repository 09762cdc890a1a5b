import type { Driver } from "../socket/driver.ts";
import type { WaitOptions } from "../socket/wait.ts";

/** What every server takes. Each option is a static member of the class as well, for subclasses to override. */
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
   * takes longer is cut off as by `shutdown`, and `handleError` gets a TimeoutError.
   * The `timeout` of a handler is for each receive and send: a client that sends byte
   * by byte outlives it. Not in Python.
   *
   * @default {null}
   */
  requestTimeout?: number | null;
}

/** What a server over a socket takes. */
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
   * Whether the address may be taken while old connections of it linger; always so
   * for streams in the sandbox.
   *
   * @default {false}
   */
  allowReuseAddress?: boolean;
  /**
   * Whether several sockets may have the port (with `--unstable-net`).
   *
   * @default {false}
   */
  allowReusePort?: boolean;
  /** The driver that serves; the program's default one if omitted. */
  driver?: Driver;
}

/** What a server of connections takes. */
export interface TCPServerOptions extends SocketServerOptions {
  /**
   * How many connections may wait to be accepted. Python's 5 makes a burst of
   * clients wait for seconds.
   *
   * @default {128}
   */
  requestQueueSize?: number;
}

/** What a server of datagrams takes. */
export interface UDPServerOptions extends SocketServerOptions {
  /**
   * How many bytes of a datagram are received; what is longer is cut.
   *
   * @default {8192}
   */
  maxPacketSize?: number;
}

/** What {@linkcode BaseServer.serveForever} takes. */
export interface ServeForeverOptions extends WaitOptions {
  /**
   * How often `serviceActions` is called while no request comes; seconds, `null`
   * for never. Nothing else waits for it: `shutdown` is heard at once.
   *
   * @default {0.5}
   */
  pollInterval?: number | null;
}

/** What {@linkcode BaseServer.shutdown} takes. */
export interface ShutdownOptions {
  /**
   * How long requests that are being handled may go on; seconds, `null` for as long
   * as they take. What is left then is cut off. If it is omitted nothing is waited
   * for or cut off.
   */
  grace?: number | null;
}
