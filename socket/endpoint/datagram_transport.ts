import type { Address } from "../address.ts";

/** One datagram that has come. */
export interface Datagram {
  /** Its bytes, whole; valid during the call of `came` only. */
  data: Uint8Array;
  /** Who sent it; `null` for a sender without a name. */
  readonly address: Address | null;
}

/** Where a datagram goes. */
export interface Target {
  /** The address in numbers, or the path. */
  readonly address: Address;
  /** The host as the runtime is to be given it, which checks the permission for just that. */
  readonly host: string;
}

/** A multicast group, and the interface by its address or its index. */
export interface Membership {
  readonly group: string;
  readonly interface: string | number;
}

/** What was set before there was a channel; `undefined` is the system's own. */
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
 * A bound socket of the runtime's for datagrams. Calls of one kind never
 * overlap: the next `receive`, and the next `send`, begins when the last has
 * ended.
 */
export interface Channel {
  /** The address it is bound to. */
  readonly local: Address;
  /** Deno's own object, where it is one. */
  readonly resource: Deno.DatagramConn | undefined;
  /** Whether a send may have to wait for the receiver. */
  readonly waits: boolean;
  /** Receives the next datagram; fails when the channel is closed. */
  receive(
    came: (datagram: Datagram) => void,
    failed: (error: unknown) => void,
  ): void;
  /** Sends one datagram. */
  send(data: Uint8Array, target: Target): Promise<unknown>;
  /** Lets a pending receive keep the process alive, or not. */
  hold(held: boolean): void;
  /** Closes it; what is pending rejects. Whoever must know when the port is free waits. */
  close(): Promise<void> | void;
  /**
   * Sets one of the settings of a bound channel; throws the runtime's error.
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
  /** The local address of a socket that has none. */
  readonly any: Address;
  /** What a send to nobody in particular is: EDESTADDRREQ or ENOTCONN. */
  readonly noPeer: string;
  /** Opens a channel at a local address; throws the runtime's error. */
  open(address: Address, settings: DatagramSettings): Channel;
  /** Takes an open one of Deno's over. */
  adopt(conn: Deno.DatagramConn): Channel;
  /** Gives the address that a socket binds by itself, to reach `peer` only or anyone. */
  automatic(peer: Address | undefined): Address;
  /** Finds out where an address is; at once, unless it has a name to look up. */
  target(syscall: string, address: Address): Target | Promise<Target>;
  /** Throws what the system would say of a target before it sent anything. */
  check(target: Target, settings: DatagramSettings, syscall: string): void;
  /** Gives the flags that allow binding to `local`, where that is to be done, and sending to `peer`. */
  flags(local: Address | undefined, peer: Address | undefined): string;
  /** Whether two addresses are the same. */
  same(one: Address, other: Address): boolean;
  /** What getsockname() gives of a socket bound to `local` and connected to `peer`. */
  seen(local: Address, peer: Address): Address;
}
