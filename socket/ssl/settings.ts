import type { SecureContext } from "node:tls";
import type { VerifyMode } from "./constants.ts";

/** What a connection takes from its {@linkcode SSLContext}. */
export interface TlsSettings {
  /** `PROTOCOL_TLS_CLIENT` or `PROTOCOL_TLS_SERVER`. */
  readonly protocol: number;
  /** Whether the peer must have a certificate that is trusted. */
  readonly verifyMode: VerifyMode;
  /** Whether a client compares the name of the server with its certificate. */
  readonly checkHostname: boolean;
  /** The authorities to trust, in PEM; `undefined` for the runtime's own, which it does not tell. */
  readonly authorities: readonly string[] | undefined;
  /** The application protocols to offer, the best first. */
  readonly alpnProtocols: readonly string[];
  /** Certificates, keys and versions, as the runtime takes them. */
  secureContext(): SecureContext;
}
