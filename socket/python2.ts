import type { PemSource } from "./ssl/load.ts";
import type { SSLSocket } from "./ssl/ssl_socket.ts";
import type { Socket } from "./socket.ts";

/**
 * Makes a TLS connection of a connected socket, as its client, and **verifies nothing**.
 * Whoever is at the other end is believed, and whoever stands between can read along.
 *
 * It is Python 2's function, for programs of that time. Use `wrapSocket` of the `ssl`
 * module's `SSLContext`, which it calls; its module is loaded by the call.
 *
 * @param sock The socket; see `wrapSocket`.
 * @param keyfile The key of a certificate to show, a file in PEM form.
 * @param certfile The certificate to show, a file in PEM form.
 * @returns The TLS socket, with `read` and `write` as Python 2's object has them.
 * @throws {OSError} An `SSLError` if TLS fails.
 *
 * @example A peer that does not speak TLS
 * ```ts
 * import { OSError, socketpair, ssl } from "@berkeley/socket/socket";
 * import { assertRejects } from "@std/assert";
 *
 * const [a, b] = await socketpair();
 * using _b = b;
 * await b.sendall(new TextEncoder().encode("220 smtp.example.com\r\n"));
 * await assertRejects(() => ssl(a), OSError);
 * ```
 *
 * Port of Python 2's `socket.ssl`; today's is [`ssl`](https://docs.python.org/3/library/ssl.html).
 */
export async function ssl(
  // deno-lint-ignore no-explicit-any -- whatever its addresses are
  sock: Socket<any, any>,
  keyfile?: PemSource,
  certfile?: PemSource,
): Promise<SSLSocket> {
  const { CERT_NONE, PROTOCOL_TLS_CLIENT, SSLContext } = await import(
    "./ssl/mod.ts"
  );
  const context = new SSLContext(PROTOCOL_TLS_CLIENT);
  context.checkHostname = false;
  context.verifyMode = CERT_NONE;
  if (certfile !== undefined) context.loadCertChain(certfile, { keyfile });
  return await context.wrapSocket(sock);
}
