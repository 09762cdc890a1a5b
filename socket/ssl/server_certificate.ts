import { createConnection } from "../create_connection.ts";
import type { Driver } from "../driver.ts";
import type { WaitOptions } from "../wait.ts";
import { CERT_NONE, CERT_REQUIRED, PROTOCOL_TLS_CLIENT } from "./constants.ts";
import { SSLContext } from "./context.ts";
import type { PemSource } from "./load.ts";
import { DERCertToPEMCert } from "./pem.ts";

/** Options of {@linkcode getServerCertificate}. */
export interface ServerCertificateOptions extends WaitOptions {
  /** The authorities to trust, a file in PEM form; without it nothing is verified. */
  cafile?: PemSource;
  /** How long to wait for the server; seconds, `null` for ever. */
  timeout?: number | null;
  /** The driver; the program's default driver if omitted. */
  driver?: Driver;
}

/**
 * Returns the certificate of a server.
 *
 * @param address The server's host and port.
 * @param options `cafile`: verifies the certificate, but not the name; `timeout`;
 * `signal`: cancels the call when it aborts.
 * @returns PEM text.
 * @throws {SSLCertVerificationError} If `cafile` is given, and the certificate is not
 * trusted.
 * @throws {OSError} If the server cannot be reached.
 *
 * @example A server without TLS
 * ```ts
 * import { getServerCertificate } from "@berkeley/socket/ssl";
 * import { createServer, OSError } from "@berkeley/socket/socket";
 * import { assertRejects } from "@std/assert";
 *
 * const server = createServer(["127.0.0.1", 0]);
 * const address = server.getsockname();
 * await server[Symbol.asyncDispose]();
 * await assertRejects(() => getServerCertificate(address), OSError);
 * ```
 *
 * Port of [`ssl.get_server_certificate`](https://docs.python.org/3/library/ssl.html#ssl.get_server_certificate).
 */
export async function getServerCertificate(
  address: [host: string, port: number],
  options: ServerCertificateOptions = {},
): Promise<string> {
  const { cafile, timeout, driver, signal } = options;
  const context = new SSLContext(PROTOCOL_TLS_CLIENT);
  context.checkHostname = false;
  if (cafile === undefined) context.verifyMode = CERT_NONE;
  else {
    context.verifyMode = CERT_REQUIRED;
    context.loadVerifyLocations({ cafile });
  }
  const plain = await createConnection(address, { timeout, driver, signal });
  await using s = await context.wrapSocket(plain, {
    serverHostname: address[0],
    signal,
  });
  return DERCertToPEMCert(s.getpeercert(true)!);
}
