// The context of a server of TLS. A plain server does not load what it does not need.

import type { SSLContext } from "../../../socket/ssl/mod.ts";
import { task } from "./task.ts";

/** The context of the server; `null` for a plain one. */
export const context: SSLContext | null = await load();

async function load(): Promise<SSLContext | null> {
  if (task.tls === undefined) return null;
  const ssl = await import("../../../socket/ssl/mod.ts");
  const made = ssl.createDefaultContext(ssl.Purpose.CLIENT_AUTH);
  made.loadCertChain(task.tls.cert, { keyfile: task.tls.key });
  return made;
}
