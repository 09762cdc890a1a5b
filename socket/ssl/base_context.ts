import type { SecureContext, SecureContextOptions } from "node:tls";
import { checkInteger } from "../arguments.ts";
import { osError } from "../errors.ts";
import {
  type CertificateInfo,
  certificateInfo,
  crypto,
} from "./certificate.ts";
import {
  CERT_NONE,
  CERT_REQUIRED,
  OP_ALL,
  OP_CIPHER_SERVER_PREFERENCE,
  OP_ENABLE_MIDDLEBOX_COMPAT,
  OP_NO_COMPRESSION,
  OP_NO_RENEGOTIATION,
  OP_NO_SSLv3,
  OP_NO_TLSv1,
  OP_NO_TLSv1_1,
  OP_NO_TLSv1_2,
  OP_NO_TLSv1_3,
  PROTOCOL_TLS_CLIENT,
  PROTOCOL_TLS_SERVER,
  TLSVersion,
  type VerifyMode,
} from "./constants.ts";
import { SSLError } from "./errors.ts";
import {
  loadPem,
  type Password,
  pemError,
  type PemSource,
  readKey,
} from "./load.ts";
import { DERCertToPEMCert, PEMCertToDERCert, splitPem } from "./pem.ts";
import type { TlsSettings } from "./settings.ts";
import { tls } from "./tls_engine.ts";

/** Options of {@linkcode SSLContext.loadCertChain}. */
export interface LoadCertChainOptions {
  /** Where the key is, if not behind the certificates. */
  keyfile?: PemSource;
  /** The password of an encrypted key, or a function that returns it. */
  password?: Password;
}

/** Options of {@linkcode SSLContext.loadVerifyLocations}. */
export interface VerifyLocations {
  /** A file of certificates in PEM form. */
  cafile?: PemSource;
  /** Certificates: PEM text, or one in DER form as bytes. */
  cadata?: string | Uint8Array;
}

/** The part of node's context that its types leave out. */
interface AddsAuthorities {
  addCACert(certificate: string): void;
}

// What always holds here, whether it is set or not.
const ALWAYS = (OP_ALL | OP_CIPHER_SERVER_PREFERENCE | OP_NO_COMPRESSION |
  OP_NO_RENEGOTIATION | OP_NO_SSLv3 | OP_NO_TLSv1 | OP_NO_TLSv1_1 |
  OP_ENABLE_MIDDLEBOX_COMPAT) >>> 0;
// What the runtime offers, in its order (Deno 2.9).
const CIPHERS = [
  { name: "TLS_AES_256_GCM_SHA384", protocol: "TLSv1.3" },
  { name: "TLS_AES_128_GCM_SHA256", protocol: "TLSv1.3" },
  { name: "TLS_CHACHA20_POLY1305_SHA256", protocol: "TLSv1.3" },
  { name: "ECDHE-ECDSA-AES256-GCM-SHA384", protocol: "TLSv1.2" },
  { name: "ECDHE-ECDSA-AES128-GCM-SHA256", protocol: "TLSv1.2" },
  { name: "ECDHE-ECDSA-CHACHA20-POLY1305", protocol: "TLSv1.2" },
  { name: "ECDHE-RSA-AES256-GCM-SHA384", protocol: "TLSv1.2" },
  { name: "ECDHE-RSA-AES128-GCM-SHA256", protocol: "TLSv1.2" },
  { name: "ECDHE-RSA-CHACHA20-POLY1305", protocol: "TLSv1.2" },
];
// RFC 7301 has bytes; Python takes ASCII.
const PROTOCOL_NAME = /^[\0-\x7f]{1,255}$/;
const VERSIONS = OP_NO_TLSv1_2 | OP_NO_TLSv1_3;

/**
 * The certificates, the trust and the rules of connections: what
 * {@linkcode SSLContext} has besides making them.
 *
 * @example Usage
 * ```ts
 * import { BaseContext, PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
 * import { assert } from "@std/assert";
 *
 * assert(new SSLContext(PROTOCOL_TLS_CLIENT) instanceof BaseContext);
 * ```
 *
 * Not in Python, whose `SSLContext` it is a part of.
 */
