// The smallest call of each of Python's names, for the tests of the columns of
// surface.json.
import * as s from "../../socket/mod.ts";
import { folder } from "../support/peers.ts";
import surface from "./surface.json" with { type: "json" };

/** A name of Python's, and what each driver does with it. */
export type Row = typeof surface.surface[number];

/** The rows of the socket module. */
export const rows: readonly Row[] = surface.surface.filter(({ module }) =>
  module === "socket"
);

/** What a minimal call gets. */
export interface Bench {
  /** An unconnected socket. */
  readonly fresh: s.Socket;
  /** A socket that listens, with a connection to it under way. */
  readonly server: s.Socket;
  /** A connected socket, to which `peer` has sent a line. */
  readonly conn: s.Socket;
  readonly peer: s.Socket;
}

export type Call = (bench: Bench) => unknown;

const line = new TextEncoder().encode("line\n");

/** An option that both drivers have. */
const options = [s.SOL_SOCKET, s.SO_REUSEADDR] as const;

/** The smallest call of each function and of each method of Socket. */
export const calls: Readonly<Record<string, Call>> = {
  // Functions.
  "CMSG_LEN()": () => s.CMSG_LEN(4),
  "CMSG_SPACE()": () => s.CMSG_SPACE(4),
  "close()": () => s.close(3),
  "createConnection()": async ({ server }) =>
    (await s.createConnection(server.getsockname() as [string, number]))
      .close(),
  "createServer()": () => s.createServer(["127.0.0.1", 0]).close(),
  "dup()": () => s.dup(3),
  "fromfd()": () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    using taken = s.fromfd(listener, s.AF_INET, s.SOCK_STREAM);
    return taken.detach();
  },
  "fromshare()": () => s.fromshare(new Uint8Array(1)),
  "getaddrinfo()": () => s.getaddrinfo("127.0.0.1", 80),
  "getdefaulttimeout()": () => s.getdefaulttimeout(),
  "getfqdn()": () => s.getfqdn("localhost"),
  "gethostbyaddr()": () => s.gethostbyaddr("127.0.0.1"),
  "gethostbyname()": () => s.gethostbyname("127.0.0.1"),
  "gethostbynameEx()": () => s.gethostbynameEx("127.0.0.1"),
  "gethostname()": () => s.gethostname(),
  "getnameinfo()": () =>
    s.getnameinfo(["127.0.0.1", 80], s.NI_NUMERICHOST | s.NI_NUMERICSERV),
  "getprotobyname()": () => s.getprotobyname("tcp"),
  "getservbyname()": () => s.getservbyname("http"),
  "getservbyport()": () => s.getservbyport(80),
  "hasDualstackIpv6()": () => s.hasDualstackIpv6(),
  "htonl()": () => s.htonl(1),
  "htons()": () => s.htons(1),
  "ifIndextoname()": () => s.ifIndextoname(s.ifNameindex()[0][0]),
  "ifNameindex()": () => s.ifNameindex(),
  "ifNametoindex()": () => s.ifNametoindex(s.ifNameindex()[0][1]),
  "inetAton()": () => s.inetAton("127.0.0.1"),
  "inetNtoa()": () => s.inetNtoa(new Uint8Array(4)),
  "inetNtop()": () => s.inetNtop(s.AF_INET, new Uint8Array(4)),
  "inetPton()": () => s.inetPton(s.AF_INET, "127.0.0.1"),
  "ntohl()": () => s.ntohl(1),
  "ntohs()": () => s.ntohs(1),
  "recvFds()": () => {
    using unix = s.socket(s.AF_UNIX);
    return s.recvFds(unix, 1, 1);
  },
  "sendFds()": () => {
    using unix = s.socket(s.AF_UNIX);
    return s.sendFds(unix, [line], [0]);
  },
  "setdefaulttimeout()": () => s.setdefaulttimeout(s.getdefaulttimeout()),
  // To the name that it has: nothing changes, whoever runs this.
  "sethostname()": () => s.sethostname(s.gethostname()),
  "socket()": () => s.socket().close(),
  // The peer says a line, which is no TLS.
  "ssl()": ({ conn }) =>
    s.ssl(conn).catch((error) => {
      if (error.reason !== "WRONG_VERSION_NUMBER") throw error;
    }),
  "socketpair()": async () => {
    for (const end of await s.socketpair()) end.close();
  },

  // Methods.
  "Socket.accept": async ({ server }) => (await server.accept())[0].close(),
  "Socket.bind": ({ fresh }) => fresh.bind(["127.0.0.1", 0]),
  "Socket.close": ({ fresh }) => fresh.close(),
  "Socket.connect": ({ fresh, server }) => fresh.connect(server.getsockname()),
  "Socket.connectEx": ({ fresh, server }) =>
    fresh.connectEx(server.getsockname()),
  "Socket.detach": async ({ server }) => {
    const conn = await s.createConnection(
      server.getsockname() as [string, number],
    );
    return conn.detach();
  },
  "Socket.dup": ({ conn }) => conn.dup().close(),
  "Socket.fileno": ({ fresh }) => fresh.fileno(),
  "Socket.getblocking": ({ fresh }) => fresh.getblocking(),
  "Socket.getInheritable": ({ fresh }) => fresh.getInheritable(),
  "Socket.getpeername": ({ conn }) => conn.getpeername(),
  "Socket.getsockname": ({ conn }) => conn.getsockname(),
  "Socket.getsockopt": ({ fresh }) => fresh.getsockopt(...options),
  "Socket.gettimeout": ({ fresh }) => fresh.gettimeout(),
  "Socket.ioctl": ({ fresh }) => fresh.ioctl(0),
  "Socket.listen": ({ fresh }) => fresh.listen(),
  "Socket.makefile": async ({ conn }) => {
    await using file = conn.makefile("rb");
    return await file.readline();
  },
  "Socket.recv": ({ conn }) => conn.recv(8),
  "Socket.recvfrom": ({ conn }) => conn.recvfrom(8),
  "Socket.recvfromInto": ({ conn }) => conn.recvfromInto(new Uint8Array(8)),
  "Socket.recvInto": ({ conn }) => conn.recvInto(new Uint8Array(8)),
  "Socket.recvmsg": ({ conn }) => conn.recvmsg(8),
  "Socket.recvmsgInto": ({ conn }) => conn.recvmsgInto([new Uint8Array(8)]),
  "Socket.send": ({ conn }) => conn.send(line),
  "Socket.sendall": ({ conn }) => conn.sendall(line),
  "Socket.sendfile": async ({ conn }) => {
    const path = `${folder}/sent`;
    await Deno.writeFile(path, line);
    using file = await Deno.open(path);
    return await conn.sendfile(file);
  },
  "Socket.sendmsg": ({ conn }) => conn.sendmsg([line]),
  "Socket.sendmsgAfalg": ({ fresh }) => fresh.sendmsgAfalg([], { op: 0 }),
  "Socket.sendto": ({ conn, peer }) => conn.sendto(line, peer.getsockname()),
  "Socket.setblocking": ({ fresh }) => fresh.setblocking(true),
  "Socket.setInheritable": ({ fresh }) => fresh.setInheritable(true),
  "Socket.setsockopt": ({ fresh }) => fresh.setsockopt(...options, 1),
  "Socket.settimeout": ({ fresh }) => fresh.settimeout(1),
  "Socket.share": ({ fresh }) => fresh.share(1),
  "Socket.shutdown": ({ conn }) => conn.shutdown(s.SHUT_WR),

  // What is read, not called.
  "Socket.family": ({ fresh }) => fresh.family,
  "Socket.proto": ({ fresh }) => fresh.proto,
  "Socket.timeout": ({ fresh }) => fresh.timeout,
  "Socket.type": ({ fresh }) => fresh.type,
  "error": () => s.error,
  "gaierror": () => s.gaierror,
  "hasIpv6": () => s.hasIpv6,
  "herror": () => s.herror,
  "SocketType": () => s.SocketType,
  "timeout": () => s.timeout,
};

