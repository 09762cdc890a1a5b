import type { Inet6Address, InetAddress } from "../address.ts";
import { AF_INET6, SOCK_DGRAM } from "../constants/mod.ts";
import {
  type OSError,
  osError,
  type OSErrorFields,
  PermissionError,
} from "../errors.ts";
import {
  formatIpv4,
  formatIpv6,
  parseIpv4Loose,
  parseIpv6,
} from "../text/ip_address.ts";
import type {
  DatagramConn,
  DatagramSettings,
  DatagramTransport,
  Target,
} from "../endpoint/datagram_transport.ts";
import {
  denoHost,
  isLoopback,
  localhost,
  otherFamily,
} from "./deno_address.ts";
import { DRIVER, translate } from "./errors.ts";
import { getaddrinfo } from "./resolver/getaddrinfo.ts";
import { NodeDatagramConn } from "./node/datagram_conn.ts";
import { isGranted, isNetGranted, netFlag } from "../permissions.ts";
import { UdpConn } from "./udp_conn.ts";

type NetAddress = InetAddress | Inet6Address;

/** UDP over IPv4 or IPv6, by `Deno.listenDatagram` or `node:dgram`. */
export class Udp implements DatagramTransport {
  readonly driver = DRIVER;
  readonly any: NetAddress;
  readonly #family: number;
  readonly noPeer = "EDESTADDRREQ";

  /** UDP of `AF_INET` or `AF_INET6`. */
  constructor(family: number) {
    this.#family = family;
    this.any = family === AF_INET6 ? ["::", 0, 0, 0] : ["0.0.0.0", 0];
  }

  open(address: NetAddress, settings: DatagramSettings): DatagramConn {
    const host = denoHost(this.#family, "bind", address);
    const hostname = localhost(this.#family, host) ?? this.#number(host) ??
      host;
    const where = { hostname, port: address[1], family: this.#family };
    if (Deno.listenDatagram === undefined || needsNode(settings)) {
      if (this.#number(hostname) === undefined) {
        throw osError({
          code: "EOPNOTSUPP",
          syscall: "bind",
          address,
          subject: "by name",
          hint: "give the address in numbers, or run again with --unstable-net",
        });
      }
      return new NodeDatagramConn(where, settings);
    }
    const conn = new UdpConn(
      Deno.listenDatagram({
        transport: "udp",
        hostname,
        port: address[1],
        reuseAddress: settings.reuseAddress,
        loopback: settings.multicastLoop,
      }),
      this.#family,
    );
    if (conn.local.length === this.any.length) return conn;
    conn.close();
    throw otherFamily("bind", address);
  }

  autobindAddress(peer: NetAddress | undefined): NetAddress {
    // The kernel picks the source address by route; for a loopback peer it is known.
    return peer !== undefined && isLoopback(peer[0])
      ? this.sourceAddress(this.any, peer)
      : this.any;
  }

  target(syscall: string, address: NetAddress): Target | Promise<Target> {
    const host = denoHost(this.#family, syscall, address);
    const number = this.#number(host);
    if (number === undefined) return this.#lookUp(host, address);
    // The wildcard address as a destination means this machine.
    const bare = number === "0.0.0.0"
      ? "127.0.0.1"
      : number === "::"
      ? "::1"
      : number.split("%")[0];
    const numbers: NetAddress = address.length === 4
      ? [bare, address[1], address[2], Number(number.split("%")[1]) || 0]
      : [bare, address[1]];
    return { address: numbers, host: number.includes("%") ? number : bare };
  }

  check(
    { address }: Target,
    settings: DatagramSettings,
    syscall: string,
  ): void {
    const [host, port] = address as NetAddress;
    if (port === 0 && syscall === "send") {
      throw osError({ code: "EINVAL", syscall, address });
    }
    if (!settings.broadcast && isBroadcast(host)) {
      const hint = "set SO_BROADCAST first";
      throw osError({ code: "EACCES", syscall, address, hint });
    }
  }

  explain(
    error: unknown,
    fields: OSErrorFields,
    ends?: readonly NetAddress[],
  ): OSError {
    return translate(error, fields, ends && netFlag(...ends));
  }

  same(one: NetAddress, other: NetAddress): boolean {
    return one[1] === other[1] && one[0] === other[0];
  }

  sourceAddress(local: NetAddress, peer: NetAddress): NetAddress {
    const [host, port] = local;
    if (host !== this.any[0] || !isLoopback(peer[0])) return local;
    if (this.#family !== AF_INET6) return ["127.0.0.1", port];
    return [peer[0] === "::1" ? "::1" : "::ffff:127.0.0.1", port, 0, 0];
  }

  /** Formats a number as the runtime does; `undefined` for a name. */
  #number(host: string): string | undefined {
    if (this.#family !== AF_INET6) {
      const bytes = parseIpv4Loose(host);
      return bytes && formatIpv4(bytes);
    }
    const [bare, scope] = host.split("%");
    const bytes = parseIpv6(bare);
    return bytes && formatIpv6(bytes) + (scope ? `%${scope}` : "");
  }

  /**
   * Looks up a name's number. If permission covers the name but not the number,
   * passes the name to the runtime.
   */
  async #lookUp(name: string, address: NetAddress): Promise<Target> {
    const port = address[1];
    const hints = {
      family: this.#family,
      type: SOCK_DGRAM,
      proto: 0,
      flags: 0,
    };
    let found: NetAddress;
    try {
      const [[, , , , first]] = await getaddrinfo(name, port, hints, undefined);
      found = first as NetAddress;
    } catch (error) {
      const byName = error instanceof PermissionError &&
        isNetGranted(name, port);
      if (!byName) throw error;
      return { address, host: name, isName: true };
    }
    const [number] = found;
    const byNumber = isNetGranted(number, port) || !isNetGranted(name, port);
    return { address: found, host: byNumber ? number : name };
  }
}

/** Tells whether a setting needs `node:dgram` because `Deno.listenDatagram` lacks it. */
function needsNode(settings: DatagramSettings): boolean {
  return settings.v6only || settings.ttl !== undefined ||
    settings.multicastTtl !== undefined ||
    settings.multicastInterface !== undefined ||
    settings.memberships.length > 0;
}

/**
 * Tells whether an address is an IPv4 broadcast address. It knows those of this
 * machine's networks only with `--allow-sys=networkInterfaces`.
 */
function isBroadcast(host: string): boolean {
  if (host === "255.255.255.255" || host === "127.255.255.255") return true;
  // All broadcast addresses end in two set bits or more.
  if (
    host.includes(":") ||
    (Number(host.slice(host.lastIndexOf(".") + 1)) & 3) !== 3
  ) {
    return false;
  }
  return isGranted({ name: "sys", kind: "networkInterfaces" }) &&
    Deno.networkInterfaces().some(({ address, netmask }) =>
      !address.includes(":") && netmask !== "255.255.255.255" &&
      broadcastOf(address, netmask) === host
    );
}

function broadcastOf(address: string, netmask: string): string {
  const mask = netmask.split(".").map(Number);
  return address.split(".").map((part, index) =>
    Number(part) | (~mask[index] & 255)
  ).join(".");
}
