import {
  type Address,
  type Inet6Address,
  type InetAddress,
  quoteAddress,
} from "../address.ts";
import { AF_INET6 } from "../constants/mod.ts";
import type {
  Connection,
  ListenOptions,
  StreamTransport,
} from "../endpoint/stream_transport.ts";
import { osError } from "../errors.ts";
import { isNetDenied, isNetGranted, netFlag } from "../permissions.ts";
import { parseIpv4Loose, parseIpv6 } from "../text/ip_address.ts";
import {
  addressOf,
  denoHost,
  familyOf,
  localhost,
  otherFamily,
} from "./deno_address.ts";
import { connectionOf, DenoListener } from "./deno_stream.ts";
import { DRIVER, translate } from "./errors.ts";
import { nodeConnect, nodeConnectFrom } from "./node/connect.ts";
import { openSignalPair } from "./signal_pair.ts";

type NetAddress = InetAddress | Inet6Address;

// The bytes of "any host", in IPv4, IPv6 and mapped, and what each connects to.
const loopbacks: ReadonlyMap<string, string> = new Map([
  [new Uint8Array(4).join("."), "127.0.0.1"],
  [new Uint8Array(16).join("."), "::1"],
  [[...new Uint8Array(10), 255, 255, 0, 0, 0, 0].join("."), "127.0.0.1"],
]);

/** TCP over IPv4 or IPv6, by `Deno.listen` and `Deno.connect`. */
export class Tcp implements StreamTransport {
  readonly driver = DRIVER;
  readonly any: NetAddress;
  readonly wrongState = {
    recv: "ENOTCONN",
    send: "EPIPE",
    shutdown: "ENOTCONN",
    listen: undefined,
    connect: "EISCONN",
  };
  readonly connectsSynchronously = false;
  readonly connectsFrom = true;
  readonly explain = translate;
  readonly #family: number;

  /** TCP of `AF_INET` or `AF_INET6`. */
  constructor(family: number) {
    this.#family = family;
    this.any = family === AF_INET6 ? ["::", 0, 0, 0] : ["0.0.0.0", 0];
  }

  /**
   * Without the flag, Deno ends the process if the option is set;
   * `listenDatagram` exists only with the flag (Deno 2.9).
   */
  get reusePortHint(): string | undefined {
    return Deno.listenDatagram === undefined
      ? "run again with --unstable-net"
      : undefined;
  }

  peerOf(conn: Partial<Deno.Conn>, local: Address): Address | undefined {
    return conn.remoteAddr && addressOf(conn.remoteAddr, local);
  }

  listen(address: NetAddress, options: ListenOptions): DenoListener {
    openSignalPair();
    const hostname = denoHost(this.#family, "bind", address);
    const open = (hostname: string) =>
      Deno.listen({
        hostname,
        port: address[1],
        ...(options.reusePort ? { reusePort: true } : undefined),
        ...(options.backlog === undefined
          ? undefined
          : { tcpBacklog: Math.max(0, options.backlog) }),
      });
    let listener = open(hostname);
    if (familyOf(addressOf(listener.addr)) !== this.#family) {
      // The name's first address has the other family.
      listener.close();
      const number = localhost(this.#family, hostname);
      if (number === undefined) throw otherFamily("bind", address);
      listener = open(number);
    }
    return new DenoListener(listener, address, (backlog, local) => {
      const [host, , ...rest] = address;
      const port = local[1] as number;
      if (backlog === options.backlog || !isNetGranted(host, port)) {
        return undefined;
      }
      listener.close();
      const again = [host, port, ...rest] as unknown as NetAddress;
      try {
        return this.listen(again, { ...options, backlog });
      } catch (error) {
        throw translate(error, { syscall: "listen", address: again });
      }
    });
  }

  async connect(
    address: NetAddress,
    from: NetAddress | undefined,
    _retryWhileFull: boolean,
    signal: AbortSignal,
    needsKeepIdle = false,
  ): Promise<Connection> {
    const host = denoHost(this.#family, "connect", address);
    const port = connectable(address);
    checkAnyHost(host, address);
    const family = this.#family === AF_INET6 ? 6 : 4;
    if (from !== undefined) {
      const [localAddress, localPort] = from;
      checkGrant(from);
      const options = { host, port, family, localAddress, localPort } as const;
      return await nodeConnectFrom(options, signal);
    }
    if (needsKeepIdle) return await nodeConnect({ host, port, family }, signal);
    const conn = await denoConnect(host, port, signal);
    const connection = connectionOf(conn, address);
    if (familyOf(connection.peer) === this.#family) return connection;
    // Deno prefers the name's address of the other family.
    conn.close();
    return await nodeConnect({ host, port, family }, signal);
  }
}

/** Connects by name, in any family that the name has. */
export async function connectByName(
  address: Readonly<InetAddress>,
  signal: AbortSignal,
): Promise<Connection> {
  const port = connectable(address);
  return connectionOf(await denoConnect(address[0], port, signal));
}

function denoConnect(hostname: string, port: number, signal: AbortSignal) {
  return Deno.connect({ hostname, port, signal: aTurnLater(signal) });
}

/** Deno rejects port 0 as invalid; the kernel refuses it with ECONNREFUSED. */
function connectable(address: Readonly<NetAddress>): number {
  const [host, port] = address;
  if (port !== 0) return port;
  const to: Address = [host, port];
  throw osError({ code: "ECONNREFUSED", syscall: "connect", address: to });
}

/**
 * Refuses to connect to "any host", which is this machine, if `--deny-net`
 * refuses its loopback address: Deno does not look (Deno 2.9).
 */
function checkAnyHost(host: string, address: NetAddress): void {
  const bytes = parseIpv4Loose(host) ?? parseIpv6(host);
  const loopback = bytes && loopbacks.get(bytes.join("."));
  if (loopback === undefined || !isNetDenied(loopback, address[1])) return;
  throw osError({
    code: "EACCES",
    syscall: "connect",
    address,
    hint: `it is ${loopback}, which --deny-net refuses`,
  });
}

/**
 * If the signal aborts just as the connection is established, the runtime leaks
 * the connection (Deno 2.9). Aborting one turn later avoids that: the
 * connection has then either arrived, and is closed, or not been established.
 */
function aTurnLater(signal: AbortSignal): AbortSignal {
  const later = new AbortController();
  signal.addEventListener("abort", () => {
    setImmediate(() => later.abort(signal.reason));
  }, { once: true });
  return later.signal;
}

/**
 * node:net requests permission for its local port too late for a caller to
 * catch the refusal, which would end the process (Deno 2.9). So check it first.
 */
function checkGrant(address: NetAddress): void {
  const [host, port] = address;
  if (isNetGranted(host, port)) return;
  throw osError({
    code: "EACCES",
    syscall: "connect",
    subject: `from ${quoteAddress(address)}`,
    hint: `run again with ${netFlag([host])}`,
  });
}
