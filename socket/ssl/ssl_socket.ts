import { acceptAll } from "../accept_loop.ts";
import type { Address, AddressInput } from "../address.ts";
import type { Data } from "../arguments.ts";
import type { Driver } from "../driver.ts";
import {
  endpointOf,
  optionsOver,
  Socket,
  socketOver,
  takeEndpoint,
} from "../socket.ts";
import { waitOf, type WaitOptions } from "../wait.ts";
import { type CertificateInfo, certificateInfo } from "./certificate.ts";
import { CERT_NONE } from "./constants.ts";
import type { TlsSettings } from "./settings.ts";
import type { Side } from "./tls_conn.ts";
import type { Agreement } from "./tls_engine.ts";
import type { TlsEndpoint } from "./tls_endpoint.ts";

/** How an {@linkcode SSLSocket} was wrapped. */
export interface SSLSocketOptions {
  /** Whether it is the server's end. */
  readonly serverSide: boolean;
  /** The name of the server that the client wants; `null` for none. */
  readonly serverHostname: string | null;
  /** Whether `connect` and `accept` shake hands. */
  readonly doHandshakeOnConnect: boolean;
}

/** What makes an SSLSocket; its context knows. */
export interface SSLSocketParts<C extends TlsSettings> {
  readonly endpoint: TlsEndpoint;
  readonly driver: Driver;
  readonly context: C;
  readonly options: SSLSocketOptions;
  /** Makes the beginning of TLS on a connection. */
  readonly side: (socket: SSLSocket) => Side;
  /** Wraps a connection that a listener has accepted. */
  readonly wrap: (
    plain: Socket,
    options: WaitOptions & { doHandshakeOnConnect: boolean },
  ) => Promise<SSLSocket>;
}

/**
 * A socket whose bytes go through TLS; `wrapSocket` of an `SSLContext` makes it of a
 * plain one.
 *
 * It is a socket as others are, with the same promises. What differs:
 * - `shutdown(SHUT_WR)` and `close()` tell the peer the end by TLS too, where Python's
 *   do not.
 * - A call on a non-blocking socket that would have to wait throws
 *   {@linkcode SSLWantReadError} or {@linkcode SSLWantWriteError}, as in Python.
 * - `dup`, `detach` and descriptors' `sendfile` throw EOPNOTSUPP.
 *
 * @example Before the handshake
 * ```ts
 * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
 * import { socketpair } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const [a, b] = await socketpair();
 * using _b = b;
 * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
 * using s = await context.wrapSocket(a, {
 *   serverHostname: "localhost",
 *   doHandshakeOnConnect: false,
 * });
 * assertEquals([s.serverSide, s.serverHostname], [false, "localhost"]);
 * ```
 *
 * Port of [`ssl.SSLSocket`](https://docs.python.org/3/library/ssl.html#ssl-sockets).
 *
 * @typeParam A The type of the socket's addresses.
 * @typeParam From The type of the sender's address that a receive returns.
 */