export class BaseContext implements TlsSettings {
  /** `PROTOCOL_TLS_CLIENT` or `PROTOCOL_TLS_SERVER`. */
  readonly protocol: number;
  #verifyMode: VerifyMode;
  #checkHostname: boolean;
  #minimum: TLSVersion = TLSVersion.TLSv1_2;
  #maximum: TLSVersion = TLSVersion.MAXIMUM_SUPPORTED;
  #options = ALWAYS;
  #alpnProtocols: readonly string[] = [];
  #chain: string | undefined;
  #key: string | undefined;
  readonly #authorities: string[] = [];
  #hasDefaults = false;
  #built: SecureContext | undefined;

  /**
   * Makes a context without certificates.
   *
   * @param protocol `PROTOCOL_TLS_CLIENT` or `PROTOCOL_TLS_SERVER`.
   * @throws {RangeError} If it is another.
   */
  constructor(protocol: number) {
    if (protocol !== PROTOCOL_TLS_CLIENT && protocol !== PROTOCOL_TLS_SERVER) {
      throw new RangeError(
        `Cannot make a context: the protocol must be PROTOCOL_TLS_CLIENT or PROTOCOL_TLS_SERVER, not ${protocol}`,
      );
    }
    this.protocol = protocol;
    const isClient = protocol === PROTOCOL_TLS_CLIENT;
    this.#verifyMode = isClient ? CERT_REQUIRED : CERT_NONE;
    this.#checkHostname = isClient;
  }

  /**
   * Whether the peer must have a certificate that is trusted: `CERT_REQUIRED` for a client
   * from the start, `CERT_NONE` for a server. A client cannot do without `CERT_REQUIRED`
   * while `checkHostname` is true.
   *
   * With `CERT_REQUIRED` or `CERT_OPTIONAL` a server sends the certificates that it trusts
   * to every client, behind its own (Deno 2.9).
   */
  get verifyMode(): VerifyMode {
    return this.#verifyMode;
  }

  set verifyMode(mode: VerifyMode) {
    checkInteger("set verifyMode", "mode", mode, CERT_NONE, CERT_REQUIRED);
    if (mode === CERT_NONE && this.#checkHostname) {
      throw new RangeError(
        "Cannot set verifyMode to CERT_NONE while checkHostname is true: set that to false first",
      );
    }
    this.#verifyMode = mode;
    this.#built = undefined;
  }

  /**
   * Whether a client compares `serverHostname` with the certificate. The common name never
   * counts, as in Python.
   */
  get checkHostname(): boolean {
    return this.#checkHostname;
  }

