/**
 * The client of welcome_server.ts: it prints the line that the server sends.
 *
 *     deno run --allow-net=127.0.0.1:9999 examples/welcome_client.ts
 *     deno run -P=welcome_client examples/welcome_client.ts
 *
 * @module
 */
import { socket } from "@berkeley/socket";

const HOST = "127.0.0.1";
const PORT = 9999;

try {
  using s = await socket.createConnection([HOST, PORT]);
  await using file = s.makefile("r", { encoding: "utf-8" });
  const line = await file.readline();
  if (line === "") {
    console.error("The server closed the connection without a greeting");
    Deno.exit(1);
  }
  console.log(line.trimEnd());
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
