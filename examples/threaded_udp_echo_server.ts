/**
 * A UDP echo server built from socketserver's classes: it sends every datagram
 * back to its sender, which may be any port of this machine, until Ctrl-C. Its
 * client is udp_echo_client.ts.
 *
 *     deno run --allow-net=127.0.0.1 examples/threaded_udp_echo_server.ts
 *     deno run -P=threaded_udp_echo_server examples/threaded_udp_echo_server.ts
 *
 * With --unstable-net, which this repository's deno.json sets, it is faster; it
 * works without.
 *
 * @module
 */
import { socket, socketserver } from "@berkeley/socket";

const HOST = "127.0.0.1";
const PORT = 50008;

class EchoHandler extends socketserver.DatagramRequestHandler {
  override async handle() {
    console.log(`${this.packet.length} bytes from`, this.clientAddress);
    await this.wfile.write(this.packet);
  }
}

try {
  await using server = new socketserver.ThreadingUDPServer(
    [HOST, PORT],
    EchoHandler,
    { maxPacketSize: 65535 },
  );
  const stop = () => server.shutdown();
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
  console.log(`Receiving on ${HOST}:${PORT}, press Ctrl-C to stop`);
  await server.serveForever();
  console.log("Goodbye");
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
