import {
  AF_INET,
  AF_INET6,
  IP_ADD_MEMBERSHIP,
  IP_ADD_SOURCE_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IP_DROP_SOURCE_MEMBERSHIP,
  IP_MULTICAST_IF,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_JOIN_GROUP,
  IPV6_LEAVE_GROUP,
  IPV6_MULTICAST_IF,
  IPV6_MULTICAST_LOOP,
  IPV6_V6ONLY,
  SO_BROADCAST,
  SO_REUSEADDR,
  SOL_SOCKET,
} from "../constants/mod.ts";
import { platform } from "../constants/platform.ts";
import { formatIpv4, formatIpv6, parseIpv4 } from "../text/ip_address.ts";
import type { DatagramSettings, Membership } from "./datagram_transport.ts";
import type { DatagramSocket } from "./datagram_socket.ts";
import {
  describe,
  known,
  type Option,
  optionError,
  OptionTable,
} from "./options.ts";

type DatagramOption = Option<DatagramSocket>;

// Linux's defaults.
const TTL = 64;
const MULTICAST_TTL = 1;
// The bytes of an `ip_mreq_source`.
const SOURCE_SIZE = 12;

const isV4 = (family: number) => family === AF_INET;
const isV6 = (family: number) => family === AF_INET6;

/** Changes a setting; throws ENOPROTOOPT if that is possible only before binding. */
function put<K extends keyof DatagramSettings>(
  socket: DatagramSocket,
  level: number,
  name: number,
  key: K,
  value: DatagramSettings[K],
): void {
  let done: boolean;
  try {
    done = socket.set(key, value);
  } catch (error) {
    throw failed(socket, error, level, name);
  }
  if (!done) throw tooLate(level, name);
}

function failed(
  { transport }: DatagramSocket,
  error: unknown,
  level: number,
  name: number,
) {
  const subject = describe(level, name);
  return transport.explain(error, { syscall: "setsockopt", subject });
}

function tooLate(level: number, name: number) {
  const hint = "set it before bind()";
  return optionError(level, name, "ENOPROTOOPT", { hint });
}

/** An option that is on or off. */
function flag(
  level: number,
  name: number,
  key: "broadcast" | "reuseAddress" | "multicastLoop",
  of?: (family: number) => boolean,
): DatagramOption {
  return {
    level,
    name,
    of,
    shortest: level === IPPROTO_IP ? 1 : undefined,
    get: ({ settings }) => known(settings[key], level, name),
    set(socket, value) {
      // Linux accepts only 0 and 1 for an IPv6 option, but any integer for
      // others.
      if (level === IPPROTO_IPV6 && value !== 0 && value !== 1) {
        throw optionError(level, name, "EINVAL");
      }
      put(socket, level, name, key, value !== 0);
    },
  };
}

/** A number of hops; -1 means the system's default. */
function hops(
  name: number,
  key: "ttl" | "multicastTtl",
  usual: number,
  least: number,
): DatagramOption {
  return {
    level: IPPROTO_IP,
    name,
    of: isV4,
    shortest: 1,
    get: ({ settings }) => settings[key] ?? usual,
    set(socket, value) {
      if (value < -1 || value > 255 || (value >= 0 && value < least)) {
        throw optionError(IPPROTO_IP, name, "EINVAL");
      }
      put(socket, IPPROTO_IP, name, key, value === -1 ? usual : value);
    },
  };
}

function membership(
  level: number,
  name: number,
  parse: (bytes: Uint8Array) => Membership,
  joins: boolean,
  shortest = level === IPPROTO_IP ? 8 : 20,
): DatagramOption {
  return {
    level,
    name,
    of: level === IPPROTO_IP ? isV4 : isV6,
    shortest,
    set(socket, _, bytes) {
      const wanted = parse(bytes);
      const { memberships } = socket.settings;
      const index = memberships.findIndex((each) =>
        each.group === wanted.group && each.interface === wanted.interface &&
        each.source === wanted.source
      );
      const multicast = level === IPPROTO_IP
        ? bytes[0] >> 4 === 0xe
        : bytes[0] === 0xff;
      if (joins && !multicast) throw optionError(level, name, "EINVAL");
      if (joins && index >= 0) throw optionError(level, name, "EADDRINUSE");
      if (!joins && index < 0) throw optionError(level, name, "EADDRNOTAVAIL");
      let done: boolean;
      try {
        done = joins ? socket.join(wanted) : socket.leave(index);
      } catch (error) {
        throw failed(socket, error, level, name);
      }
      if (!done) throw tooLate(level, name);
    },
  };
}

