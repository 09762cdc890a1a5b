// Ours: `recvInto` and `sendall`.

import { createServer, type Socket } from "../../../socket/mod.ts";
import { control, job } from "./control.ts";
import "./driver.ts";
import { secure } from "./secure.ts";

const { kind, size, total } = job();
const server = createServer(["127.0.0.1", 0]);
control(server.getsockname()[1]);
for await (const [conn] of server.connections()) {
  const serving = secure === undefined ? serve(conn) : secure(conn).then(serve);
  serving.catch(() => {});
}

function serve(conn: Socket): Promise<void> {
  const serving = kind === "echo" ? echo(conn) : drain(conn);
  return serving.finally(() => conn.close());
}

async function echo(conn: Socket): Promise<void> {
  const buffer = new Uint8Array(size);
  for (;;) {
    const count = await conn.recvInto(buffer);
    if (count === 0) return;
    await conn.sendall(buffer.subarray(0, count));
  }
}

async function drain(conn: Socket): Promise<void> {
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
}
