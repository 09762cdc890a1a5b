// Sends until the client has taken nothing for a while, and tells how much that was.
import { BaseRequestHandler } from "../../../server/mod.ts";
import { type Socket, TimeoutError } from "../../../socket/mod.ts";

export default class Flood extends BaseRequestHandler<Socket> {
  override async handle(): Promise<void> {
    this.request.settimeout(0.5);
    for (let sent = 0;;) {
      try {
        sent += await this.request.send(new Uint8Array(50000));
      } catch (error) {
        if (!(error instanceof TimeoutError)) throw error;
        const channel = new BroadcastChannel("flood");
        channel.postMessage(sent + (error.bytesSent ?? 0));
        channel.close();
        return;
      }
    }
  }
}
