import { type OSError, osError } from "../../errors.ts";
import type { Listener } from "../../endpoint/acceptor.ts";
import type { Conn } from "../../endpoint/stream_transport.ts";
import { descriptorKind, unsupported } from "../errors.ts";
import { NodeConn } from "../../endpoint/node_stream.ts";
import { NodeListener } from "./listener.ts";
import { StreamSocket } from "../../endpoint/stream_socket.ts";
import type { Transport } from "../../endpoint/transport.ts";

// The first of these calls tells what a Unix descriptor is.
const listenerCalls: readonly string[] = ["listen", "accept"];
const connectionCalls: readonly string[] = [
  "connect",
  "getpeername",
  "recv",
  "send",
  "shutdown",
];

/**
 * A Unix socket made of a descriptor that the process was started with, by
 * `node:net`, which asks for no permission.
 *
 * To listen on a connection closes it (Deno 2.9), so the first call that only a
 * listener, or only a connection, is for decides what it is.
 */
export class DescriptorSocket extends StreamSocket {
  #descriptor: number | undefined;

  /** Takes a descriptor over. */
  constructor(
    descriptor: number,
    transport: Transport,
    family: number,
    type: number,
    proto: number,
  ) {
    super(transport, family, type, proto);
    this.#descriptor = descriptor;
    this.local = "";
  }

  override decide(call: string): void {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) return;
    if (listenerCalls.includes(call)) {
      this.#descriptor = undefined;
      const listener = listenOn(descriptor);
      if (listener === undefined) {
        const subject = `on descriptor ${descriptor}`;
        const hint = "it is of a connection, or of no socket";
        throw osError({ code: "EINVAL", syscall: call, subject, hint });
      }
      this.hold(listener);
      super.listen(undefined);
    } else if (connectionCalls.includes(call)) {
      this.#descriptor = undefined;
      this.establish(connectionOf(descriptor, true));
    }
  }

  override giveAway(): unknown {
    return this.#descriptor !== undefined && this.handles === 1
      ? this.#descriptor
      : super.giveAway();
  }

  override close(): Promise<void> {
    // Node closes only what it has taken, as one or the other.
    try {
      this.decide("recv");
    } catch {
      // Somebody else has taken it, or closed it: there is nothing to close.
    }
    return super.close();
  }
}

/**
 * Opens a descriptor of TCP. Node tells whether it listens: to listen on a
 * connection fails and does it no harm.
 */
export function openTcpDescriptor(descriptor: number): Listener | Conn {
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
function listenOn(descriptor: number): Listener | undefined {
  const net = globalThis.process.getBuiltinModule("node:net");
  const server = net.createServer({ allowHalfOpen: true });
  // The error comes in a later turn, and only says that it does not listen.
  server.on("error", () => {});
  server.listen({ fd: descriptor });
  return server.listening ? new NodeListener(server) : undefined;
}

function connectionOf(descriptor: number, isUnix: boolean): Conn {
  const net = globalThis.process.getBuiltinModule("node:net");
  try {
    const socket = new net.Socket({ fd: descriptor, allowHalfOpen: true });
    return new NodeConn(socket, isUnix);
  } catch (error) {
    // It was taken over, or closed, in between.
    const subject = `descriptor ${descriptor}`;
    throw osError({ code: "EBADF", syscall: "fromfd", subject, cause: error });
  }
}

function failure(code: string, descriptor: number, hint?: string): OSError {
  const subject = `descriptor ${descriptor}`;
  return osError({ code, syscall: "fromfd", subject, hint });
}
