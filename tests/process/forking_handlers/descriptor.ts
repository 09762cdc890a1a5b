// Tells of the socket that it is lent, and what only a descriptor can do.
import { BaseRequestHandler } from "../../../server/mod.ts";
import {
  IPPROTO_TCP,
  SHUT_WR,
  SO_TYPE,
  type Socket,
  SOL_SOCKET,
  TCP_KEEPIDLE,
} from "../../../socket/mod.ts";

export default class Descriptor extends BaseRequestHandler<Socket> {
  override async handle(): Promise<void> {
    const { request } = this;
    request.setsockopt(IPPROTO_TCP, TCP_KEEPIDLE, 77);
    const [data, ancillary] = await request.recvmsg(16, 64);
    const told = {
      isNumber: request.fileno() > 2,
      type: request.getsockopt(SOL_SOCKET, SO_TYPE),
      idle: request.getsockopt(IPPROTO_TCP, TCP_KEEPIDLE),
      data: new TextDecoder().decode(data),
      ancillary,
      peer: request.getpeername(),
    };
    await request.sendall(new TextEncoder().encode(JSON.stringify(told)));
    request.shutdown(SHUT_WR);
    await request.recv(16);
  }
}
