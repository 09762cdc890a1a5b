import type { Address, Inet6Address, InetAddress } from "../../address.ts";
import { AF_INET, AF_INET6, AF_RDS } from "../../constants/mod.ts";
import {
  formatIpv4,
  formatIpv6,
  parseIpv4,
  parseIpv6,
} from "../../text/ip_address.ts";
import { sockaddrIn, sockaddrIn6 } from "../layout/mod.ts";
import { familyOf, setFamily } from "./shape.ts";

/** Tells whether a family's addresses are a host and a port. */
export function isInternet(family: number): boolean {
  return family === AF_INET || family === AF_INET6 || family === AF_RDS;
}

/** What a function returned for the latest arguments; reading and writing addresses is most of what a datagram costs. */
class Remembered<K, V> {
  readonly #values = new Map<K, V>();

  get(key: K, make: (key: K) => V): V {
    let value = this.#values.get(key);
    if (value === undefined) {
      value = make(key);
      if (this.#values.size > 255) this.#values.clear();
      this.#values.set(key, value);
    }
    return value;
  }
}

const numbers4 = new Remembered<string, Uint8Array | null>();
const numbers6 = new Remembered<string, Uint8Array | null>();
const texts4 = new Remembered<number, string>();
const texts6 = new Remembered<string, string>();

function ipv4(host: string): Uint8Array | null {
  return parseIpv4(host) ?? null;
}

function ipv6(host: string): Uint8Array | null {
  return parseIpv6(host) ?? null;
}

/** Makes the address of a numeric host; `undefined` if the host has to be looked up. */
export function packInternet(
  family: number,
  address: Address,
): Uint8Array<ArrayBuffer> | undefined {
  const [host] = address as InetAddress;
  const bytes = family === AF_INET6
    ? numbers6.get(host, ipv6)
    : numbers4.get(host, ipv4);
  return bytes === null ? undefined : packHost(family, bytes, address, 0);
}

/** Makes the address of a host that was found; its scope counts unless the program gave one. */
export function packHost(
  family: number,
  host: Uint8Array,
  address: Address,
  scope: number,
): Uint8Array<ArrayBuffer> {
  const [, port, flowinfo, scopeid] = address as Inet6Address;
  const isLong = family === AF_INET6;
  const bytes = new Uint8Array(isLong ? sockaddrIn6.size : sockaddrIn.size);
  const view = new DataView(bytes.buffer);
  // Addresses of AF_RDS are of AF_INET.
  setFamily(view, isLong ? AF_INET6 : AF_INET);
  view.setUint16(sockaddrIn.port, port);
  bytes.set(host, isLong ? sockaddrIn6.addr : sockaddrIn.addr);
  if (isLong) {
    view.setUint32(sockaddrIn6.flowinfo, flowinfo);
    view.setUint32(sockaddrIn6.scopeId, scopeid || scope, true);
  }
  return bytes;
}

/** Reads an address. */
export function unpackInternet(view: DataView): InetAddress | Inet6Address {
  const port = view.getUint16(sockaddrIn.port);
  if (familyOf(view) !== AF_INET6) {
    const number = view.getUint32(sockaddrIn.addr);
    return [texts4.get(number, () => formatIpv4(hostOf(view))), port];
  }
  const key = String.fromCharCode(...hostOf(view));
  return [
    texts6.get(key, () => formatIpv6(hostOf(view))),
    port,
    view.getUint32(sockaddrIn6.flowinfo),
    view.getUint32(sockaddrIn6.scopeId, true),
  ];
}

/** Returns the bytes of an address's host. */
export function hostOf(view: DataView): Uint8Array {
  const isLong = familyOf(view) === AF_INET6;
  const start = isLong ? sockaddrIn6.addr : sockaddrIn.addr;
  return new Uint8Array(view.buffer, view.byteOffset + start, isLong ? 16 : 4);
}
