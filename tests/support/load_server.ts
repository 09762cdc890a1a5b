// An echo server that tells how much memory it takes: it prints its address, then
// for each line that it reads what the heap holds after a collection, and how many
// requests it has handled. It ends with its stdin.
import { StreamRequestHandler, ThreadingTCPServer } from "../../server/mod.ts";
import { inputLines } from "./input_lines.ts";

let handled = 0;

class Echo extends StreamRequestHandler {
  override async handle() {
    for (let data; (data = await this.rfile.read1()).length > 0;) {
      await this.wfile.write(data);
    }
    handled++;
  }
}

/** What is held by the heap and by buffers outside of it, when all that can go has gone. */
async function held(): Promise<number> {
  const { gc } = globalThis as unknown as { gc(): void };
  let least = Infinity;
  for (let i = 0; i < 5; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
    const { heapUsed, external } = Deno.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
}

const server = new ThreadingTCPServer(["127.0.0.1", 0], Echo, {
  requestQueueSize: 1024,
});
const serving = server.serveForever();
console.log(JSON.stringify(server.serverAddress));
for await (const _ of inputLines()) {
  const memory = await held();
  console.log(JSON.stringify({ memory, handled }));
}
await server.shutdown();
await serving;
await server.serverClose();
