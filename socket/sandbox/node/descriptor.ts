// Descriptors that the process was started with, taken over by `node:net`, which
// asks for no permission.
import { unsupported } from "../../endpoint/refusals.ts";
import type { Connection } from "../../endpoint/stream_transport.ts";
import { type OSError, osError } from "../../errors.ts";
import { descriptorKind } from "../errors.ts";
import { nodeConnection } from "./connect.ts";
import { NodeListener } from "./listener.ts";

/**
 * Opens a descriptor of TCP. Node tells whether it listens: to listen on a
 * connection fails and does it no harm.
 */
export function openTcpDescriptor(
  descriptor: number,
): NodeListener | Connection {
  return listenOn(descriptor) ?? connectionOf(descriptor, false);
}

/**
 * Tells whether a descriptor is of a Unix stream; otherwise it is one of TCP.
 *
 * @throws {OSError} EBADF or ENOTSOCK if it is neither.
 */
export function isUnixDescriptor(descriptor: number): boolean {
  const kind = kindOf(descriptor);
  if (kind === "TCP" || kind === "PIPE") return kind === "PIPE";
  if (kind === "UNKNOWN") {
    throw failure(
      "EBADF",
      descriptor,
      "no stream socket is open there; the POSIX driver (@berkeley/socket/posix, --allow-ffi) takes others over",
    );
  }
  if (kind === "UDP") {
    const subject = `descriptor ${descriptor}`;
    throw unsupported({ code: "EOPNOTSUPP", syscall: "fromfd", subject });
  }
  throw failure("ENOTSOCK", descriptor);
}

/**
 * Asks node what is open under a descriptor. It has no call for that; but a
 * datagram socket that is to be bound to a descriptor of another kind says
 * which kind it is, and leaves it alone (Deno 2.9 refuses datagrams too).
 */
function kindOf(descriptor: number): string {
  const dgram = globalThis.process.getBuiltinModule("node:dgram");
  const probe = dgram.createSocket("udp4");
  try {
    probe.on("error", () => {});
    probe.bind({ fd: descriptor });
    return "UDP";
  } catch (error) {
    return descriptorKind(error);
  } finally {
    probe.close();
  }
}

/** Listens on a descriptor; `undefined` if it is of a connection. */
export function listenOn(descriptor: number): NodeListener | undefined {
  const net = globalThis.process.getBuiltinModule("node:net");
  const server = net.createServer({ allowHalfOpen: true });
  // The error comes in a later turn, and only says that it does not listen.
  server.on("error", () => {});
  server.listen({ fd: descriptor });
  return server.listening ? new NodeListener(server) : undefined;
}

/** Takes a descriptor of a connection over. */
export function connectionOf(descriptor: number, isUnix: boolean): Connection {
  const net = globalThis.process.getBuiltinModule("node:net");
  try {
    const socket = new net.Socket({ fd: descriptor, allowHalfOpen: true });
    return nodeConnection(socket, isUnix);
  } catch (error) {
    // It was taken over, or closed, meanwhile.
    const subject = `descriptor ${descriptor}`;
    throw osError({ code: "EBADF", syscall: "fromfd", subject, cause: error });
  }
}

function failure(code: string, descriptor: number, hint?: string): OSError {
  const subject = `descriptor ${descriptor}`;
  return osError({ code, syscall: "fromfd", subject, hint });
}