  set checkHostname(on: boolean) {
    if (on && this.#verifyMode === CERT_NONE) this.#verifyMode = CERT_REQUIRED;
    this.#checkHostname = Boolean(on);
    this.#built = undefined;
  }

  /**
   * The oldest version to speak; TLS 1.2 from the start, and never an older one.
   */
  get minimumVersion(): TLSVersion {
    return this.#minimum;
  }

  set minimumVersion(version: TLSVersion) {
    this.#minimum = checkVersion("minimumVersion", version);
    this.#built = undefined;
  }

  /**
   * The newest version to speak.
   */
  get maximumVersion(): TLSVersion {
    return this.#maximum;
  }

  set maximumVersion(version: TLSVersion) {
    this.#maximum = checkVersion("maximumVersion", version);
    this.#built = undefined;
  }

  /**
   * Options, `OP_NO_TLSv1_3` and so on. Those that always hold here stay set; others that
   * OpenSSL has throw EOPNOTSUPP.
   */
  get options(): number {
    return this.#options;
  }

  set options(options: number) {
    // The operator | gives a number with a sign.
    checkInteger("set options", "options", options, -(2 ** 31), 2 ** 32 - 1);
    const strange = (options & ~(ALWAYS | VERSIONS)) >>> 0;
    if (strange !== 0) {
      const subject = `option 0x${strange.toString(16)}`;
      throw osError({ code: "EOPNOTSUPP", syscall: "set", subject });
    }
    this.#options = (options | ALWAYS) >>> 0;
    this.#built = undefined;
  }

  /**
   * The application protocols to offer, the best first. Not in Python, which cannot tell them.
   */
  get alpnProtocols(): readonly string[] {
    return this.#alpnProtocols;
  }

  /**
   * Sets the application protocols to offer. Of those that both sides have, the server's
   * best is chosen; if there is none, the connection goes on without.
   *
   * @param protocols Names, such as `["h2", "http/1.1"]`, the best first.
   * @throws {RangeError} If a name is not 1 to 255 bytes.
   *
   * @example Usage
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   * import { assertEquals } from "@std/assert";
   *
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * context.setAlpnProtocols(["h2", "http/1.1"]);
   * assertEquals(context.alpnProtocols, ["h2", "http/1.1"]);
   * ```
   *
   * Port of [`SSLContext.set_alpn_protocols`](https://docs.python.org/3/library/ssl.html#ssl.SSLContext.set_alpn_protocols).
   */
  setAlpnProtocols(protocols: Iterable<string>): void {
    const names = [...protocols];
    for (const name of names) {
      if (typeof name === "string" && PROTOCOL_NAME.test(name)) continue;
      throw new RangeError(
        `Cannot set the application protocols: a name must be 1 to 255 ASCII characters, not "${name}"`,
      );
    }
    this.#alpnProtocols = names;
  }

  /**
   * Loads the certificate of this side, those that vouch for it, and its key.
   *
   * @param certfile A file in PEM form, or the PEM text itself, which needs no permission:
   * the certificate first, then the others up to the authority.
   * @param options `keyfile`: where the key is, if not in the same place; `password`: of an
   * encrypted key. Nobody is asked for a password.
   * @throws {SSLError} If there is no certificate, the key cannot be read, the password is
   * wrong, or the key is not the certificate's; `reason` is "PEM_LIB" or
   * "KEY_VALUES_MISMATCH".
   * @throws {FileNotFoundError} ENOENT if a file is not there.
   * @throws {PermissionError} EACCES if a file may not be read; the message names the flag.
   *
   * @example What is no certificate
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext, SSLError } from "@berkeley/socket/ssl";
   * import { assertThrows } from "@std/assert";
   *
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * assertThrows(() => context.loadCertChain("-----BEGIN nothing"), SSLError);
   * ```
   *
   * Port of [`SSLContext.load_cert_chain`](https://docs.python.org/3/library/ssl.html#ssl.SSLContext.load_cert_chain).
   */
  loadCertChain(certfile: PemSource, options: LoadCertChainOptions = {}): void {
    const { keyfile, password } = options;
    const text = loadPem("certificate", certfile);
    const chain = splitPem(text);
    if (chain.length === 0) throw pemError("no certificate is there");
    const keyText = keyfile === undefined ? text : loadPem("key", keyfile);
    const { X509Certificate } = crypto();
    let certificate;
    try {
      certificate = new X509Certificate(chain[0]);
    } catch (cause) {
      throw pemError("the certificate cannot be read", cause);
    }
    const key = readKey(keyText, password);
    if (!certificate.checkPrivateKey(key)) {
      throw new SSLError({
        code: "KEY_VALUES_MISMATCH",
        reason: "KEY_VALUES_MISMATCH",
        syscall: "load",
        subject: "the certificate",
        state: "the key is not its key",
      });
    }
    this.#chain = chain.join("\n");
    this.#key = key.export({ type: "pkcs8", format: "pem" }) as string;
    this.#built = undefined;
  }

  /**
   * Loads certificates of authorities to trust. One that is not signed by itself is trusted
   * as well.
   *
   * @param locations `cafile`: a file in PEM form, or PEM text; `cadata`: PEM text, or the
   * bytes of one certificate in DER form. There is no `capath`.
   * @throws {SSLError} If there is no certificate, or one cannot be read.
   * @throws {TypeError} If neither is given.
   * @throws {FileNotFoundError} ENOENT if the file is not there.
   * @throws {PermissionError} EACCES if it may not be read; the message names the flag.
   *
   * @example Nothing to load
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   * import { assertThrows } from "@std/assert";
   *
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * assertThrows(() => context.loadVerifyLocations({}), TypeError);
   * ```
   *
   * Port of [`SSLContext.load_verify_locations`](https://docs.python.org/3/library/ssl.html#ssl.SSLContext.load_verify_locations).
   */
  loadVerifyLocations(locations: VerifyLocations): void {
    const { cafile, cadata } = locations;
    if (cafile === undefined && cadata === undefined) {
      throw new TypeError(
        "Cannot load certificates: cafile or cadata must be given",
      );
    }
    if (cafile !== undefined) {
      this.#trust(splitPem(loadPem("certificates", cafile)));
    }
    if (cadata !== undefined) {
      this.#trust(
        typeof cadata === "string"
          ? splitPem(cadata)
          : [DERCertToPEMCert(cadata)],
      );
    }
  }

