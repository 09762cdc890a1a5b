import { kindOf } from "../arguments.ts";
import { SOCK_STREAM } from "../constants/mod.ts";
import { osError } from "../errors.ts";
import { driverOf, endpointOf, Socket, takeEndpoint } from "../socket.ts";
import { encodeHost } from "../text/idna.ts";
import type { WaitOptions } from "../wait.ts";
import { BaseContext } from "./base_context.ts";
import {
  PROTOCOL_TLS_CLIENT,
  PROTOCOL_TLS_SERVER,
  Purpose,
} from "./constants.ts";
import { asClient, asServer, checkClient, checkServer } from "./handshake.ts";
import type { PemSource } from "./load.ts";
import type { TlsSettings } from "./settings.ts";
import { SSLSocket, type SSLSocketOptions } from "./ssl_socket.ts";
import type { Side } from "./tls_conn.ts";
import { TlsEndpoint } from "./tls_endpoint.ts";

/** Options of {@linkcode SSLContext.wrapSocket}. */
export interface WrapSocketOptions
  extends WaitOptions, Partial<SSLSocketOptions> {
  /**
   * Whether a connection that ends without TLS's own end is at its end, as in Python;
   * if not, that is an SSLEOFError.
   *
   * @default {true}
   */
  readonly suppressRaggedEofs?: boolean;
}

/** What may be done about the name that a client asks for; see `sniCallback`. */
export type SniCallback = (
  socket: SSLSocket,
  serverName: string | null,
  context: SSLContext,
) => Promise<number | void | null> | number | void | null;

/**
 * Certificates, trust and rules, and what makes TLS connections of plain ones. Use
 * {@linkcode createDefaultContext}, unless you want something special.
 *
 * @example A server's
 * ```ts
 * import { CERT_NONE, PROTOCOL_TLS_SERVER, SSLContext } from "@berkeley/socket/ssl";
 * import { assertEquals } from "@std/assert";
 *
 * const context = new SSLContext(PROTOCOL_TLS_SERVER);
 * assertEquals<number>(context.verifyMode, CERT_NONE);
 * ```
 *
 * Port of [`ssl.SSLContext`](https://docs.python.org/3/library/ssl.html#ssl.SSLContext).
 */
export class SSLContext extends BaseContext {
  /**
   * Is called on a server with the socket, the name of the server that a client asks for
   * (`null` if it tells none) and this context, before the certificate is chosen. It may
   * set another `context` of the socket. A number that it returns is an alert's, such as
   * 112 for a name that is not known, and ends the handshake. It may be asynchronous.
   */
  sniCallback: SniCallback | null = null;

  /**
   * Makes a TLS connection of a plain one, which is then closed: the new socket has its
   * connection, with what has been received in advance. No call on it may be pending. Of
   * a socket that is not connected, `connect` or `accept` do it.
   *
   * @param sock A stream socket of any driver; its timeout bounds the handshake.
   * @param options `serverSide`; `serverHostname`, the name to ask for and to compare
   * with the certificate; `doHandshakeOnConnect`, false to call `doHandshake` later;
   * `suppressRaggedEofs`; `signal`: cancels the call when it aborts.
   * @returns The TLS socket. If the handshake fails, the connection is closed.
   * @throws {SSLCertVerificationError} If the peer's certificate is not trusted, or is
   * another's.
   * @throws {SSLError} If TLS fails.
   * @throws {RangeError} If the context is for the other side, a name is needed and
   * missing, or the socket is non-blocking and the handshake is to be made.
   * @throws {TimeoutError} If the timeout runs out.
   *
   * @example A peer that does not speak TLS
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext, SSLError } from "@berkeley/socket/ssl";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertRejects } from "@std/assert";
   *
   * const [a, b] = await socketpair();
   * using _b = b;
   * await b.sendall(new TextEncoder().encode("220 smtp.example.com\r\n"));
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * const options = { serverHostname: "smtp.example.com" };
   * await assertRejects(() => context.wrapSocket(a, options), SSLError);
   * ```
   *
   * Port of [`SSLContext.wrap_socket`](https://docs.python.org/3/library/ssl.html#ssl.SSLContext.wrap_socket).
   */
  async wrapSocket(
    sock: Socket,
    options: WrapSocketOptions = {},
  ): Promise<SSLSocket> {
    const { serverSide = false, serverHostname = null, signal } = options;
    const { doHandshakeOnConnect = true, suppressRaggedEofs = true } = options;
    if (!(sock instanceof Socket)) {
      throw new TypeError(
        `Cannot wrap: it must be a Socket, not ${kindOf(sock)}`,
      );
    }
    if (sock.type !== SOCK_STREAM) {
      throw osError({
        code: "EOPNOTSUPP",
        syscall: "wrap",
        subject: "what is no stream",
      });
    }
    this.#checkSide(serverSide, serverHostname);
    const isConnected = hasPeer(sock);
    const timeout = sock.gettimeout();
    if (isConnected && doHandshakeOnConnect && timeout === 0) {
      throw new RangeError(
        "Cannot wrap a non-blocking socket with a handshake: set doHandshakeOnConnect to false, and call doHandshake() until it is over",
      );
    }
    const driver = driverOf(sock);
    const endpoint = new TlsEndpoint(takeEndpoint(sock, "wrap"));
    const chosen = { serverSide, serverHostname, doHandshakeOnConnect };
    const side = (socket: SSLSocket) =>
      this.#side(socket, endpoint, suppressRaggedEofs);
    const socket = new SSLSocket({
      endpoint,
      driver,
      context: this,
      options: chosen,
      side,
      wrap: (plain, more) =>
        this.wrapSocket(plain, { ...chosen, suppressRaggedEofs, ...more }),
    });
    socket.settimeout(timeout);
    if (!isConnected) return socket;
    endpoint.begin(side(socket));
    if (!doHandshakeOnConnect) return socket;
    try {
      await socket.doHandshake({ signal });
    } catch (error) {
      socket.close();
      throw error;
    }
    return socket;
  }

