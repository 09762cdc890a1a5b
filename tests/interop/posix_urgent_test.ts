// The urgent byte of TCP, with CPython at the other end.

import { assertEquals, assertRejects } from "@std/assert";
import { POLLPRI } from "../../socket/constants/poll.ts";
import {
  MSG_OOB,
  OSError,
  SO_OOBINLINE,
  type Socket,
  SOL_SOCKET,
} from "../../socket/mod.ts";
import { endpointOf } from "../../socket/socket.ts";
import { whenReady } from "../../socket/wait.ts";
import { bytes, text } from "../support/peers.ts";
import { needsBoth } from "./posix/needs.ts";
import { tcpPeer } from "./posix/peer.ts";

Deno.test({
  ...needsBoth,
  name: "send() with MSG_OOB sends a byte that CPython receives apart [POSIX]",
  async fn() {
    await using peer = await tcpPeer(`
select.select([], [], [c], 10)
urgent = c.recv(10, socket.MSG_OOB)
rest = b""
while len(rest) < 11: rest += c.recv(100)
print(urgent, rest, flush=True)
`);
    const { s, python } = peer;
    await s.sendall(bytes("before"));
    assertEquals(await s.send(bytes("!"), MSG_OOB), 1);
    await s.sendall(bytes("after"));
    assertEquals(await python.readLine(), "b'!' b'beforeafter'");
  },
});

/** Waits until urgent data has come. */
function urgency(s: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  whenReady(endpointOf(s, "poll"), POLLPRI, resolve);
  return promise;
}

Deno.test({
  ...needsBoth,
  name: "recv() with MSG_OOB receives the byte that CPython sent apart [POSIX]",
  async fn() {
    await using peer = await tcpPeer(`
c.sendall(b"before")
c.send(b"?!", socket.MSG_OOB)
c.sendall(b"after")
sys.stdin.readline()
`);
    const { s } = peer;
    await urgency(s);
    assertEquals(text(await s.recv(10, MSG_OOB)), "!");
    // It is received once.
    await assertRejects(() => s.recv(10, MSG_OOB), OSError, "EINVAL");
    let rest = "";
    while (rest.length < 12) rest += text(await s.recv(100));
    assertEquals(rest, "before?after");
  },
});

Deno.test({
  ...needsBoth,
  name: "recv() receives urgent data in its place with SO_OOBINLINE [POSIX]",
  async fn() {
    await using peer = await tcpPeer(`
sys.stdin.readline()
c.sendall(b"a")
c.send(b"b", socket.MSG_OOB)
c.sendall(b"c")
c.shutdown(socket.SHUT_WR)
sys.stdin.readline()
`);
    const { s, python } = peer;
    s.setsockopt(SOL_SOCKET, SO_OOBINLINE, 1);
    await python.writeLine("send");
    let all = "";
    for (let part; (part = await s.recv(100)).length > 0;) all += text(part);
    assertEquals(all, "abc");
  },
});
