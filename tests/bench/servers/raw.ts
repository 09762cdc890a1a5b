// Plain Deno.Conn: the yardstick.

import { certificate, control, job } from "./control.ts";

const { kind, size, total } = job();
const secret = certificate();
const address = { hostname: "127.0.0.1", port: 0 };
const listener = secret === undefined
  ? Deno.listen(address)
  : Deno.listenTls({ ...address, ...secret });
control((listener.addr as Deno.NetAddr).port);
for await (const conn of listener) {
  const serving = kind === "echo" ? echo(conn) : drain(conn);
  serving.catch(() => {}).finally(() => conn.close());
}

async function echo(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(size);
  for (;;) {
    const count = await conn.read(buffer);
    if (count === null) return;
    let sent = await conn.write(buffer.subarray(0, count));
    while (sent < count) {
      sent += await conn.write(buffer.subarray(sent, count));
    }
  }
}

async function drain(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(size);
  const done = new Uint8Array(1);
  for (;;) {
    for (let got = 0; got < total;) {
      const count = await conn.read(buffer);
      if (count === null) return;
      got += count;
    }
    await conn.write(done);
  }
}
