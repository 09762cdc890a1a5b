import type { InetAddress } from "../../socket/mod.ts";
import {
  type DatagramRequest,
  type RequestHandlerClass,
  UDPServer,
} from "../../server/mod.ts";
import { UdpClient } from "./support.ts";

type HandlerClass = RequestHandlerClass<DatagramRequest, InetAddress>;

/** A server that keeps the errors of its handlers. */
export class Server extends UDPServer {
  readonly errors: unknown[] = [];

  constructor(Handler: HandlerClass) {
    super(["127.0.0.1", 0], Handler);
  }

  override handleError(_: object, __: InetAddress, error: unknown) {
    this.errors.push(error);
  }
}

/** Sends one datagram and gives its answer and the errors. */
export async function exchange(
  Handler: HandlerClass,
  question = "",
): Promise<{ answer: string; errors: unknown[] }> {
  await using server = new Server(Handler);
  using client = new UdpClient();
  await client.send(server, question);
  await server.handleRequest();
  return { answer: await client.receive(), errors: server.errors };
}
