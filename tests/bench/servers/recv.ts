// Ours: `recv` and `sendall`.

import { serve } from "./serve.ts";
import { size, total } from "./task.ts";

await serve({
  async echo(conn) {
    for (;;) {
      const data = await conn.recv(size);
      if (data.length === 0) return;
      await conn.sendall(data);
    }
  },
  async drain(conn) {
    const done = new Uint8Array(1);
    for (;;) {
      for (let got = 0; got < total;) {
        const data = await conn.recv(size);
        if (data.length === 0) return;
        got += data.length;
      }
      await conn.sendall(done);
    }
  },
  async fill(conn) {
    const chunk = new Uint8Array(size).fill(97);
    while ((await conn.recv(1)).length > 0) {
      for (let sent = 0; sent < total; sent += size) await conn.sendall(chunk);
    }
  },
});
