// Ours: ThreadingTCPServer with files, line by line.

import {
  StreamRequestHandler,
  ThreadingTCPServer,
} from "../../../server/mod.ts";
import { control } from "./control.ts";

class Echo extends StreamRequestHandler {
  override async handle(): Promise<void> {
    for (;;) {
      const line = await this.rfile.readline();
      if (line.length === 0) return;
      await this.wfile.write(line);
    }
  }
}

const server = new ThreadingTCPServer(["127.0.0.1", 0], Echo);
control(server.serverAddress[1]);
await server.serveForever();
