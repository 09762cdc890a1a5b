import type { Address } from "../address.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  SHUT_RD,
  SHUT_WR,
} from "../constants/mod.ts";
import { type OSError, osError } from "../errors.ts";
import { watch } from "../wait.ts";
import { Acceptor, type Listener } from "./acceptor.ts";
import { closeQuietly, type Conn } from "./stream_transport.ts";
import { translate, unsupported } from "../sandbox/errors.ts";
import { applyStreamOptions, type StreamOptions } from "./stream_options.ts";
import { Reader } from "./stream_reader.ts";
import type { Transport } from "./transport.ts";
import { Writer } from "./stream_writer.ts";

// How long closing waits for bytes that a timed-out send has promised; seconds.
const LINGER = 10;

/**
 * A stream socket of Deno's, which one or more endpoints share: what it is
 * (bound, listening, connecting, connected) and what it is made of.
 */
export class StreamSocket implements StreamOptions {
  readonly transport: Transport;
  family: number;
  readonly type: number;
  readonly proto: number;
  /** How many endpoints share it. */
  handles = 1;
  noDelay = false;
  keepAlive = false;
  reusePort = false;
  v6only = false;

  listener: Listener | undefined;
  acceptor: Acceptor | undefined;
  conn: Conn | undefined;
  reader: Reader | undefined;
  writer: Writer | undefined;
  local: Address | undefined;
  peer: Address | undefined;

  /** Resolves when the connection attempt under way has ended. */
  attempt: Promise<void> | undefined;
  #abort: AbortController | undefined;
  #error: OSError | undefined;
  #news = false;

  /** Makes an unbound socket. */
  constructor(
    transport: Transport,
    family: number,
    type: number,
    proto: number,
  ) {
    this.transport = transport;
    this.family = family;
    this.type = type;
    this.proto = proto;
  }

  /** Learns from a call what a descriptor that was taken over is; other sockets know. */
  decide(_call: string): void {}

  get bound(): boolean {
    return this.local !== undefined;
  }

  get listening(): boolean {
    return this.acceptor !== undefined;
  }

  takeError(): number {
    const error = this.#error;
    this.#error = undefined;
    return error?.errno ?? 0;
  }

  /** Makes the error of a call for which the socket is in the wrong state. */
  misuse(syscall: string, code: string, address = this.peer): OSError {
    const error = this.#error;
    this.#error = undefined;
    return error ?? osError({ code, syscall, address });
  }

  /** Binds: a TCP socket holds its listener from here on, so that the port is its own. */
  bind(address: Address, backlog: number | undefined): void {
    if (this.bound) throw this.misuse("bind", "EINVAL", address);
    try {
      this.hold(
        this.transport.listen(address, { backlog, reusePort: this.reusePort }),
        address,
      );
    } catch (error) {
      throw translate(error, { syscall: "bind", address });
    }
  }

  /** Takes an open listener. */
  hold(listener: Listener, asked?: Address): void {
    this.listener = listener;
    this.local = this.transport.address(listener.addr, asked);
  }

  /** Begins to take connections. */
  listen(backlog: number | undefined): void {
    if (this.conn || this.#abort) {
      throw this.misuse("listen", "EINVAL", this.local);
    }
    if (this.acceptor !== undefined) return;
    if (this.listener === undefined) {
      const code = this.transport.wrongState.listen;
      if (code !== undefined) throw this.misuse("listen", code, this.local);
      const address = this.local ?? this.transport.any;
      this.local = undefined;
      this.bind(address, backlog);
    }
    this.acceptor = new Acceptor(
      this.listener!,
      this.local!,
      (conn) => !this.v6only || !isMapped(conn),
    );
  }