  /**
   * Trusts the authorities that Deno trusts: Mozilla's, or the system's where the variable
   * `DENO_TLS_CA_STORE` says so, and those of `--cert`.
   *
   * Together with others of `loadVerifyLocations` that needs `--allow-sys=ca`.
   *
   * @param _purpose Is ignored: the authorities are the same for each.
   *
   * @example Usage
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   *
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * context.loadDefaultCerts();
   * ```
   *
   * Port of [`SSLContext.load_default_certs`](https://docs.python.org/3/library/ssl.html#ssl.SSLContext.load_default_certs).
   */
  loadDefaultCerts(_purpose?: string): void {
    this.#hasDefaults = true;
    this.#built = undefined;
  }

  /**
   * Lists the certificates that were loaded to trust; not those of `loadDefaultCerts`.
   *
   * @param binaryForm Whether to return bytes, DER.
   * @returns Each certificate.
   *
   * @example Usage
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   * import { assertEquals } from "@std/assert";
   *
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * assertEquals(context.getCaCerts(), []);
   * ```
   *
   * Port of [`SSLContext.get_ca_certs`](https://docs.python.org/3/library/ssl.html#ssl.SSLContext.get_ca_certs).
   */
  getCaCerts(): CertificateInfo[];
  /**
   * Returns them as bytes.
   */
  getCaCerts(binaryForm: true): Uint8Array[];
  getCaCerts(binaryForm = false): CertificateInfo[] | Uint8Array[] {
    const ders = this.#authorities.map(PEMCertToDERCert);
    return binaryForm ? ders : ders.map(certificateInfo);
  }

  /**
   * The authorities to trust, in PEM; `undefined` if the runtime's own are among them,
   * which it does not tell. Not in Python.
   */
  get authorities(): readonly string[] | undefined {
    return this.#hasDefaults ? undefined : this.#authorities;
  }

  /**
   * Returns certificates, keys and versions as the runtime takes them. Not in Python.
   *
   * @returns What `node:tls` has for it.
   *
   * @example Usage
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   * import { assertEquals } from "@std/assert";
   *
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * assertEquals(typeof context.secureContext(), "object");
   * ```
   */
  secureContext(): SecureContext {
    return this.#built ??= this.#build();
  }

  /**
   * Trusts the authorities that Deno trusts, as {@linkcode BaseContext.loadDefaultCerts}
   * does.
   *
   * @example Usage
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   *
   * new SSLContext(PROTOCOL_TLS_CLIENT).setDefaultVerifyPaths();
   * ```
   *
   * Port of [`SSLContext.set_default_verify_paths`](https://docs.python.org/3/library/ssl.html#ssl.SSLContext.set_default_verify_paths).
   */
  setDefaultVerifyPaths(): void {
    this.loadDefaultCerts();
  }

  /**
   * Throws: the runtime's list of ciphers, which are all strong, cannot be changed.
   *
   * @param ciphers The list that is refused.
   * @throws {OSError} EOPNOTSUPP.
   *
   * @example It throws
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   * import { OSError } from "@berkeley/socket/socket";
   * import { assertThrows } from "@std/assert";
   *
   * const context = new SSLContext(PROTOCOL_TLS_CLIENT);
   * assertThrows(() => context.setCiphers("ALL"), OSError);
   * ```
   *
   * Port of [`SSLContext.set_ciphers`](https://docs.python.org/3/library/ssl.html#ssl.SSLContext.set_ciphers).
   */
  setCiphers(ciphers: string): void {
    const hint = "the runtime has a list of its own; see getCiphers()";
    const subject = `ciphers "${ciphers}"`;
    throw osError({ code: "EOPNOTSUPP", syscall: "set", subject, hint });
  }

