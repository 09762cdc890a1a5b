/**
 * An echo server that opens no socket: it takes over a listening socket, TCP or
 * Unix, as descriptor 3, and so needs no permission at all.
 *
 *     deno run examples/socket_activated.ts
 *
 * systemd starts it when the first client connects: its echo.socket says
 * `[Socket]` and `ListenStream=127.0.0.1:50007`, its echo.service `[Service]`
 * and this line as `ExecStart=`, with full paths. To try it without units:
 *
 *     systemd-socket-activate -l 50007 deno run examples/socket_activated.ts
 *
 * @module
 */
import { socket } from "@berkeley/socket";

const SD_LISTEN_FDS_START = 3;

async function echo(conn: socket.Socket): Promise<void> {
  using _ = conn;
  try {
    while (true) {
      const data = await conn.recv(65536);
      if (data.length === 0) break;
      await conn.sendall(data);
    }
  } catch (error) {
    // One client's error must not stop the server.
    if (!(error instanceof socket.ConnectionError)) throw error;
  }
}

try {
  // The driver detects family and type.
  using server = socket.socket(undefined, undefined, undefined, {
    fileno: SD_LISTEN_FDS_START,
  });
  server.listen();
  const stop = () => server.close();
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
  console.log("Listening on descriptor 3, press Ctrl-C to stop");

  // Ends when the server is closed.
  for await (const [conn] of server) echo(conn);
  console.log("Goodbye");
  Deno.exit();
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  console.error("Start it with a socket that listens as descriptor 3.");
  Deno.exit(1);
}
