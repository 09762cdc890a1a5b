// What the tests of select and selectors share.
import { assertEquals } from "@std/assert";
import {
  AF_INET,
  AF_UNIX,
  createConnection,
  createServer,
  SO_LINGER,
  Socket,
  socketpair,
  SOL_SOCKET,
} from "../../../socket/mod.ts";
import type { Driver } from "../../../socket/mod.ts";
import { sandbox } from "../../../socket/sandbox/driver.ts";
import type { Transport } from "../../support/peers.ts";
import { hasPosix, posix } from "../../support/posix.ts";

/** The drivers of tests that need libc besides. */
export const mixed: readonly Driver[] = hasPosix ? [sandbox, posix] : [];

/** Opens a connection that the peer, which needs libc, can reset. */
export async function resettable(
  driver: Driver,
): Promise<{ ours: Socket; reset(): void } & AsyncDisposable> {
  using server = createServer(["127.0.0.1", 0], { driver: posix });
  const ours = await createConnection(server.getsockname(), { driver });
  const [peer] = await server.accept();
  return {
    ours: ours as Socket,
    reset() {
      const atOnce = new Uint8Array(new Int32Array([1, 0]).buffer);
      peer.setsockopt(SOL_SOCKET, SO_LINGER, atOnce);
      peer.close();
    },
    async [Symbol.asyncDispose]() {
      peer.close();
      await ours[Symbol.asyncDispose]();
    },
  };
}

/** Two connected sockets, which close at the end of the block. */
export interface Pair extends AsyncDisposable {
  readonly a: Socket;
  readonly b: Socket;
}

/** Opens two connected sockets. */
export async function pairOf(driver: Driver): Promise<Pair> {
  const [a, b] = await socketpair(undefined, undefined, undefined, {
    driver,
  }) as [Socket, Socket];
  return {
    a,
    b,
    async [Symbol.asyncDispose]() {
      await Promise.all([a, b].map((each) => each[Symbol.asyncDispose]()));
    },
  };
}

/** Opens a socket that is connected to nothing. */
export function open(transport: Transport, driver: Driver): Socket {
  return new Socket(transport.family, undefined, 0, { driver });
}

/** For tests that are the same for every kind of stream. */
export function once({ name }: Transport): boolean {
  return name === "TCP";
}

/** For tests of TCP and of Unix. */
export function twice({ family }: Transport): boolean {
  return family === AF_INET || family === AF_UNIX;
}

/**
 * Compares as `assertEquals` does, but objects that are no arrays must be the same:
 * what two sockets are is private, so that any two are equal to it.
 */
export function assertSame(actual: unknown, expected: unknown): void {
  const known: object[] = [];
  const shown = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shown);
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Uint8Array) return value;
    if (!known.includes(value)) known.push(value);
    return `object ${known.indexOf(value)}`;
  };
  const [is, must] = [actual, expected].map(shown);
  assertEquals(is, must);
}