  #checkSide(serverSide: boolean, serverHostname: string | null): void {
    const wanted = serverSide ? PROTOCOL_TLS_SERVER : PROTOCOL_TLS_CLIENT;
    if (this.protocol !== wanted) {
      throw new RangeError(
        `Cannot wrap: the context is for a ${serverSide ? "client" : "server"}`,
      );
    }
    if (serverSide && serverHostname !== null) {
      throw new RangeError(
        "Cannot wrap: serverHostname can be given for a client only",
      );
    }
    if (serverHostname === "" || serverHostname?.startsWith(".")) {
      throw new RangeError(
        `Cannot wrap: serverHostname must not be empty or begin with a point, as "${serverHostname}"`,
      );
    }
    // What cannot be a name is the caller's mistake.
    if (serverHostname !== null) encodeHost(serverHostname);
    if (!serverSide && this.checkHostname && !serverHostname) {
      throw new RangeError(
        "Cannot wrap: checkHostname needs serverHostname",
      );
    }
  }

  #side(
    socket: SSLSocket,
    endpoint: TlsEndpoint,
    suppressRaggedEofs: boolean,
  ): Side {
    const address = endpoint.inner.getpeername();
    const { serverHostname } = socket;
    if (!socket.serverSide) {
      return {
        begin: asClient(this, serverHostname),
        check: (engine) => checkServer(engine, this, serverHostname, address),
        suppressRaggedEofs,
      };
    }
    let settings: TlsSettings = socket.context;
    return {
      begin: asServer(async ({ serverName }) => {
        const alert = await this.sniCallback?.(socket, serverName, this);
        settings = socket.context;
        return typeof alert === "number" ? alert : settings;
      }, address),
      check: (engine) => checkClient(engine, settings, address),
      suppressRaggedEofs,
    };
  }
}

function hasPeer(sock: Socket): boolean {
  try {
    sock.getpeername();
    return true;
  } catch {
    endpointOf(sock, "wrap");
    return false;
  }
}

/** Options of {@linkcode createDefaultContext}. */
export interface DefaultContextOptions {
  /** A file of certificates to trust, in PEM form. */
  cafile?: PemSource;
  /** Certificates to trust. */
  cadata?: string | Uint8Array;
}

/**
 * Makes a context with safe settings.
 *
 * @param purpose `Purpose.SERVER_AUTH` for a client, which trusts the default authorities
 * and checks names; `Purpose.CLIENT_AUTH` for a server.
 * @param options `cafile`, `cadata`: the authorities to trust in place of the default
 * ones.
 * @returns The context; a server's still needs `loadCertChain`.
 *
 * @example A client's
 * ```ts
 * import { CERT_REQUIRED, createDefaultContext } from "@berkeley/socket/ssl";
 * import { assertEquals } from "@std/assert";
 *
 * const context = createDefaultContext();
 * assertEquals<number>(context.verifyMode, CERT_REQUIRED);
 * assertEquals(context.checkHostname, true);
 * ```
 *
 * Port of [`ssl.create_default_context`](https://docs.python.org/3/library/ssl.html#ssl.create_default_context).
 */
export function createDefaultContext(
  purpose: Purpose = Purpose.SERVER_AUTH,
  options: DefaultContextOptions = {},
): SSLContext {
  const isClient = purpose === Purpose.SERVER_AUTH;
  const context = new SSLContext(
    isClient ? PROTOCOL_TLS_CLIENT : PROTOCOL_TLS_SERVER,
  );
  const { cafile, cadata } = options;
  if (cafile !== undefined || cadata !== undefined) {
    context.loadVerifyLocations(options);
  } else if (isClient) context.loadDefaultCerts(purpose);
  return context;
}
