/**
 * Python's `ssl` module: TLS over a socket of any driver, as client or server.
 *
 * A {@linkcode SSLContext} holds certificates, trust and rules; its `wrapSocket` turns a
 * connected socket into an {@linkcode SSLSocket}, which is a socket like others. It needs
 * no permission besides those of the socket, and `--allow-read` of just the files that
 * are loaded.
 *
 * @example A client of a server that a certificate in a text vouches for
 * ```ts ignore
 * import { socket } from "@berkeley/socket";
 * import { createDefaultContext } from "@berkeley/socket/ssl";
 *
 * const context = createDefaultContext();
 * const plain = await socket.createConnection(["example.com", 443]);
 * await using s = await context.wrapSocket(plain, { serverHostname: "example.com" });
 * console.log(s.version(), s.getpeercert());
 * ```
 *
 * Port of [`ssl`](https://docs.python.org/3/library/ssl.html).
 *
 * @module
 */
export {
  createDefaultContext,
  type DefaultContextOptions,
  type SniCallback,
  SSLContext,
  type WrapSocketOptions,
} from "./context.ts";
export {
  BaseContext,
  type LoadCertChainOptions,
  type VerifyLocations,
} from "./base_context.ts";
export { SSLSocket, type SSLSocketOptions } from "./ssl_socket.ts";
export type { TlsSettings } from "./settings.ts";
export type { Password, PemSource } from "./load.ts";
export type { CertificateInfo, DistinguishedName } from "./certificate.ts";

// Errors.
export {
  SSLCertVerificationError,
  SSLCertVerificationError as CertificateError,
  SSLEOFError,
  SSLError,
  type SSLErrorFields,
  SSLErrorNumber,
  SSLSyscallError,
  SSLWantReadError,
  SSLWantWriteError,
  SSLZeroReturnError,
} from "./errors.ts";

// Certificates.
export {
  getServerCertificate,
  type ServerCertificateOptions,
} from "./server_certificate.ts";
export {
  DERCertToPEMCert,
  PEM_FOOTER,
  PEM_HEADER,
  PEMCertToDERCert,
} from "./pem.ts";
export { certTimeToSeconds } from "./time.ts";

// Constants.
export {
  AlertDescription,
  CERT_NONE,
  CERT_OPTIONAL,
  CERT_REQUIRED,
  HAS_ALPN,
  HAS_ECDH,
  HAS_NEVER_CHECK_COMMON_NAME,
  HAS_NPN,
  HAS_PSK,
  HAS_SNI,
  HAS_SSLv2,
  HAS_SSLv3,
  HAS_TLSv1,
  HAS_TLSv1_1,
  HAS_TLSv1_2,
  HAS_TLSv1_3,
  OP_ALL,
  OP_CIPHER_SERVER_PREFERENCE,
  OP_ENABLE_MIDDLEBOX_COMPAT,
  OP_NO_COMPRESSION,
  OP_NO_RENEGOTIATION,
  OP_NO_SSLv2,
  OP_NO_SSLv3,
  OP_NO_TLSv1,
  OP_NO_TLSv1_1,
  OP_NO_TLSv1_2,
  OP_NO_TLSv1_3,
  OP_SINGLE_DH_USE,
  OP_SINGLE_ECDH_USE,
  PROTOCOL_TLS_CLIENT,
  PROTOCOL_TLS_SERVER,
  Purpose,
  TLSVersion,
  VerifyMode,
} from "./constants.ts";
