/**
 * A server that computes: for each line with a number it counts the primes
 * below it. It does so in Workers, so that one client's large number does not
 * delay the others.
 *
 *     deno run --allow-net=127.0.0.1:50010 --allow-read=. examples/forking_server.ts
 *     deno run -P=forking_server examples/forking_server.ts
 *
 * It reads its handler, forking_handler.ts, and the library, for each Worker.
 * Ask it from two terminals at the same time, with a large number first:
 *
 *     nc 127.0.0.1 50010
 *
 * @module
 */
import { socket, socketserver } from "@berkeley/socket";

const HOST = "127.0.0.1";
const PORT = 50010;
const handler = new URL("./forking_handler.ts", import.meta.url);

try {
  await using server = new socketserver.ForkingTCPServer(
    [HOST, PORT],
    handler,
    { maxChildren: 4, requestTimeout: 600 },
  );
  // Requests that still compute are cut off after a moment.
  const stop = () => server.shutdown({ grace: 0.5 });
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
  console.log(`Listening on ${HOST}:${PORT}, press Ctrl-C to stop`);
  await server.serveForever();
  console.log("Goodbye");
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
