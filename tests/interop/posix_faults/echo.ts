// Echoes messages to itself, and prints what went wrong meanwhile: a line of JSON.
// Under strace, which makes system calls fail. The argument says what accepts:
// "connections" or "server"; "descriptors" are sent over a pair of sockets instead,
// one with each message.
import { BaseRequestHandler, ThreadingTCPServer } from "../../../server/mod.ts";
import * as s from "../../../socket/mod.ts";
import { posix } from "../../../socket/posix/mod.ts";

const MESSAGES = 200;

s.setDefaultDriver(posix);
const errors: string[] = [];

/** Notes an error; throws what is none of a system call. */
function note(error: unknown): void {
  if (!(error instanceof s.OSError)) throw error;
  errors.push(error.code);
}

/** Makes a call until it does not fail, as a program does that goes on. */
async function insist<T>(call: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      note(error);
    }
  }
}

/** Sends a message, or receives one or a part of it; nothing at the end. */
interface Way {
  send(socket: s.Socket, data: Uint8Array): Promise<unknown>;
  receive(socket: s.Socket, size: number): Promise<Uint8Array>;
}

const bytes: Way = {
  send: (socket, data) => socket.sendall(data),
  receive: (socket, size) => socket.recv(size),
};

const descriptors: Way = {
  send: (socket, data) => s.sendFds(socket, [data], [socket.fileno()]),
  async receive(socket, size) {
    const [data, received] = await s.recvFds(socket, size, 1);
    for (const fd of received) s.close(fd);
    if (received.length === 0 && data.length > 0) wrong++;
    return data;
  },
};

async function echo(conn: s.Socket, { send, receive }: Way): Promise<void> {
  for (;;) {
    const data = await insist(() => receive(conn, 4096));
    if (data.length === 0) return;
    await insist(() => send(conn, data));
  }
}

async function talk(client: s.Socket, { send, receive }: Way): Promise<void> {
  for (let number = 1; number <= MESSAGES; number++) {
    const message = new Uint8Array(number).fill(number);
    await insist(() => send(client, message));
    for (let got = 0; got < number;) {
      const data = await insist(() => receive(client, number - got));
      if (data.length === 0 || !data.every((byte) => byte === number)) wrong++;
      got += Math.max(1, data.length);
    }
  }
  client.close();
}

async function connected(address: s.InetAddress): Promise<s.Socket> {
  const client = await insist(() => s.socket());
  await insist(() => client.connect(address));
  return client;
}

class Echo extends BaseRequestHandler<s.Socket> {
  override handle() {
    return echo(this.request, bytes);
  }
}

let wrong = 0;
const ways: Record<string, () => Promise<void>> = {
  async connections() {
    const server = await insist(() => s.createServer(["127.0.0.1", 0]));
    const serving = (async () => {
      for await (const [conn] of server.connections()) {
        echo(conn, bytes).finally(() => conn.close());
      }
    })();
    await talk(await connected(server.getsockname() as never), bytes);
    server.close();
    await serving;
  },
  async server() {
    await using server = new ThreadingTCPServer(["127.0.0.1", 0], Echo);
    const serving = server.serveForever();
    await talk(await connected(server.serverAddress as never), bytes);
    await server.shutdown();
    await serving;
  },
  async descriptors() {
    const [client, conn] = await insist(() =>
      s.socketpair(s.AF_UNIX, s.SOCK_SEQPACKET)
    );
    const echoing = echo(conn, descriptors);
    await talk(client, descriptors);
    await echoing;
    conn.close();
  },
};

// Half a second after its start Deno opens what it hears signals by, with calls
// that are not to be counted among ours; so it has to be open.
const ignore = () => {};
Deno.addSignalListener("SIGHUP", ignore);
Deno.removeSignalListener("SIGHUP", ignore);
try {
  // The mark from which calls are counted.
  s.socket(undefined, undefined, undefined, { fileno: 0x7fffff00 });
} catch {
  // No such descriptor.
}
await ways[Deno.args[0]]();
console.log(JSON.stringify({ wrong, errors }));
