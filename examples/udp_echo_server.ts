/**
 * A UDP echo server: it sends every datagram back to its sender, which may be
 * any port of this machine.
 *
 *     deno run --allow-net=127.0.0.1 examples/udp_echo_server.ts
 *     deno run -P=udp_echo_server examples/udp_echo_server.ts
 *
 * With --unstable-net, which this repository's deno.json sets, it is three
 * times as fast; it works without.
 *
 * @module
 */
import { socket } from "@berkeley/socket";

const HOST = "127.0.0.1";
const PORT = 50008;

const stop = () => {
  console.log("Goodbye");
  Deno.exit();
};
Deno.addSignalListener("SIGINT", stop);
if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);

try {
  using s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);
  s.bind([HOST, PORT]);
  console.log(`Receiving on ${HOST}:${PORT}, press Ctrl-C to stop`);

  while (true) {
    const [data, addr] = await s.recvfrom(65535);
    console.log(`${data.length} bytes from`, addr);
    await s.sendto(data, addr);
  }
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
