import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import {
  TCPServer,
  ThreadingTCPServer,
  ThreadingUnixStreamServer,
  UnixStreamServer,
} from "../../server/mod.ts";
import type { InetAddress, Socket } from "../../socket/mod.ts";
import { openSockets } from "./open_files.ts";
import { readAll, type Transport, transports } from "./peers.ts";

/** What their handlers are given. */
export type Connection = Socket<InetAddress, null>;

/** A class of servers of streams, and how plain Deno reaches it. */
export interface ServerKind {
  /** How test names call it. */
  readonly name: string;
  /** Whether each request has a task of its own. */
  readonly threading: boolean;
  /** The class; it takes addresses of its own kind, whatever its type says. */
  readonly Server: typeof ThreadingTCPServer;
  readonly transport: Transport;
}

function kind(
  { name }: { name: string },
  Server: unknown,
  transport: Transport,
): ServerKind {
  return {
    name,
    threading: name.startsWith("Threading"),
    Server: Server as typeof ThreadingTCPServer,
    transport,
  };
}

const tcp = transports.find(({ name }) => name === "TCP")!;
const unix = transports.find(({ name }) => name === "Unix");

/** Plain and threading servers, of TCP and, where there is such a thing, of Unix sockets. */
export const serverKinds: readonly ServerKind[] = [
  kind(TCPServer, TCPServer, tcp),
  kind(ThreadingTCPServer, ThreadingTCPServer, tcp),
  ...(unix === undefined ? [] : [
    kind(UnixStreamServer, UnixStreamServer, unix),
    kind(ThreadingUnixStreamServer, ThreadingUnixStreamServer, unix),
  ]),
];

/** Those that handle each request in a task of its own. */
export const threadingKinds: readonly ServerKind[] = serverKinds.filter((
  { threading },
) => threading);

/** Those that handle one request at a time. */
export const plainKinds: readonly ServerKind[] = serverKinds.filter((
  { threading },
) => !threading);

/** Connects many plain clients; they close at the end of the block. */
export async function connectAll(
  { transport }: ServerKind,
  { serverAddress }: { serverAddress: unknown },
  count: number,
): Promise<Deno.Conn[] & Disposable> {
  const conns: Deno.Conn[] = [];
  for (let i = 0; i < count; i++) {
    conns.push(await connect(transport, serverAddress));
  }
  return Object.assign(conns, {
    [Symbol.dispose]() {
      for (const conn of conns) conn[Symbol.dispose]();
    },
  });
}

/** Connects; where the queue of a Unix listener is full Deno does not wait for room in it. */
async function connect(
  transport: Transport,
  address: unknown,
): Promise<Deno.Conn> {
  for (;;) {
    try {
      return await transport.connect(address);
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      await delay(1);
    }
  }
}

/** Reads a plain connection until it ends, well or badly. */
export async function readToEnd(conn: Deno.Conn): Promise<string> {
  try {
    return new TextDecoder().decode(await readAll(conn));
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionReset) return "";
    throw error;
  }
}

/**
 * Does something, after which no socket may stay open that was not open before. A
 * socket of another test file, which shares the process, does not stay.
 */
export async function leavesNothingOpen(
  act: () => Promise<void>,
): Promise<void> {
  const before = openSockets();
  await act();
  let left = openSockets().filter((each) => !before.includes(each));
  for (let i = 0; i < 100 && left.length > 0; i++) {
    // Deno closes one turn of its event loop later, the peer's one after that.
    await new Promise((resolve) => setTimeout(resolve, 20));
    const open = openSockets();
    left = left.filter((each) => open.includes(each));
  }
  assertEquals(left, []);
}
