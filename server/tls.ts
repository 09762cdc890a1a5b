import { kindOf } from "../socket/arguments.ts";
import { forceClose, Socket } from "../socket/socket.ts";
import type { SSLContext } from "../socket/ssl/context.ts";
import type { SSLSocket } from "../socket/ssl/ssl_socket.ts";
import { checkTimeout } from "../socket/wait.ts";

// Types only: a server without TLS does not load what it does not need.

// PROTOCOL_TLS_SERVER of socket/ssl/constants.ts; a test compares the two.
const SERVER = 17;

/** Refuses what can make no TLS connections of a server's end. */
export function checkContext(
  call: string,
  context: SSLContext | null,
  isStream: boolean,
): void {
  if (context === null) return;
  if (typeof Object(context).wrapSocket !== "function") {
    throw new TypeError(
      `Cannot ${call}: ssl must be an SSLContext, not ${kindOf(context)}`,
    );
  }
  if (!isStream) {
    throw new TypeError(`Cannot ${call}: ssl is for servers of connections`);
  }
  if (context.protocol !== SERVER) {
    throw new RangeError(
      `Cannot ${call}: ssl is a context for clients; make it by createDefaultContext(Purpose.CLIENT_AUTH)`,
    );
  }
}

/** Refuses what is no time for a handshake. */
export function checkHandshakeTimeout(
  call: string,
  timeout: number | null,
): void {
  checkTimeout(call, timeout);
  if (timeout === 0) {
    throw new RangeError(
      `Cannot ${call}: handshakeTimeout must be above 0, or null for no limit`,
    );
  }
}

/** Tells whether a request is a TLS connection, or will be one. */
export function isSecure(request: object): request is SSLSocket {
  return typeof (request as Partial<SSLSocket>).doHandshake === "function";
}

/**
 * Makes TLS of a connection, without a word to the client: the handshake is for the
 * request's task. A connection that is TLS already is left as it is.
 */
export async function secure(
  context: SSLContext,
  request: object,
): Promise<object> {
  if (isSecure(request)) return request;
  if (!(request instanceof Socket)) {
    throw new TypeError(
      `Cannot serve over TLS: getRequest() must give a Socket, not ${
        kindOf(request)
      }`,
    );
  }
  try {
    const options = { serverSide: true, doHandshakeOnConnect: false };
    return await context.wrapSocket(request, options);
  } catch (error) {
    forceClose(request);
    throw error;
  }
}

/** Shakes hands with a client, which has so many seconds for it; the timeout of its socket is for the handler. */
export async function shakeHands(
  connection: SSLSocket,
  timeout: number | null,
): Promise<void> {
  const own = connection.gettimeout();
  connection.settimeout(timeout);
  try {
    await connection.doHandshake();
  } finally {
    connection.settimeout(own);
  }
}
