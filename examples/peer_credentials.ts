/**
 * Who is at the other end? The kernel knows the process, user and group behind
 * a Unix socket, and what it tells cannot be forged. The server tells each
 * client who it is, until Ctrl-C; the client asks the kernel for the server.
 *
 *     deno run --allow-ffi=/lib/x86_64-linux-gnu/libc.so.6 examples/peer_credentials.ts server
 *     deno run --allow-ffi=/lib/x86_64-linux-gnu/libc.so.6 examples/peer_credentials.ts client
 *     deno run -P=peer_credentials examples/peer_credentials.ts server
 *     deno run -P=peer_credentials examples/peer_credentials.ts client
 *
 * The path is where libc lies; on arm64 it is /lib/aarch64-linux-gnu/libc.so.6.
 * Another name than peer_credentials may follow the role, the same for both.
 *
 * @module
 */
import { socket } from "@berkeley/socket";
import { posix } from "@berkeley/socket/posix";

const [role, name = "peer_credentials", ...more] = Deno.args;
if (!/^(server|client)$/.test(role) || name === "" || more.length > 0) {
  console.error("Usage: peer_credentials.ts server|client [NAME]");
  Deno.exit(1);
}
// A name that begins with NUL is an abstract one, for which there is no file.
const address = `\0${name}`;

/** Tells who is at the other end: struct ucred, three numbers of 32 bits. */
function describePeer(s: socket.Socket): string {
  const ucred = s.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12);
  const [pid, uid, gid] = new Uint32Array(ucred.slice().buffer);
  return `pid ${pid}, uid ${uid}, gid ${gid}`;
}

async function serve() {
  using server = socket.createServer(address, { family: socket.AF_UNIX });
  const stop = () => server.close();
  Deno.addSignalListener("SIGINT", stop);
  Deno.addSignalListener("SIGTERM", stop);
  console.log(`Listening on @${name}, press Ctrl-C to stop`);

  // Ends when the server is closed.
  for await (const [conn] of server) {
    using _ = conn;
    const peer = describePeer(conn);
    console.log(`Connected by ${peer}`);
    try {
      await conn.sendall(new TextEncoder().encode(`You are ${peer}\n`));
    } catch (error) {
      // One client's error must not stop the server.
      if (!(error instanceof socket.ConnectionError)) throw error;
    }
  }
  console.log("Goodbye");
}

async function ask() {
  using s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM);
  await s.connect(address);
  console.log(`The server is ${describePeer(s)}`);
  await using file = s.makefile("r", { encoding: "utf-8" });
  const line = await file.readline();
  console.log(`It says: ${line.trimEnd()}`);
}

try {
  socket.setDefaultDriver(posix);
  await (role === "server" ? serve() : ask());
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
