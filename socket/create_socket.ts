import type { AddressOf, SenderOf } from "./address.ts";
import type { InetFamily, StreamKind } from "./constants/family.ts";
import { Socket, type SocketOptions } from "./socket.ts";

/**
 * Opens a socket.
 *
 * @typeParam F The family, which determines the type of the socket's addresses.
 * @typeParam T The type, which determines what a receive returns as the
 * sender's address.
 * @param family `AF_INET`, `AF_INET6`, `AF_UNIX`, or another that the driver
 * supports.
 * @param type `SOCK_STREAM`, or another that the driver supports, optionally
 * with `SOCK_NONBLOCK`; `SOCK_CLOEXEC` is always in effect.
 * @param proto The protocol; 0 for the default of family and type.
 * @param options `driver`, and `fileno` to take over an open socket.
 * @returns The socket, with the default timeout.
 * @throws {OSError} EAFNOSUPPORT, ESOCKTNOSUPPORT, EPROTONOSUPPORT or EINVAL
 * for a family, type or protocol that the driver does not support.
 *
 * @example A client, as in Python's documentation
 * ```ts
 * import { AF_INET, createServer, SOCK_STREAM, socket } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * using server = createServer(["127.0.0.1", 0]);
 * using s = socket(AF_INET, SOCK_STREAM);
 * await s.connect(server.getsockname());
 * assertEquals(s.getpeername(), server.getsockname());
 * ```
 *
 * Port of [`socket.socket`](https://docs.python.org/3/library/socket.html#socket.socket), `socket(2)`.
 */
export function socket<
  F extends number = InetFamily,
  T extends number = StreamKind,
>(
  family?: F,
  type?: T,
  proto?: number,
  options?: SocketOptions,
): Socket<AddressOf<F>, SenderOf<F, T>> {
  return new Socket(family, type, proto, options);
}

// Makes `s instanceof socket.socket` true for a socket, like `isinstance` in
// Python.
Object.defineProperty(socket, Symbol.hasInstance, {
  value: (value: unknown) => value instanceof Socket,
});

/** Python's second name for the class {@linkcode Socket}. */
export const SocketType: typeof Socket = Socket;