  /** Begins to connect, one attempt at a time; `undefined` if one has just succeeded by itself. */
  connect(address: Address, patient: boolean): Promise<void> | undefined {
    if (this.#news) {
      // The first call after an attempt that went on by itself tells its end.
      this.#news = false;
      if (this.conn) return undefined;
      if (this.#error) throw this.misuse("connect", "", address);
    }
    if (this.conn) throw this.misuse("connect", "EISCONN", address);
    if (this.acceptor) {
      throw this.misuse("connect", this.transport.wrongState.connect, address);
    }
    if (this.#abort) throw this.misuse("connect", "EALREADY", address);
    if (this.bound && !this.transport.connectsFrom) {
      throw unsupported({
        code: "EOPNOTSUPP",
        syscall: "connect",
        address,
        subject: "a bound Unix socket",
      });
    }
    const attempt = this.#connect(address, patient);
    this.attempt = attempt.catch(() => {}).finally(() =>
      this.attempt = undefined
    );
    return attempt;
  }

  async #connect(address: Address, patient: boolean): Promise<void> {
    const { signal } = this.#abort = new AbortController();
    try {
      this.listener?.close();
      this.listener = undefined;
      const conn = await this.transport.connect(
        address,
        this.local,
        patient,
        signal,
      );
      if (signal.aborted) conn.close();
      signal.throwIfAborted();
      this.establish(conn, address);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw translate(error, { syscall: "connect", address });
    } finally {
      this.#abort = undefined;
    }
  }

  /** Gives a connection attempt up. */
  abort(reason: unknown): void {
    this.#abort?.abort(reason);
  }

  /** Lets a connection attempt go on by itself; its error is kept for SO_ERROR. */
  letGo(attempt: Promise<void>): void {
    attempt.catch((error) => this.#error = error)
      .finally(() => this.#news = true);
  }

  /** Takes an open connection. */
  establish(conn: Conn, asked?: Address): void {
    this.conn = conn;
    if (this.family === AF_UNSPEC) {
      const { hostname } = conn.remoteAddr as Deno.NetAddr;
      this.family = hostname.includes(":") ? AF_INET6 : AF_INET;
    }
    this.local = this.transport.address(conn.localAddr, asked);
    this.peer = this.transport.address(conn.remoteAddr, asked);
    this.reader = new Reader(conn, this.peer);
    this.writer = new Writer(conn, this.peer);
    applyStreamOptions(this);
  }

  /** Makes the socket of an accepted connection; as on Linux, options are inherited. */
  accepted(conn: Conn): StreamSocket {
    const { transport, family, type, proto, noDelay, keepAlive } = this;
    const socket = new StreamSocket(transport, family, type, proto);
    Object.assign(socket, { noDelay, keepAlive });
    socket.establish(conn, this.local);
    return socket;
  }

  /** Shuts one half or both; a listener's reading half is its accepting. */
  shutdown(how: number): void {
    if (this.acceptor !== undefined) {
      if (how !== SHUT_WR) this.#stopListening("EINVAL");
      return;
    }
    if (this.conn === undefined) {
      const code = this.transport.wrongState.shutdown;
      if (code !== undefined) throw this.misuse("shutdown", code);
    }
    if (how !== SHUT_WR) this.reader?.shutdown();
    if (how !== SHUT_RD) this.writer?.shutdown();
  }

  /** Gives Deno's own object away, if nothing would be lost with it. */
  giveAway(): unknown {
    const { conn, listener, reader, writer, acceptor } = this;
    const resource = conn ?? listener;
    if (resource === undefined) throw this.misuse("detach", "ENOTCONN");
    if (
      this.handles > 1 || reader?.busy || reader?.ahead || writer?.busy ||
      acceptor?.busy || acceptor?.ahead
    ) {
      throw osError({
        code: "EBUSY",
        syscall: "detach",
        address: this.peer ?? this.local,
        hint:
          "finish pending calls, receive what has come and close duplicates first",
      });
    }
    // Those of node:net are no objects of Deno's.
    const isDenos = conn === undefined
      ? Symbol.asyncIterator in listener!
      : "readable" in conn;
    if (!isDenos) {
      throw unsupported({ code: "EOPNOTSUPP", syscall: "detach" });
    }
    return resource;
  }

  /** Closes everything; resolves when port and path are free again. */
  async close(): Promise<void> {
    if (this.#abort !== undefined) {
      this.abort(osError({ code: "EBADF", syscall: "connect" }));
    }
    await Promise.all([
      this.attempt,
      this.#stopListening("EBADF"),
      this.#hangUp(),
    ]);
  }

  async #stopListening(code: string): Promise<void> {
    const { acceptor, listener } = this;
    this.acceptor = this.listener = undefined;
    acceptor?.close(code);
    closeQuietly(listener);
    await acceptor?.quiet();
    acceptor?.discard();
  }

  async #hangUp(): Promise<void> {
    const { conn, reader, writer } = this;
    if (conn === undefined) return;
    reader!.close("EBADF");
    writer!.close();
    if (writer!.promised) await this.#linger();
    closeQuietly(conn);
    await Promise.all([reader!.quiet(), writer!.idle()]);
  }

  /** As the kernel does with its own buffer: bytes that were taken are still sent. */
  #linger(): Promise<void> {
    const deadline = performance.now() + LINGER * 1000;
    return new Promise((resolve) => {
      const end = () => resolve();
      const stop = watch({ deadline, signal: undefined }, end, end);
      this.writer!.idle().then(end).finally(stop);
    });
  }
}

/** An IPv4 peer of a socket that is to have IPv6 peers only. */
function isMapped({ remoteAddr }: Conn): boolean {
  return (remoteAddr as Deno.NetAddr).hostname.startsWith("::ffff:");
}
