import { type Address, type InetAddress, isSameAddress } from "../address.ts";
import { AF_INET, AF_INET6, AF_RDS, SOCK_STREAM } from "../constants/mod.ts";
import type { AddressInfoHints } from "../driver.ts";
import { refuseDenied, refuseDeniedName } from "./denials.ts";
import { sockaddrIn6 } from "./layout/mod.ts";
import { type Answer, lookUp, lookUpNow } from "./lookup.ts";
import { hostOf, isInternet, packHost } from "./sockaddr/internet.ts";
import { packAddress, type SocketKind } from "./sockaddr/mod.ts";
import { PENDING } from "./syscall.ts";

type Packed = Uint8Array<ArrayBuffer>;

// Asking Deno for a denial takes longer than sending, so an answer counts from
// then on. What is not refused at first no flag can refuse later; only a user who
// says no at a prompt of Deno's for the same address could.
const MOST = 1024;

/** Destinations that no flag refuses, by port and host: the sender of a datagram mostly gets an answer. */
class Allowed {
  readonly #ports = new Map<number, Map<string, [Address, Packed]>>();
  #size = 0;

  get(address: Address): Packed | undefined {
    const [host, port] = address as InetAddress;
    const known = this.#ports.get(port)?.get(host);
    // Two with the same host may differ in the scope.
    return known !== undefined && isSameAddress(known[0], address)
      ? known[1]
      : undefined;
  }

  add(address: Address, packed: Packed): void {
    const [host, port] = address as InetAddress;
    if (this.#size++ === MOST) {
      this.#ports.clear();
      this.#size = 1;
    }
    const hosts = this.#ports.get(port) ?? new Map();
    this.#ports.set(port, hosts.set(host, [address, packed]));
  }
}

const allowed = new Allowed();

/**
 * Makes the kernel's form of the address that a call was given.
 *
 * @returns `undefined` if its host has to be looked up.
 * @throws {PermissionError} EACCES if a flag refuses it.
 */
export function destination(
  call: string,
  kind: SocketKind,
  address: Address,
): Packed | undefined {
  const { family } = kind;
  const isRemembered = isInternet(family);
  const known = isRemembered ? allowed.get(address) : undefined;
  if (known !== undefined) return known;
  const packed = packAddress(call, kind, address);
  if (packed === undefined) return undefined;
  refuseDenied(call, family, address, packed);
  if (isRemembered) allowed.add(address, packed);
  return packed;
}

/** Makes the kernel's form of an address; looks its host up here and now, which may keep everything waiting. */
export function destinationNow(
  call: string,
  kind: SocketKind,
  address: Address,
): Packed {
  const known = destination(call, kind, address);
  if (known !== undefined) return known;
  const [host] = address as [string];
  refuseDeniedName(call, host);
  const fields = { syscall: call, address };
  const answers = lookUpNow(host, null, hintsFor(kind), fields);
  return firstOf(call, kind, address, answers);
}

/** An address whose host is being looked up. */
export class FoundDestination {
  #packed: Packed | typeof PENDING = PENDING;
  #error: unknown;

  /** @param onEnd Called when the look-up is over. */
  constructor(
    call: string,
    kind: SocketKind,
    address: Address,
    onEnd: () => void,
  ) {
    this.#find(call, kind, address)
      .then((packed) => this.#packed = packed, (error) => this.#error = error)
      .finally(onEnd);
  }

  /** The address; {@linkcode PENDING} while it is not known. Throws what the look-up threw. */
  get packed(): Packed | typeof PENDING {
    if (this.#error !== undefined) throw this.#error;
    return this.#packed;
  }

  async #find(
    call: string,
    kind: SocketKind,
    address: Address,
  ): Promise<Packed> {
    const [host] = address as [string];
    refuseDeniedName(call, host);
    const fields = { syscall: call, address };
    const hints = hintsFor(kind);
    const answers = await lookUp(host, null, hints, undefined, fields);
    return firstOf(call, kind, address, answers);
  }
}

function hintsFor({ family: of }: SocketKind): AddressInfoHints {
  const family = of === AF_RDS ? AF_INET : of;
  return { family, type: SOCK_STREAM, proto: 0, flags: 0 };
}

function firstOf(
  call: string,
  { family }: SocketKind,
  address: Address,
  [{ address: found }]: readonly Answer[],
): Packed {
  const view = new DataView(found.buffer);
  const scope = family === AF_INET6
    ? view.getUint32(sockaddrIn6.scopeId, true)
    : 0;
  const packed = packHost(family, hostOf(view), address, scope);
  refuseDenied(call, family, address, packed);
  return packed;
}
