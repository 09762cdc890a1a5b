// Plain Deno.DatagramConn: the yardstick.

import { control } from "./control.ts";

const conn = Deno.listenDatagram({
  transport: "udp",
  hostname: "127.0.0.1",
  port: 0,
});
control((conn.addr as Deno.NetAddr).port);
const buffer = new Uint8Array(8192);
for (;;) {
  const [data, address] = await conn.receive(buffer);
  await conn.send(data, address);
}
