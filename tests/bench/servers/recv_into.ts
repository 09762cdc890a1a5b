// Ours: `recvInto` and `sendall`.

import { serve } from "./serve.ts";
import { size, total } from "./task.ts";

await serve({
  async echo(conn) {
    const buffer = new Uint8Array(size);
    for (;;) {
      const count = await conn.recvInto(buffer);
      if (count === 0) return;
      await conn.sendall(buffer.subarray(0, count));
    }
  },
  async drain(conn) {
    const buffer = new Uint8Array(size);
    const done = new Uint8Array(1);
    for (;;) {
      for (let got = 0; got < total;) {
        const count = await conn.recvInto(buffer);
        if (count === 0) return;
        got += count;
      }
      await conn.sendall(done);
    }
  },
});
