import { type Address, isSameAddress } from "../address.ts";
import type { Connection, Listener } from "../endpoint/stream_transport.ts";
import { addressOf } from "./deno_address.ts";

/** Describes a `Deno.Conn`; `asked` is the address that was connected to or listened on. */
export function connectionOf(conn: Deno.Conn, asked?: Address): Connection {
  const local = addressOf(conn.localAddr, asked);
  return {
    conn,
    // The connections of a listener share its address, unless that is any address.
    local: asked !== undefined && isSameAddress(local, asked) ? asked : local,
    peer: addressOf(conn.remoteAddr, asked),
    resource: conn,
  };
}

/** Closes a listener and opens one with another backlog at the address that it turned out to have. */
type Reopen = (backlog: number, local: Address) => DenoListener | undefined;

/** Wraps a `Deno.Listener`; its connections come with their addresses. */
export class DenoListener implements Listener {
  readonly local: Address;
  readonly resource: Deno.Listener;

  readonly #reopen: Reopen | undefined;

  /** Takes over a listener; `asked` is the address that it was opened with. */
  constructor(listener: Deno.Listener, asked?: Address, reopen?: Reopen) {
    this.resource = listener;
    this.local = addressOf(listener.addr, asked);
    this.#reopen = reopen;
  }

  reopen(backlog: number): DenoListener | undefined {
    return this.#reopen?.(backlog, this.local);
  }

  accept(): Promise<Connection> {
    return this.resource.accept()
      .then((conn) => connectionOf(conn, this.local));
  }

  close(): void {
    this.resource.close();
  }

  ref(): void {
    this.resource.ref();
  }

  unref(): void {
    this.resource.unref();
  }
}
