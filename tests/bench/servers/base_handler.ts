// Ours: ThreadingTCPServer with `recv` and `sendall`.

import { BaseRequestHandler, ThreadingTCPServer } from "../../../server/mod.ts";
import type { Socket } from "../../../socket/mod.ts";
import { control, job } from "./control.ts";
import { context } from "./secure.ts";

const { kind, size, total } = job();

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

class Drain extends BaseRequestHandler<Socket> {
  override async handle(): Promise<void> {
    const { request } = this;
    const done = new Uint8Array(1);
    for (let got = 0;; got -= total) {
      while (got < total) {
        const data = await request.recv(size);
        if (data.length === 0) return;
        got += data.length;
      }
      await request.sendall(done);
    }
  }
}

const server = new ThreadingTCPServer(
  ["127.0.0.1", 0],
  kind === "echo" ? Echo : Drain,
  { ssl: context },
);
control(server.serverAddress[1]);
await server.serveForever();
