// Plain Deno.Conn: the yardstick.

import { control } from "./control.ts";
import { job, size, task, total } from "./task.ts";

const jobs = { echo, drain, fill };
const address = { hostname: "127.0.0.1", port: 0 };
const listener = task.tls === undefined
  ? Deno.listen(address)
  : Deno.listenTls({ ...address, ...task.tls });
control((listener.addr as Deno.NetAddr).port);
for await (const conn of listener) {
  jobs[job](conn).catch(() => {}).finally(() => conn.close());
}

async function echo(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(size);
  for (;;) {
    const count = await conn.read(buffer);
    if (count === null) return;
    // Written out, for a function more would slow the yardstick down.
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

async function fill(conn: Deno.Conn): Promise<void> {
  const byte = new Uint8Array(1);
  const chunk = new Uint8Array(size).fill(97);
  while (await conn.read(byte) !== null) {
    for (let sent = 0; sent < total; sent += size) await writeAll(conn, chunk);
  }
}

async function writeAll(conn: Deno.Conn, data: Uint8Array): Promise<void> {
  let sent = await conn.write(data);
  while (sent < data.length) sent += await conn.write(data.subarray(sent));
}
