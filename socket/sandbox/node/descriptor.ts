// Takes over descriptors that the process was started with by `node:net`, which
// needs no permission.
import { POSIX, unsupported } from "../../endpoint/refusals.ts";
import type { Connection } from "../../endpoint/stream_transport.ts";
import { type OSError, osError } from "../../errors.ts";
import { descriptorKind } from "../errors.ts";
import { nodeConnection } from "./connect.ts";
import { NodeListener } from "./listener.ts";

/**
 * Opens a TCP descriptor. Node shows whether it listens: listening on a
 * connection fails without harming it.
 */
export function openTcpDescriptor(
  descriptor: number,
): NodeListener | Connection {
  return listenOn(descriptor) ?? connectionOf(descriptor, false);
}

/**
 * Tells whether a descriptor is a Unix stream; otherwise it is a TCP stream.
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
      `no stream socket is open there; ${POSIX} take others over`,
    );
  }
  if (kind === "UDP") {
    const subject = `descriptor ${descriptor}`;
    throw unsupported({ code: "EOPNOTSUPP", syscall: "fromfd", subject });
  }
  throw failure("ENOTSOCK", descriptor);
}

/**
 * Finds out what is open under a descriptor. Node has no call for that, but
 * binding a datagram socket to a descriptor of another kind fails, names the
 * kind and leaves the descriptor open (Deno 2.9 refuses datagram descriptors
 * too).
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

/** Listens on a descriptor; returns `undefined` if it is a connection. */
export function listenOn(descriptor: number): NodeListener | undefined {
  const net = globalThis.process.getBuiltinModule("node:net");
  const server = net.createServer({ allowHalfOpen: true });
  // The error arrives in a later turn and only says that the descriptor does
  // not listen.
  server.on("error", () => {});
  server.listen({ fd: descriptor });
  return server.listening ? new NodeListener(server) : undefined;
}

/** Takes over the descriptor of a connection. */
export function connectionOf(descriptor: number, isUnix: boolean): Connection {
  const net = globalThis.process.getBuiltinModule("node:net");
  try {
    const socket = new net.Socket({ fd: descriptor, allowHalfOpen: true });
    return nodeConnection(socket, isUnix);
  } catch (error) {
    // The descriptor was taken over or closed meanwhile.
    const subject = `descriptor ${descriptor}`;
    throw osError({ code: "EBADF", syscall: "fromfd", subject, cause: error });
  }
}

function failure(code: string, descriptor: number, hint?: string): OSError {
  const subject = `descriptor ${descriptor}`;
  return osError({ code, syscall: "fromfd", subject, hint });
}
