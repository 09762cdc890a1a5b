import {
  AF_INET6,
  AF_UNIX,
  IPPROTO_IP,
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
import * as constants from "../constants/mod.ts";
import { osError } from "../errors.ts";
import type { Conn } from "./conn.ts";
import { unsupported } from "./errors.ts";

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

interface Option {
  readonly level: number;
  readonly name: number;
  /** Which sockets have it; all of them if it is left out. */
  readonly of?: (family: number) => boolean;
  readonly get: (socket: StreamOptions) => number | boolean;
  /** Left out for what can only be read. */
  readonly set?: (socket: StreamOptions, value: number) => void;
}

/** How the names of a level's options begin; other names have other uses for the same numbers. */
const prefixes: ReadonlyMap<number, RegExp> = new Map([
  [SOL_SOCKET, /^SO_(?!J1939|VM_SOCKETS)/],
  [IPPROTO_IP, /^IP_(?!DEFAULT|MAX|PMTUDISC)/],
  [IPPROTO_TCP, /^TCP_/],
  [IPPROTO_IPV6, /^IPV6_/],
]);

const isInternet = (family: number) => family !== AF_UNIX;

/** All that Deno honours on streams. */
const options: readonly Option[] = [
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

/** Reads an option as the kernel's bytes, an `int` cut to `size`. */
export function getStreamOption(
  socket: StreamOptions,
  level: number,
  name: number,
  size: number,
): Uint8Array {
  const option = find("getsockopt", socket, level, name);
  const value = new Int32Array([Number(option.get(socket))]);
  return new Uint8Array(value.buffer).slice(0, size);
}

/** Sets an option from the bytes of an `int`. */
export function setStreamOption(
  socket: StreamOptions,
  level: number,
  name: number,
  value: Uint8Array | null,
  size: number,
): void {
  const option = find("setsockopt", socket, level, name);
  if (option.set === undefined) throw refused(level, name, "ENOPROTOOPT");
  const length = value?.length ?? size;
  if (length < 4) throw refused(level, name, "EINVAL");
  if (value === null) throw refused(level, name, "EFAULT");
  option.set(socket, new Int32Array(value.slice(0, 4).buffer)[0]);
}

/** Gives a new connection the options that were set before it was there. */
export function applyStreamOptions(socket: StreamOptions): void {
  if (socket.noDelay) socket.conn?.setNoDelay?.(true);
  if (socket.keepAlive) socket.conn?.setKeepAlive?.(true);
}

function find(
  syscall: string,
  { family }: StreamOptions,
  level: number,
  name: number,
): Option {
  const option = options.find((option) =>
    option.level === level && option.name === name && name >= 0
  );
  if (option !== undefined && (option.of?.(family) ?? true)) return option;
  // Linux's words: a Unix socket has no protocol to ask, and the others know
  // the options of each other, but to set them.
  const known = option !== undefined &&
    (!isInternet(family) || syscall === "getsockopt");
  const foreign = known || (!isInternet(family) && level !== SOL_SOCKET);
  const code = foreign ? "EOPNOTSUPP" : "ENOPROTOOPT";
  throw unsupported({ code, syscall, subject: subject(level, name) });
}

function refused(level: number, name: number, code: string) {
  return osError({
    code,
    syscall: "setsockopt",
    subject: subject(level, name),
  });
}

/** Names the option, for messages: `option SO_LINGER` rather than 13. */
function subject(level: number, name: number): string {
  const prefix = prefixes.get(level);
  for (const [constant, value] of Object.entries(constants)) {
    if (value === name && prefix?.test(constant)) return `option ${constant}`;
  }
  return `option ${name} of level ${level}`;
}
