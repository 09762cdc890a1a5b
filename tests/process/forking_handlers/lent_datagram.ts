// Does what a datagram says with the server's socket, which the Worker is lent.
import {
  BaseRequestHandler,
  type DatagramRequest,
} from "../../../server/mod.ts";
import { IP_TTL, IPPROTO_IP } from "../../../socket/mod.ts";

const encode = (text: string) => new TextEncoder().encode(text);

export default class Lent extends BaseRequestHandler<DatagramRequest> {
  override async handle(): Promise<void> {
    const [data, socket] = this.request;
    const [command, argument] = new TextDecoder().decode(data).split(" ");
    switch (command) {
      case "number":
        await socket.sendto(encode(`${socket.fileno()}`), this.clientAddress);
        return;
      case "ttl": {
        const ttl = new Uint8Array(new Int32Array([Number(argument)]).buffer);
        const ancillary: [number, number, Uint8Array][] = [
          [IPPROTO_IP, IP_TTL, ttl],
        ];
        await socket.sendmsg([encode("so")], ancillary, 0, this.clientAddress);
        return;
      }
      case "close":
        return socket.close();
      case "exit":
        return Deno.exit(3);
      case "spin":
        await socket.sendto(encode(`${socket.fileno()}`), this.clientAddress);
        return spin(argument);
      default:
        await socket.sendto(
          encode(`${command} ${argument}`.toUpperCase()),
          this.clientAddress,
        );
    }
  }
}

/** Keeps its thread busy until there is a file. */
function spin(path: string): void {
  for (;;) {
    try {
      return void Deno.statSync(path);
    } catch {
      // Not yet.
    }
  }
}
