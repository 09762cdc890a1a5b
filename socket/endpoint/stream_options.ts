import {
  AF_INET6,
  AF_UNIX,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  SO_KEEPALIVE,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SOL_SOCKET,
  TCP_KEEPIDLE,
  TCP_NODELAY,
} from "../constants/mod.ts";
import { describe, known, optionError, OptionTable } from "./options.ts";
import type { StreamSocket } from "./stream_socket.ts";

// Linux's own seconds (net.ipv4.tcp_keepalive_time) and longest (MAX_TCP_KEEPIDLE).
const KEEP_IDLE = 7200;
const LONGEST_KEEP_IDLE = 32767;

const isInternet = (family: number) => family !== AF_UNIX;

const NOT_INHERITED = "the connections that are accepted would not have it";

/** Refuses to listen with TCP_KEEPIDLE set, which accepted connections inherit on Linux. */
export function refuseKeepIdle({ settings }: StreamSocket): void {
  if (settings.keepIdle === undefined) return;
  throw optionError(IPPROTO_TCP, TCP_KEEPIDLE, "ENOPROTOOPT", {
    syscall: "listen",
    subject: `with ${describe(IPPROTO_TCP, TCP_KEEPIDLE)}`,
    hint: NOT_INHERITED,
  });
}

/** The options of streams. */
export const streamOptions: OptionTable<StreamSocket> = new OptionTable([
  {
    level: SOL_SOCKET,
    name: SO_REUSEADDR,
    get: ({ settings }) => settings.reuseAddress || settings.hasListened,
    set(socket, value) {
      // The runtime sets it on every TCP listener; a Unix socket only stores
      // it.
      if (value === 0 && isInternet(socket.family)) {
        throw optionError(SOL_SOCKET, SO_REUSEADDR, "ENOPROTOOPT");
      }
      socket.set({ reuseAddress: value !== 0 });
    },
  },
  {
    level: SOL_SOCKET,
    name: SO_REUSEPORT,
    of: isInternet,
    get: ({ settings }) => settings.reusePort,
    set(socket, value) {
      const hint = socket.transport.reusePortHint;
      if (value !== 0 && hint !== undefined) {
        throw optionError(SOL_SOCKET, SO_REUSEPORT, "ENOPROTOOPT", { hint });
      }
      socket.set({ reusePort: value !== 0 });
    },
  },
  {
    level: SOL_SOCKET,
    name: SO_KEEPALIVE,
    get: ({ settings }) => known(settings.keepAlive, SOL_SOCKET, SO_KEEPALIVE),
    set(socket, value) {
      socket.set({ keepAlive: value !== 0 });
      socket.conn?.setKeepAlive?.(value !== 0);
    },
  },
  {
    level: IPPROTO_TCP,
    name: TCP_NODELAY,
    of: isInternet,
    get: ({ settings }) => known(settings.noDelay, IPPROTO_TCP, TCP_NODELAY),
    set(socket, value) {
      socket.set({ noDelay: value !== 0 });
      socket.conn?.setNoDelay?.(value !== 0);
    },
  },
  {
    // Only node:net has it: a socket that has it when it connects is node's.
    level: IPPROTO_TCP,
    name: TCP_KEEPIDLE,
    of: isInternet,
    get: ({ settings }) => settings.keepIdle ?? KEEP_IDLE,
    set(socket, value) {
      if (value < 1 || value > LONGEST_KEEP_IDLE) {
        throw optionError(IPPROTO_TCP, TCP_KEEPIDLE, "EINVAL");
      }
      const { conn, isListening } = socket;
      if (isListening || (conn !== undefined && !conn.setKeepIdle)) {
        const hint = isListening ? NOT_INHERITED : "set it before connect()";
        throw optionError(IPPROTO_TCP, TCP_KEEPIDLE, "ENOPROTOOPT", { hint });
      }
      conn?.setKeepIdle?.(value, socket.settings.keepAlive ?? false);
      socket.set({ keepIdle: value });
    },
  },
  {
    level: IPPROTO_IPV6,
    name: IPV6_V6ONLY,
    of: (family) => family === AF_INET6,
    get: ({ settings }) => known(settings.v6only, IPPROTO_IPV6, IPV6_V6ONLY),
    set(socket, value) {
      if (socket.isBound) {
        throw optionError(IPPROTO_IPV6, IPV6_V6ONLY, "EINVAL");
      }
      socket.set({ v6only: value !== 0 });
    },
  },
]);