/** Reads an `ip_mreq` or `ip_mreqn`: group, interface's address, and its index, which only the POSIX driver can use. */
function ipMreq(bytes: Uint8Array): Membership {
  if (bytes.length >= 12 && bytes.subarray(8, 12).some((byte) => byte !== 0)) {
    const hint = "give the interface by its address, not its index";
    throw optionError(IPPROTO_IP, IP_ADD_MEMBERSHIP, "ENODEV", { hint });
  }
  return {
    group: formatIpv4(bytes.subarray(0, 4)),
    interface: formatIpv4(bytes.subarray(4, 8)),
  };
}

/** Reads an `ip_mreq_source`: group, interface and source, whose last two are in the other order beyond Linux. */
function ipMreqSource(bytes: Uint8Array): Membership {
  const [second, third] = [bytes.subarray(4, 8), bytes.subarray(8, 12)];
  const [by, source] = platform === "linux" ? [second, third] : [third, second];
  return {
    group: formatIpv4(bytes.subarray(0, 4)),
    interface: formatIpv4(by),
    source: formatIpv4(source),
  };
}

/** Reads an `ipv6_mreq`: group and the interface's index. */
function ipv6Mreq(bytes: Uint8Array): Membership {
  return {
    group: formatIpv6(bytes.subarray(0, 16)),
    interface: new Uint32Array(bytes.slice(16, 20).buffer)[0],
  };
}

/** The options of datagram sockets. */
export const datagramOptions: OptionTable<DatagramSocket> = new OptionTable([
  flag(SOL_SOCKET, SO_REUSEADDR, "reuseAddress"),
  flag(SOL_SOCKET, SO_BROADCAST, "broadcast"),
  hops(IP_TTL, "ttl", TTL, 1),
  hops(IP_MULTICAST_TTL, "multicastTtl", MULTICAST_TTL, 0),
  flag(IPPROTO_IP, IP_MULTICAST_LOOP, "multicastLoop", isV4),
  {
    level: IPPROTO_IP,
    name: IP_MULTICAST_IF,
    of: isV4,
    get: ({ settings }) =>
      parseIpv4(String(settings.multicastInterface ?? "0.0.0.0"))!,
    set(socket, _, bytes) {
      const from = bytes.length >= 8 ? ipMreq(bytes).interface : formatIpv4(
        bytes.subarray(0, 4),
      );
      put(socket, IPPROTO_IP, IP_MULTICAST_IF, "multicastInterface", from);
    },
  },
  membership(IPPROTO_IP, IP_ADD_MEMBERSHIP, ipMreq, true),
  membership(IPPROTO_IP, IP_DROP_MEMBERSHIP, ipMreq, false),
  membership(
    IPPROTO_IP,
    IP_ADD_SOURCE_MEMBERSHIP,
    ipMreqSource,
    true,
    SOURCE_SIZE,
  ),
  membership(
    IPPROTO_IP,
    IP_DROP_SOURCE_MEMBERSHIP,
    ipMreqSource,
    false,
    SOURCE_SIZE,
  ),
  // IPV6_UNICAST_HOPS and IPV6_MULTICAST_HOPS are missing because node:dgram
  // sets the IPv4 options instead (Deno 2.9).
  flag(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, "multicastLoop", isV6),
  {
    level: IPPROTO_IPV6,
    name: IPV6_MULTICAST_IF,
    of: isV6,
    get: ({ settings }) => Number(settings.multicastInterface ?? 0),
    set: (socket, value) =>
      put(socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, "multicastInterface", value),
  },
  membership(IPPROTO_IPV6, IPV6_JOIN_GROUP, ipv6Mreq, true),
  membership(IPPROTO_IPV6, IPV6_LEAVE_GROUP, ipv6Mreq, false),
  {
    level: IPPROTO_IPV6,
    name: IPV6_V6ONLY,
    of: isV6,
    // Linux sets it for a socket that is bound to one address.
    get: ({ settings, conn }) =>
      settings.v6only ||
      !/^::(ffff:.*\..*)?$/.test(String(conn?.local[0] ?? "::")),
    set(socket, value) {
      if (socket.conn !== undefined) {
        throw optionError(IPPROTO_IPV6, IPV6_V6ONLY, "EINVAL");
      }
      socket.settings.v6only = value !== 0;
    },
  },
]);
