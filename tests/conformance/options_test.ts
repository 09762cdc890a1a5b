import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_V6ONLY,
  OSError,
  SO_ACCEPTCONN,
  SO_DOMAIN,
  SO_ERROR,
  SO_KEEPALIVE,
  SO_REUSEADDR,
  SO_TYPE,
  SOCK_STREAM,
  Socket,
  SOL_SOCKET,
  TCP_NODELAY,
} from "../../socket/mod.ts";
import { connected, listening } from "../support/peers.ts";
import { conforms } from "./suite.ts";

function code(call: () => unknown): string {
  return assertThrows(call, OSError).code;
}

conforms(
  "Socket.getsockopt() tells family, type and whether it listens",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    using server = listening(transport, driver);
    for (const [socket, listens] of [[pair.ours, 0], [server, 1]] as const) {
      assertEquals<number>(socket.getsockopt(SOL_SOCKET, SO_TYPE), SOCK_STREAM);
      if (SO_DOMAIN > 0) {
        assertEquals(
          socket.getsockopt(SOL_SOCKET, SO_DOMAIN),
          transport.family,
        );
      }
      assertEquals(socket.getsockopt(SOL_SOCKET, SO_ACCEPTCONN), listens);
      assertEquals(socket.getsockopt(SOL_SOCKET, SO_ERROR), 0);
    }
  },
);

conforms(
  "Socket.getsockopt() gives bytes where a size is asked for",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const four = pair.ours.getsockopt(SOL_SOCKET, SO_TYPE, 16);
    assertEquals(new Int32Array(four.slice().buffer), new Int32Array([1]));
    assertEquals(pair.ours.getsockopt(SOL_SOCKET, SO_TYPE, 2).length, 2);
  },
);

conforms(
  "Socket.setsockopt() sets what getsockopt() then gives, before and after connecting",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    await using fresh = new Socket(transport.family, undefined, 0, { driver });
    const options = [[SOL_SOCKET, SO_KEEPALIVE]];
    if (transport.family !== AF_UNIX) options.push([IPPROTO_TCP, TCP_NODELAY]);
    for (const socket of [pair.ours, fresh]) {
      for (const [level, name] of options) {
        assertEquals(socket.getsockopt(level, name), 0);
        socket.setsockopt(level, name, 5);
        assertEquals(socket.getsockopt(level, name), 1);
        const off = new Uint8Array(new Int32Array([0]).buffer);
        socket.setsockopt(level, name, off);
        assertEquals(socket.getsockopt(level, name), 0);
      }
      socket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1);
      assertEquals(socket.getsockopt(SOL_SOCKET, SO_REUSEADDR), 1);
    }
  },
);

conforms(
  "Socket.setsockopt() on a listener holds for the connections it accepts",
  async ({ transport, driver }) => {
    using server = listening(transport, driver);
    server.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
    server.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1);
    const peer = await transport.connect(server.getsockname());
    const [connection] = await server.accept();
    assertEquals(connection.getsockopt(IPPROTO_TCP, TCP_NODELAY), 1);
    assertEquals(connection.getsockopt(SOL_SOCKET, SO_KEEPALIVE), 1);
    connection.close();
    peer.close();
  },
  ({ family }) => family !== AF_UNIX,
);

conforms(
  "Socket.setsockopt() refuses what cannot be set, and says why",
  ({ transport, driver }) => {
    using socket = new Socket(transport.family, undefined, 0, { driver });
    const set = (value: never, ...size: number[]) => () =>
      socket.setsockopt(SOL_SOCKET, SO_KEEPALIVE, value, ...size as [number]);
    assertEquals(
      code(() => socket.setsockopt(SOL_SOCKET, SO_TYPE, 1)),
      "ENOPROTOOPT",
    );
    assertEquals(
      code(() => socket.setsockopt(SOL_SOCKET, 9999, 1)),
      "ENOPROTOOPT",
    );
    assertEquals(
      code(() => socket.getsockopt(SOL_SOCKET, 9999)),
      "ENOPROTOOPT",
    );
    assertEquals(code(set(new Uint8Array(1) as never)), "EINVAL");
    assertEquals(code(set(null as never, 4)), "EFAULT");
    assertThrows(set("1" as never), TypeError);
    assertThrows(set(1.5 as never), TypeError);
    assertThrows(set(2 ** 31 as never), RangeError);
  },
);

conforms(
  "Socket.setsockopt() of another family's level is refused",
  ({ transport, driver }) => {
    using socket = new Socket(transport.family, undefined, 0, { driver });
    const refused = code(() => socket.getsockopt(IPPROTO_TCP, TCP_NODELAY));
    assert(["EOPNOTSUPP", "ENOPROTOOPT"].includes(refused));
  },
  ({ family }) => family === AF_UNIX,
);

conforms(
  "Socket with IPV6_V6ONLY takes no IPv4 peers, and without it does",
  async ({ transport, driver }) => {
    for (const only of [1, 0]) {
      await using server = new Socket(transport.family, undefined, 0, {
        driver,
      });
      server.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, only);
      assertEquals(server.getsockopt(IPPROTO_IPV6, IPV6_V6ONLY), only);
      server.bind(["::", 0]);
      assertEquals(
        code(() => server.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 0)),
        "EINVAL",
      );
      server.listen();
      const [, port] = server.getsockname() as [string, number];
      const accepting = server.accept();
      const four = await transport.connect(["127.0.0.1", port])
        .catch(() => undefined);
      const six = await transport.connect(["::1", port]);
      const [connection, address] = await accepting;
      assertEquals(address[0], only ? "::1" : "::ffff:127.0.0.1");
      if (only) {
        assertEquals(
          await four?.read(new Uint8Array(1)).catch(() => null) ?? null,
          null,
        );
      }
      four?.close();
      six.close();
      connection.close();
    }
  },
  ({ family }) => family === AF_INET6,
);

conforms(
  "Socket.setsockopt(IPV6_V6ONLY) is not for IPv4",
  ({ transport, driver }) => {
    using socket = new Socket(transport.family, undefined, 0, { driver });
    const refused = code(() => socket.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 1));
    assert(["EOPNOTSUPP", "ENOPROTOOPT"].includes(refused));
  },
  ({ family }) => family === AF_INET,
);
