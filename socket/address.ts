import { encodeHost } from "./text/idna.ts";
import { checkInteger, kindOf } from "./arguments.ts";
import { AF_INET, AF_INET6, AF_UNIX } from "./constants/mod.ts";
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
 * NUL. `""` is a socket without a name.
 */
export type UnixAddress = string | Uint8Array;

/** An address as calls return it, of any family. */
export type Address = InetAddress | Inet6Address | UnixAddress;

/** An IPv6 address as calls take it: flow label and scope may be left out. */
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
 * Who sent what a `recvfrom` gives: nobody but the peer on a stream (`null`),
 * the sender's address of a datagram (`null` for an unbound Unix socket).
 */
export type SenderOf<F extends number, T extends number> = T extends StreamKind
  ? null
  : T extends DatagramKind
    ? F extends InetFamily | Inet6Family ? AddressOf<F> : AddressOf<F> | null
  : AddressOf<F> | null;

/**
 * What may be given where a socket returns addresses of shape `A`. A tuple may
 * be read-only, and an IPv6 address may be short.
 */
export type AddressInput<A extends Address> = A extends InetAddress
  ? Readonly<InetAddress>
  : A extends Inet6Address ? Readonly<Inet6AddressInput>
  : UnixAddress;

/** Gives a Unix address as a string; `undefined` if its bytes are no UTF-8. */
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

/** Writes an Internet address as flags and messages do: `127.0.0.1:80`, `[::1]:80`. */
export function hostAndPort(
  [host, port, , scopeid]: InetAddress | Inet6Address,
): string {
  const scope = scopeid ? `%${scopeid}` : "";
  return host.includes(":") ? `[${host}${scope}]:${port}` : `${host}:${port}`;
}

/** Writes an address as messages show it: `"127.0.0.1:80"`, `"[::1]:80"`, `"/run/x"`, `"\0name"`. */
export function quoteAddress(address: Address): string {
  if (Array.isArray(address)) return `"${hostAndPort(address)}"`;
  const path = decodePath(address) ?? [...address].join(" ");
  return `"${path.replaceAll("\0", "\\0")}"`;
}

/**
 * Checks the shape of an Internet or Unix address before a driver sees it, and
 * gives it back whole; addresses of other families are the driver's to check.
 *
 * @param call The call's name, for the message.
 * @throws {TypeError} If it is not the shape that the family has.
 * @throws {UnicodeEncodeError} If the host is none that a name server takes.
 * @throws {RangeError} If the port is not 0 to 65535 or the flow label not 0 to 1048575.
 */
export function checkAddress<A extends Address>(
  call: string,
  family: number,
  address: AddressInput<A>,
): A {
  if (family === AF_UNIX) {
    if (typeof address !== "string" && !(address instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot ${call}: an AF_UNIX address must be a path or bytes, not ${
          kindOf(address)
        }`,
      );
    }
    return address as Address as A;
  }
  if (family !== AF_INET && family !== AF_INET6) return address as unknown as A;
  const most = family === AF_INET ? 2 : 4;
  if (
    !Array.isArray(address) || address.length < 2 || address.length > most ||
    typeof address[0] !== "string"
  ) {
    throw new TypeError(
      family === AF_INET
        ? `Cannot ${call}: an AF_INET address must be [host, port], not ${
          kindOf(address)
        }`
        : `Cannot ${call}: an AF_INET6 address must be [host, port], [host, port, flowinfo] or [host, port, flowinfo, scopeid], not ${
          kindOf(address)
        }`,
    );
  }
  const [host, port, flowinfo = 0, scopeid = 0] = address;
  if (host.includes("\0")) {
    throw new TypeError(`Cannot ${call}: the host must not contain NUL`);
  }
  checkInteger(call, "port", port, 0, 65535);
  const name = /^[\0-\x7f]*$/.test(host) ? host : encodeHost(host);
  if (family === AF_INET) return [name, port] as Address as A;
  checkInteger(call, "flow label", flowinfo, 0, 0xfffff);
  checkInteger(call, "scope", scopeid, 0, 0xffffffff);
  return [name, port, flowinfo, scopeid] as Address as A;
}
