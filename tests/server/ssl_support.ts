// Servers that speak TLS, and their clients of plain Deno's.
import type { InetAddress } from "../../socket/mod.ts";
import { ThreadingTCPServer } from "../../server/mod.ts";
import { certificate } from "../support/certificate.ts";

/** An address to bind that nothing else uses. */
export const HOST: [string, number] = ["127.0.0.1", 0];

/** What has an address of the Internet. */
interface Served {
  readonly serverAddress: InetAddress;
}

/** Connects to a server and shakes hands, by plain Deno. */
export async function connectTls(
  { serverAddress: [, port] }: Served,
): Promise<Deno.TlsConn> {
  const { ca } = certificate();
  const conn = await Deno.connectTls({
    hostname: "localhost",
    port,
    caCerts: [ca],
  });
  try {
    await conn.handshake();
  } catch (error) {
    conn.close();
    throw error;
  }
  return conn;
}

/** Connects to a server without TLS. */
export function connectPlain(
  { serverAddress: [hostname, port] }: Served,
): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname, port });
}

/** A server that keeps the errors that it is told of. */
export class Keeping extends ThreadingTCPServer {
  readonly errors: unknown[] = [];
  #wake: (() => void) | undefined;

  override handleError(_request: object, _from: unknown, error: unknown): void {
    this.errors.push(error);
    this.#wake?.();
  }

  /** Gives the next error that has not been given yet. */
  async nextError(): Promise<unknown> {
    while (this.errors.length === 0) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.errors.shift();
  }
}
