/**
 * The client of unix_echo_server.ts: it sends a line and prints what comes back.
 *
 *     deno run --allow-read=/tmp/echo.sock --allow-write=/tmp/echo.sock --allow-net=unix:/tmp/echo.sock examples/unix_echo_client.ts
 *     deno run -P=unix_echo_client examples/unix_echo_client.ts
 *
 * Another path may follow; use it in the flags as well.
 *
 * @module
 */
import { socket } from "@berkeley/socket";

const [path = "/tmp/echo.sock"] = Deno.args;
if (path === "") {
  console.error("The path is empty; leave it out for /tmp/echo.sock");
  Deno.exit(1);
}

try {
  using s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM);
  await s.connect(path);
  await s.sendall(new TextEncoder().encode("Hello, world\n"));
  await using file = s.makefile("r", { encoding: "utf-8" });
  const line = await file.readline();
  console.log("Received", line.trimEnd());
} catch (error) {
  if (!(error instanceof socket.OSError)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
