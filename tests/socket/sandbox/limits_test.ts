import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  MSG_OOB,
  OSError,
  SCM_RIGHTS,
  SO_LINGER,
  SO_RCVBUF,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOCK_STREAM,
  socket,
  socketpair,
  SOL_SOCKET,
} from "../../../socket/mod.ts";
import { sandbox } from "../../../socket/sandbox/driver.ts";
import {
  bytes,
  folder,
  hasIpv6Here,
  listening,
  text,
  transports,
} from "../../support/peers.ts";

// What the sandboxed driver does where the gaps of tests/conformance/suite.ts
// are: it refuses and names the way out, or differs as README.md says.

const WAY_OUT = "use the POSIX driver";
const net = { permissions: { net: true } } as const;
const unix = {
  permissions: { net: true, read: [folder], write: [folder] },
};

Deno.test(
  "Socket.setsockopt() refuses SO_RCVBUF and SO_LINGER with the way out",
  net,
  () => {
    for (const type of [SOCK_STREAM, SOCK_DGRAM]) {
      using s = socket(AF_INET, type);
      const calls = [
        () => s.setsockopt(SOL_SOCKET, SO_RCVBUF, 1 << 20),
        () => s.setsockopt(SOL_SOCKET, SO_LINGER, new Uint8Array(8)),
        () => s.getsockopt(SOL_SOCKET, SO_LINGER, 8),
      ];
      for (const call of calls) {
        assertEquals(assertThrows(call, OSError, WAY_OUT).code, "ENOPROTOOPT");
      }
    }
  },
);

Deno.test(
  "Socket.send() and recv() refuse MSG_OOB with the way out",
  net,
  async () => {
    const [one, other] = await socketpair();
    await using _one = one, _other = other;
    await using datagrams = socket(AF_INET, SOCK_DGRAM);
    datagrams.bind(["127.0.0.1", 0]);
    const address = datagrams.getsockname();
    const calls = [
      () => one.send(bytes("x"), MSG_OOB),
      () => other.recv(1, MSG_OOB),
      () => datagrams.sendto(bytes("x"), MSG_OOB, address),
      () => datagrams.recv(1, MSG_OOB),
    ];
    for (const call of calls) {
      const error = await assertRejects(call, OSError, WAY_OUT);
      assertEquals(error.code, "EOPNOTSUPP");
    }
  },
);

Deno.test(
  "Socket.sendmsg() refuses ancillary data, and fileno() to tell a number, with the way out",
  net,
  async () => {
    const [one, other] = await socketpair();
    await using _one = one, _other = other;
    const rights = [SOL_SOCKET, SCM_RIGHTS, new Uint8Array(4)] as const;
    const calls = [
      () => one.sendmsg([bytes("x")], [[...rights]]),
      // deno-lint-ignore require-await -- so that it rejects
      async () => one.fileno(),
    ];
    for (const call of calls) {
      const error = await assertRejects<OSError>(call, OSError, WAY_OUT);
      assertEquals(error.code, "EOPNOTSUPP");
    }
  },
);

for (const transport of transports) {
  const value = Number(transport.family !== AF_UNIX);
  Deno.test(
    `SO_REUSEADDR is ${value} for a socket that listens or was accepted [${transport.name}]`,
    unix,
    async () => {
      await using server = listening(transport, sandbox);
      const conn = await transport.connect(server.getsockname());
      const [accepted] = await server.accept();
      await using _accepted = accepted;
      assertEquals(server.getsockopt(SOL_SOCKET, SO_REUSEADDR), value);
      assertEquals(accepted.getsockopt(SOL_SOCKET, SO_REUSEADDR), value);
      conn.close();
    },
  );
}

Deno.test(
  "Socket.bind() opens the queue of a stream socket before listen()",
  net,
  async () => {
    await using server = socket();
    server.bind(["127.0.0.1", 0]);
    await using client = socket();
    await client.connect(server.getsockname());
    assertEquals(client.getpeername(), server.getsockname());
  },
);

Deno.test(
  "Socket.recv() of a connected UDP socket waits where nobody receives",
  net,
  async () => {
    const gone = socket(AF_INET, SOCK_DGRAM);
    gone.bind(["127.0.0.1", 0]);
    const address = gone.getsockname();
    await gone[Symbol.asyncDispose]();
    await using here = socket(AF_INET, SOCK_DGRAM);
    await here.connect(address);
    assertEquals(await here.send(bytes("x")), 1);
    here.settimeout(0.05);
    const { code } = await assertRejects(() => here.recv(8), OSError);
    assertEquals(code, "ETIMEDOUT");
  },
);

const families: readonly [name: string, family: number, ignore: boolean][] = [
  ["AF_INET", AF_INET, false],
  ["AF_INET6", AF_INET6, !hasIpv6Here],
];
for (const [name, family, ignore] of families) {
  Deno.test(
    `socketpair(${name}, SOCK_DGRAM) gives two that hear each other only`,
    { ...net, ignore },
    async () => {
      const [one, other] = await socketpair(family, SOCK_DGRAM);
      await using _one = one, _other = other;
      await using stranger = socket(family, SOCK_DGRAM);
      assertEquals<number>(one.type, SOCK_DGRAM);
      assertEquals(one.getpeername(), other.getsockname());
      await stranger.sendto(bytes("strange"), one.getsockname() as never);
      await other.send(bytes("pong"));
      assertEquals(text(await one.recv(8)), "pong");
      await one.send(bytes("ping"));
      assertEquals(text(await other.recv(8)), "ping");
    },
  );
}
