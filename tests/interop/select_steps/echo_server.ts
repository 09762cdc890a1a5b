// The example of https://docs.python.org/3/library/selectors.html, which ends when as
// many clients have gone as its argument says.
import * as selectors from "../../../socket/selectors/mod.ts";
import * as socket from "../../../socket/mod.ts";

type Callback = (s: socket.Socket, mask: number) => Promise<void>;
const sel = new selectors.DefaultSelector<socket.Socket, Callback>();
let clients = Number(Deno.args[0]);

async function accept(sock: socket.Socket): Promise<void> {
  const [conn] = await sock.accept(); // should be ready
  conn.setblocking(false);
  sel.register(conn, selectors.EVENT_READ, read);
}

async function read(conn: socket.Socket): Promise<void> {
  const data = await conn.recv(1000); // should be ready
  if (data.length > 0) {
    await conn.send(data); // hope it does not block
  } else {
    sel.unregister(conn);
    conn.close();
    clients--;
  }
}

const sock = socket.socket();
sock.bind(["127.0.0.1", 0]);
sock.listen(100);
sock.setblocking(false);
sel.register(sock, selectors.EVENT_READ, accept);
console.log(sock.getsockname()[1]);

while (clients > 0) {
  for (const [key, mask] of await sel.select()) {
    await key.data(key.fileobj, mask);
  }
}
sel.close();
sock.close();
