import { quoteAddress } from "../address.ts";
import type { Address, Inet6Address, InetAddress } from "../address.ts";
import { AF_INET6, AF_UNSPEC } from "../constants/mod.ts";
import { osError } from "../errors.ts";
import type { Listener } from "../endpoint/acceptor.ts";
import type { Conn } from "../endpoint/stream_transport.ts";
import { isNetGranted, netFlag } from "../permissions.ts";
import { hostFor, otherFamily } from "./deno_address.ts";
import { nodeConnect } from "../endpoint/node_stream.ts";
import type { ListenOptions, Transport } from "../endpoint/transport.ts";

type NetAddress = InetAddress | Inet6Address;

/** TCP over IPv4, IPv6 or, to connect by name, either; by `Deno.listen` and `Deno.connect`. */
export class Tcp implements Transport {
  readonly #family: number;
  readonly any: NetAddress;
  readonly wrongState = {
    recv: "ENOTCONN",
    send: "EPIPE",
    shutdown: "ENOTCONN",
    listen: undefined,
    connect: "EISCONN",
  };
  readonly instant = false;
  readonly connectsFrom = true;

  /** TCP of `AF_INET`, `AF_INET6` or `AF_UNSPEC`. */
  constructor(family: number) {
    this.#family = family;
    this.any = family === AF_INET6 ? ["::", 0, 0, 0] : ["0.0.0.0", 0];
  }

  listen(address: NetAddress, options: ListenOptions): Listener {
    const hostname = hostFor(this.#family, "bind", address);
    const open = (hostname: string) =>
      Deno.listen({
        hostname,
        port: address[1],
        ...(options.reusePort ? { reusePort: true } : undefined),
        ...(options.backlog === undefined
          ? undefined
          : { tcpBacklog: Math.max(0, options.backlog) }),
      });
    const listener = open(hostname);
    if (this.#isOurs(listener.addr as Deno.NetAddr)) return listener;
    // A name whose first address is of the other family.
    listener.close();
    if (hostname !== "localhost") throw otherFamily("bind", address);
    return open(this.#family === AF_INET6 ? "::1" : "127.0.0.1");
  }

  async connect(
    address: NetAddress,
    from: NetAddress | undefined,
    _patient: boolean,
    signal: AbortSignal,
  ): Promise<Conn> {
    const hostname = hostFor(this.#family, "connect", address);
    const port = address[1];
    // Deno refuses port 0 as misuse; the kernel's word for it is this.
    if (port === 0) {
      throw osError({ code: "ECONNREFUSED", syscall: "connect", address });
    }
    const isSix = this.#family === AF_INET6 ||
      (this.#family === AF_UNSPEC && from?.[0].includes(":"));
    const one = { host: hostname, port, family: isSix ? 6 : 4 } as const;
    if (from !== undefined) {
      checkGrant(from);
      return await nodeConnect({
        ...one,
        localAddress: from[0],
        localPort: from[1],
      }, signal);
    }
    const conn = await Deno.connect({
      hostname,
      port,
      signal: aTurnLater(signal),
    });
    if (this.#isOurs(conn.remoteAddr)) return conn;
    // A name that has an address of the other family, which Deno likes better.
    conn.close();
    return await nodeConnect(one, signal);
  }

  address(addr: Deno.Addr, asked?: Address): Address {
    const { hostname, port } = addr as Deno.NetAddr;
    if (!hostname.includes(":")) return [hostname, port];
    // Deno leaves the scope out; it is that of the address asked for.
    const isLocal = /^fe[89ab]/i.test(hostname);
    return [hostname, port, 0, isLocal ? (asked as Inet6Address)?.[3] ?? 0 : 0];
  }

  #isOurs(addr: Deno.NetAddr): boolean {
    return this.#family === AF_UNSPEC ||
      addr.hostname.includes(":") === (this.#family === AF_INET6);
  }
}

/**
 * A connection that is made just when its signal aborts is lost, open, in the
 * runtime (Deno 2.9); a turn later it has either arrived, and is closed, or
 * not been made.
 */
function aTurnLater(signal: AbortSignal): AbortSignal {
  const later = new AbortController();
  signal.addEventListener("abort", () => {
    setImmediate(() => later.abort(signal.reason));
  }, { once: true });
  return later.signal;
}

/**
 * node:net asks for its local port too late for anyone to catch the refusal
 * (Deno 2.9), so that it would end the process.
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
