import type { Address } from "../address.ts";
import type { OSError, OSErrorFields } from "../errors.ts";

/** One received datagram. */
export interface Datagram {
  /** All of its bytes; valid only during the call of `onDatagram`. */
  data: Uint8Array;
  /** The sender's address; `null` for an unnamed sender. */
  readonly address: Address | null;
}

/** The destination of a datagram. */
export interface Target {
  /** The address in numbers, or the path; by name if `isName` is set. */
  readonly address: Address;
  /** The host to pass to the runtime, which checks the permission for exactly this text. */
  readonly host: string;
  /** Whether the program may send to the name and not look it up, so that only an answer tells the number. */
  readonly isName?: boolean;
}

/** A multicast group, and the interface by its address or its index. */
export interface Membership {
  readonly group: string;
  readonly interface: string | number;
  /** The only address to receive from; any if omitted. */
  readonly source?: string;
}

/** The settings made before binding; `undefined` means the system's default. */
export interface DatagramSettings {
  broadcast: boolean;
  /** `undefined` if the socket was taken over, and nothing tells. */
  reuseAddress: boolean | undefined;
  /** Likewise. */
  multicastLoop: boolean | undefined;
  v6only: boolean;
  ttl: number | undefined;
  multicastTtl: number | undefined;
  /** The interface's address, or its index for IPv6. */
  multicastInterface: string | number | undefined;
  readonly memberships: Membership[];
}

/**
 * What a bound datagram socket receives from and sends to. Calls of one kind
 * never overlap: the next `receive`, and the next `send`, starts after the last
 * has ended.
 */
export interface DatagramConn {
  /** The address that it is bound to. */
  readonly local: Address;
  /** The object that `detach` returns; `undefined` if there is none. */
  readonly resource: unknown;
  /** Whether a send may have to wait for the receiver. */
  readonly sendsMayWait: boolean;
  /** Whether `join` honours a source. */
  readonly joinsSources?: boolean;
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
  /** Closes it and makes pending calls reject; resolves when the port is free. */
  close(): Promise<void> | void;
  /**
   * Changes a setting of a bound socket; throws the runtime's error.
   *
   * @returns Whether that is possible; if not, it can be set only before
   * binding.
   */
  set?<K extends keyof DatagramSettings>(
    name: K,
    value: DatagramSettings[K],
  ): boolean;
  /** Joins a multicast group; returns a promise if the runtime reports the result later. */
  join?(membership: Membership): Promise<unknown> | void;
  /** Leaves a multicast group. */
  leave?(membership: Membership): Promise<unknown> | void;
}

/** What differs between UDP and Unix datagrams. */
export interface DatagramTransport {
  /** The name of the driver, for messages. */
  readonly driver: string;
  /** The local address of an unbound socket. */
  readonly any: Address;
  /** The code of a send without an address or a peer: EDESTADDRREQ or ENOTCONN. */
  readonly noPeer: string;
  /** Whether a receive that may not keep the process alive does not go on either. */
  readonly receivesOnlyHeld?: boolean;
  /** Opens a socket at a local address; throws the runtime's error. */
  open(address: Address, settings: DatagramSettings): DatagramConn;
  /**
   * Returns the address to bind an unbound socket to before it sends: to `peer`
   * only or, if undefined, to any address.
   */
  autobindAddress(peer: Address | undefined): Address;
  /** Resolves an address to a target; returns a promise only if it must look up a name. */
  target(syscall: string, address: Address): Target | Promise<Target>;
  /** Throws the error that the kernel would report for a target before sending. */
  check(target: Target, settings: DatagramSettings, syscall: string): void;
  /** Rejects with the runtime's error if nobody receives at a target, where connecting tells. */
  probe?(target: Target): Promise<void>;
  /**
   * Turns an error of the runtime into an OSError.
   *
   * @param ends The addresses that the call needs permission for, if not only
   * the one in `fields`.
   */
  explain(
    error: unknown,
    fields: OSErrorFields,
    ends?: readonly Address[],
  ): OSError;
  /** Whether two addresses are the same. */
  same(one: Address, other: Address): boolean;
  /** Returns the result of getsockname() for a socket bound to `local` and connected to `peer`. */
  sourceAddress(local: Address, peer: Address): Address;
}
