import type {
  DatagramKind,
  Inet6Family,
  InetFamily,
  StreamKind,
  UnixFamily,
} from "./constants/family.ts";

/** An IPv4 address: a host name or dotted quad, and a port from 0 to 65535. */
export type InetAddress = [host: string, port: number];

/** An IPv6 address as calls return it: host, port, flow label and scope (the interface's index). */
export type Inet6Address = [
  host: string,
  port: number,
  flowinfo: number,
  scopeid: number,
];

/**
 * The address of a Unix socket: a path, or an abstract name, which begins with
 * NUL; `""` for an unnamed socket.
 */
export type UnixAddress = string | Uint8Array;

/** An address of a family that only the POSIX driver has, as Python documents it. */
export type OtherAddress = (string | number | bigint | Uint8Array)[];

/** An address as calls return it, of any family. */
export type Address = InetAddress | Inet6Address | UnixAddress | OtherAddress;

/** An IPv6 address as calls take it: flow label and scope are optional. */
export type Inet6AddressInput =
  | [host: string, port: number]
  | [host: string, port: number, flowinfo: number]
  | Inet6Address;

/** The shape of the addresses that sockets of family `F` return. */
export type AddressOf<F extends number> = F extends InetFamily ? InetAddress
  : F extends Inet6Family ? Inet6Address
  : F extends UnixFamily ? UnixAddress
  : Address;

/**
 * The sender's address that `recvfrom` returns: `null` on a stream, but a Unix
 * peer's path if the driver knows it; the sender's address for a datagram, `null`
 * if that came from an unbound Unix socket.
 */
export type SenderOf<F extends number, T extends number> = T extends StreamKind
  ? F extends UnixFamily ? AddressOf<F> | null : null
  : T extends DatagramKind
    ? F extends InetFamily | Inet6Family ? AddressOf<F> : AddressOf<F> | null
  : AddressOf<F> | null;

/**
 * The addresses that the calls of a socket take if they return addresses of
 * shape `A`. A tuple may be read-only, and an IPv6 address may omit flow label
 * and scope.
 */
export type AddressInput<A extends Address> =
  | NoInfer<A>
  | (A extends InetAddress ? Readonly<InetAddress>
    : A extends Inet6Address ? Readonly<Inet6AddressInput>
    : A extends UnixAddress ? UnixAddress
    : Readonly<OtherAddress>);

/** Returns a Unix address as a string; `undefined` if its bytes are not UTF-8. */
export function decodePath(address: UnixAddress): string | undefined {
  if (typeof address === "string") return address;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      address,
    );
  } catch {
    return undefined;
  }
}

/** Formats an Internet address for flags and messages: `127.0.0.1:80`, `[::1]:80`. */
export function hostAndPort(
  [host, port, , scopeid]: InetAddress | Inet6Address,
): string {
  const scope = scopeid ? `%${scopeid}` : "";
  return host.includes(":") ? `[${host}${scope}]:${port}` : `${host}:${port}`;
}

/** Formats an address for messages: `"127.0.0.1:80"`, `"[::1]:80"`, `"/run/x"`, `"\0name"`, `"[2,1234]"`. */
export function quoteAddress(address: Address): string {
  if (isInternet(address)) return `"${hostAndPort(address)}"`;
  if (Array.isArray(address)) {
    const parts = address.map((part) =>
      typeof part === "object"
        ? `[${part}]`
        : typeof part === "bigint"
        ? String(part)
        : JSON.stringify(part)
    );
    return `"[${parts}]"`;
  }
  const path = decodePath(address) ?? [...address].join(" ");
  return `"${path.replaceAll("\0", "\\0")}"`;
}

function isInternet(address: Address): address is InetAddress | Inet6Address {
  return Array.isArray(address) &&
    (address.length === 2 || address.length === 4) &&
    typeof address[0] === "string" && typeof address[1] === "number";
}

/** Tells whether two addresses have the same parts. */
export function isSameAddress(one: Address, other: Address): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) {
    if (one[i] !== other[i]) return false;
  }
  return true;
}
