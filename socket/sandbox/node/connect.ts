import type { Socket as NetSocket } from "node:net";
import type { Address } from "../../address.ts";
import { NodeStream } from "../../endpoint/node_stream.ts";
import type { Connection } from "../../endpoint/stream_transport.ts";
import { addressOf, isLoopback } from "../deno_address.ts";

/** Options of `net.connect`. */
export interface NodeConnectOptions {
  /** Host name or number. */
  host: string;
  /** Port. */
  port: number;
  /** 4 or 6: which addresses of the host to try. */
  family: 4 | 6;
  /** The local address to connect from. */
  localAddress?: string;
  /** The local port to connect from. */
  localPort?: number;
}

/**
 * Connects by `node:net`, which can do two things that `Deno.connect` cannot:
 * connect from a given local address, and use only one family.
 */
export function nodeConnect(
  options: NodeConnectOptions,
  signal: AbortSignal,
): Promise<Connection> {
  // Imported on first use, because `node:` modules cost start-up time.
  const net = globalThis.process.getBuiltinModule("node:net");
  return new Promise((resolve, reject) => {
    const socket: NetSocket = net.connect({ ...options, allowHalfOpen: true });
    const settle = () => {
      signal.removeEventListener("abort", abort);
      socket.off("error", fail);
      socket.off("connect", connected);
    };
    const fail = (error: unknown) => {
      settle();
      socket.destroy();
      reject(error);
    };
    const abort = () => {
      socket.on("error", () => {});
      fail(signal.reason);
    };
    const connected = () => {
      settle();
      resolve(nodeConnection(socket));
    };
    socket.once("error", fail);
    socket.once("connect", connected);
    signal.addEventListener("abort", abort);
  });
}

// Milliseconds to wait before each new attempt: Linux reuses the ports of a
// closed connection after a second, if not at once.
const RETRIES = [10, 20, 40, 80, 160, 320, 640];

/**
 * Connects from a local address, and waits while an earlier connection from it
 * to the same peer ends.
 */
export async function nodeConnectFrom(
  options: NodeConnectOptions,
  signal: AbortSignal,
): Promise<Connection> {
  for (const delay of RETRIES) {
    try {
      return await nodeConnect(options, signal);
    } catch (error) {
      if (!isTaken(error, options)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, delay));
    signal.throwIfAborted();
  }
  return await nodeConnect(options, signal).catch((error) => {
    if (!isTaken(error, options)) throw error;
    throw Object.assign(error, { code: "EADDRNOTAVAIL" });
  });
}

/**
 * Tells whether another connection has the two ports: node reports that as
 * EINVAL (Deno 2.9). Only between the loopback interface and another machine
 * is EINVAL the kernel's own answer.
 */
function isTaken(
  error: unknown,
  { host, localAddress = "" }: NodeConnectOptions,
): boolean {
  const { code } = error as { code?: unknown };
  const isLocal = isLoopback(host) || host === "0.0.0.0" || host === "::";
  return code === "EINVAL" && (isLocal || !isLoopback(localAddress));
}

/**
 * Describes a connection of `node:net`; for a Unix socket, whose addresses node
 * does not know, they are "".
 */
export function nodeConnection(
  socket: NetSocket,
  isUnix = false,
): Connection {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  const conn = new NodeStream(socket);
  const resource = undefined;
  if (isUnix) return { conn, local: "", peer: "", resource };
  const local = netAddress(localAddress, localPort);
  const peer = netAddress(remoteAddress, remotePort);
  return { conn, local, peer, resource };
}

function netAddress(hostname = "", port = 0): Address {
  return addressOf({ transport: "tcp", hostname, port });
}
