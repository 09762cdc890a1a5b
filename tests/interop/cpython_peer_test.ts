// CPython at the other end of the connection, whichever of the two listens.

import { assert, assertEquals } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  createConnection,
  createServer,
  SHUT_WR,
} from "../../socket/mod.ts";
import {
  kinds,
  listening,
  meet,
  type Meeting,
  receiveAll,
} from "../support/cpython_peer.ts";
import { bytes, hasIpv6Here, text } from "../support/peers.ts";
import { needsPython, spawnPython } from "../support/python.ts";

/** Tests one thing over every kind of stream, both ways round. */
function test(
  name: string,
  code: string,
  fn: (meeting: Meeting) => Promise<void>,
): void {
  for (const kind of kinds) {
    for (const who of listening) {
      Deno.test({
        ...needsPython,
        name: `${name} [${kind.name}, ${who} listens]`,
        async fn() {
          await using meeting = await meet(kind, who, code);
          await fn(meeting);
        },
      });
    }
  }
}

test(
  "Socket.recv() gives what CPython echoes",
  `
while part := c.recv(65536):
    c.sendall(part)
c.close()
`,
  async ({ ours }) => {
    for (const size of [1, 2, 511, 512, 513, 4096, 65537, 300_000]) {
      const sent = new Uint8Array(size).map((_, i) => i * 7 + size);
      const sending = ours.sendall(sent);
      const got = new Uint8Array(size);
      for (let length = 0; length < size;) {
        const part = await ours.recv(65536);
        assert(part.length > 0, `end of stream at ${length} of ${size}`);
        got.set(part, length);
        length += part.length;
      }
      await sending;
      assertEquals(got, sent, `${size} bytes`);
    }
    ours.shutdown(SHUT_WR);
    assertEquals(await ours.recv(1), new Uint8Array());
  },
);

test(
  "Socket.getpeername() is what CPython's getsockname is, and the reverse",
  `
names = [c.getsockname(), c.getpeername()]
say([n.decode() if isinstance(n, bytes) else n for n in names])
`,
  async ({ ours, hear }) => {
    assertEquals(await hear(), [ours.getpeername(), ours.getsockname()]);
  },
);

test(
  "Socket.shutdown() ends the sending half, and CPython's answer still comes",
  `
say(read_all(c))
time.sleep(0.05)
c.sendall(b"thank you")
c.close()
`,
  async ({ ours, hear }) => {
    await ours.sendall(bytes("all I have"));
    ours.shutdown(SHUT_WR);
    assertEquals(
      (await hear() as [number, string])[0],
      "all I have".length,
    );
    assertEquals(text(await receiveAll(ours)), "thank you");
  },
);

test(
  "Socket.send() goes on after CPython has ended its sending half",
  `
c.sendall(b"over")
c.shutdown(socket.SHUT_WR)
say(c.recv(100, socket.MSG_WAITALL).decode())
say(c.recv(1).decode())
`,
  async ({ ours, hear }) => {
    assertEquals(text(await receiveAll(ours)), "over");
    assertEquals(await ours.recv(1), new Uint8Array());
    for (let i = 0; i < 10; i++) await ours.sendall(bytes("0123456789"));
    assertEquals(await hear(), "0123456789".repeat(10));
    ours.close();
    assertEquals(await hear(), "");
  },
);

test(
  "Socket.recv() gives end of stream when CPython's process dies",
  `
c.sendall(b"last words")
say("dying")
sys.stdin.read()
os._exit(1)
`,
  async ({ ours, python, hear }) => {
    await hear();
    const all = receiveAll(ours);
    await python.closeInput();
    assertEquals(text(await all), "last words");
  },
);

test(
  "Socket.close() lets CPython read all that was sent",
  "say(read_all(c, 1000)[0])",
  async ({ ours, hear }) => {
    await ours.sendall(new Uint8Array(100_000));
    ours.close();
    assertEquals(await hear(), 100_000);
  },
);

test(
  "Socket.recvInto() and Socket.recvmsgInto() fill buffers from CPython",
  `
for i in range(100):
    c.sendall(bytes([i]) * 10)
c.close()
`,
  async ({ ours }) => {
    const got = new Uint8Array(1000);
    let length = 0;
    for (let turn = 0; length < 1000; turn++) {
      const rest = got.subarray(length, length + 7);
      const [front, back] = [rest.subarray(0, 3), rest.subarray(3)];
      length += turn % 2 === 0
        ? await ours.recvInto(rest)
        : (await ours.recvmsgInto([front, back]))[0];
    }
    assertEquals(got, new Uint8Array(1000).map((_, i) => i / 10));
    assertEquals(await ours.recvInto(got), 0);
  },
);

// By name, so that each side has to find the other's family.
const servers: readonly [
  title: string,
  family: number,
  host: string,
  dualstack: boolean,
][] = [
  ["127.0.0.1", AF_INET, "127.0.0.1", false],
  ...(hasIpv6Here
    ? [
      ["::1", AF_INET6, "::1", false],
      ["both families", AF_INET6, "", true],
    ] as [string, number, string, boolean][]
    : []),
];

for (const [title, family, host, dualstackIpv6] of servers) {
  // Not every machine's "localhost" is ::1 too.
  const clients = dualstackIpv6
    ? ["127.0.0.1", "::1", "localhost"]
    : family === AF_INET
    ? [host, "localhost"]
    : [host];

  Deno.test({
    ...needsPython,
    name: `createConnection() reaches CPython's create_server on ${title}`,
    async fn() {
      await using python = spawnPython(
        `
import socket, sys
family, host, dualstack = int(sys.argv[1]), sys.argv[2], sys.argv[3] == "true"
server = socket.create_server((host, 0), family=family, dualstack_ipv6=dualstack)
print(server.getsockname()[1], flush=True)
while True:
    connection, address = server.accept()
    connection.sendall(b"welcome")
    connection.close()
`,
        [String(family), host, String(dualstackIpv6)],
      );
      const port = Number(await python.readLine());
      for (const client of clients) {
        await using ours = await createConnection([client, port], {
          timeout: 5,
        });
        assertEquals(text(await receiveAll(ours)), "welcome", client);
      }
    },
  });

  Deno.test({
    ...needsPython,
    name:
      `createServer() on ${title} is reached by CPython's create_connection`,
    async fn() {
      await using server = createServer([host, 0], { family, dualstackIpv6 });
      server.settimeout(10);
      const [, port] = server.getsockname();
      await using python = spawnPython(
        `
import json, socket, sys
for host in json.loads(sys.argv[2]):
    with socket.create_connection((host, int(sys.argv[1])), timeout=5) as s:
        print(s.makefile("r").read(), flush=True)
`,
        [String(port), JSON.stringify(clients)],
      );
      for (const client of clients) {
        const [connection] = await server.accept();
        await connection.sendall(bytes("welcome"));
        await connection[Symbol.asyncDispose]();
        assertEquals(await python.readLine(), "welcome", client);
      }
    },
  });
}
