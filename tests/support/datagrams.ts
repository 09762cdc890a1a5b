import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_MULTICAST_IF,
  SOCK_DGRAM,
  Socket,
} from "../../socket/mod.ts";
import type { Driver } from "../../socket/mod.ts";
import { folder, hasIpv6Here } from "./peers.ts";

/** A way that datagrams travel. */
export interface DatagramTransport {
  /** How test names call it. */
  readonly name: string;
  readonly family: number;
  /** Whether it is UDP. */
  readonly udp: boolean;
  /** An address to bind that nothing else uses. */
  fresh(): [string, number] | string;
  /** Opens a socket. */
  open(driver: Driver): Socket;
  /** Removes the path that a socket leaves behind. */
  unlink(path: string): Promise<void>;
}

let paths = 0;

function udp(
  name: string,
  family: number,
  host: string,
  prepare: (socket: Socket) => void = () => {},
): DatagramTransport {
  return {
    name,
    family,
    udp: true,
    fresh: () => [host, 0],
    open(driver) {
      const socket = new Socket(family, SOCK_DGRAM, 0, { driver });
      prepare(socket);
      return socket;
    },
    unlink: (path) => Promise.reject(new Error(`${path} is not a path`)),
  };
}

// In the sandbox an option that only node:dgram has chooses it for the socket.
const byNode4 = (socket: Socket) => socket.setsockopt(IPPROTO_IP, IP_TTL, 64);
const byNode6 = (socket: Socket) =>
  socket.setsockopt(IPPROTO_IPV6, IPV6_MULTICAST_IF, 0);

const unix: DatagramTransport = {
  name: "Unix datagrams",
  family: AF_UNIX,
  udp: false,
  fresh: () => `${folder}/datagram-${paths++}`,
  open: (driver) => new Socket(AF_UNIX, SOCK_DGRAM, 0, { driver }),
  unlink: (path) => Deno.remove(path),
};

/** Whether Deno has sockets for datagrams of its own, which `--unstable-net` gives. */
export const hasListenDatagram: boolean = Deno.listenDatagram !== undefined;

/** The ways over loopback. */
export const datagramTransports: readonly DatagramTransport[] = [
  udp("UDP", AF_INET, "127.0.0.1"),
  udp("UDP by node:dgram", AF_INET, "127.0.0.1", byNode4),
  ...(hasIpv6Here
    ? [
      udp("UDP over IPv6", AF_INET6, "::1"),
      udp("UDP over IPv6 by node:dgram", AF_INET6, "::1", byNode6),
    ]
    : []),
  ...(Deno.build.os === "linux" && hasListenDatagram ? [unix] : []),
];
