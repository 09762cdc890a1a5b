// node:net and node:tls, for Node and for Deno; follows control.ts and task.ts.

import { createServer } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";
import { createServer as createSecureServer } from "node:tls";

const { job, total, tls } = JSON.parse(process.argv[2]);
const done = new Uint8Array(1);

function serve(socket) {
  let got = 0;
  socket.on("data", (data) => {
    if (job !== "drain") return socket.write(data);
    got += data.length;
    if (got < total) return;
    got -= total;
    socket.write(done);
  });
  socket.on("error", () => socket.destroy());
}

const options = { ...tls, noDelay: true };
const server = tls === undefined
  ? createServer(options, serve)
  : createSecureServer(options, serve);
server.listen(0, "127.0.0.1", 128, () => {
  console.log(server.address().port);
  const questions = createInterface({ input: process.stdin });
  questions.on("line", () => {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed, external } = process.memoryUsage();
    const heap = heapUsed + external;
    console.log(JSON.stringify({ cpu: user + system, rss, heap }));
  });
  questions.on("close", () => process.exit());
});
