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
import { osError } from "../errors.ts";
import type { Conn } from "./stream_transport.ts";
import { type Option, readOption, refused, writeOption } from "./options.ts";

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
  size: number,
): void {
  writeOption(options, socket, level, name, value, size);
}

/** Gives a new connection the options that were set before it was there. */
export function applyStreamOptions(socket: StreamOptions): void {
  if (socket.noDelay) socket.conn?.setNoDelay?.(true);
  if (socket.keepAlive) socket.conn?.setKeepAlive?.(true);
}
