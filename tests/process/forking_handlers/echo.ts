// Sends back what comes, until the client ends its sending.
import { BaseRequestHandler } from "../../../server/mod.ts";
import type { Socket } from "../../../socket/mod.ts";

export default class Echo extends BaseRequestHandler<Socket> {
  override async handle(): Promise<void> {
    for (let data; (data = await this.request.recv(65536)).length > 0;) {
      await this.request.sendall(data);
    }
  }
}
