import type { AddressInput, AddressOf } from "./address.ts";
import { checkAddress } from "./check_address.ts";
import { checkInt } from "./arguments.ts";
import {
  AF_INET,
  AF_INET6,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOCK_STREAM,
  SOL_SOCKET,
} from "./constants/mod.ts";
import type { InetFamily } from "./constants/family.ts";
import type { Driver } from "./driver.ts";
import { driverFor } from "./drivers.ts";
import { OSError } from "./errors.ts";
import { Socket, socketOver } from "./socket.ts";

/** Options of {@linkcode createServer}. */
export interface CreateServerOptions<F extends number = InetFamily> {
  /**
   * The address family.
   * @default {AF_INET}
   */
  family?: F;
  /** How many connections may wait to be accepted; the system's default if omitted. */
  backlog?: number;
  /**
   * Whether several sockets may listen on the port; the sandbox needs
   * `--unstable-net` for it.
   * @default {false}
   */
  reusePort?: boolean;
  /**
   * Whether an `AF_INET6` server also accepts IPv4 connections.
   * @default {false}
   */
  dualstackIpv6?: boolean;
  /** The driver to use; the program's default driver if omitted. */
  driver?: Driver;
}

/** Whether this library supports IPv6; Python's `socket.has_ipv6`. */
export const hasIpv6: boolean = true;

/**
 * Creates a TCP server: a socket that is bound to an address and listens.
 *
 * @param address The local address; port 0 picks a free port, host "" means all
 * interfaces.
 * @param options `family`, `backlog`, `reusePort`, `dualstackIpv6`, `driver`.
 * @returns The listening socket.
 * @throws {OSError} EADDRINUSE if another socket has the address, EADDRNOTAVAIL
 * if it is not an address of this machine, ENOPROTOOPT if the driver does not
 * support `reusePort`.
 * @throws {PermissionError} EACCES if permission is not granted; the message
 * names the flag.
 * @throws {RangeError} If `dualstackIpv6` is set for a family other than
 * `AF_INET6`, or the system does not support it.
 *
 * @example Usage
 * ```ts
 * import { createServer } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using server = createServer(["127.0.0.1", 0], { backlog: 16 });
 * assertEquals(server.getsockname()[0], "127.0.0.1");
 * ```
 *
 * Port of [`socket.create_server`](https://docs.python.org/3/library/socket.html#socket.create_server).
 */
export function createServer<F extends number = InetFamily>(
  address: AddressInput<AddressOf<F>>,
  options: CreateServerOptions<F> = {},
): Socket<AddressOf<F>, null> {
  const { backlog, reusePort, dualstackIpv6 } = options;
  const family: number = options.family ?? AF_INET;
  const driver = driverFor(options.driver);
  const local = checkAddress<AddressOf<F>>("createServer", family, address);
  if (backlog !== undefined) checkInt("createServer", "backlog", backlog);
  if (dualstackIpv6 && (family !== AF_INET6 || !hasDualstackIpv6({ driver }))) {
    throw new RangeError(
      family === AF_INET6
        ? "Cannot createServer: dualstackIpv6 is not supported on this system"
        : "Cannot createServer: dualstackIpv6 requires family AF_INET6",
    );
  }
  const endpoint = driver.open(family, SOCK_STREAM, 0);
  const server = socketOver<AddressOf<F>, null>(endpoint, driver);
  try {
    server.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
    if (reusePort) server.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1);
    if (family === AF_INET6) {
      server.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, dualstackIpv6 ? 0 : 1);
    }
    endpoint.bind(local, backlog);
    server.listen(backlog);
    return server;
  } catch (error) {
    server.close();
    throw error;
  }
}

/**
 * Tells whether one IPv6 socket can also accept IPv4 connections.
 *
 * @param options `driver`: the driver to use; the program's default driver if
 * omitted.
 * @returns Whether {@linkcode createServer} supports `dualstackIpv6`.
 *
 * @example Usage
 * ```ts
 * import { hasDualstackIpv6, hasIpv6 } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(hasDualstackIpv6(), hasIpv6);
 * ```
 *
 * Port of [`socket.has_dualstack_ipv6`](https://docs.python.org/3/library/socket.html#socket.has_dualstack_ipv6).
 */
export function hasDualstackIpv6(options: { driver?: Driver } = {}): boolean {
  try {
    using probe = new Socket(AF_INET6, SOCK_STREAM, 0, options);
    probe.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 0);
    return true;
  } catch (error) {
    if (error instanceof OSError) return false;
    throw error;
  }
}
