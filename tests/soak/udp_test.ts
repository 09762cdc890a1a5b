import { assert, assertEquals } from "@std/assert";
import type { Socket } from "../../socket/mod.ts";
import { sandbox } from "../../socket/sandbox/driver.ts";
import {
  type DatagramTransport,
  datagramTransports,
} from "../support/datagrams.ts";
import { sized } from "../support/soak.ts";

function bound(transport: DatagramTransport): Socket {
  const socket = transport.open(sandbox);
  socket.bind(transport.fresh() as never);
  socket.settimeout(10);
  return socket;
}

for (const transport of datagramTransports) {
  const count = sized(transport.name === "UDP" ? 100_000 : 20_000);

  Deno.test({
    name:
      `${count} numbered datagrams keep their order, and none is lost while the receiver keeps up [${transport.name}]`,
    fn: async () => {
      await using here = bound(transport), there = bound(transport);
      await here.connect(there.getsockname() as never);
      const data = new Uint8Array(8), number = new DataView(data.buffer);
      const buffer = new Uint8Array(8), came = new DataView(buffer.buffer);
      // Fewer than any receive buffer holds.
      const most = 8;
      for (let next = 0, seen = 0; seen < count;) {
        const sending: Promise<number>[] = [];
        for (; next < count && next - seen < most; next++) {
          number.setUint32(0, next);
          sending.push(here.send(data));
        }
        for (const end = next; seen < end; seen++) {
          await there.recvInto(buffer);
          if (came.getUint32(0) !== seen) {
            throw new Error(`${came.getUint32(0)} came in place of ${seen}`);
          }
        }
        await Promise.all(sending);
      }
    },
  });
}

Deno.test("a flood loses datagrams only where the receive buffer is full: order is kept, none comes twice", async () => {
  const [transport] = datagramTransports;
  await using here = bound(transport), there = bound(transport);
  const to = there.getsockname() as never;
  const flood = 5000;
  const data = new Uint8Array(1000), number = new DataView(data.buffer);
  for (let next = 0; next < flood; next++) {
    number.setUint32(0, next);
    await here.sendto(data, to);
  }
  there.settimeout(0.2);
  const came: number[] = [];
  try {
    while (true) {
      const [got] = await there.recvfrom(1000);
      came.push(new DataView(got.buffer).getUint32(0));
    }
  } catch {
    // All that was kept has come.
  }
  // The buffer keeps the first ones, in order; what came later found it full.
  assert(came.length > 10 && came.length < flood);
  assertEquals(came, came.map((_, index) => index));
});
