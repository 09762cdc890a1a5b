// Ours: a socket for datagrams, `recvfrom` and `sendto`.

import { AF_INET, SOCK_DGRAM, socket } from "../../../socket/mod.ts";
import { control } from "./control.ts";
import "./driver.ts";

const server = socket(AF_INET, SOCK_DGRAM);
server.bind(["127.0.0.1", 0]);
control(server.getsockname()[1]);
for (;;) {
  const [data, address] = await server.recvfrom(8192);
  await server.sendto(data, address);
}
