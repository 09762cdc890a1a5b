/**
 * An echo server at a path, for programs on this machine: it sends back what
 * each client sends, line by line, until Ctrl-C. Its client is
 * unix_echo_client.ts.
 *
 *     deno run --allow-read=/tmp/echo.sock --allow-write=/tmp/echo.sock --allow-net=unix:/tmp/echo.sock examples/unix_echo_server.ts
 *     deno run -P=unix_echo_server examples/unix_echo_server.ts
 *
 * Another path may follow; use it in the flags as well. If the server was
 * killed, the path still exists: remove it first.
 *
 * @module
 */
import { socket, socketserver } from "@berkeley/socket";

const [path = "/tmp/echo.sock"] = Deno.args;
if (path === "") {
  console.error("The path is empty; leave it out for /tmp/echo.sock");
  Deno.exit(1);
}
const GRACE = 1; // seconds

class EchoHandler
  extends socketserver.StreamRequestHandler<socket.UnixAddress> {
  override async handle() {
    for await (const line of this.rfile) await this.wfile.write(line);
  }
}

try {
  await using server = new socketserver.ThreadingUnixStreamServer(
    path,
    EchoHandler,
  );
  const stop = () => server.shutdown();
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
  console.log(`Listening on ${path}, press Ctrl-C to stop`);
  await server.serveForever();

  // Clients that are still connected may finish.
  const cut = await server.shutdown({ grace: GRACE });
  console.log(`Goodbye, clients cut off: ${cut}`);
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
