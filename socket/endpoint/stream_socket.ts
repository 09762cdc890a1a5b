import type { Address } from "../address.ts";
import { AF_UNIX, IPPROTO_TCP, SHUT_RD, SHUT_WR } from "../constants/mod.ts";
import { restTimer } from "../deadlines.ts";
import { type OSError, osError } from "../errors.ts";
import { Acceptor } from "./acceptor.ts";
import { unsupported } from "./refusals.ts";
import { StreamReader } from "./stream_reader.ts";
import type {
  Conn,
  Connection,
  Listener,
  StreamTransport,
} from "./stream_transport.ts";
import { StreamWriter } from "./stream_writer.ts";

const BUSY =
  "finish pending calls, receive what has arrived and close duplicates first";

/**
 * A stream socket, which one or more endpoints share. It holds the state
 * (bound, listening, connecting, connected) and the runtime's objects.
 */
export class StreamSocket {
  readonly transport: StreamTransport;
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  /** The number of endpoints that share the socket. */
  handles = 1;
  /** TCP_NODELAY; accepted connections inherit it from the listener. */
  noDelay: boolean | undefined = false;
  /** SO_KEEPALIVE; accepted connections inherit it too. */
  keepAlive: boolean | undefined = false;
  /** TCP_KEEPIDLE, in seconds. */
  keepIdle: number | undefined;
  reuseAddress = false;
  reusePort = false;
  /** Whether it is or was a TCP listener, or was accepted by one: these have SO_REUSEADDR. */
  hasListened = false;
  v6only: boolean | undefined = false;

  acceptor: Acceptor | undefined;
  conn: Conn | undefined;
  reader: StreamReader | undefined;
  writer: StreamWriter | undefined;
  local: Address | undefined;
  peer: Address | undefined;

  /** Resolves when the connection attempt in progress has ended. */
  attempt: Promise<void> | undefined;
  #abort: AbortController | undefined;
  #listener: Listener | undefined;
  #isReferencing = true;
  #resource: unknown;
  /** The error of an attempt that continued in the background, until SO_ERROR or a call reports it. */
  #error: OSError | undefined;
  /** Whether an attempt that continued in the background has failed, reported or not. */
  hasFailed = false;
  /** Whether an attempt has ended in the background and no `connect` has reported that yet. */
  #hasUnreportedOutcome = false;

  /** Creates an unbound socket. */
  constructor(
    transport: StreamTransport,
    family: number,
    type: number,
    proto: number,
  ) {
    this.transport = transport;
    this.family = family;
    this.type = type;
    this.proto = proto;
  }

  /** The object that `detach` returns; `undefined` if there is none, or none yet. */
  get resource(): unknown {
    return this.#resource;
  }

  get isBound(): boolean {
    return this.local !== undefined;
  }

  get isListening(): boolean {
    return this.acceptor !== undefined;
  }

  get protocol(): number {
    return this.family === AF_UNIX ? this.proto : IPPROTO_TCP;
  }

  takeError(): number {
    const error = this.#error;
    this.#error = undefined;
    return error?.errno ?? 0;
  }

  /** Creates the error of a call for which the socket is in the wrong state. */
  stateError(syscall: string, code: string, address = this.peer): OSError {
    const error = this.#error;
    this.#error = undefined;
    return error ?? osError({ code, syscall, address });
  }

  /** Whether an attempt that continued in the background has failed, and nothing has reported that yet. */
  get hasError(): boolean {
    return this.#error !== undefined;
  }

  /** Binds by opening the listener, which reserves the port or path. */
  bind(address: Address, backlog: number | undefined): void {
    if (this.isBound) throw this.stateError("bind", "EINVAL", address);
    const { reusePort, transport } = this;
    try {
      this.hold(transport.listen(address, { backlog, reusePort }));
    } catch (error) {
      throw transport.explain(error, { syscall: "bind", address });
    }
  }

