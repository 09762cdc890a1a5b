import type { InetAddress } from "../address.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  AF_UNSPEC,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
} from "../constants/mod.ts";
import { DatagramSocket } from "../endpoint/datagram_socket.ts";
import type { DatagramTransport } from "../endpoint/datagram_transport.ts";
import { unsupported } from "../endpoint/refusals.ts";
import { StreamSocket } from "../endpoint/stream_socket.ts";
import type { StreamTransport } from "../endpoint/stream_transport.ts";
import { osError } from "../errors.ts";
import { isNonBlocking, type Wait, withDeadline } from "../wait.ts";
import { familyOf } from "./deno_address.ts";
import { translate } from "./errors.ts";
import { connectByName, Tcp } from "./tcp.ts";
import { Udp } from "./udp.ts";
import { Unix } from "./unix.ts";
import { UnixDatagram } from "./unix_datagram.ts";

/** What the sandbox supports of an address family. */
interface Family {
  readonly stream: StreamTransport;
  readonly datagram: DatagramTransport;
  /** The protocol's number by the type, if a number besides 0 is allowed. */
  readonly protocols: ReadonlyMap<number, number>;
}

const unixProtocols = new Map([
  [SOCK_STREAM as number, AF_UNIX as number],
  [SOCK_DGRAM, AF_UNIX],
]);
const inetProtocols = new Map([
  [SOCK_STREAM as number, IPPROTO_TCP as number],
  [SOCK_DGRAM, IPPROTO_UDP],
]);

const families: ReadonlyMap<number, Family> = new Map([
  [AF_INET as number, {
    stream: new Tcp(AF_INET) as StreamTransport,
    datagram: new Udp(AF_INET) as DatagramTransport,
    protocols: inetProtocols,
  }],
  [AF_INET6, {
    stream: new Tcp(AF_INET6),
    datagram: new Udp(AF_INET6),
    protocols: inetProtocols,
  }],
  [AF_UNIX, {
    stream: new Unix(),
    datagram: new UnixDatagram(),
    protocols: unixProtocols,
  }],
]);

/** Opens a stream socket; throws the kernel's error if the sandbox does not support it. */
export function openStream(
  family: number,
  type: number,
  proto: number,
): StreamSocket {
  const { stream } = check(family, type, proto);
  return new StreamSocket({ transport: stream, family, type, proto });
}

/** Opens a datagram socket; throws the kernel's error if the sandbox does not support it. */
export function openDatagram(
  family: number,
  type: number,
  proto: number,
): DatagramSocket {
  const { datagram } = check(family, type, proto);
  return new DatagramSocket(datagram, family, type, proto);
}

/** Opens a stream and connects it by name, in any family that the name has. */
export async function openByName(
  host: string,
  port: number,
  wait: Wait | undefined,
): Promise<StreamSocket> {
  const address: InetAddress = [host, port];
  const fields = { syscall: "connect", address };
  if (isNonBlocking(wait)) throw osError({ ...fields, code: "EINPROGRESS" });
  const stop = new AbortController();
  const attempt = connectByName(address, stop.signal)
    .catch((error) => Promise.reject(translate(error, fields)));
  try {
    const connection = await withDeadline(attempt, wait, fields);
    const socket = openStream(familyOf(connection.peer), SOCK_STREAM, 0);
    socket.establish(connection);
    return socket;
  } catch (error) {
    stop.abort();
    // Close a connection that still succeeds.
    attempt.then(({ conn }) => conn.close(), () => {});
    throw error;
  }
}

/** Throws the kernel's error for a socket that the sandbox does not support. */
function check(family: number, type: number, proto: number): Family {
  const subject =
    `a socket of family ${family}, type ${type}, protocol ${proto}`;
  const fields = { syscall: "socket", subject };
  const found = families.get(family);
  if (found === undefined) {
    const code = "EAFNOSUPPORT";
    // No driver supports a socket without a family.
    throw family === AF_UNSPEC
      ? osError({ ...fields, code })
      : unsupported({ ...fields, code });
  }
  if (type < 0 || type > 10 || proto < 0 || proto > 262) {
    throw unsupported({ ...fields, code: "EINVAL" });
  }
  const own = found.protocols.get(type);
  const hasProtocol = own === undefined
    ? !(family !== AF_UNIX && type === SOCK_RAW && proto === 0)
    : proto === 0 || proto === own;
  if (!hasProtocol) throw unsupported({ ...fields, code: "EPROTONOSUPPORT" });
  if (own === undefined) {
    throw unsupported({ ...fields, code: "ESOCKTNOSUPPORT" });
  }
  if (
    family === AF_UNIX && type === SOCK_DGRAM &&
    Deno.listenDatagram === undefined
  ) {
    const hint = "run again with --unstable-net";
    throw osError({ ...fields, code: "ESOCKTNOSUPPORT", hint });
  }
  return found;
}
