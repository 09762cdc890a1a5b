import type { Address } from "../address.ts";
import type { OSError, OSErrorFields } from "../errors.ts";

/** One datagram that has come. */
export interface Datagram {
  /** Its bytes, whole; valid during the call of `onDatagram` only. */
  data: Uint8Array;
  /** The sender; `null` for one without a name. */
  readonly address: Address | null;
}

/** Where a datagram goes. */
export interface Target {
  /** The address in numbers, or the path. */
  readonly address: Address;
  /** The host as the runtime is given it, which checks the permission for just that. */
  readonly host: string;
}

/** A multicast group, and the interface by its address or its index. */
export interface Membership {
  readonly group: string;
  readonly interface: string | number;
}

/** What was set before the socket was bound; `undefined` is the system's own. */
export interface DatagramSettings {
  broadcast: boolean;
  reuseAddress: boolean;
  multicastLoop: boolean;
  v6only: boolean;
  ttl: number | undefined;
  multicastTtl: number | undefined;
  /** The interface's address, or its index for IPv6. */
  multicastInterface: string | number | undefined;
  readonly memberships: Membership[];
}

/**
 * What a bound socket for datagrams receives from and sends to. Calls of one
 * kind never overlap: the next `receive`, and the next `send`, begins when the
 * last has ended.
 */
export interface DatagramConn {
  /** The address it is bound to. */
  readonly local: Address;
  /** What `detach` gives away; `undefined` if there is nothing to give. */
  readonly resource: unknown;
  /** Whether a send may have to wait for the receiver. */
  readonly sendsMayWait: boolean;
  /** Receives the next datagram; fails when the socket is closed. */
  receive(
    onDatagram: (datagram: Datagram) => void,
    onError: (error: unknown) => void,
  ): void;
  /** Sends one datagram. */
  send(data: Uint8Array, target: Target): Promise<unknown>;
  /** Lets a pending receive keep the process alive. */
  ref(): void;
  /** Lets the process end in spite of a pending receive. */
  unref(): void;
  /** Closes it, and what is pending rejects; resolves when the port is free. */
  close(): Promise<void> | void;
  /**
   * Sets one of the settings of a bound socket; throws the runtime's error.
   *
   * @returns Whether it can; otherwise it had to be set before binding.
   */
  set?<K extends keyof DatagramSettings>(
    name: K,
    value: DatagramSettings[K],
  ): boolean;
  /** Joins a multicast group; a promise where the runtime tells only later how that went. */
  join?(membership: Membership): Promise<unknown> | void;
  /** Leaves it again. */
  leave?(membership: Membership): Promise<unknown> | void;
}

/** What differs between UDP and Unix datagrams. */
export interface DatagramTransport {
  /** The name of the driver, for messages. */
  readonly driver: string;
  /** The local address of a socket that has none. */
  readonly any: Address;
  /** What a send without an address or a peer gets: EDESTADDRREQ or ENOTCONN. */
  readonly noPeer: string;
  /** Opens a socket at a local address; throws the runtime's error. */
  open(address: Address, settings: DatagramSettings): DatagramConn;
  /** Gives the address that a socket is bound to when it first sends, to `peer` only or to any. */
  autobindAddress(peer: Address | undefined): Address;
  /** Finds out where an address is; at once, unless it has a name to look up. */
  target(syscall: string, address: Address): Target | Promise<Target>;
  /** Throws what the system would say of a target before it sent anything. */
  check(target: Target, settings: DatagramSettings, syscall: string): void;
  /**
   * Makes our error of the runtime's.
   *
   * @param ends The addresses that the call needs a permission for, where it
   * needs more than that of `fields`.
   */
  explain(
    error: unknown,
    fields: OSErrorFields,
    ends?: readonly Address[],
  ): OSError;
  /** Whether two addresses are the same. */
  same(one: Address, other: Address): boolean;
  /** What getsockname() gives for a socket bound to `local` and connected to `peer`. */
  sourceAddress(local: Address, peer: Address): Address;
}
