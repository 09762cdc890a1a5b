// Ours: ThreadingTCPServer, with `recv` and `sendall` or with files.

import {
  BaseRequestHandler,
  StreamRequestHandler,
  ThreadingTCPServer,
} from "../../../server/mod.ts";
import type { Socket } from "../../../socket/mod.ts";
import { control } from "./control.ts";
import "./driver.ts";
import { context } from "./secure.ts";
import { job, port, size, task, total } from "./task.ts";

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

class Lines extends StreamRequestHandler {
  // Or answers of one line each would wait for the client's kernel.
  static override disableNagleAlgorithm = true;

  override async handle(): Promise<void> {
    for (;;) {
      const line = await this.rfile.readline();
      if (line.length === 0) return;
      await this.wfile.write(line);
    }
  }
}

const server = new ThreadingTCPServer(
  ["127.0.0.1", port],
  task.kind === "lines" ? Lines : job === "echo" ? Echo : Drain,
  { ssl: context, allowReusePort: task.reusePort },
);
control(server.serverAddress[1]);
await server.serveForever();
