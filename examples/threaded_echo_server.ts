/**
 * An echo server for many clients at once: it sends back what each of them
 * sends, until Ctrl-C. Its client is echo_client.ts.
 *
 *     deno run --allow-net=127.0.0.1:50007 examples/threaded_echo_server.ts
 *     deno run -P=threaded_echo_server examples/threaded_echo_server.ts
 *
 * @module
 */
import { socket, socketserver } from "@berkeley/socket";

const HOST = "127.0.0.1";
const PORT = 50007;
const GRACE = 1; // seconds

class EchoHandler
  extends socketserver.BaseRequestHandler<socketserver.StreamRequest> {
  override async handle() {
    console.log("Connected by", this.clientAddress);
    while (true) {
      const data = await this.request.recv(65536);
      if (data.length === 0) break;
      await this.request.sendall(data);
    }
  }
}

try {
  await using server = new socketserver.ThreadingTCPServer(
    [HOST, PORT],
    EchoHandler,
  );
  const stop = () => server.shutdown();
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
  console.log(`Listening on ${HOST}:${PORT}, press Ctrl-C to stop`);
  await server.serveForever();

  // Clients that are still connected may finish.
  const cut = await server.shutdown({ grace: GRACE });
  console.log(`Goodbye, clients cut off: ${cut}`);
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
