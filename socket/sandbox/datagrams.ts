import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  IPPROTO_UDP,
  SOCK_DGRAM,
} from "../constants/mod.ts";
import type { Endpoint } from "../driver.ts";
import { osError } from "../errors.ts";
import { DatagramEndpoint } from "../endpoint/datagram_endpoint.ts";
import type { DatagramTransport } from "../endpoint/datagram_transport.ts";
import { DatagramSocket } from "../endpoint/datagram_socket.ts";
import { unsupported } from "./errors.ts";
import { Udp } from "./udp.ts";
import { Unixgram } from "./unix_datagram.ts";

const transports: ReadonlyMap<number, DatagramTransport> = new Map<
  number,
  DatagramTransport
>([
  [AF_INET, new Udp(AF_INET)],
  [AF_INET6, new Udp(AF_INET6)],
  [AF_UNIX, new Unixgram()],
]);

/** Opens a socket for datagrams, or refuses in the kernel's words. */
export function openDatagram(
  family: number,
  type: number,
  proto: number,
): DatagramSocket {
  const transport = transports.get(family);
  const fields = {
    syscall: "socket",
    subject: `a socket of family ${family}, type ${type}, protocol ${proto}`,
  };
  if (transport === undefined) {
    throw unsupported({ ...fields, code: "EAFNOSUPPORT" });
  }
  if (proto < 0 || proto > 262) {
    throw unsupported({ ...fields, code: "EINVAL" });
  }
  if (proto !== 0 && proto !== (family === AF_UNIX ? AF_UNIX : IPPROTO_UDP)) {
    throw unsupported({ ...fields, code: "EPROTONOSUPPORT" });
  }
  if (family === AF_UNIX && Deno.listenDatagram === undefined) {
    throw osError({
      ...fields,
      code: "ESOCKTNOSUPPORT",
      hint: "run again with --unstable-net",
    });
  }
  return new DatagramSocket(transport, family, type, proto);
}

/** Makes two sockets that are each other's peers. */
export async function pairDatagrams(
  open: () => DatagramSocket,
): Promise<[DatagramSocket, DatagramSocket]> {
  const ends: [DatagramSocket, DatagramSocket] = [open(), open()];
  const [one, other] = ends;
  try {
    // Nobody else can be heard from, whoever finds the ports.
    for (const end of ends) {
      end.bind(
        end.family === AF_UNIX
          ? ""
          : end.family === AF_INET6
          ? ["::1", 0, 0, 0]
          : ["127.0.0.1", 0],
      );
    }
    await one.connect(other.local, undefined);
    await other.connect(one.local, undefined);
    return ends;
  } catch (error) {
    await Promise.all(ends.map((end) => end.close()));
    throw error;
  }
}

/** Takes a `Deno.DatagramConn` over. */
export function adoptDatagram(
  conn: Deno.DatagramConn,
  family: number | undefined,
  type: number | undefined,
  proto: number | undefined,
): Endpoint {
  const { addr } = conn;
  const actual = addr.transport === "unixpacket"
    ? AF_UNIX
    : (addr as Deno.NetAddr).hostname.includes(":")
    ? AF_INET6
    : AF_INET;
  if ((family ?? actual) !== actual || (type ?? SOCK_DGRAM) !== SOCK_DGRAM) {
    throw osError({
      code: (family ?? actual) !== actual ? "EAFNOSUPPORT" : "EPROTOTYPE",
      syscall: "fromfd",
      subject:
        `a socket of family ${actual}, type ${SOCK_DGRAM} as one of family ${family}, type ${type}`,
    });
  }
  const socket = openDatagram(actual, SOCK_DGRAM, proto ?? 0);
  socket.adopt(conn);
  return new DatagramEndpoint(socket);
}
