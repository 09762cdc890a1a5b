import { concat } from "@std/bytes/concat";
import type { SecureContext } from "node:tls";
import type { Address } from "../address.ts";
import { OSError } from "../errors.ts";
import { encodeHost } from "../text/idna.ts";
import { chainOf, readCertificate, subjectOf } from "./certificate.ts";
import {
  type ClientHello,
  readClientHello,
  type Strange,
} from "./client_hello.ts";
import { CERT_NONE, CERT_REQUIRED, Purpose } from "./constants.ts";
import { SSLCertVerificationError, SSLError } from "./errors.ts";
import { eof } from "./explain.ts";
import { isAddress, mismatchOf } from "./host_name.ts";
import type { TlsSettings } from "./settings.ts";
import type { Begin } from "./tls_conn.ts";
import { tls, TlsEngine } from "./tls_engine.ts";
import { staleOf, type Verdict, verdictOf } from "./verdict.ts";

const SYSCALL = "shake hands";

/** OpenSSL's name of a handshake that a callback has ended. */
const REFUSED = "CALLBACK_FAILED";

/** A fatal alert in plain text, RFC 8446 section 6: what a peer understands before there are keys. */
function alert(description: number): Uint8Array {
  return Uint8Array.of(21, 3, 1, 0, 2, 2, description);
}

/** What bytes that begin no handshake are told, and how that is called. */
const strange: Readonly<
  Record<Strange, readonly [alert: number, state: string]>
> = {
  EXCESSIVE_MESSAGE_SIZE: [47, "a message is too long"],
  HTTP_REQUEST: [70, "the peer speaks HTTP without TLS"],
  HTTPS_PROXY_REQUEST: [70, "the peer takes this for a proxy"],
  PACKET_LENGTH_TOO_LONG: [22, "a record is too long"],
  UNEXPECTED_MESSAGE: [10, "the peer does not begin a handshake"],
  WRONG_VERSION_NUMBER: [70, "the peer does not speak TLS"],
};

/** What a peer is told that finds no context to go on with, as by OpenSSL. */
const HANDSHAKE_FAILURE = 40;

/** Begins as the client of a server with a name. */
export function asClient(
  settings: TlsSettings,
  serverHostname: string | null,
): Begin {
  // deno-lint-ignore require-await -- what the settings lack rejects
  return async (_receive, send) => {
    const name = serverHostname === null || isAddress(serverHostname)
      ? {}
      : { servername: encodeHost(serverHostname) };
    const engine = new TlsEngine((socket) =>
      tls().connect({
        socket,
        ...name,
        secureContext: settings.secureContext(),
        ...(settings.alpnProtocols.length > 0
          ? { ALPNProtocols: [...settings.alpnProtocols] }
          : {}),
        // What is wrong with a certificate can be looked at only afterwards.
        rejectUnauthorized: false,
        checkServerIdentity: () => undefined,
      }), send);
    return [engine, new Uint8Array()];
  };
}

/** Throws unless the server's certificate is trusted, and is the one of the name. */
export function checkServer(
  engine: TlsEngine,
  settings: TlsSettings,
  serverHostname: string | null,
  address: Address | undefined,
): void {
  if (settings.verifyMode === CERT_NONE) return;
  const { socket } = engine;
  const chain = chainOf(socket.getPeerCertificate(true));
  const use = {
    authorities: settings.authorities,
    purpose: Purpose.SERVER_AUTH,
    mismatch: settings.checkHostname
      ? mismatchOf(serverHostname ?? "", readCertificate(chain[0]))
      : undefined,
  };
  const found = socket.authorizationError as unknown as string | null;
  const verdict = found === null || found === undefined
    ? use.mismatch ?? staleOf(chain, use)
    : verdictOf(chain, use);
  if (verdict !== undefined) throw notTrusted(verdict, chain[0], address);
}

/** Chooses the settings of a connection by what the client asks for; an alert's number refuses it. */
export type Choose = (
  hello: ClientHello,
) => Promise<TlsSettings | number> | TlsSettings | number;

