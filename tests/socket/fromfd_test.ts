import { assertEquals, assertThrows } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  fromfd,
  fromshare,
  IP_MULTICAST_LOOP,
  IPPROTO_IP,
  IPPROTO_TCP,
  OSError,
  SO_ACCEPTCONN,
  SO_BROADCAST,
  SO_KEEPALIVE,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOCK_STREAM,
  Socket,
  SOL_SOCKET,
  TCP_NODELAY,
} from "../../socket/mod.ts";
import { bytes, folder, text, transports, writeAll } from "../support/peers.ts";

const unix = { read: [folder], write: [folder] };
const net = { permissions: { net: true, ...unix } } as const;

for (const { name, family, listen, connect } of transports) {
  Deno.test(
    `fromfd() takes over a connection of Deno [${name}]`,
    net,
    async () => {
      const { listener, address } = listen();
      const [conn, peer] = await Promise.all([
        connect(address),
        listener.accept(),
      ]);
      listener.close();
      await using s = fromfd(conn, family, SOCK_STREAM);
      await writeAll(peer, bytes("hello"));
      assertEquals(text(await s.recv(8)), "hello");
      await s.sendall(bytes("back"));
      const buffer = new Uint8Array(8);
      assertEquals(await peer.read(buffer), 4);
      assertEquals([s.family, s.type, s.proto], [family, SOCK_STREAM, 0]);
      peer.close();
      assertEquals((await s.recv(8)).length, 0);
    },
  );

  Deno.test(
    `fromfd() takes over a listener of Deno, which then listens [${name}]`,
    net,
    async () => {
      const { listener, address } = listen();
      await using server = fromfd(listener, family, SOCK_STREAM);
      assertEquals(server.getsockopt(SOL_SOCKET, SO_ACCEPTCONN), 1);
      const local = server.getsockname() as unknown as unknown[];
      assertEquals(local.slice(0, 2), address.slice(0, 2) as unknown);
      const peer = await connect(address);
      const [accepted] = await server.accept();
      await using connection = accepted;
      await writeAll(peer, bytes("hello"));
      assertEquals(text(await connection.recv(8)), "hello");
      peer.close();
    },
  );

  Deno.test(
    `fromfd() of another family is EAFNOSUPPORT, and leaves the original open [${name}]`,
    net,
    () => {
      using listener = listen().listener;
      for (const other of [AF_INET, AF_INET6, AF_UNIX, 999]) {
        if (other === family) continue;
        const call = () => fromfd(listener, other, SOCK_STREAM);
        assertEquals(assertThrows(call, OSError).code, "EAFNOSUPPORT");
      }
    },
  );
}

Deno.test(
  "Socket finds the family of a fileno out where it is not given",
  net,
  () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    using s = new Socket(undefined, undefined, undefined, { fileno: listener });
    assertEquals([s.family, s.type, s.proto], [AF_INET, SOCK_STREAM, 0]);
  },
);

Deno.test("fromfd() and detach() undo each other", net, async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const s = fromfd(listener, AF_INET, SOCK_STREAM);
  assertEquals(s.detach(), listener);
  await s[Symbol.asyncDispose]();
  const peer = Deno.connect({
    port: listener.addr.port,
    hostname: "127.0.0.1",
  });
  (await listener.accept()).close();
  (await peer).close();
  listener.close();
});

Deno.test("fromfd() of a datagram type is refused for a stream", net, () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const call = () => fromfd(listener, AF_INET, SOCK_DGRAM);
  assertEquals(assertThrows(call, OSError).code, "ESOCKTNOSUPPORT");
});

Deno.test(
  "fromfd() of a resource that is not a socket is ENOTSOCK",
  net,
  () => {
    using file = Deno.openSync(folder);
    for (const thing of [{}, [], () => {}, file, new Blob([])]) {
      const call = () => fromfd(thing as never, AF_INET, SOCK_STREAM);
      assertEquals(assertThrows(call, OSError).code, "ENOTSOCK");
    }
  },
);

Deno.test(
  "fromfd() and fileno of a value that cannot be a socket are a TypeError",
  net,
  () => {
    for (
      const [thing, shown] of [
        ["foo", "string"],
        ["3", "string"],
        [true, "boolean"],
        [3n, "bigint"],
        [1.5, "1.5"],
        [null, "null"],
      ] as const
    ) {
      const calls = {
        fromfd: () => fromfd(thing as never, AF_INET, SOCK_STREAM),
        socket: () =>
          new Socket(undefined, undefined, 0, { fileno: thing as never }),
      };
      for (const [name, call] of Object.entries(calls)) {
        assertThrows(
          call,
          TypeError,
          `Cannot ${name}: the descriptor must be an integer, not ${shown}`,
        );
      }
    }
    const call = () => fromfd(undefined as never, AF_INET, SOCK_STREAM);
    assertThrows(
      call,
      TypeError,
      "Cannot fromfd: the descriptor must be an int",
    );
  },
);

Deno.test(
  "fromshare() is EOPNOTSUPP, for Python has it on Windows only",
  net,
  () => {
    const call = () => fromshare(new Uint8Array());
    const error = assertThrows(call, OSError, "Python has it on Windows only");
    assertEquals(error.code, "EOPNOTSUPP");
  },
);

Deno.test(
  "fromfd() tells no option that nothing tells it, until it is set",
  net,
  async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const [conn, peer] = await Promise.all([
      Deno.connect({ port }),
      listener.accept(),
    ]);
    conn.setNoDelay(true);
    await using server = fromfd(listener, AF_INET, SOCK_STREAM);
    await using s = fromfd(conn, AF_INET, SOCK_STREAM);
    const options = [[IPPROTO_TCP, TCP_NODELAY], [SOL_SOCKET, SO_KEEPALIVE]];
    for (const [level, name] of options) {
      const { code } = assertThrows(() => s.getsockopt(level, name), OSError);
      assertEquals(code, "ENOPROTOOPT");
      s.setsockopt(level, name, 1);
      assertEquals(s.getsockopt(level, name), 1);
      // What Deno opens has the system's defaults.
      assertEquals(server.getsockopt(level, name), 0);
    }
    peer.close();
  },
);

Deno.test({
  name: "fromfd() tells what Deno sets on its UDP sockets",
  ignore: Deno.listenDatagram === undefined,
  ...net,
  async fn() {
    const conn = Deno.listenDatagram({
      transport: "udp",
      hostname: "127.0.0.1",
      port: 0,
    });
    await using s = fromfd(conn, AF_INET, SOCK_DGRAM);
    assertEquals(s.getsockopt(SOL_SOCKET, SO_BROADCAST), 1);
    const unknown = [
      [SOL_SOCKET, SO_REUSEADDR],
      [IPPROTO_IP, IP_MULTICAST_LOOP],
    ];
    for (const [level, name] of unknown) {
      const { code } = assertThrows(() => s.getsockopt(level, name), OSError);
      assertEquals(code, "ENOPROTOOPT");
    }
  },
});
