import type { Address } from "../address.ts";
import type { Listener } from "./acceptor.ts";
import type { Conn } from "./conn.ts";

/** What a listener is opened with. */
export interface ListenOptions {
  /** How many connections may wait; `undefined` for Deno's own number. */
  backlog: number | undefined;
  /** Several sockets may listen on the port, SO_REUSEPORT. */
  reusePort: boolean;
}

/** What differs between the kinds of stream: how to listen and connect, and what addresses look like. */
export interface Transport {
  /** The local address of a socket that has none. */
  readonly any: Address;
  /** Whether connecting is over as soon as it is begun, so that it never is in progress. */
  readonly instant: boolean;
  /** Whether it can connect from an address that was bound. */
  readonly connectsFrom: boolean;
  /** Listens on an address. */
  listen(address: Address, options: ListenOptions): Listener;
  /** Connects to an address, from a local one where it is given. */
  connect(
    address: Address,
    from: Address | undefined,
    signal: AbortSignal,
  ): Promise<Conn>;
  /** Turns Deno's address into ours. */
  address(addr: Deno.Addr): Address;
}
