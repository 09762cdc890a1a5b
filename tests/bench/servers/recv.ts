// Ours: `recv` and `sendall`.

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
  for (;;) {
    const data = await conn.recv(size);
    if (data.length === 0) return;
    await conn.sendall(data);
  }
}

async function drain(conn: Socket): Promise<void> {
  const done = new Uint8Array(1);
  for (;;) {
    for (let got = 0; got < total;) {
      const data = await conn.recv(size);
      if (data.length === 0) return;
      got += data.length;
    }
    await conn.sendall(done);
  }
}
