// Ours: a server that echoes once and is shut down.

import { BaseRequestHandler, ThreadingTCPServer } from "../../../server/mod.ts";
import type { Socket } from "../../../socket/mod.ts";

class Echo extends BaseRequestHandler<Socket> {
  override async handle(): Promise<void> {
    await this.request.sendall(await this.request.recv(100));
  }
}

await using server = new ThreadingTCPServer(["127.0.0.1", 0], Echo);
const serving = server.serveForever();
const [hostname, port] = server.serverAddress;
using client = await Deno.connect({ hostname, port });
await client.write(new Uint8Array(1));
await client.read(new Uint8Array(1));
await server.shutdown();
await serving;