/** Begins as a server. */
export function asServer(choose: Choose, address: Address | undefined): Begin {
  return async (receive, send) => {
    const [hello, received] = await helloOf(receive, send, address);
    const [chosen, secureContext] = await contextFor(hello, choose)
      .catch(async (error) => {
        await send(alert(HANDSHAKE_FAILURE));
        if (error instanceof OSError) throw error;
        throw failed(REFUSED, "sniCallback has thrown", address, error);
      });
    if (secureContext === undefined) {
      await send(alert(chosen));
      throw failed(REFUSED, "sniCallback refuses the name", address);
    }
    const engine = new TlsEngine(
      (socket) =>
        new (tls().TLSSocket)(socket as never, {
          isServer: true,
          secureContext,
          requestCert: chosen.verifyMode !== CERT_NONE,
          rejectUnauthorized: chosen.verifyMode === CERT_REQUIRED,
          ...alpnOf(hello, chosen),
        }),
      send,
    );
    return [engine, received];
  };
}

/** Makes what the engine needs of the settings that are chosen. */
async function contextFor(hello: ClientHello, choose: Choose): Promise<
  | [settings: TlsSettings, context: SecureContext]
  | [alert: number, context: undefined]
> {
  const chosen = await choose(hello);
  return typeof chosen === "number"
    ? [chosen, undefined]
    : [chosen, chosen.secureContext()];
}

/** Throws if the client has a certificate that is not trusted, or has none and must. */
export function checkClient(
  engine: TlsEngine,
  settings: TlsSettings,
  address: Address | undefined,
): void {
  if (settings.verifyMode === CERT_NONE) return;
  const chain = chainOf(engine.socket.getPeerCertificate(true));
  const use = {
    authorities: settings.authorities,
    purpose: Purpose.CLIENT_AUTH,
  };
  const isTrusted = engine.verifyError() === "";
  const verdict = chain.length === 0
    ? undefined
    : isTrusted
    ? staleOf(chain, use)
    : verdictOf(chain, use);
  if (verdict !== undefined) throw notTrusted(verdict, chain[0], address);
  if (chain.length === 0 && settings.verifyMode === CERT_REQUIRED) {
    throw failed(
      "PEER_DID_NOT_RETURN_A_CERTIFICATE",
      "the peer has sent no certificate",
      address,
    );
  }
}

/** Offers application protocols only where both sides have one: else the engine would break off, where OpenSSL goes on without. */
function alpnOf(
  { alpnProtocols }: ClientHello,
  settings: TlsSettings,
): { ALPNProtocols?: string[] } {
  const offered = settings.alpnProtocols;
  return offered.some((name) => alpnProtocols?.includes(name))
    ? { ALPNProtocols: [...offered] }
    : {};
}

/** Receives a client's first message. */
async function helloOf(
  receive: () => Promise<Uint8Array>,
  send: (bytes: Uint8Array) => Promise<void>,
  address: Address | undefined,
): Promise<[ClientHello, Uint8Array]> {
  let received = new Uint8Array();
  for (;;) {
    const bytes = await receive();
    if (bytes.length === 0) {
      throw eof({ syscall: SYSCALL, address });
    }
    received = concat([received, bytes]);
    const hello = readClientHello(received);
    if (hello === undefined) continue;
    if (typeof hello === "object") return [hello, received];
    const [description, state] = strange[hello];
    await send(alert(description));
    throw failed(hello, state, address);
  }
}

function failed(
  reason: string,
  state: string,
  address: Address | undefined,
  cause?: unknown,
): SSLError {
  return new SSLError({
    code: reason,
    reason,
    state,
    syscall: SYSCALL,
    address,
    ...(cause === undefined ? {} : { cause }),
  });
}

function notTrusted(
  [verifyCode, verifyMessage]: Verdict,
  der: Uint8Array | undefined,
  address: Address | undefined,
): SSLCertVerificationError {
  const subject = subjectOf(der);
  const reason = "CERTIFICATE_VERIFY_FAILED";
  return new SSLCertVerificationError({
    code: reason,
    reason,
    state: `certificate verify failed: ${verifyMessage}`,
    ...(subject === "" ? {} : { hint: `the certificate is of "${subject}"` }),
    verifyCode,
    verifyMessage,
    syscall: SYSCALL,
    address,
  });
}
