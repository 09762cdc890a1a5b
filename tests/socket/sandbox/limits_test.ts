import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AF_INET,
  createServer,
  MSG_OOB,
  OSError,
  SO_RCVBUF,
  SO_REUSEADDR,
  SOCK_DGRAM,
  socket,
  socketpair,
  SOL_SOCKET,
} from "../../../socket/mod.ts";

// What the sandboxed driver cannot do, it refuses and names the way out; the gaps
// of tests/conformance/suite.ts.

const WAY_OUT = "use the POSIX driver";
const permissions = { net: true };

Deno.test(
  "Socket.setsockopt(SO_RCVBUF) is refused with the way out, not ignored",
  {
    permissions,
  },
  () => {
    for (const type of [undefined, SOCK_DGRAM]) {
      using s = socket(AF_INET, type);
      const set = () => s.setsockopt(SOL_SOCKET, SO_RCVBUF, 1 << 20);
      assertEquals(assertThrows(set, OSError, WAY_OUT).code, "ENOPROTOOPT");
    }
  },
);

Deno.test(
  "Socket.send(MSG_OOB) and recv(MSG_OOB) are refused with the way out",
  {
    permissions,
  },
  async () => {
    const [one, other] = await socketpair();
    await using _one = one, _other = other;
    const calls = [
      () => one.send(new Uint8Array(1), MSG_OOB),
      () => other.recv(1, MSG_OOB),
    ];
    for (const call of calls) {
      const error = await assertRejects(call, OSError, WAY_OUT);
      assertEquals(error.code, "EOPNOTSUPP");
    }
  },
);

Deno.test(
  "SO_REUSEADDR is 1 for every TCP socket that listens or was accepted",
  {
    permissions,
  },
  async () => {
    await using server = createServer(["127.0.0.1", 0]);
    const conn = await Deno.connect({ port: server.getsockname()[1] });
    const [accepted] = await server.accept();
    await using _accepted = accepted;
    assertEquals(server.getsockopt(SOL_SOCKET, SO_REUSEADDR), 1);
    assertEquals(accepted.getsockopt(SOL_SOCKET, SO_REUSEADDR), 1);
    conn.close();
  },
);

Deno.test(
  "socketpair(AF_INET, SOCK_DGRAM) gives two that hear each other only",
  {
    permissions,
  },
  async () => {
    const [one, other] = await socketpair(AF_INET, SOCK_DGRAM);
    await using _one = one, _other = other;
    using stranger = socket(AF_INET, SOCK_DGRAM);
    assertEquals(one.getpeername(), other.getsockname());
    await stranger.sendto(Uint8Array.of(9), one.getsockname());
    await other.send(Uint8Array.of(1));
    assertEquals([...await one.recv(8)], [1]);
  },
);
