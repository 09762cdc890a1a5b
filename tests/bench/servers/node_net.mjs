// node:net, for Node and for Deno; follows control.ts.

import { createServer } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("data", (data) => socket.write(data));
  socket.on("error", () => socket.destroy());
});
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
