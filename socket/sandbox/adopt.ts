import { AF_UNIX, SOCK_DGRAM, SOCK_STREAM } from "../constants/mod.ts";
import type { Endpoint, SocketHints } from "../driver.ts";
import { DatagramEndpoint } from "../endpoint/datagram_endpoint.ts";
import { unsupported } from "../endpoint/refusals.ts";
import { StreamEndpoint } from "../endpoint/stream_endpoint.ts";
import type { StreamSocket } from "../endpoint/stream_socket.ts";
import type { Connection, Listener } from "../endpoint/stream_transport.ts";
import { osError } from "../errors.ts";
import { addressOf, familyOf } from "./deno_address.ts";
import { connectionOf, DenoListener } from "./deno_stream.ts";
import { isUnixDescriptor, openTcpDescriptor } from "./node/descriptor.ts";
import { unixDescriptor } from "./node/unix_descriptor.ts";
import { openDatagram, openStream } from "./open.ts";
import { openSignalPair } from "./signal_pair.ts";
import { UdpConn } from "./udp_conn.ts";
import { UnixDatagramConn } from "./unix_datagram.ts";

let descriptorsAreOthers = false;

/**
 * Refuses every descriptor in this isolate from now on: the built-ins of node that
 * take them over ask for no permission, and the descriptors are the whole process's.
 */
export function refuseDescriptors(): void {
  descriptorsAreOthers = true;
}

/** Takes over a descriptor's number, or Deno's object for a socket. */
export function adopt(resource: unknown, hints: SocketHints): Endpoint {
  if (typeof resource === "number") return adoptDescriptor(resource, hints);
  const { addr, localAddr } = Object(resource) as {
    addr?: Deno.Addr;
    localAddr?: Deno.Addr;
  };
  if (addr?.transport === "udp" || addr?.transport === "unixpacket") {
    return adoptDatagram(resource as Deno.DatagramConn, hints);
  }
  // A Deno.TlsConn does not report its transport (Deno 2.9).
  const its: Partial<Deno.Addr> = addr ?? localAddr ?? {};
  const { transport = "hostname" in its ? "tcp" : undefined } = its;
  if (transport !== "tcp" && transport !== "unix") {
    throw osError({
      code: "ENOTSOCK",
      syscall: "fromfd",
      subject: "what is not a Deno.Conn or Deno.Listener of TCP or Unix",
    });
  }
  return addr === undefined
    ? adoptConnection(connectionOf(resource as Deno.Conn), hints)
    : adoptListener(new DenoListener(resource as Deno.Listener), hints);
}

/** Takes over a stream descriptor. */
function adoptDescriptor(descriptor: number, hints: SocketHints): Endpoint {
  if (descriptorsAreOthers) {
    throw osError({
      code: "EPERM",
      syscall: "fromfd",
      subject: `descriptor ${descriptor}`,
      hint: "this Worker has permissions of its own, and no descriptor",
    });
  }
  const { family, type = SOCK_STREAM, proto = 0 } = hints;
  if (type === SOCK_DGRAM) {
    throw unsupported({
      code: "EOPNOTSUPP",
      syscall: "fromfd",
      subject: `descriptor ${descriptor} as a datagram socket`,
    });
  }
  if (isUnixDescriptor(descriptor)) {
    checkFamily(AF_UNIX, family);
    return unixDescriptor(descriptor, openStream(AF_UNIX, type, proto));
  }
  const found = openTcpDescriptor(descriptor);
  try {
    return "conn" in found
      ? adoptConnection(found, hints)
      : adoptListener(found, hints);
  } catch (error) {
    ("conn" in found ? found.conn : found).close();
    throw error;
  }
}

function adoptConnection(
  connection: Connection,
  hints: SocketHints,
): Endpoint {
  const socket = openFor(familyOf(connection.local), hints);
  forgetOptions(socket);
  socket.establish(connection);
  return new StreamEndpoint(socket);
}

function adoptListener(listener: Listener, hints: SocketHints): Endpoint {
  openSignalPair();
  const socket = openFor(familyOf(listener.local), hints);
  // What Deno opens has the defaults.
  if (listener.resource === undefined) {
    forgetOptions(socket);
    socket.set({ v6only: undefined });
  }
  socket.hold(listener);
  socket.listen(undefined);
  return new StreamEndpoint(socket);
}

/** Marks the options that its owner may have set, and nothing tells. */
function forgetOptions(socket: StreamSocket): void {
  if (socket.family === AF_UNIX) return;
  socket.set({ noDelay: undefined, keepAlive: undefined });
}

function openFor(
  actual: number,
  { family, type = SOCK_STREAM, proto = 0 }: SocketHints,
) {
  checkFamily(actual, family);
  if (type === SOCK_DGRAM) {
    throw unsupported({
      code: "ESOCKTNOSUPPORT",
      syscall: "fromfd",
      subject: "a stream as a datagram socket",
    });
  }
  return openStream(actual, type, proto);
}

/** Takes over a `Deno.DatagramConn`. */
function adoptDatagram(
  conn: Deno.DatagramConn,
  { family, type = SOCK_DGRAM, proto = 0 }: SocketHints,
): Endpoint {
  const actual = familyOf(addressOf(conn.addr));
  checkFamily(actual, family);
  if (type !== SOCK_DGRAM) {
    throw osError({
      code: "EPROTOTYPE",
      syscall: "fromfd",
      subject: `a socket of type ${SOCK_DGRAM} as one of type ${type}`,
    });
  }
  const socket = openDatagram(actual, type, proto);
  if (actual === AF_UNIX) socket.attach(new UnixDatagramConn(conn));
  else {
    const { settings } = socket;
    // Deno always sets it.
    settings.broadcast = true;
    settings.reuseAddress = settings.multicastLoop = undefined;
    socket.attach(new UdpConn(conn, actual));
  }
  return new DatagramEndpoint(socket);
}

function checkFamily(actual: number, family: number = actual): void {
  if (family === actual) return;
  throw osError({
    code: "EAFNOSUPPORT",
    syscall: "fromfd",
    subject: `a socket of family ${actual} as one of family ${family}`,
  });
}