  /**
   * Lists the ciphers that are offered.
   *
   * @returns Their names, as OpenSSL has them, and their protocols.
   *
   * @example Usage
   * ```ts
   * import { PROTOCOL_TLS_CLIENT, SSLContext } from "@berkeley/socket/ssl";
   * import { assert } from "@std/assert";
   *
   * const names = new SSLContext(PROTOCOL_TLS_CLIENT).getCiphers().map((each) => each.name);
   * assert(names.includes("TLS_AES_256_GCM_SHA384"));
   * ```
   *
   * Port of [`SSLContext.get_ciphers`](https://docs.python.org/3/library/ssl.html#ssl.SSLContext.get_ciphers).
   */
  getCiphers(): { name: string; protocol: string }[] {
    const { minVersion, maxVersion } = this.#versions;
    return CIPHERS.filter(({ protocol }) =>
      protocol >= minVersion! && protocol <= maxVersion!
    ).map((cipher) => ({ ...cipher }));
  }

  #trust(certificates: readonly string[]): void {
    if (certificates.length === 0) throw pemError("no certificate is there");
    const { X509Certificate } = crypto();
    for (const certificate of certificates) {
      let text: string;
      try {
        text = DERCertToPEMCert(new X509Certificate(certificate).raw);
      } catch (cause) {
        throw pemError("a certificate cannot be read", cause);
      }
      if (!this.#authorities.includes(text)) this.#authorities.push(text);
    }
    this.#built = undefined;
  }

  #build(): SecureContext {
    const options: SecureContextOptions = { ...this.#versions };
    if (this.#chain !== undefined) {
      options.cert = this.#chain;
      options.key = this.#key;
    } else if (this.protocol === PROTOCOL_TLS_SERVER) {
      throw new SSLError({
        code: "NO_CERTIFICATE_SET",
        reason: "NO_CERTIFICATE_SET",
        syscall: "shake hands",
        state: "the context has no certificate; call loadCertChain()",
      });
    }
    // A server would send these to every client (Deno 2.9).
    if (this.#verifyMode === CERT_NONE) {
      return tls().createSecureContext(options);
    }
    if (!this.#hasDefaults) options.ca = [...this.#authorities];
    const built = tls().createSecureContext(options);
    if (this.#hasDefaults) {
      // To list the runtime's own, and add to that, would need a permission.
      const { addCACert } = built.context as unknown as AddsAuthorities;
      for (const each of this.#authorities) addCACert.call(built.context, each);
    }
    return built;
  }

  get #versions(): SecureContextOptions {
    const isOff = (option: number) => (this.#options & option) !== 0;
    const lowest = number(this.#minimum, TLSVersion.TLSv1_2);
    const highest = number(this.#maximum, TLSVersion.TLSv1_3);
    const versions = ([
      [TLSVersion.TLSv1_2, "TLSv1.2", OP_NO_TLSv1_2],
      [TLSVersion.TLSv1_3, "TLSv1.3", OP_NO_TLSv1_3],
    ] as const).filter(([version, , option]) =>
      version >= lowest && version <= highest && !isOff(option)
    );
    if (versions.length === 0) {
      throw new SSLError({
        code: "NO_PROTOCOLS_AVAILABLE",
        reason: "NO_PROTOCOLS_AVAILABLE",
        syscall: "shake hands",
        state: "the context allows neither TLS 1.2 nor TLS 1.3",
      });
    }
    return { minVersion: versions[0][1], maxVersion: versions.at(-1)![1] };
  }
}

function number(version: number, end: number): number {
  return version < 0 ? end : version;
}

function checkVersion(what: string, version: TLSVersion): TLSVersion {
  if (Object.values(TLSVersion).includes(version)) return version;
  throw new RangeError(
    `Cannot set ${what}: it must be one of TLSVersion, not ${version}`,
  );
}
