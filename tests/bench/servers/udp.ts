// Ours: UDPServer or ThreadingUDPServer, which answer by `sendto`.

import {
  BaseRequestHandler,
  type DatagramRequest,
  ThreadingUDPServer,
  UDPServer,
} from "../../../server/mod.ts";
import { control } from "./control.ts";
import "./driver.ts";
import { task } from "./task.ts";

class Echo extends BaseRequestHandler<DatagramRequest> {
  override async handle(): Promise<void> {
    const [data, socket] = this.request;
    await socket.sendto(data, this.clientAddress);
  }
}

const Server = task.kind === "threading" ? ThreadingUDPServer : UDPServer;
const server = new Server(["127.0.0.1", 0], Echo);
control(server.serverAddress[1]);
await server.serveForever();
