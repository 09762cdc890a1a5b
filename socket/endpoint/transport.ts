import type { Address } from "../address.ts";
import type { Listener } from "./acceptor.ts";
import type { Conn } from "./stream_transport.ts";

/** What a listener is opened with. */
export interface ListenOptions {
  /** How many connections may wait; `undefined` for Deno's own number. */
  backlog: number | undefined;
  /** Several sockets may listen on the port, SO_REUSEPORT. */
  reusePort: boolean;
}

/** Error codes for calls in the wrong state; `undefined` where the call is good all the same. */
export interface WrongState {
  /** Receiving without a connection. */
  readonly recv: string;
  /** Sending without a connection. */
  readonly send: string;
  /** Shutting down what is not connected. */
  readonly shutdown: string | undefined;
  /** Listening without an address. */
  readonly listen: string | undefined;
  /** Connecting a listener. */
  readonly connect: string;
}

/** What differs between the kinds of stream: how to listen and connect, and what addresses look like. */
export interface Transport {
  /** The local address of a socket that has none. */
  readonly any: Address;
  /** Whether connecting is over as soon as it is begun, so that it never is in progress. */
  readonly instant: boolean;
  /** What Linux answers to calls in the wrong state. */
  readonly wrongState: WrongState;
  /** Whether it can connect from an address that was bound. */
  readonly connectsFrom: boolean;
  /** Listens on an address. */
  listen(address: Address, options: ListenOptions): Listener;
  /**
   * Connects to an address, from a local one where it is given.
   *
   * @param patient Whether the call may wait for room in the listener's queue.
   */
  connect(
    address: Address,
    from: Address | undefined,
    patient: boolean,
    signal: AbortSignal,
  ): Promise<Conn>;
  /** Turns Deno's address into ours; `asked` is the one that was given for it. */
  address(addr: Deno.Addr, asked?: Address): Address;
}
