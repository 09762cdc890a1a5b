// Ours: ThreadingTCPServer with `recv` and `sendall`.

import { BaseRequestHandler, ThreadingTCPServer } from "../../../server/mod.ts";
import type { Socket } from "../../../socket/mod.ts";
import { control, job } from "./control.ts";

const { size } = job();

class Echo extends BaseRequestHandler<Socket> {
  override async handle(): Promise<void> {
    const { request } = this;
    for (;;) {
      const data = await request.recv(size);
      if (data.length === 0) return;
      await request.sendall(data);
    }
  }
}

const server = new ThreadingTCPServer(["127.0.0.1", 0], Echo);
control(server.serverAddress[1]);
await server.serveForever();
