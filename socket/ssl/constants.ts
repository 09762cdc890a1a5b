// deno-lint-ignore-file camelcase -- OpenSSL's names
// The numbers of Python's ssl, which are those of OpenSSL.

/** No certificate of the peer is asked for or looked at. */
export const CERT_NONE = 0;
/** A server asks for a certificate, and takes clients without one. */
export const CERT_OPTIONAL = 1;
/** The peer must have a certificate that is trusted. */
export const CERT_REQUIRED = 2;

/** The protocol of a client: it checks certificates and host names. */
export const PROTOCOL_TLS_CLIENT = 16;
/** The protocol of a server. */
export const PROTOCOL_TLS_SERVER = 17;

/** Options of contexts that always hold here: bugs of other implementations are worked around. */
export const OP_ALL = 0x80000050;
/** Always holds: the server's order of ciphers counts. */
export const OP_CIPHER_SERVER_PREFERENCE = 0x400000;
/** Always holds: nothing is compressed. */
export const OP_NO_COMPRESSION = 0x20000;
/** Always holds: there is no renegotiation. */
export const OP_NO_RENEGOTIATION = 0x40000000;
/** Always holds. */
export const OP_NO_SSLv2 = 0;
/** Always holds. */
export const OP_NO_SSLv3 = 0x2000000;
/** Always holds. */
export const OP_NO_TLSv1 = 0x4000000;
/** Always holds. */
export const OP_NO_TLSv1_1 = 0x10000000;
/** TLS 1.2 is not spoken; `maximumVersion` and `minimumVersion` are the modern way. */
export const OP_NO_TLSv1_2 = 0x8000000;
/** TLS 1.3 is not spoken. */
export const OP_NO_TLSv1_3 = 0x20000000;
/** Always holds: key exchanges are never used twice. */
export const OP_SINGLE_DH_USE = 0;
/** Always holds. */
export const OP_SINGLE_ECDH_USE = 0;
/** Always holds: TLS 1.3 looks like 1.2 to what stands between. */
export const OP_ENABLE_MIDDLEBOX_COMPAT = 0x100000;

/** Versions of the protocol. */
export const TLSVersion = {
  /** The oldest that there is. */
  MINIMUM_SUPPORTED: -2,
  /** Not spoken here. */
  SSLv3: 768,
  /** Not spoken here. */
  TLSv1: 769,
  /** Not spoken here. */
  TLSv1_1: 770,
  /** RFC 5246. */
  TLSv1_2: 771,
  /** RFC 8446. */
  TLSv1_3: 772,
  /** The newest that there is. */
  MAXIMUM_SUPPORTED: -1,
} as const;

/** The number of a version, or of the oldest or newest. */
export type TLSVersion = typeof TLSVersion[keyof typeof TLSVersion];

/** What a context is for, as the extended key usage of certificates has it. */
export const Purpose = {
  /** For a client, which authenticates servers. */
  SERVER_AUTH: "1.3.6.1.5.5.7.3.1",
  /** For a server, which may authenticate clients. */
  CLIENT_AUTH: "1.3.6.1.5.5.7.3.2",
} as const;

/** One of the purposes. */
export type Purpose = typeof Purpose[keyof typeof Purpose];

/** The protocol negotiates application protocols. */
export const HAS_ALPN = true;
/** The client tells the name of the server. */
export const HAS_SNI = true;
/** There are key exchanges over elliptic curves. */
export const HAS_ECDH = true;
/** SSL 2 is not spoken. */
export const HAS_SSLv2 = false;
/** SSL 3 is not spoken. */
export const HAS_SSLv3 = false;
/** TLS 1.0 is not spoken, other than by Python. */
export const HAS_TLSv1 = false;
/** TLS 1.1 is not spoken, other than by Python. */
export const HAS_TLSv1_1 = false;
/** TLS 1.2 is spoken. */
export const HAS_TLSv1_2 = true;
/** TLS 1.3 is spoken. */
export const HAS_TLSv1_3 = true;
/** A certificate's common name is never taken for a host's. */
export const HAS_NEVER_CHECK_COMMON_NAME = true;

/** The three modes, by name. */
export const VerifyMode = { CERT_NONE, CERT_OPTIONAL, CERT_REQUIRED } as const;

/** One of `CERT_NONE`, `CERT_OPTIONAL` and `CERT_REQUIRED`. */
export type VerifyMode = typeof VerifyMode[keyof typeof VerifyMode];

/** The numbers of alerts, RFC 8446 section 6; `sniCallback` may return one. */
export const AlertDescription = {
  CLOSE_NOTIFY: 0,
  UNEXPECTED_MESSAGE: 10,
  BAD_RECORD_MAC: 20,
  RECORD_OVERFLOW: 22,
  DECOMPRESSION_FAILURE: 30,
  HANDSHAKE_FAILURE: 40,
  BAD_CERTIFICATE: 42,
  UNSUPPORTED_CERTIFICATE: 43,
  CERTIFICATE_REVOKED: 44,
  CERTIFICATE_EXPIRED: 45,
  CERTIFICATE_UNKNOWN: 46,
  ILLEGAL_PARAMETER: 47,
  UNKNOWN_CA: 48,
  ACCESS_DENIED: 49,
  DECODE_ERROR: 50,
  DECRYPT_ERROR: 51,
  PROTOCOL_VERSION: 70,
  INSUFFICIENT_SECURITY: 71,
  INTERNAL_ERROR: 80,
  USER_CANCELLED: 90,
  NO_RENEGOTIATION: 100,
  UNSUPPORTED_EXTENSION: 110,
  CERTIFICATE_UNOBTAINABLE: 111,
  UNRECOGNIZED_NAME: 112,
  BAD_CERTIFICATE_STATUS_RESPONSE: 113,
  BAD_CERTIFICATE_HASH_VALUE: 114,
  UNKNOWN_PSK_IDENTITY: 115,
} as const;

/** The number of an alert. */
export type AlertDescription =
  typeof AlertDescription[keyof typeof AlertDescription];

/** There is no negotiation of the time before ALPN. */
export const HAS_NPN = false;
/** There are no keys that both sides have beforehand. */
export const HAS_PSK = false;
