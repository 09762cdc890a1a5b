// Makes TLS of a connection if the server has a certificate. A plain server does not
// load what it does not need.

import type { Socket } from "../../../socket/mod.ts";
import type { SSLContext } from "../../../socket/ssl/mod.ts";
import { certificate } from "./control.ts";

/** The context of the server; `null` for a plain one. */
export const context: SSLContext | null = await load();

/** Shakes hands; `undefined` for a plain server. */
export const secure: ((conn: Socket) => Promise<Socket>) | undefined =
  context === null
    ? undefined
    : (conn) => context!.wrapSocket(conn, { serverSide: true });

async function load(): Promise<SSLContext | null> {
  const secret = certificate();
  if (secret === undefined) return null;
  const ssl = await import("../../../socket/ssl/mod.ts");
  const made = ssl.createDefaultContext(ssl.Purpose.CLIENT_AUTH);
  made.loadCertChain(secret.cert, { keyfile: secret.key });
  return made;
}
