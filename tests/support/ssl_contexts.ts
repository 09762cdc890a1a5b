// Contexts for tests of TLS between ends that trust one another.
import {
  createDefaultContext,
  Purpose,
  type SSLContext,
} from "../../socket/ssl/mod.ts";
import { identity, type IdentityName } from "./certificate.ts";

/** Makes the context of a server that has a certificate for localhost, or another. */
export function serverContext(name: IdentityName = "leaf"): SSLContext {
  const context = createDefaultContext(Purpose.CLIENT_AUTH);
  const { cert, key } = identity(name);
  context.loadCertChain(cert, { keyfile: key });
  return context;
}

/** Makes the context of a client that trusts the authority of the tests. */
export function clientContext(): SSLContext {
  return createDefaultContext(Purpose.SERVER_AUTH, {
    cadata: identity("ca").cert,
  });
}
