import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  AF_UNSPEC,
  IPPROTO_TCP,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
} from "../constants/mod.ts";
import { type OSError, osError } from "../errors.ts";
import { type Wait, withDeadline } from "../wait.ts";
import type { Listener } from "../endpoint/acceptor.ts";
import type { Conn } from "../endpoint/stream_transport.ts";
import {
  DescriptorSocket,
  isUnixDescriptor,
  openTcpDescriptor,
} from "./node/descriptor.ts";
import { translate, unsupported } from "./errors.ts";
import { StreamSocket } from "../endpoint/stream_socket.ts";
import { Tcp } from "./tcp.ts";
import type { Transport } from "../endpoint/transport.ts";
import { Unix } from "./unix.ts";

const transports: ReadonlyMap<number, Transport> = new Map<number, Transport>([
  [AF_UNSPEC, new Tcp(AF_UNSPEC)],
  [AF_INET, new Tcp(AF_INET)],
  [AF_INET6, new Tcp(AF_INET6)],
  [AF_UNIX, new Unix()],
]);

/** Makes two streams that are connected to each other. */
export async function pairStreams(
  family: number | undefined,
  type: number,
  proto: number,
  wait: Wait | undefined,
): Promise<[StreamSocket, StreamSocket]> {
  const one = openStream(family ?? AF_INET, type, proto);
  const other = openStream(one.family, type, proto);
  wait?.signal?.throwIfAborted();
  const pairing = connectPair(one, other);
  try {
    const subject = "a socket pair";
    await withDeadline(pairing, wait, { syscall: "socketpair", subject });
  } catch (error) {
    // What is still on its way is closed when it has come.
    const close = () => Promise.all([one.close(), other.close()]);
    pairing.then(close, close);
    throw error;
  }
  return [one, other];
}

/** Takes over a stream: by the number of its descriptor, or Deno's own object for it. */
export function adoptStream(
  resource: unknown,
  family: number | undefined,
  type: number | undefined,
  proto: number | undefined,
): StreamSocket {
  return typeof resource === "number"
    ? adoptDescriptor(resource, family, type, proto)
    : adoptResource(resource, family, type, proto);
}

/** Takes a descriptor of a stream socket over, by `node:net`. */
function adoptDescriptor(
  descriptor: number,
  family: number | undefined,
  type: number = SOCK_STREAM,
  proto = 0,
): StreamSocket {
  if (type === SOCK_DGRAM) {
    throw unsupported({
      code: "EOPNOTSUPP",
      syscall: "fromfd",
      subject: `descriptor ${descriptor} as a datagram socket`,
    });
  }
  if (isUnixDescriptor(descriptor)) {
    if ((family ?? AF_UNIX) !== AF_UNIX) throw otherFamily(AF_UNIX, family);
    const { transport } = openStream(AF_UNIX, type, proto);
    return new DescriptorSocket(descriptor, transport, AF_UNIX, type, proto);
  }
  const resource = openTcpDescriptor(descriptor);
  try {
    return adoptResource(resource, family, type, proto);
  } catch (error) {
    resource.close();
    throw error;
  }
}

/** Takes a connection or a listener over. */
function adoptResource(
  resource: unknown,
  family: number | undefined,
  type: number | undefined,
  proto: number | undefined,
): StreamSocket {
  const { addr, localAddr } = (resource ?? {}) as {
    addr?: Deno.Addr;
    localAddr?: Deno.Addr;
  };
  const its = addr ?? localAddr;
  const actual = its === undefined
    ? undefined
    : its.transport === "unix"
    ? AF_UNIX
    : its.transport !== "tcp"
    ? undefined
    : its.hostname.includes(":")
    ? AF_INET6
    : AF_INET;
  if (actual === undefined) {
    throw osError({
      code: "ENOTSOCK",
      syscall: "fromfd",
      subject: "what is no Deno.Conn or Deno.Listener of TCP or Unix",
    });
  }
  if ((family ?? actual) !== actual) throw otherFamily(actual, family);
  const socket = openStream(actual, type ?? SOCK_STREAM, proto ?? 0);
  if (addr !== undefined) {
    socket.hold(resource as Listener);
    socket.listen(undefined);
  } else socket.establish(resource as Conn);
  return socket;
}

function otherFamily(actual: number, family: number | undefined): OSError {
  return osError({
    code: "EAFNOSUPPORT",
    syscall: "fromfd",
    subject: `a socket of family ${actual} as one of family ${family}`,
  });
}

/** Refuses, in the kernel's words, what the sandbox has no streams for. */
export function openStream(
  family: number,
  type: number,
  proto: number,
): StreamSocket {
  const transport = transports.get(family);
  const subject =
    `a socket of family ${family}, type ${type}, protocol ${proto}`;
  const fail = (code: string) =>
    unsupported({ code, syscall: "socket", subject });
  if (transport === undefined) throw fail("EAFNOSUPPORT");
  const internet = family !== AF_UNIX;
  const own = internet ? IPPROTO_TCP : AF_UNIX;
  if (type < 0 || type > 10 || proto < 0 || proto > 262) throw fail("EINVAL");
  if (type === SOCK_STREAM && (proto === 0 || proto === own)) {
    return new StreamSocket(transport, family, type, proto);
  }
  const wrongProtocol = type === SOCK_STREAM ||
    (internet && type === SOCK_RAW && proto === 0);
  throw fail(wrongProtocol ? "EPROTONOSUPPORT" : "ESOCKTNOSUPPORT");
}

/** Connects two sockets through a listener that is theirs alone. */
async function connectPair(
  one: StreamSocket,
  other: StreamSocket,
): Promise<void> {
  const { transport, family } = one;
  const here = family === AF_UNIX
    ? `\0${crypto.randomUUID()}`
    : family === AF_INET6
    ? ["::1", 0, 0, 0] as [string, number, number, number]
    : ["127.0.0.1", 0] as [string, number];
  const { signal } = new AbortController();
  try {
    const listener = transport.listen(here, {
      backlog: undefined,
      reusePort: false,
    });
    try {
      const address = transport.address(listener.addr);
      one.establish(await transport.connect(address, undefined, true, signal));
      while (other.conn === undefined) {
        const conn = await listener.accept();
        // Somebody else may have found the port first.
        if (isPeer(conn, one)) other.establish(conn);
        else conn.close();
      }
    } finally {
      listener.close();
    }
  } catch (error) {
    throw translate(
      error,
      { syscall: "socketpair", subject: "a socket pair" },
      family === AF_UNIX
        ? "--allow-net"
        : `--allow-net=${family === AF_INET6 ? "[::1]" : here[0]}`,
    );
  }
}

function isPeer(conn: Conn, { conn: other, family }: StreamSocket): boolean {
  return family === AF_UNIX ||
    (conn.remoteAddr as Deno.NetAddr).port ===
      (other!.localAddr as Deno.NetAddr).port;
}
