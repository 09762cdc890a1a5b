import { OSError, osError, type OSErrorFields } from "../errors.ts";
import { SSLEOFError, SSLError } from "./errors.ts";

// Alerts of the peer: the engine's name, which has it from RFC 8446 section 6, OpenSSL's
// name, and words for those that are usual.
const ALERTS: Readonly<
  Record<string, readonly [reason: string, words?: string]>
> = {
  UnexpectedMessage: ["SSLV3_ALERT_UNEXPECTED_MESSAGE"],
  BadRecordMac: ["SSLV3_ALERT_BAD_RECORD_MAC", "a record was damaged"],
  DecryptionFailed: ["TLSV1_ALERT_DECRYPTION_FAILED"],
  RecordOverflow: ["TLSV1_ALERT_RECORD_OVERFLOW"],
  DecompressionFailure: ["SSLV3_ALERT_DECOMPRESSION_FAILURE"],
  HandshakeFailure: [
    "SSLV3_ALERT_HANDSHAKE_FAILURE",
    "the two sides cannot agree",
  ],
  NoCertificate: ["SSLV3_ALERT_NO_CERTIFICATE"],
  BadCertificate: [
    "SSLV3_ALERT_BAD_CERTIFICATE",
    "the peer refuses our certificate",
  ],
  UnsupportedCertificate: [
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
    "the peer refuses our certificate for this use",
  ],
  CertificateRevoked: [
    "SSLV3_ALERT_CERTIFICATE_REVOKED",
    "the peer finds our certificate revoked",
  ],
  CertificateExpired: [
    "SSLV3_ALERT_CERTIFICATE_EXPIRED",
    "the peer finds our certificate expired",
  ],
  CertificateUnknown: [
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
    "the peer refuses our certificate",
  ],
  IllegalParameter: ["SSLV3_ALERT_ILLEGAL_PARAMETER"],
  UnknownCA: [
    "TLSV1_ALERT_UNKNOWN_CA",
    "the peer does not trust our certificate",
  ],
  AccessDenied: ["TLSV1_ALERT_ACCESS_DENIED"],
  DecodeError: ["TLSV1_ALERT_DECODE_ERROR"],
  DecryptError: ["TLSV1_ALERT_DECRYPT_ERROR"],
  ExportRestriction: ["TLSV1_ALERT_EXPORT_RESTRICTION"],
  ProtocolVersion: [
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "no version of TLS that both speak",
  ],
  InsufficientSecurity: ["TLSV1_ALERT_INSUFFICIENT_SECURITY"],
  InternalError: ["TLSV1_ALERT_INTERNAL_ERROR"],
  InappropriateFallback: ["TLSV1_ALERT_INAPPROPRIATE_FALLBACK"],
  UserCanceled: ["TLSV1_ALERT_USER_CANCELLED"],
  NoRenegotiation: ["TLSV1_ALERT_NO_RENEGOTIATION"],
  MissingExtension: ["TLSV13_ALERT_MISSING_EXTENSION"],
  UnsupportedExtension: ["TLSV1_UNSUPPORTED_EXTENSION"],
  CertificateUnobtainable: ["TLSV1_CERTIFICATE_UNOBTAINABLE"],
  UnrecognisedName: [
    "TLSV1_UNRECOGNIZED_NAME",
    "the peer does not know the name",
  ],
  BadCertificateStatusResponse: ["TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE"],
  BadCertificateHashValue: ["TLSV1_BAD_CERTIFICATE_HASH_VALUE"],
  UnknownPSKIdentity: ["TLSV1_ALERT_UNKNOWN_PSK_IDENTITY"],
  CertificateRequired: [
    "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "the peer wants a certificate",
  ],
  NoApplicationProtocol: [
    "TLSV1_ALERT_NO_APPLICATION_PROTOCOL",
    "no application protocol that both have",
  ],
};

// What the engine finds itself, and OpenSSL's names and words for it; the engine's own
// code comes first, then its text.
const REASONS: readonly (readonly [RegExp, reason: string, words: string])[] = [
  [/MessageTooLarge/, "PACKET_LENGTH_TOO_LONG", "a record is too long"],
  [
    /received unexpected|[Ii]nappropriate(Handshake)?Message/,
    "UNEXPECTED_MESSAGE",
    "the peer has sent what has no place here",
  ],
  [
    /InvalidContentType|ERR_SSL_WRONG_VERSION_NUMBER/,
    "WRONG_VERSION_NUMBER",
    "the peer does not speak TLS",
  ],
  [
    /SupportedVersions|Tls1[23]|TlsVersion|ERR_SSL_UNSUPPORTED_PROTOCOL/,
    "UNSUPPORTED_PROTOCOL",
    "no version of TLS that both speak",
  ],
  [
    /DID_NOT_RETURN_A_CERTIFICATE/,
    "PEER_DID_NOT_RETURN_A_CERTIFICATE",
    "the peer has sent no certificate",
  ],
  [
    /NO_SUITABLE|NoCipherSuites|peer is incompatible/,
    "NO_SHARED_CIPHER",
    "the two sides cannot agree",
  ],
  [
    /decrypt/,
    "DECRYPTION_FAILED_OR_BAD_RECORD_MAC",
    "a record was damaged",
  ],
];

/** Turns an error of the engine, or of the connection under it, into ours. */
export function explain(error: unknown, fields: OSErrorFields): OSError {
  if (error instanceof OSError) return error;
  const { code = "", message = String(error) } = error as {
    code?: string;
    message?: string;
  };
  if (code === "EPIPE" || code === "ERR_STREAM_DESTROYED") {
    return osError({ ...fields, code: "EPIPE", cause: error });
  }
  if (/before secure TLS connection/.test(message)) return eof(fields, error);
  const [reason, words] = reasonOf(message, code);
  return new SSLError({
    ...fields,
    code: reason,
    reason,
    state: words,
    cause: error,
  });
}

function reasonOf(
  message: string,
  code: string,
): readonly [reason: string, words: string] {
  const [, alert = ""] = /received fatal alert: (\w+)/.exec(message) ?? [];
  if (alert in ALERTS) {
    const [reason, words = `the peer has broken it off: ${alert}`] =
      ALERTS[alert];
    return [reason, words];
  }
  const text = `${message} ${code}`;
  const [, reason, words] = REASONS.find(([pattern]) => pattern.test(text)) ??
    [, code.replace(/^ERR_SSL_/, "") || "SSL_ERROR", message];
  return [reason, words];
}

/** Creates the error of a connection that has ended without ending TLS first. */
export function eof(fields: OSErrorFields, cause?: unknown): SSLEOFError {
  return new SSLEOFError({
    ...fields,
    code: "UNEXPECTED_EOF_WHILE_READING",
    reason: "UNEXPECTED_EOF_WHILE_READING",
    state: "the peer has ended the connection without ending TLS",
    ...(cause === undefined ? {} : { cause }),
  });
}
