// Ours: UDPServer or ThreadingUDPServer, which answer by `sendto`.

import {
  BaseRequestHandler,
  type DatagramRequest,
  ThreadingUDPServer,
  UDPServer,
} from "../../../server/mod.ts";
import { control } from "./control.ts";
import "./driver.ts";

class Echo extends BaseRequestHandler<DatagramRequest> {
  override async handle(): Promise<void> {
    const [data, socket] = this.request;
    await socket.sendto(data, this.clientAddress);
  }
}

const classes: Record<string, typeof UDPServer> = {
  UDPServer,
  ThreadingUDPServer,
};
const server = new classes[Deno.args[0]](["127.0.0.1", 0], Echo);
control(server.serverAddress[1]);
await server.serveForever();