export class SSLSocket<A extends Address = Address, From = A | null>
  extends Socket<A, From> {
  /** Whether it is the server's end. */
  readonly serverSide: boolean;
  /** The name of the server that the client wants; `null` for none. */
  readonly serverHostname: string | null;
  /** The context; `sniCallback` may set another. */
  context: TlsSettings;
  readonly #parts: SSLSocketParts<TlsSettings>;

  /** Wraps; an `SSLContext` does it. */
  constructor(parts: SSLSocketParts<TlsSettings>) {
    const { endpoint, driver, context, options } = parts;
    super(
      endpoint.family,
      endpoint.type,
      endpoint.proto,
      optionsOver(endpoint, driver),
    );
    this.#parts = parts;
    this.context = context;
    this.serverSide = options.serverSide;
    this.serverHostname = options.serverHostname;
    endpoint.prepare(() => parts.side(this as unknown as SSLSocket));
  }

  /**
   * Connects, and shakes hands unless `doHandshakeOnConnect` is false.
   *
   * @param address As for {@linkcode Socket.connect}.
   * @param options `signal`: cancels the call when it aborts.
   * @throws {SSLCertVerificationError} If the server's certificate is not trusted, or is
   * another's.
   * @throws {SSLError} If TLS fails.
   * @throws {OSError} As of a plain socket.
   *
   * @example Usage
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   * import { socketpair, OSError } from "@berkeley/socket/socket";
   * import { assertRejects } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _b = b;
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * using s = await context.wrapSocket(a, {
   *   serverHostname: "localhost",
   *   doHandshakeOnConnect: false,
   * });
   * await assertRejects(() => s.connect(b.getsockname()), OSError); // it is connected
   * ```
   *
   * Port of `SSLSocket.connect` of [`ssl`](https://docs.python.org/3/library/ssl.html#ssl-sockets).
   */
  override async connect(
    address: AddressInput<A>,
    options?: WaitOptions,
  ): Promise<void> {
    await super.connect(address, options);
    if (this.#parts.options.doHandshakeOnConnect) {
      await this.doHandshake(options);
    }
  }

  /**
   * Accepts a connection, and shakes hands with it unless `doHandshakeOnConnect` is false.
   * As in Python nobody else is accepted meanwhile: for a server accept with a plain socket,
   * and wrap in a task, or use `socketserver` with `ssl`.
   *
   * @param options `signal`: cancels the call when it aborts.
   * @returns The connection, an {@linkcode SSLSocket}, and its peer's address.
   * @throws {SSLError} If TLS with the client fails.
   *
   * @example Usage
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   * import { socketpair, OSError } from "@berkeley/socket/socket";
   * import { assertRejects } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _b = b;
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * using s = await context.wrapSocket(a, {
   *   serverHostname: "localhost",
   *   doHandshakeOnConnect: false,
   * });
   * await assertRejects(() => s.accept(), OSError); // it does not listen
   * ```
   *
   * Port of `SSLSocket.accept` of [`ssl`](https://docs.python.org/3/library/ssl.html#ssl-sockets).
   */
  override async accept(
    options?: WaitOptions,
  ): Promise<[connection: Socket<A, From>, address: A]> {
    return await this.#accept(options, this.#parts.options);
  }

  /**
   * Accepts connections until the socket is closed or the signal aborts, as
   * {@linkcode Socket.connections} does, and leaves the handshakes to whoever serves
   * them: the first receive or send shakes hands, or `doHandshake`. So a client that
   * never does keeps no other waiting, and one that does it wrong ends no loop.
   *
   * @param options `signal`: ends the iteration when it aborts.
   * @returns An iterator over connections and their peers' addresses.
   *
   * @example Each client's handshake in its own task
   * ```ts
   * import { PROTOCOL_TLS_SERVER, SSLContext, type SSLSocket } from "@berkeley/socket/ssl";
   * import { createServer } from "@berkeley/socket/socket";
   *
   * const context = new SSLContext(PROTOCOL_TLS_SERVER);
   * using server = await context.wrapSocket(createServer(["127.0.0.1", 0]), {
   *   serverSide: true,
   * });
   * async function serve(peer: SSLSocket) {
   *   await using _peer = peer;
   *   await peer.doHandshake({ signal: AbortSignal.timeout(10_000) });
   * }
   * for await (const [peer] of server.connections({ signal: AbortSignal.timeout(1) })) {
   *   serve(peer as SSLSocket).catch(() => {});
   * }
   * ```
   */
  override connections(
    options: WaitOptions = {},
  ): AsyncIterableIterator<[connection: Socket<A, From>, address: A]> {
    const lazy = { doHandshakeOnConnect: false };
    return acceptAll((wait) => this.#accept(wait, lazy), options);
  }

  /**
   * Shakes hands, within the socket's timeout; does nothing if that has been done.
   *
   * @param options `signal`: cancels the call when it aborts.
   * @throws {SSLCertVerificationError} If the peer's certificate is not trusted, or is
   * another's; `verifyCode` and `verifyMessage` say why, as OpenSSL does.
   * @throws {SSLError} If TLS fails; `reason` has OpenSSL's word for it.
   * @throws {TimeoutError} If the timeout runs out.
   *
   * @example Usage
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   * import { socketpair, TimeoutError } from "@berkeley/socket/socket";
   * import { assertRejects } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _b = b;
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * using s = await context.wrapSocket(a, {
   *   serverHostname: "localhost",
   *   doHandshakeOnConnect: false,
   * });
   * s.settimeout(0.01); // nobody answers
   * await assertRejects(() => s.doHandshake(), TimeoutError);
   * ```
   *
   * Port of [`SSLSocket.do_handshake`](https://docs.python.org/3/library/ssl.html#ssl.SSLSocket.do_handshake).
   */
  async doHandshake(options: WaitOptions = {}): Promise<void> {
    endpointOf(this as unknown as Socket, "shake hands");
    await this.#endpoint.handshake(waitOf(this.gettimeout(), options.signal));
  }

  /**
   * Ends TLS: tells the peer, waits until it does the same, and returns the plain socket,
   * with all that the peer has sent behind that. This object is then closed. After a failed
   * handshake it only returns the plain socket, for an answer in plain text.
   *
   * @param options `signal`: cancels the call when it aborts.
   * @returns The plain socket, where Python returns the same object.
   * @throws {SSLError} If the peer has sent bytes that were not received.
   * @throws {TimeoutError} If the timeout runs out; the call can be made again.
   *
   * @example Usage
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   * import { socketpair, TimeoutError } from "@berkeley/socket/socket";
   * import { assertRejects } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _b = b;
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * using s = await context.wrapSocket(a, {
   *   serverHostname: "localhost",
   *   doHandshakeOnConnect: false,
   * });
   * s.settimeout(0.01); // nobody answers
   * await assertRejects(() => s.unwrap(), TimeoutError);
   * ```
   *
   * Port of [`SSLSocket.unwrap`](https://docs.python.org/3/library/ssl.html#ssl.SSLSocket.unwrap).
   */
  async unwrap(options: WaitOptions = {}): Promise<Socket<A, From>> {
    endpointOf(this as unknown as Socket, "unwrap");
    const wait = waitOf(this.gettimeout(), options.signal);
    const endpoint = await this.#endpoint.unwrap(wait);
    takeEndpoint(this as unknown as Socket, "unwrap");
    const plain = socketOver<A, From>(endpoint, this.#parts.driver);
    plain.settimeout(this.gettimeout());
    return plain;
  }

  /**
   * Returns the version of the protocol.
   *
   * @returns Such as "TLSv1.3"; `null` before the handshake is over.
   *
   * @example Usage
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _b = b;
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * using s = await context.wrapSocket(a, {
   *   serverHostname: "localhost",
   *   doHandshakeOnConnect: false,
   * });
   * assertEquals(s.version(), null);
   * ```
   *
   * Port of [`SSLSocket.version`](https://docs.python.org/3/library/ssl.html#ssl.SSLSocket.version).
   */
  version(): string | null {
    return this.#agreement?.version ?? null;
  }

  /**
   * Returns the cipher that is used.
   *
   * @returns Its name, as OpenSSL has it, its protocol and how many bits are secret; `null`
   * before the handshake is over.
   *
   * @example Usage
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _b = b;
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * using s = await context.wrapSocket(a, {
   *   serverHostname: "localhost",
   *   doHandshakeOnConnect: false,
   * });
   * assertEquals(s.cipher(), null);
   * ```
   *
   * Port of [`SSLSocket.cipher`](https://docs.python.org/3/library/ssl.html#ssl.SSLSocket.cipher).
   */
  cipher(): [name: string, protocol: string, bits: number] | null {
    const cipher = this.#agreement?.cipher;
    if (!cipher) return null;
    const bits = /AES_?128|AES128/.test(cipher.name) ? 128 : 256;
    return [cipher.name, cipher.version, bits];
  }

  /**
   * Returns the application protocol that was agreed on.
   *
   * @returns Its name; `null` if there is none.
   *
   * @example Usage
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _b = b;
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * using s = await context.wrapSocket(a, {
   *   serverHostname: "localhost",
   *   doHandshakeOnConnect: false,
   * });
   * assertEquals(s.selectedAlpnProtocol(), null);
   * ```
   *
   * Port of [`SSLSocket.selected_alpn_protocol`](https://docs.python.org/3/library/ssl.html#ssl.SSLSocket.selected_alpn_protocol).
   */
  selectedAlpnProtocol(): string | null {
    return this.#agreement?.alpnProtocol ?? null;
  }

  /**
   * Tells how many bytes have been decrypted and not received.
   *
   * @returns The number; a receive of so many does not wait.
   *
   * @example Usage
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _b = b;
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * using s = await context.wrapSocket(a, {
   *   serverHostname: "localhost",
   *   doHandshakeOnConnect: false,
   * });
   * assertEquals(s.pending(), 0);
   * ```
   *
   * Port of [`SSLSocket.pending`](https://docs.python.org/3/library/ssl.html#ssl.SSLSocket.pending).
   */
  pending(): number {
    return this.#endpoint.pending;
  }

  /**
   * Returns the peer's certificate.
   *
   * @param binaryForm Whether to return its bytes, DER.
   * @returns What is in it, `{}` if it was not verified; `null` if there is none, or none
   * yet.
   *
   * @example Usage
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _b = b;
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * using s = await context.wrapSocket(a, {
   *   serverHostname: "localhost",
   *   doHandshakeOnConnect: false,
   * });
   * assertEquals(s.getpeercert(), null);
   * ```
   *
   * Port of [`SSLSocket.getpeercert`](https://docs.python.org/3/library/ssl.html#ssl.SSLSocket.getpeercert).
   */
  getpeercert(): CertificateInfo | Record<string, never> | null;
  /** Returns its bytes. */
  getpeercert(binaryForm: true): Uint8Array | null;
  getpeercert(
    binaryForm = false,
  ): CertificateInfo | Record<string, never> | Uint8Array | null {
    const der = this.#agreement?.certificate;
    if (der === undefined) return null;
    if (binaryForm) return new Uint8Array(der);
    return this.context.verifyMode === CERT_NONE ? {} : certificateInfo(der);
  }

  /**
   * Receives, as `recv` does; deprecated in Python too.
   *
   * @param len How many bytes at most.
   * @returns The bytes; empty at the end.
   *
   * @example Usage
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   * import { socketpair, TimeoutError } from "@berkeley/socket/socket";
   * import { assertRejects } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _b = b;
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * using s = await context.wrapSocket(a, {
   *   serverHostname: "localhost",
   *   doHandshakeOnConnect: false,
   * });
   * s.settimeout(0.01); // nobody answers
   * await assertRejects(() => s.read(8), TimeoutError);
   * ```
   *
   * Port of [`SSLSocket.read`](https://docs.python.org/3/library/ssl.html#ssl.SSLSocket.read).
   */
  read(len = 1024): Promise<Uint8Array<ArrayBuffer>> {
    return this.recv(len);
  }

  /**
   * Sends, as `send` does; deprecated in Python too.
   *
   * @param data The bytes.
   * @returns How many were taken.
   *
   * @example Usage
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   * import { socketpair, TimeoutError } from "@berkeley/socket/socket";
   * import { assertRejects } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _b = b;
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * using s = await context.wrapSocket(a, {
   *   serverHostname: "localhost",
   *   doHandshakeOnConnect: false,
   * });
   * s.settimeout(0.01); // nobody answers
   * await assertRejects(() => s.write(new Uint8Array(8)), TimeoutError);
   * ```
   *
   * Port of [`SSLSocket.write`](https://docs.python.org/3/library/ssl.html#ssl.SSLSocket.write).
   */
  write(data: Data): Promise<number> {
    return this.send(data);
  }

  /** Whether the session of an earlier connection was resumed. */
  get sessionReused(): boolean {
    return this.#agreement?.isReused ?? false;
  }

  get #endpoint(): TlsEndpoint {
    return this.#parts.endpoint;
  }

  get #agreement(): Agreement | undefined {
    return this.#endpoint.agreement;
  }

  /** Accepts a connection, and wraps it. */
  async #accept(
    options: WaitOptions | undefined,
    { doHandshakeOnConnect }: { doHandshakeOnConnect: boolean },
  ): Promise<[connection: Socket<A, From>, address: A]> {
    const [plain, address] = await super.accept(options);
    const wrapped = await this.#parts.wrap(plain as unknown as Socket, {
      doHandshakeOnConnect,
      signal: options?.signal,
    });
    return [wrapped as unknown as Socket<A, From>, address];
  }
}
