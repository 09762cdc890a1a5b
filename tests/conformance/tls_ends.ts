// Pairs of TLS sockets, both ours, for what the suite's plain peers cannot show.
import { sandbox } from "../../socket/sandbox/driver.ts";
import {
  createConnection,
  createServer,
  type Driver,
  type Socket,
} from "../../socket/mod.ts";
import {
  type SSLSocket,
  TLSVersion,
  type WrapSocketOptions,
} from "../../socket/ssl/mod.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { clientContext, serverContext } from "../support/ssl_contexts.ts";

/** Two ends of a connection; both close at the end of the block. */
export interface Ends<S = SSLSocket> extends AsyncDisposable {
  readonly client: S;
  readonly server: S;
}

/** What a client's end is wrapped with. */
export const asClient: WrapSocketOptions = { serverHostname: "localhost" };

/** What a server's end is wrapped with. */
export const asServer: WrapSocketOptions = { serverSide: true };

/** Closes both ends. */
export function closing<S extends AsyncDisposable>(
  client: S,
  server: S,
): Ends<S> {
  return {
    client,
    server,
    async [Symbol.asyncDispose]() {
      await Promise.all([
        client[Symbol.asyncDispose](),
        server[Symbol.asyncDispose](),
      ]);
    },
  };
}

/** Connects two plain sockets. */
export async function plainEnds(driver: Driver): Promise<Ends<Socket>> {
  using listener = createServer(["127.0.0.1", 0], { driver });
  const [client, [server]] = await Promise.all([
    createConnection(listener.getsockname(), { driver }),
    listener.accept(),
  ]);
  return closing<Socket>(client as Socket, server as Socket);
}

/** Connects two sockets and has them speak TLS. */
export async function tlsEnds(
  driver: Driver,
  options: WrapSocketOptions = {},
  version?: TLSVersion,
): Promise<Ends> {
  const { client, server } = await plainEnds(driver);
  const context = serverContext();
  if (version !== undefined) context.maximumVersion = version;
  return closing(
    ...await Promise.all([
      clientContext().wrapSocket(client, { ...asClient, ...options }),
      context.wrapSocket(server, { ...asServer, ...options }),
    ]),
  );
}

/** Registers a test for both drivers. */
export function overBoth(
  name: string,
  test: (driver: Driver) => Promise<void>,
): void {
  for (const driver of [sandbox, ...(hasPosix ? [posix] : [])]) {
    Deno.test({
      name: `${name} [TLS over ${driver.name}]`,
      permissions: { net: true, ffi: driver !== sandbox },
      fn: () => test(driver),
    });
  }
}

/** Registers a test for both drivers and both versions of the protocol. */
export function overAll(
  name: string,
  test: (ends: () => Promise<Ends>, driver: Driver) => Promise<void>,
): void {
  for (const version of [TLSVersion.TLSv1_2, TLSVersion.TLSv1_3]) {
    const number = version === TLSVersion.TLSv1_2 ? "1.2" : "1.3";
    overBoth(
      `${name}, TLS ${number}`,
      (driver) => test(() => tlsEnds(driver, {}, version), driver),
    );
  }
}
