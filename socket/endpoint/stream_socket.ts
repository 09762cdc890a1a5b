import type { Address } from "../address.ts";
import { AF_UNIX, IPPROTO_TCP, SHUT_RD, SHUT_WR } from "../constants/mod.ts";
import { restTimer } from "../deadlines.ts";
import { type OSError, osError } from "../errors.ts";
import { Acceptor } from "./acceptor.ts";
import { Attempts } from "./attempts.ts";
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

/** What a listener and its connections have in common. */
export interface StreamKind {
  readonly transport: StreamTransport;
  readonly family: number;
  readonly type: number;
  readonly proto: number;
}

/** The options of a stream; `undefined` if it was taken over, and nothing tells. */
export interface StreamSettings {
  /** TCP_NODELAY. */
  readonly noDelay: boolean | undefined;
  /** SO_KEEPALIVE. */
  readonly keepAlive: boolean | undefined;
  /** TCP_KEEPIDLE, in seconds; `undefined` for the system's default. */
  readonly keepIdle: number | undefined;
  readonly reuseAddress: boolean;
  readonly reusePort: boolean;
  /** Whether it is or was a TCP listener, or was accepted by one: these have SO_REUSEADDR. */
  readonly hasListened: boolean;
  readonly v6only: boolean | undefined;
}

const DEFAULTS: StreamSettings = {
  noDelay: false,
  keepAlive: false,
  keepIdle: undefined,
  reuseAddress: false,
  reusePort: false,
  hasListened: false,
  v6only: false,
};

/**
 * A stream socket, which one or more endpoints share. It holds the state
 * (bound, listening, connecting, connected) and the runtime's objects.
 */
export class StreamSocket {
  readonly #kind: StreamKind;
  /** The number of endpoints that share the socket. */
  handles = 1;
  /** Accepted connections inherit them. */
  settings: StreamSettings = DEFAULTS;

  acceptor: Acceptor | undefined;
  conn: Conn | undefined;
  reader: StreamReader | undefined;
  writer: StreamWriter | undefined;
  local: Address | undefined;
  #peer: Address | undefined;

  /** Of one that was accepted there are none. */
  #attempts: Attempts | undefined;
  #listener: Listener | undefined;
  #isReferencing = true;
  #resource: unknown;

  /** Creates an unbound socket. */
  constructor(kind: StreamKind) {
    this.#kind = kind;
  }

  get transport(): StreamTransport {
    return this.#kind.transport;
  }

  get family(): number {
    return this.#kind.family;
  }

  get type(): number {
    return this.#kind.type;
  }

  get proto(): number {
    return this.#kind.proto;
  }

  /** The address of the other end. */
  get peer(): Address | undefined {
    const { conn, local, transport } = this;
    if (this.#peer !== undefined || conn === undefined) return this.#peer;
    return transport.peerOf?.(conn, local!);
  }

  /** Resolves when the connection attempt in progress has ended. */
  get attempt(): Promise<void> | undefined {
    return this.#attempts?.ended;
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

  /** Changes settings, which others may share. */
  set(settings: Partial<StreamSettings>): void {
    this.settings = { ...this.settings, ...settings };
  }

  takeError(): number {
    return this.#attempts?.takeError()?.errno ?? 0;
  }

  /** Creates the error of a call for which the socket is in the wrong state. */
  stateError(syscall: string, code: string, address = this.peer): OSError {
    return this.#attempts?.takeError() ?? osError({ code, syscall, address });
  }

  /** Whether an attempt that continued in the background has failed, and nothing has reported that yet. */
  get hasError(): boolean {
    return this.#attempts?.hasError ?? false;
  }

  /** Whether an attempt that continued in the background has failed, reported or not. */
  get hasFailed(): boolean {
    return this.#attempts?.hasFailed ?? false;
  }

  /** Binds by opening the listener, which reserves the port or path. */
  bind(address: Address, backlog: number | undefined): void {
    if (this.isBound) throw this.stateError("bind", "EINVAL", address);
    const { transport, settings: { reusePort } } = this;
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
    this.set({ hasListened: this.family !== AF_UNIX });
  }

  /** Starts accepting connections. */
  listen(backlog: number | undefined): void {
    if (this.conn || this.#attempts?.isInProgress) {
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
      filter: ({ peer }) => !this.settings.v6only || !isMapped(peer),
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
    const attempts = this.#attempts ??= new Attempts();
    if (attempts.takeOutcome()) {
      if (this.conn) return undefined;
      if (attempts.hasError) throw this.stateError("connect", "", address);
    }
    if (this.conn) throw this.stateError("connect", "EISCONN", address);
    if (this.acceptor) {
      throw this.stateError("connect", transport.wrongState.connect, address);
    }
    if (attempts.isInProgress) {
      throw this.stateError("connect", "EALREADY", address);
    }
    if (this.isBound && !transport.connectsFrom) {
      const fields = { syscall: "connect", subject: "a bound Unix socket" };
      throw unsupported({ ...fields, code: "EOPNOTSUPP", address });
    }
    return attempts.begin((signal) =>
      this.#connect(address, retryWhileFull, signal)
    );
  }

  async #connect(
    address: Address,
    retryWhileFull: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { transport } = this;
    try {
      this.#listener?.close();
      this.#listener = this.#resource = undefined;
      const connection = await transport.connect(
        address,
        this.local,
        retryWhileFull,
        signal,
        this.settings.keepIdle !== undefined,
      );
      if (signal.aborted) connection.conn.close();
      signal.throwIfAborted();
      this.establish(connection);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw transport.explain(error, { syscall: "connect", address });
    }
  }

  /** Cancels a connection attempt. */
  abort(reason: unknown): void {
    this.#attempts?.abort(reason);
  }

  /** Lets a connection attempt continue in the background; keeps its error for SO_ERROR. */
  continueInBackground(attempt: Promise<void>): void {
    this.#attempts!.continueInBackground(attempt);
  }

  /** Takes over an open connection. */
  establish({ conn, local, peer, resource }: Connection): void {
    this.conn = conn;
    this.local = local;
    this.#peer = peer;
    this.#resource = resource;
    const stream = this as this & { conn: Conn; peer: Address };
    this.reader = new StreamReader(stream);
    this.writer = new StreamWriter(stream);
    if (!this.#isReferencing) this.setReferencing(false);
    const { noDelay, keepAlive, keepIdle } = this.settings;
    if (noDelay) conn.setNoDelay?.(true);
    if (keepAlive) conn.setKeepAlive?.(true);
    if (keepIdle !== undefined) conn.setKeepIdle?.(keepIdle, !!keepAlive);
  }

  /** Creates the socket of an accepted connection; as on Linux, it inherits options. */
  accepted(connection: Connection): StreamSocket {
    const socket = new StreamSocket(this.#kind);
    socket.settings = this.settings;
    socket.establish(connection);
    // A connection that waits is to hold no more than it must: the runtime may tell
    // the peer again.
    socket.#peer = undefined;
    if (socket.peer === undefined) socket.#peer = connection.peer;
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

  get isShared(): boolean {
    return this.handles > 1;
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
    this.abort(osError({ code: "EBADF", syscall: "connect" }));
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
