/**
 * The echo client of Python's documentation: it sends a greeting to
 * echo_server.ts and prints what comes back.
 *
 *     deno run --allow-net=127.0.0.1:50007 examples/echo_client.ts
 *     deno run -P=echo_client examples/echo_client.ts
 *
 * @module
 */
import { socket } from "@berkeley/socket";

const HOST = "127.0.0.1";
const PORT = 50007;

try {
  using s = socket.socket(socket.AF_INET, socket.SOCK_STREAM);
  await s.connect([HOST, PORT]);
  await s.sendall(new TextEncoder().encode("Hello, world"));
  const data = await s.recv(1024);
  console.log("Received", new TextDecoder().decode(data));
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
