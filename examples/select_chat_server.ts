/**
 * A chat with one loop and no tasks, as textbooks have it: select() tells which
 * clients have said something and which can take what others have said.
 *
 *     deno run --allow-net=127.0.0.1:50012 examples/select_chat_server.ts
 *     deno run -P=select_chat_server examples/select_chat_server.ts
 *
 * Then, in as many other terminals as you like:
 *
 *     nc 127.0.0.1 50012
 *
 * @module
 */
import { b, socket } from "@berkeley/socket";
import { select } from "@berkeley/socket/select";

const HOST = "127.0.0.1";
const PORT = 50012;
const LONGEST_LINE = 1024; // bytes
const MOST_WAITING = 1 << 20; // bytes that a client has not taken yet
const MOST_AT_ONCE = 100; // lines
const NEWLINE = 10;

class Client {
  readonly name: string;
  said: Uint8Array = b``; // the beginning of a line
  waiting: Uint8Array[] = []; // lines that it has not taken yet
  #size = 0;

  constructor([host, port]: socket.InetAddress) {
    this.name = `${host}:${port}`;
  }

  /** Adds received bytes; returns the whole lines. */
  lines(data: Uint8Array): Uint8Array[] {
    const all = b`${this.said}${data}`;
    const end = all.lastIndexOf(NEWLINE) + 1;
    this.said = all.slice(end);
    const lines: Uint8Array[] = [];
    for (let at = 0; at < end;) {
      const next = all.indexOf(NEWLINE, at) + 1;
      lines.push(all.subarray(at, next));
      at = next;
    }
    return lines;
  }

  /** Adds what it is to be told; false if it takes too little. */
  tell(line: Uint8Array): boolean {
    this.waiting.push(line);
    this.#size += line.length;
    return this.#size <= MOST_WAITING;
  }

  /** Removes what it has taken. */
  took(count: number) {
    this.#size -= count;
    let whole = 0;
    while (count > 0 && this.waiting[whole].length <= count) {
      count -= this.waiting[whole++].length;
    }
    this.waiting.splice(0, whole);
    if (count > 0) this.waiting[0] = this.waiting[0].subarray(count);
  }
}

const clients = new Map<socket.Socket, Client>();

/** Tells all clients but one. */
function tellAll(line: Uint8Array, but?: socket.Socket) {
  for (const [conn, client] of clients) {
    if (conn !== but && !client.tell(line)) leave(conn);
  }
}

function leave(conn: socket.Socket) {
  const client = clients.get(conn);
  clients.delete(conn);
  conn.close();
  if (client !== undefined) tellAll(encode(`* ${client.name} has left\n`));
}

async function accept(server: socket.Socket) {
  const [conn, address] = await server.accept();
  conn.setblocking(false);
  const client = new Client(address as socket.InetAddress);
  tellAll(encode(`* ${client.name} has come\n`));
  clients.set(conn, client);
  client.tell(encode(`* Welcome, you are ${client.name}\n`));
}

async function hear(conn: socket.Socket, client: Client) {
  const data = await conn.recv(4096);
  if (data.length === 0) return leave(conn);
  for (const line of client.lines(data)) {
    tellAll(b`${encode(client.name)}: ${line}`, conn);
  }
  if (client.said.length > LONGEST_LINE) leave(conn);
}

async function say(conn: socket.Socket, client: Client) {
  client.took(await conn.sendmsg(client.waiting.slice(0, MOST_AT_ONCE)));
}

/** Does something for a client, who leaves if that fails. */
async function attempt(
  step: typeof hear,
  conn: socket.Socket,
): Promise<void> {
  const client = clients.get(conn);
  if (client === undefined) return; // has left in this round
  try {
    await step(conn, client);
  } catch (error) {
    // There was nothing after all, or no room.
    if (error instanceof socket.BlockingIOError) return;
    if (!(error instanceof socket.OSError)) throw error;
    leave(conn);
  }
}

function encode(text: string) {
  return new TextEncoder().encode(text);
}

async function serve(server: socket.Socket, signal: AbortSignal) {
  while (!signal.aborted) {
    const listeners = [...clients].filter(([, { waiting }]) =>
      waiting.length > 0
    );
    const [readable, writable] = await select(
      [server, ...clients.keys()],
      listeners.map(([conn]) => conn),
      [],
      null,
      { signal },
    );
    for (const conn of readable) {
      if (conn === server) await accept(server);
      else await attempt(hear, conn);
    }
    for (const conn of writable) await attempt(say, conn);
  }
}

try {
  using server = socket.createServer([HOST, PORT], { backlog: 128 });
  server.setblocking(false);
  const stop = new AbortController();
  const interrupted = () => stop.abort("interrupted");
  Deno.addSignalListener("SIGINT", interrupted);
  if (Deno.build.os !== "windows") {
    Deno.addSignalListener("SIGTERM", interrupted);
  }
  console.log(`Listening on ${HOST}:${PORT}, press Ctrl-C to stop`);
  try {
    await serve(server, stop.signal);
  } catch (error) {
    if (error !== "interrupted") throw error;
  }
  for (const conn of clients.keys()) conn.close();
  console.log("Goodbye");
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
