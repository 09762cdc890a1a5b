import type { AddressOf, SenderOf } from "./address.ts";
import type { InetFamily, StreamKind } from "./constants/family.ts";
import { Socket, type SocketOptions } from "./socket.ts";

/**
 * Opens a socket.
 *
 * @typeParam F The family, from which the type of its addresses follows.
 * @typeParam T The type, from which follows who a receive says the bytes are from.
 * @param family `AF_INET`, `AF_INET6`, `AF_UNIX`, or another that the driver has.
 * @param type `SOCK_STREAM`, or another that the driver has; `SOCK_NONBLOCK` may
 * be added, `SOCK_CLOEXEC` is always so.
 * @param proto The protocol; 0 for the only one that family and type have.
 * @param options `driver`, or `fileno` to take an open socket over.
 * @returns The socket, with the default timeout.
 * @throws {OSError} EAFNOSUPPORT, ESOCKTNOSUPPORT, EPROTONOSUPPORT or EINVAL for
 * what the driver cannot make.
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

// `s instanceof socket.socket` is true of a socket, as `isinstance` is in Python.
Object.defineProperty(socket, Symbol.hasInstance, {
  value: (value: unknown) => value instanceof Socket,
});

/** The class of all sockets; Python's name of it. */
export const SocketType: typeof Socket = Socket;
