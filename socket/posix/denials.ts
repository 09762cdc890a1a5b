import type { Address, InetAddress, UnixAddress } from "../address.ts";
import { decodePath, quoteAddress } from "../address.ts";
import { AF_ALG, AF_NETLINK, AF_UNIX, AF_VSOCK } from "../constants/mod.ts";
import { type OSError, osError } from "../errors.ts";
import { isDenied, isNetDenied } from "../permissions.ts";
import { libc } from "./libc.ts";
import { formatIpv4 } from "../text/ip_address.ts";
import { hostOf, isInternet, unpackInternet } from "./sockaddr/internet.ts";
import { lastError } from "./syscall.ts";

// FFI is outside of Deno's sandbox: no net permission stops it. So the driver
// asks for itself, and honours what `--deny-net`, `--deny-read` and
// `--deny-write` refuse. A missing grant refuses nothing: permission for libc is
// permission for all that libc can do.

// Of <linux/limits.h>.
const PATH_MAX = 4096;

// Families whose addresses are of this machine's kernel.
const LOCAL: readonly number[] = [AF_ALG, AF_NETLINK];

/**
 * Throws if a flag refuses an address, in whatever form the program wrote it.
 *
 * @param packed The address as the kernel gets it.
 * @throws {PermissionError} EACCES.
 */
export function refuseDenied(
  call: string,
  family: number,
  address: Address,
  packed: Uint8Array<ArrayBuffer>,
): void {
  const refused = isInternet(family)
    ? refusedInternet(call, address, packed)
    : family === AF_UNIX
    ? refusedUnix(address as UnixAddress)
    : family === AF_VSOCK
    ? refusedVsock(address)
    : LOCAL.includes(family)
    ? undefined
    : refusedAll();
  if (refused !== undefined) throw denied(call, address, refused);
}

/** Throws if `--deny-net` refuses to look a name up, to connect to the port if one is given. */
export function refuseDeniedName(
  call: string,
  host: string,
  port?: number,
): void {
  if (host === "") return;
  if (isNetDenied(host)) {
    throw denied(call, host, `--deny-net refuses "${host}"`);
  }
  if (port !== undefined && isNetDenied(host, port)) {
    const address: Address = [host, port];
    throw denied(call, host, `--deny-net refuses ${quoteAddress(address)}`);
  }
}

function refusedInternet(
  call: string,
  address: Address,
  packed: Uint8Array<ArrayBuffer>,
): string | undefined {
  const view = new DataView(packed.buffer);
  const [numeric, port] = unpackInternet(view);
  const [host] = address as InetAddress;
  // What binds to all addresses has asked for none in particular, as with Deno.
  const isOwn = call === "bind" || call === "listen";
  const others = isOwn && isAny(hostOf(view)) ? [] : aliases(hostOf(view));
  const hosts = new Set([host, numeric, ...others]);
  for (const each of hosts) {
    if (each !== "" && isNetDenied(each, port)) {
      return `--deny-net refuses ${quoteAddress([each, port])}`;
    }
  }
  return undefined;
}

function isZero(byte: number): boolean {
  return byte === 0;
}

/** Tells whether a host stands for all addresses. */
function isAny(host: Uint8Array): boolean {
  return (isMapped(host) ? host.subarray(12) : host).every(isZero);
}

/** Tells whether an IPv6 host stands for an IPv4 one. */
function isMapped(host: Uint8Array): boolean {
  return host.length === 16 && host.subarray(0, 10).every(isZero) &&
    host[10] === 255 && host[11] === 255;
}

/** Lists the other numbers by which the kernel reaches the same host. */
function aliases(host: Uint8Array): string[] {
  if (host.every(isZero)) {
    return host.length === 4 ? ["127.0.0.1"] : ["127.0.0.1", "::1"];
  }
  if (!isMapped(host)) return [];
  const ipv4 = host.subarray(12);
  return [formatIpv4(ipv4), ...aliases(ipv4)];
}

function refusedUnix(address: UnixAddress): string | undefined {
  if (address.length === 0) return undefined;
  // A denial of a folder holds for whatever bytes follow.
  const text = decodePath(address) ??
    new TextDecoder().decode(address as Uint8Array);
  if (text.startsWith("\0")) return refusedAll();
  // The kernel takes a path up to its first NUL.
  const [path] = text.split("\0");
  const absolute = path.startsWith("/") ? path : `${workingFolder()}/${path}`;
  if (isDenied({ name: "net", host: `unix:${absolute}` })) {
    return `--deny-net refuses "unix:${path}"`;
  }
  for (const name of ["read", "write"] as const) {
    if (isDenied({ name, path: absolute })) {
      return `--deny-${name} refuses "${path}"`;
    }
  }
  return undefined;
}

/** Returns the folder that relative paths begin at; `Deno.cwd` would need a grant. */
function workingFolder(): string {
  const path = new Uint8Array(PATH_MAX);
  if (libc().getcwd(path, BigInt(path.length)) === 0n) {
    throw lastError({ syscall: "getcwd" });
  }
  return new TextDecoder().decode(path.subarray(0, path.indexOf(0)));
}

/** Refuses what no flag can name. */
function refusedAll(): string | undefined {
  return isDenied({ name: "net" }) ? "--deny-net refuses it" : undefined;
}

function refusedVsock(address: Address): string | undefined {
  const host = `vsock:${(address as number[]).join(":")}`;
  return isDenied({ name: "net", host })
    ? `--deny-net refuses "${host}"`
    : undefined;
}

function denied(call: string, address: Address, hint: string): OSError {
  const cause = new Deno.errors.NotCapable(hint);
  return osError({ code: "EACCES", syscall: call, address, hint, cause });
}
