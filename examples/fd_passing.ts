/**
 * A connection changes hands: the front accepts TCP clients and greets them; as
 * soon as a client says something, the front hands the connection itself to the
 * worker, another process, which goes on with it. The client notices nothing.
 *
 *     deno run --allow-ffi=/lib/x86_64-linux-gnu/libc.so.6 examples/fd_passing.ts worker
 *     deno run --allow-ffi=/lib/x86_64-linux-gnu/libc.so.6 examples/fd_passing.ts front
 *     deno run -P=fd_passing examples/fd_passing.ts worker
 *     deno run -P=fd_passing examples/fd_passing.ts front
 *
 * The path is where libc lies; on arm64 it is /lib/aarch64-linux-gnu/libc.so.6.
 * Start the worker first. Then, in a third terminal:
 *
 *     nc 127.0.0.1 50010
 *
 * Another name than fd_passing may follow the role, the same for both: they meet
 * at the Unix socket of that name.
 *
 * @module
 */
import { socket } from "@berkeley/socket";
import { posix } from "@berkeley/socket/posix";

const HOST = "127.0.0.1";
const PORT = 50010;

const [role, name = "fd_passing", ...more] = Deno.args;
if (!/^(worker|front)$/.test(role) || name === "" || more.length > 0) {
  console.error("Usage: fd_passing.ts worker|front [NAME]");
  Deno.exit(1);
}
// A name that begins with NUL is an abstract one, for which there is no file.
const meeting = `\0${name}`;
const me = `process ${Deno.pid}`;

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Ends the process; in one line, if a call failed. */
function fail(error: unknown): never {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}

/** Ends the process at Ctrl-C. */
function stopAtSignals() {
  const stop = () => {
    console.log("Goodbye");
    Deno.exit();
  };
  Deno.addSignalListener("SIGINT", stop);
  Deno.addSignalListener("SIGTERM", stop);
}

/** Accepts clients, and hands each of them to the worker. */
async function runFront() {
  // Unlike a stream, SEQPACKET keeps the messages apart.
  using worker = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET);
  await worker.connect(meeting);
  using server = socket.createServer([HOST, PORT]);
  stopAtSignals();
  console.log(`Listening on ${HOST}:${PORT}, press Ctrl-C to stop`);
  for await (const [conn, addr] of server) {
    handOver(conn, addr, worker).catch(fail);
  }
}

async function handOver(
  conn: socket.Socket,
  addr: socket.InetAddress,
  worker: socket.Socket,
) {
  // This closes the front's own descriptor. The connection stays open, for the
  // worker has a descriptor of its own by then.
  using _ = conn;
  try {
    await conn.sendall(encode(`This is ${me}. What is your name?\n`));
    // Waits until the client says something, and leaves it for the worker.
    const said = await conn.recv(1, socket.MSG_PEEK);
    if (said.length === 0) return; // the client has gone
  } catch (error) {
    // One client's error must not stop the front.
    if (error instanceof socket.OSError) return;
    throw error;
  }
  // With a descriptor goes at least one byte; here, who the client is.
  const from = addr.join(":");
  await socket.sendFds(worker, [encode(from)], [conn.fileno()]);
  console.log(`Handed over ${from}`);
}

/** Takes connections from the front, and serves them. */
async function runWorker() {
  using listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET);
  listener.bind(meeting);
  listener.listen();
  stopAtSignals();
  console.log(`Waiting at @${name}, press Ctrl-C to stop`);
  for await (const [front] of listener) {
    using _ = front;
    while (true) {
      const [from, [fd]] = await socket.recvFds(front, 1024, 1);
      if (from.length === 0) break; // the front has ended; another may come
      console.log(`Took over ${new TextDecoder().decode(from)}`);
      if (fd !== undefined) serve(fd);
    }
  }
}

/** Talks to a client, in the front's place. */
async function serve(fileno: number) {
  try {
    using conn = socket.socket(undefined, undefined, undefined, { fileno });
    await using file = conn.makefile("r", {
      encoding: "utf-8",
      errors: "replace",
    });
    const client = (await file.readline()).trim();
    await conn.sendall(encode(`Hello ${client}, this is now ${me}.\n`));
    for await (const line of file) {
      await conn.sendall(encode(`You said to ${me}: ${line}`));
    }
  } catch (error) {
    // One client's error must not stop the worker.
    if (!(error instanceof socket.OSError)) throw error;
  }
}

try {
  socket.setDefaultDriver(posix);
  await (role === "worker" ? runWorker() : runFront());
} catch (error) {
  fail(error);
}
