import { OSError, type OSErrorFields } from "../errors.ts";

/** The numbers that OpenSSL gives the kinds of errors. */
export const SSLErrorNumber = {
  /** The protocol failed. */
  SSL_ERROR_SSL: 1,
  /** It would have to wait until something is received. */
  SSL_ERROR_WANT_READ: 2,
  /** It would have to wait until something can be sent. */
  SSL_ERROR_WANT_WRITE: 3,
  /** Never seen here. */
  SSL_ERROR_WANT_X509_LOOKUP: 4,
  /** The system failed. */
  SSL_ERROR_SYSCALL: 5,
  /** The peer has ended the connection as it should. */
  SSL_ERROR_ZERO_RETURN: 6,
  /** Never seen here. */
  SSL_ERROR_WANT_CONNECT: 7,
  /** The peer has ended the connection without saying so. */
  SSL_ERROR_EOF: 8,
  /** Never seen here. */
  SSL_ERROR_INVALID_ERROR_CODE: 10,
} as const;

/** What an error of TLS is made of, besides the fields of every error. */
export interface SSLErrorFields extends OSErrorFields {
  /** OpenSSL's name of what went wrong, such as "CERTIFICATE_VERIFY_FAILED". */
  reason?: string;
  /** Why a certificate is not trusted, by OpenSSL's number. */
  verifyCode?: number;
  /** The same in words. */
  verifyMessage?: string;
}

/**
 * Thrown when TLS fails: the peer is not what it should be, does not speak TLS, or
 * has broken it off. Where the system fails, it is an {@linkcode OSError} as without
 * TLS.
 *
 * @example What a server's certificate has against it
 * ```ts
 * import { SSLError } from "@berkeley/socket/ssl";
 * import { OSError } from "@berkeley/socket/socket";
 * import { assert } from "@std/assert";
 *
 * const error = new SSLError("what a program says");
 * assert(error instanceof OSError);
 * ```
 *
 * Port of [`ssl.SSLError`](https://docs.python.org/3/library/ssl.html#ssl.SSLError).
 */
export class SSLError extends OSError {
  /** The part of OpenSSL, always "SSL"; absent from an error that a program creates. */
  declare readonly library: string | undefined;
  /** What went wrong, such as "CERTIFICATE_VERIFY_FAILED", by OpenSSL's name. */
  declare readonly reason: string | undefined;

  /**
   * Creates the error from a number of {@linkcode SSLErrorNumber} and a text.
   *
   * @param errno The number.
   * @param strerror The error in words.
   */
  constructor(errno: number, strerror: string);
  /** Creates the error from a text, or from its fields. */
  constructor(message: string | SSLErrorFields);
  constructor(first: number | string | SSLErrorFields, words?: string) {
    super(first as number, words as string);
    if (typeof first !== "object" || first.reason === undefined) return;
    this.library = "SSL";
    this.reason = first.reason;
  }

  static {
    this.prototype.name = "SSLError";
  }

  /** The number of this kind of error. */
  protected get kind(): number {
    return SSLErrorNumber.SSL_ERROR_SSL;
  }

  /** Returns the number of this kind of error; none for one that a program creates of a text. */
  protected override numberOf(code: string): number | undefined {
    return code === "" ? undefined : this.kind;
  }
}

/**
 * Thrown when the peer has ended the TLS connection, and something is to be sent over it or received.
 *
 * @example Usage
 * ```ts
 * import { SSLZeroReturnError, SSLError } from "@berkeley/socket/ssl";
 * import { assert } from "@std/assert";
 *
 * assert(new SSLZeroReturnError("a text") instanceof SSLError);
 * ```
 *
 * Port of [`ssl.SSLZeroReturnError`](https://docs.python.org/3/library/ssl.html#ssl.SSLZeroReturnError).
 */
export class SSLZeroReturnError extends SSLError {
  static {
    this.prototype.name = "SSLZeroReturnError";
  }

  /** The number of this kind of error. */
  protected override get kind(): number {
    return SSLErrorNumber.SSL_ERROR_ZERO_RETURN;
  }
}

