import { AF_INET, AF_INET6, AF_UNIX, Socket } from "../../socket/mod.ts";
import type { Driver } from "../../socket/mod.ts";

/** A kind of stream, and how a plain peer speaks it, without this library. */
export interface Transport {
  /** How test names call it. */
  readonly name: string;
  readonly family: number;
  /** An address to bind that nothing else uses. */
  fresh(): [string, number] | string;
  /** Connects a plain peer. */
  connect(address: unknown): Promise<Deno.Conn>;
  /** Lets a plain peer listen; returns the address in this library's form. */
  listen(
    backlog?: number,
  ): { listener: Deno.Listener; address: [string, number] | string };
  /** Connects a socket of ours and a plain peer, if that is done in another way. */
  connected?(
    driver: Driver,
  ): Promise<readonly [ours: Socket, peer: Deno.Conn]>;
  /** Whether what a plain peer writes may come only after what it wrote before was confirmed. */
  readonly isDelayed?: boolean;
  /** Lets a plain peer listen that takes one connection and resets it; TCP only. */
  resetting?(): Promise<
    { address: [string, number]; reset(): Promise<void> }
  >;
}

/** The folder for the paths of Unix sockets; it goes when the process ends. */
export const folder: string = Deno.makeTempDirSync({ prefix: "socket-" });
globalThis.addEventListener("unload", () => {
  Deno.removeSync(folder, { recursive: true });
});

let paths = 0;

function internet(name: string, family: number, hostname: string): Transport {
  return {
    name,
    family,
    fresh: () => [hostname, 0],
    connect(address) {
      const [hostname, port] = address as [string, number];
      return Deno.connect({ hostname, port });
    },
    listen(tcpBacklog) {
      const listener = Deno.listen({ hostname, port: 0, tcpBacklog });
      return { listener, address: [hostname, listener.addr.port] };
    },
    async resetting() {
      const net = await import("node:net");
      const server = net.createServer();
      await new Promise<void>((resolve) =>
        server.listen({ host: hostname, port: 0 }, resolve)
      );
      const accepted = new Promise<import("node:net").Socket>((resolve) =>
        server.once("connection", resolve)
      );
      const { port } = server.address() as { port: number };
      return {
        address: [hostname, port],
        async reset() {
          (await accepted).resetAndDestroy();
          await new Promise((resolve) => server.close(resolve));
        },
      };
    },
  };
}

const unix: Transport = {
  name: "Unix",
  family: AF_UNIX,
  fresh: () => `${folder}/${paths++}`,
  connect: (path) => Deno.connect({ transport: "unix", path: path as string }),
  listen() {
    const path = `${folder}/${paths++}`;
    return {
      listener: Deno.listen({ transport: "unix", path }),
      address: path,
    };
  },
};

function canBind(hostname: string): boolean {
  try {
    Deno.listen({ hostname, port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

/** Whether this machine has IPv6. */
export const hasIpv6Here: boolean = canBind("::1");

const v6 = internet("TCP over IPv6", AF_INET6, "::1");

/** The kinds of stream over loopback, where plain Deno is the peer. */
export const transports: readonly Transport[] = [
  internet("TCP", AF_INET, "127.0.0.1"),
  ...(hasIpv6Here ? [v6] : []),
  ...(Deno.build.os === "windows" ? [] : [unix]),
];

/** Connects a socket of ours to a plain Deno connection; both close at the end of the block. */
export async function connected(
  transport: Transport,
  driver: Driver,
): Promise<{ ours: Socket; peer: Deno.Conn } & AsyncDisposable> {
  const [ours, peer] = await (transport.connected?.(driver) ??
    connectedTo(transport, driver));
  return {
    ours,
    peer,
    async [Symbol.asyncDispose]() {
      peer[Symbol.dispose]();
      await ours[Symbol.asyncDispose]();
    },
  };
}

/** Connects a socket of ours to a plain peer that listens. */
export async function connectedTo(
  transport: Transport,
  driver: Driver,
): Promise<readonly [ours: Socket, peer: Deno.Conn]> {
  const { listener, address } = transport.listen();
  const ours = new Socket(transport.family, undefined, 0, { driver });
  const [peer] = await Promise.all([
    listener.accept(),
    ours.connect(address as never),
  ]);
  listener.close();
  return [ours as Socket, peer];
}

/** Makes a listening socket of ours. */
export function listening(transport: Transport, driver: Driver): Socket {
  const ours = new Socket(transport.family, undefined, 0, { driver });
  ours.bind(transport.fresh() as never);
  ours.listen();
  return ours;
}

/** Encodes a text. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Decodes a text. */
export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Writes all of it to a plain connection. */
export async function writeAll(
  conn: Deno.Conn,
  data: Uint8Array,
): Promise<void> {
  for (let sent = 0; sent < data.length;) {
    sent += await conn.write(data.subarray(sent));
  }
}

/** Reads a plain connection to its end. */
export async function readAll(conn: Deno.Conn): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const buffer = new Uint8Array(65536);
  for (let count; (count = await conn.read(buffer)) !== null;) {
    parts.push(buffer.slice(0, count));
  }
  return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
}

/** Lets the event loop turn until what is on its way over loopback has come. */
export function arrival(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
