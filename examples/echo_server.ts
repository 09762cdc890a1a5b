/**
 * The echo server of Python's documentation: it sends back what one client
 * sends.
 *
 *     deno run --allow-net=127.0.0.1:50007 examples/echo_server.ts
 *     deno run -P=echo_server examples/echo_server.ts
 *
 * @module
 */
import { socket } from "@berkeley/socket";

const HOST = "127.0.0.1";
const PORT = 50007;

const stop = () => {
  console.log("Goodbye");
  Deno.exit();
};
Deno.addSignalListener("SIGINT", stop);
if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);

try {
  using s = socket.socket(socket.AF_INET, socket.SOCK_STREAM);
  s.bind([HOST, PORT]);
  s.listen(1);
  console.log(`Listening on ${HOST}:${PORT}, press Ctrl-C to stop`);

  const [conn, addr] = await s.accept();
  using _ = conn;
  console.log("Connected by", addr);
  while (true) {
    const data = await conn.recv(1024);
    if (data.length === 0) break;
    await conn.sendall(data);
  }
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
