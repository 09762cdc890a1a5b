// Echoes messages over a connection to itself, and prints what went wrong
// meanwhile: a line of JSON. Under strace, which makes system calls fail.
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

async function echo(conn: s.Socket): Promise<void> {
  using _conn = conn;
  for (;;) {
    const data = await insist(() => conn.recv(4096));
    if (data.length === 0) return;
    await insist(() => conn.sendall(data));
  }
}

try {
  // The mark from which calls are counted.
  s.socket(undefined, undefined, undefined, { fileno: 0x7fffff00 });
} catch {
  // No such descriptor.
}
const server = await insist(() => s.createServer(["127.0.0.1", 0]));
const serving = (async () => {
  for await (const [conn] of server.connections()) echo(conn);
})();
const client = await insist(() => s.socket());
await insist(() => client.connect(server.getsockname() as never));
let wrong = 0;
for (let number = 1; number <= MESSAGES; number++) {
  const message = new Uint8Array(number).fill(number);
  await insist(() => client.sendall(message));
  for (let got = 0; got < number;) {
    const data = await insist(() => client.recv(number - got));
    if (data.length === 0 || !data.every((byte) => byte === number % 256)) {
      wrong++;
    }
    got += Math.max(1, data.length);
  }
}
client.close();
server.close();
await serving;
console.log(JSON.stringify({ wrong, errors }));
