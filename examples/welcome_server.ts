/**
 * A server that welcomes every client with one line of UTF-8, until Ctrl-C.
 *
 *     deno run --allow-net=127.0.0.1:9999 examples/welcome_server.ts
 *     deno run -P=welcome_server examples/welcome_server.ts
 *
 * @module
 */
import { socket } from "@berkeley/socket";

const HOST = "127.0.0.1";
const PORT = 9999;
const WELCOME = new TextEncoder().encode("Welcome! Καλώς ήρθες! ようこそ!\r\n");

try {
  using server = socket.createServer([HOST, PORT]);
  const stop = () => server.close();
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
  console.log(`Listening on ${HOST}:${PORT}, press Ctrl-C to stop`);

  // Ends when the server is closed.
  for await (const [conn, addr] of server) {
    using _ = conn;
    console.log("Connected by", addr);
    try {
      await conn.sendall(WELCOME);
    } catch (error) {
      // One client's error must not stop the server.
      if (!(error instanceof socket.ConnectionError)) throw error;
    }
  }
  console.log("Goodbye");
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
