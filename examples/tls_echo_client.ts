/**
 * The client of tls_echo_server.ts: it says a line over TLS and prints what comes back.
 * It trusts only the authority whose certificate is in the folder; tls_echo_server.ts
 * shows how to make one.
 *
 *     deno run --allow-net=127.0.0.1:50013 --allow-read=certificates/ca.pem examples/tls_echo_client.ts certificates
 *     deno run -P=tls_echo_client examples/tls_echo_client.ts certificates
 *
 * @module
 */
import { socket } from "@berkeley/socket";
import * as ssl from "@berkeley/socket/ssl";

const HOST = "127.0.0.1";
const PORT = 50013;
const TIMEOUT = 10; // seconds

const [folder] = Deno.args;
if (folder === undefined) {
  console.error("Usage: tls_echo_client.ts FOLDER");
  Deno.exit(2);
}
try {
  const context = ssl.createDefaultContext(ssl.Purpose.SERVER_AUTH, {
    cafile: `${folder}/ca.pem`,
  });
  const plain = await socket.createConnection([HOST, PORT], {
    timeout: TIMEOUT,
  });
  using s = await context.wrapSocket(plain, { serverHostname: "localhost" });
  console.log("Speaking", s.version());
  await s.sendall(new TextEncoder().encode("Hello, world\n"));
  await using file = s.makefile("r");
  console.log("Received", (await file.readline()).trimEnd());
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
