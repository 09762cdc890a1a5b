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
  TCP_NODELAY,
} from "../constants/mod.ts";
import { optionError, OptionTable } from "./options.ts";
import type { StreamSocket } from "./stream_socket.ts";

const isInternet = (family: number) => family !== AF_UNIX;

/** The options of streams. */
export const streamOptions: OptionTable<StreamSocket> = new OptionTable([
  {
    level: SOL_SOCKET,
    name: SO_REUSEADDR,
    get: (socket) => socket.reuseAddress || socket.hasListened,
    set(socket, value) {
      // The runtime sets it on every TCP listener; a Unix socket only stores
      // it.
      if (value === 0 && isInternet(socket.family)) {
        throw optionError(SOL_SOCKET, SO_REUSEADDR, "ENOPROTOOPT");
      }
      socket.reuseAddress = value !== 0;
    },
  },
  {
    level: SOL_SOCKET,
    name: SO_REUSEPORT,
    of: isInternet,
    get: (socket) => socket.reusePort,
    set(socket, value) {
      const hint = socket.transport.reusePortHint;
      if (value !== 0 && hint !== undefined) {
        throw optionError(SOL_SOCKET, SO_REUSEPORT, "ENOPROTOOPT", { hint });
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
      if (socket.isBound) {
        throw optionError(IPPROTO_IPV6, IPV6_V6ONLY, "EINVAL");
      }
      socket.v6only = value !== 0;
    },
  },
]);