/** The attributes of a socket; the others are the module's. */
const attributes = ["family", "proto", "timeout", "type"];

function isMember({ kind, name }: Row): boolean {
  return kind === "method" || kind === "attribute" && attributes.includes(name);
}

/** Under which name `calls` has a row. */
export function keyOf(row: Row): string {
  if (isMember(row)) return `Socket.${row.name}`;
  return row.kind === "function" ? `${row.name}()` : row.name;
}

/**
 * Makes the call of a row, or fails with the advice to add one.
 *
 * @param others Calls in place of those here.
 */
export async function call(
  row: Row,
  others: Readonly<Record<string, Call>> = {},
): Promise<unknown> {
  const minimal = others[keyOf(row)] ?? calls[keyOf(row)];
  if (minimal === undefined) {
    throw new Error(`Cannot check ${keyOf(row)}: add a call to \`calls\``);
  }
  await using stack = new AsyncDisposableStack();
  const server = stack.use(s.createServer(["127.0.0.1", 0]));
  const address = server.getsockname() as [string, number];
  const conn = stack.use(await s.createConnection(address));
  const [peer] = await server.accept();
  stack.use(peer);
  await peer.sendall(line);
  stack.use(await s.createConnection(address));
  const fresh = stack.use(s.socket());
  return await minimal({ fresh, server, conn, peer });
}