  /** Takes over an open listener. */
  hold(listener: Listener): void {
    this.#listener = listener;
    this.#resource = listener.resource;
    this.local = listener.local;
    this.hasListened = this.family !== AF_UNIX;
  }

  /** Starts accepting connections. */
  listen(backlog: number | undefined): void {
    if (this.conn || this.#abort) {
      throw this.stateError("listen", "EINVAL", this.local);
    }
    if (this.acceptor !== undefined) return;
    const { transport } = this;
    if (this.#listener === undefined) {
      const code = transport.wrongState.listen;
      if (code !== undefined) throw this.stateError("listen", code, this.local);
      const address = this.local ?? transport.any;
      this.local = undefined;
      this.bind(address, backlog);
    } else if (backlog !== undefined) {
      this.hold(this.#listener.reopen?.(backlog) ?? this.#listener);
    }
    this.acceptor = new Acceptor(this.#listener!, {
      address: this.local!,
      filter: ({ peer }) => !this.v6only || !isMapped(peer),
      explain: transport.explain,
    });
    if (!this.#isReferencing) this.setReferencing(false);
  }

  /** Starts to connect, one attempt at a time; returns `undefined` if one has succeeded in the background. */
  connect(
    address: Address,
    retryWhileFull: boolean,
  ): Promise<void> | undefined {
    const { transport } = this;
    if (this.#hasUnreportedOutcome) {
      this.#hasUnreportedOutcome = false;
      if (this.conn) return undefined;
      if (this.#error) throw this.stateError("connect", "", address);
    }
    if (this.conn) throw this.stateError("connect", "EISCONN", address);
    if (this.acceptor) {
      throw this.stateError("connect", transport.wrongState.connect, address);
    }
    if (this.#abort) throw this.stateError("connect", "EALREADY", address);
    if (this.isBound && !transport.connectsFrom) {
      const fields = { syscall: "connect", subject: "a bound Unix socket" };
      throw unsupported({ ...fields, code: "EOPNOTSUPP", address });
    }
    const attempt = this.#connect(address, retryWhileFull);
    this.attempt = attempt.catch(() => {}).finally(() =>
      this.attempt = undefined
    );
    return attempt;
  }

  async #connect(address: Address, retryWhileFull: boolean): Promise<void> {
    const { transport } = this;
    const { signal } = this.#abort = new AbortController();
    this.hasFailed = false;
    try {
      this.#listener?.close();
      this.#listener = this.#resource = undefined;
      const connection = await transport.connect(
        address,
        this.local,
        retryWhileFull,
        signal,
        this.keepIdle !== undefined,
      );
      if (signal.aborted) connection.conn.close();
      signal.throwIfAborted();
      this.establish(connection);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw transport.explain(error, { syscall: "connect", address });
    } finally {
      this.#abort = undefined;
    }
  }

  /** Cancels a connection attempt. */
  abort(reason: unknown): void {
    this.#abort?.abort(reason);
  }

  /** Lets a connection attempt continue in the background; keeps its error for SO_ERROR. */
  continueInBackground(attempt: Promise<void>): void {
    attempt.catch((error) => {
      this.#error = error;
      this.hasFailed = true;
    })
      .finally(() => this.#hasUnreportedOutcome = true);
  }

  /** Takes over an open connection. */
  establish({ conn, local, peer, resource }: Connection): void {
    const { transport } = this;
    this.conn = conn;
    this.local = local;
    this.peer = peer;
    this.#resource = resource;
    this.reader = new StreamReader(conn, peer, transport);
    this.writer = new StreamWriter(conn, peer, transport);
    this.#noteSharing();
    if (!this.#isReferencing) this.setReferencing(false);
    if (this.noDelay) conn.setNoDelay?.(true);
    if (this.keepAlive) conn.setKeepAlive?.(true);
    if (this.keepIdle !== undefined) {
      conn.setKeepIdle?.(this.keepIdle, this.keepAlive ?? false);
    }
  }

  /** Creates the socket of an accepted connection; as on Linux, it inherits options. */
  accepted(connection: Connection): StreamSocket {
    const { transport, family, type, proto } = this;
    const socket = new StreamSocket(transport, family, type, proto);
    socket.noDelay = this.noDelay;
    socket.reuseAddress = this.reuseAddress;
    socket.hasListened = this.hasListened;
    socket.keepAlive = this.keepAlive;
    socket.establish(connection);
    return socket;
  }

  /** Shuts down one half or both; SHUT_RD makes a listener stop accepting. */
  shutdown(how: number): void {
    if (this.acceptor !== undefined) {
      if (how !== SHUT_WR) this.#stopListening("EINVAL");
      return;
    }
    if (this.conn === undefined) {
      const code = this.transport.wrongState.shutdown;
      if (code !== undefined) throw this.stateError("shutdown", code);
    }
    if (how !== SHUT_WR) this.reader?.shutdown();
    if (how !== SHUT_RD) this.writer?.shutdown();
  }

  /** Adds an endpoint. */
  share(): void {
    this.handles++;
    this.#noteSharing();
  }

  /** Removes an endpoint; tells how many are left. */
  unshare(): number {
    this.handles--;
    this.#noteSharing();
    return this.handles;
  }

  #noteSharing(): void {
    const { reader, writer } = this;
    if (reader === undefined || writer === undefined) return;
    reader.isShared = writer.isShared = this.handles > 1;
  }

  /** Returns the runtime's object; throws EBUSY if bytes or pending calls would be lost. */
  detach(): unknown {
    const { conn, reader, writer, acceptor } = this;
    if (conn === undefined && this.#listener === undefined) {
      throw this.stateError("detach", "ENOTCONN");
    }
    if (
      this.handles > 1 || reader?.isRunning || reader?.hasBuffered ||
      writer?.isBusy || acceptor?.isRunning || acceptor?.hasBuffered
    ) {
      const address = this.peer ?? this.local;
      throw osError({ code: "EBUSY", syscall: "detach", address, hint: BUSY });
    }
    if (this.#resource === undefined) {
      throw unsupported({ code: "EOPNOTSUPP", syscall: "detach" });
    }
    reader?.rest();
    writer?.rest();
    return this.#resource;
  }

  /** Sets whether pending receives and accepts keep the process alive. */
  setReferencing(on: boolean): void {
    this.#isReferencing = on;
    (this.acceptor ?? this.reader)?.setReferencing(on);
  }

  /** Closes everything; resolves when port and path are free again. */
  async close(signal?: AbortSignal): Promise<void> {
    if (this.#abort !== undefined) {
      this.abort(osError({ code: "EBADF", syscall: "connect" }));
    }
    await Promise.all([
      this.attempt,
      this.#stopListening("EBADF"),
      this.#hangUp(signal),
    ]);
  }

  async #stopListening(code: string): Promise<void> {
    const { acceptor } = this;
    const listener = this.#listener;
    if (listener === undefined) return;
    this.acceptor = this.#listener = this.#resource = undefined;
    acceptor?.close(code);
    this.#closeQuietly(listener);
    await acceptor?.settled();
  }

  async #hangUp(signal?: AbortSignal): Promise<void> {
    const { conn, reader, writer } = this;
    if (conn === undefined) return;
    reader!.close();
    const promised = writer!.close(signal);
    restTimer();
    if (promised !== undefined) await promised;
    this.#closeQuietly(conn);
    await Promise.all([reader!.settled(), writer!.settled()]);
  }

  /** Closes a resource; ignores one that its former owner has already closed. */
  #closeQuietly(resource: { close(): void } | undefined): void {
    try {
      resource?.close();
    } catch (error) {
      const explained = this.transport.explain(error, { syscall: "close" });
      if (explained.code !== "EBADF") throw explained;
    }
  }
}

/** Tells whether an address is an IPv4-mapped IPv6 address. */
function isMapped([host]: Address): boolean {
  return String(host).startsWith("::ffff:");
}
