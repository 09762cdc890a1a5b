// Does what a datagram says, and answers with a text.
import {
  BaseRequestHandler,
  type DatagramRequest,
} from "../../../server/mod.ts";
import type { OSError } from "../../../socket/mod.ts";

export default class Commands extends BaseRequestHandler<DatagramRequest> {
  override async handle(): Promise<void> {
    const [data, socket] = this.request;
    const answer = await this.#do(new TextDecoder().decode(data));
    await socket.sendto(new TextEncoder().encode(answer), this.clientAddress);
  }

  async #do(command: string): Promise<string> {
    const [, socket] = this.request;
    switch (command) {
      case "receive":
        return await socket.recv(10).then(
          () => "received",
          ({ code, message }: OSError) => `${code} ${message}`,
        );
      case "send too much":
        return await socket.sendto(new Uint8Array(70000), this.clientAddress)
          .then(() => "sent", ({ code }: OSError) => code);
      case "addresses":
        return JSON.stringify([socket.getsockname(), this.clientAddress]);
      case "unawaited":
        // The server still sends it.
        socket.sendto(new TextEncoder().encode("first"), this.clientAddress);
        return "second";
      case command.match(/^send to \d+$/)?.[0]:
        return await socket.sendto(new Uint8Array(1), [
          "127.0.0.1",
          Number(command.split(" ")[2]),
        ]).then(() => "sent", ({ code, message }) => `${code} ${message}`);
      default:
        throw new TypeError(command);
    }
  }
}
