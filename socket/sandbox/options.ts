import {
  AF_INET6,
  AF_UNIX,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  SO_ACCEPTCONN,
  SO_DOMAIN,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_PROTOCOL,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_TYPE,
  SOL_SOCKET,
  TCP_NODELAY,
} from "../constants/mod.ts";
import { type OSError, osError } from "../errors.ts";
import type { Conn } from "./conn.ts";
import { constantName, unsupported } from "./errors.ts";

/** What the options of a stream socket are read from and written to. */
export interface StreamOptions {
  readonly family: number;
  readonly type: number;
  readonly proto: number;
  readonly listening: boolean;
  readonly bound: boolean;
  readonly conn: Conn | undefined;
  /** TCP_NODELAY; a listener's holds for the connections it accepts. */
  noDelay: boolean;
  /** SO_KEEPALIVE; likewise. */
  keepAlive: boolean;
  reusePort: boolean;
  v6only: boolean;
  /** The errno of a connection attempt that went on by itself; it is read once. */
  takeError(): number;
}

/** One option of a kind of socket; a table of them is all that the kind has. */
export interface Option<S extends { readonly family: number }> {
  readonly level: number;
  readonly name: number;
  /** Which sockets have it; all of them if it is left out. */
  readonly of?: (family: number) => boolean;
  /** Left out for what can only be set; bytes are given as they are. */
  readonly get?: (socket: S) => number | boolean | Uint8Array;
  /** Left out for what can only be read; gets the bytes as well as their integer. */
  readonly set?: (socket: S, value: number, bytes: Uint8Array) => void;
  /** How many bytes it takes at least; those of an `int` if it is left out. */
  readonly shortest?: number;
}

const isInternet = (family: number) => family !== AF_UNIX;

/** All that Deno honours on streams. */
const options: readonly Option<StreamOptions>[] = [
  { level: SOL_SOCKET, name: SO_TYPE, get: (socket) => socket.type },
  { level: SOL_SOCKET, name: SO_DOMAIN, get: (socket) => socket.family },
  {
    level: SOL_SOCKET,
    name: SO_PROTOCOL,
    get: ({ family, proto }) => isInternet(family) ? IPPROTO_TCP : proto,
  },
  { level: SOL_SOCKET, name: SO_ERROR, get: (socket) => socket.takeError() },
  {
    level: SOL_SOCKET,
    name: SO_ACCEPTCONN,
    get: (socket) => socket.listening,
  },
  {
    // Deno sets it on every TCP listener, and it means nothing to a Unix socket.
    level: SOL_SOCKET,
    name: SO_REUSEADDR,
    get: () => true,
    set(_, value) {
      if (value === 0) throw refused(SOL_SOCKET, SO_REUSEADDR, "ENOPROTOOPT");
    },
  },
  {
    level: SOL_SOCKET,
    name: SO_REUSEPORT,
    of: isInternet,
    get: (socket) => socket.reusePort,
    set(socket, value) {
      // Without the flag Deno ends the process at the option (Deno 2.9);
      // listenDatagram is there exactly where the flag is.
      if (value !== 0 && Deno.listenDatagram === undefined) {
        throw osError({
          code: "ENOPROTOOPT",
          syscall: "setsockopt",
          subject: "option SO_REUSEPORT",
          hint: "run again with --unstable-net",
        });
      }
      socket.reusePort = value !== 0;
    },
  },
  {
    level: SOL_SOCKET,
    name: SO_KEEPALIVE,
    get: (socket) => socket.keepAlive,
    set(socket, value) {
      socket.keepAlive = value !== 0;
      socket.conn?.setKeepAlive?.(socket.keepAlive);
    },
  },
  {
    level: IPPROTO_TCP,
    name: TCP_NODELAY,
    of: isInternet,
    get: (socket) => socket.noDelay,
    set(socket, value) {
      socket.noDelay = value !== 0;
      socket.conn?.setNoDelay?.(socket.noDelay);
    },
  },
  {
    level: IPPROTO_IPV6,
    name: IPV6_V6ONLY,
    of: (family) => family === AF_INET6,
    get: (socket) => socket.v6only,
    set(socket, value) {
      if (socket.bound) throw refused(IPPROTO_IPV6, IPV6_V6ONLY, "EINVAL");
      socket.v6only = value !== 0;
    },
  },
];

/** Reads an option of a stream; see {@linkcode readOption}. */
export function getStreamOption(
  socket: StreamOptions,
  level: number,
  name: number,
  size: number,
): Uint8Array {
  return readOption(options, socket, level, name, size);
}

/** Sets an option of a stream; see {@linkcode writeOption}. */
export function setStreamOption(
  socket: StreamOptions,
  level: number,
  name: number,
  value: Uint8Array | null,
): void {
  writeOption(options, socket, level, name, value);
}

/** Reads an option as the kernel's bytes, an `int` cut to `size`. */
export function readOption<S extends { readonly family: number }>(
  options: readonly Option<S>[],
  socket: S,
  level: number,
  name: number,
  size: number,
): Uint8Array {
  const option = find("getsockopt", options, socket, level, name);
  if (option.get === undefined) {
    throw refused(level, name, "ENOPROTOOPT", undefined, "getsockopt");
  }
  const value = option.get(socket);
  const bytes = typeof value === "object"
    ? value
    : new Uint8Array(new Int32Array([Number(value)]).buffer);
  return bytes.slice(0, size);
}

/** Sets an option from the bytes of an `int`, or of what else it takes. */
export function writeOption<S extends { readonly family: number }>(
  options: readonly Option<S>[],
  socket: S,
  level: number,
  name: number,
  value: Uint8Array | null,
): void {
  const option = find("setsockopt", options, socket, level, name);
  if (option.set === undefined) throw refused(level, name, "ENOPROTOOPT");
  if (value === null) throw refused(level, name, "EFAULT");
  if (value.length < (option.shortest ?? 4)) {
    throw refused(level, name, "EINVAL");
  }
  const integer = value.length < 4
    ? value[0]
    : new Int32Array(value.slice(0, 4).buffer)[0];
  option.set(socket, integer, value);
}

/** Gives a new connection the options that were set before it was there. */
export function applyStreamOptions(socket: StreamOptions): void {
  if (socket.noDelay) socket.conn?.setNoDelay?.(true);
  if (socket.keepAlive) socket.conn?.setKeepAlive?.(true);
}

function find<S extends { readonly family: number }>(
  syscall: string,
  options: readonly Option<S>[],
  { family }: S,
  level: number,
  name: number,
): Option<S> {
  const option = options.find((option) =>
    option.level === level && option.name === name && name >= 0
  );
  if (option !== undefined && (option.of?.(family) ?? true)) return option;
  // Linux's word for an option of another family's level.
  const code = option === undefined ? "ENOPROTOOPT" : "EOPNOTSUPP";
  throw unsupported({ code, syscall, subject: subject(level, name) });
}

/** Makes the error of an option that cannot be set, or read, as it was asked for. */
export function refused(
  level: number,
  name: number,
  code: string,
  hint?: string,
  syscall = "setsockopt",
): OSError {
  return osError({ code, syscall, subject: subject(level, name), hint });
}

/** How messages name an option. */
export function subject(level: number, name: number): string {
  const prefixes = level === SOL_SOCKET
    ? ["SO_"]
    : level === IPPROTO_TCP
    ? ["TCP_"]
    : level === IPPROTO_IPV6
    ? ["IPV6_"]
    : ["IP_"];
  return `option ${constantName(prefixes, name)}`;
}