/**
 * Thrown when a call on a non-blocking socket would have to wait until something is received.
 *
 * @example Usage
 * ```ts
 * import { SSLWantReadError, SSLError } from "@berkeley/socket/ssl";
 * import { assert } from "@std/assert";
 *
 * assert(new SSLWantReadError("a text") instanceof SSLError);
 * ```
 *
 * Port of [`ssl.SSLWantReadError`](https://docs.python.org/3/library/ssl.html#ssl.SSLWantReadError).
 */
export class SSLWantReadError extends SSLError {
  static {
    this.prototype.name = "SSLWantReadError";
  }

  /** The number of this kind of error. */
  protected override get kind(): number {
    return SSLErrorNumber.SSL_ERROR_WANT_READ;
  }
}

/**
 * Thrown when a call on a non-blocking socket would have to wait until something can be sent.
 *
 * @example Usage
 * ```ts
 * import { SSLWantWriteError, SSLError } from "@berkeley/socket/ssl";
 * import { assert } from "@std/assert";
 *
 * assert(new SSLWantWriteError("a text") instanceof SSLError);
 * ```
 *
 * Port of [`ssl.SSLWantWriteError`](https://docs.python.org/3/library/ssl.html#ssl.SSLWantWriteError).
 */
export class SSLWantWriteError extends SSLError {
  static {
    this.prototype.name = "SSLWantWriteError";
  }

  /** The number of this kind of error. */
  protected override get kind(): number {
    return SSLErrorNumber.SSL_ERROR_WANT_WRITE;
  }
}

/**
 * Thrown when the system fails in the middle of TLS; here such an error is the system's own.
 *
 * @example Usage
 * ```ts
 * import { SSLSyscallError, SSLError } from "@berkeley/socket/ssl";
 * import { assert } from "@std/assert";
 *
 * assert(new SSLSyscallError("a text") instanceof SSLError);
 * ```
 *
 * Port of [`ssl.SSLSyscallError`](https://docs.python.org/3/library/ssl.html#ssl.SSLSyscallError).
 */
export class SSLSyscallError extends SSLError {
  static {
    this.prototype.name = "SSLSyscallError";
  }

  /** The number of this kind of error. */
  protected override get kind(): number {
    return SSLErrorNumber.SSL_ERROR_SYSCALL;
  }
}

/**
 * Thrown when the peer has ended the connection without ending TLS first.
 *
 * @example Usage
 * ```ts
 * import { SSLEOFError, SSLError } from "@berkeley/socket/ssl";
 * import { assert } from "@std/assert";
 *
 * assert(new SSLEOFError("a text") instanceof SSLError);
 * ```
 *
 * Port of [`ssl.SSLEOFError`](https://docs.python.org/3/library/ssl.html#ssl.SSLEOFError).
 */
export class SSLEOFError extends SSLError {
  static {
    this.prototype.name = "SSLEOFError";
  }

  /** The number of this kind of error. */
  protected override get kind(): number {
    return SSLErrorNumber.SSL_ERROR_EOF;
  }
}

/**
 * Thrown when the peer's certificate is not trusted, or is another's. `CertificateError`
 * is another name of it.
 *
 * @example Usage
 * ```ts
 * import { CertificateError, SSLCertVerificationError } from "@berkeley/socket/ssl";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(CertificateError, SSLCertVerificationError);
 * ```
 *
 * Port of [`ssl.SSLCertVerificationError`](https://docs.python.org/3/library/ssl.html#ssl.SSLCertVerificationError).
 */
export class SSLCertVerificationError extends SSLError {
  /** Why, by OpenSSL's number, such as 18 for a self-signed certificate; absent from an error that a program creates. */
  declare readonly verifyCode: number | undefined;
  /** The same in words. */
  declare readonly verifyMessage: string | undefined;

  /**
   * Creates the error from a number of {@linkcode SSLErrorNumber} and a text.
   *
   * @param errno The number.
   * @param strerror The error in words.
   */
  constructor(errno: number, strerror: string);
  /** Creates the error from a text, or from its fields. */
  constructor(message: string | SSLErrorFields);
  constructor(first: number | string | SSLErrorFields, words?: string) {
    super(first as number, words as string);
    if (typeof first !== "object" || first.verifyCode === undefined) return;
    this.verifyCode = first.verifyCode;
    this.verifyMessage = first.verifyMessage;
  }

  static {
    this.prototype.name = "SSLCertVerificationError";
  }
}
