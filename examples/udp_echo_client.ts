/**
 * A UDP echo client: it sends a greeting to udp_echo_server.ts and prints what
 * comes back, or says that nothing came.
 *
 *     deno run --allow-net=127.0.0.1:0,127.0.0.1:50008 examples/udp_echo_client.ts
 *     deno run -P=udp_echo_client examples/udp_echo_client.ts
 *
 * Port 0 is for its own port, which may be any free port.
 *
 * @module
 */
import { socket } from "@berkeley/socket";

const HOST = "127.0.0.1";
const PORT = 50008;

try {
  using s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);
  s.settimeout(1);
  await s.connect([HOST, PORT]);
  await s.send(new TextEncoder().encode("Hello, world"));
  const data = await s.recv(1024);
  console.log("Received", new TextDecoder().decode(data));
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
