import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AF_INET6,
  type Inet6Address,
  OSError,
  SOCK_DGRAM,
} from "../../socket/mod.ts";
import {
  BaseRequestHandler,
  type DatagramRequest,
  ThreadingUDPServer,
  UDPServer,
  type UDPServerOptions,
} from "../../server/mod.ts";
import { bytes, hasIpv6Here, text } from "../support/peers.ts";
import { Gate, handling, UdpClient } from "./support.ts";

const localhost: [string, number] = ["127.0.0.1", 0];
const idle = BaseRequestHandler;

Deno.test("UDPServer gives data, socket and the sender's address", async () => {
  let seen: [DatagramRequest, unknown] | undefined;
  await using server = new UDPServer(
    localhost,
    handling(({ request, clientAddress }) => {
      seen = [request as DatagramRequest, clientAddress];
    }),
  );
  using peer = new UdpClient();
  await peer.send(server, "hello");
  await server.handleRequest();
  const [[data, socket], [host, port]] = seen as [
    DatagramRequest,
    [string, number],
  ];
  assertEquals(text(data), "hello");
  assertEquals(socket, server.socket as unknown);
  assertEquals([host, port], ["127.0.0.1", peer.port]);
  assertEquals(server.socketType, SOCK_DGRAM);
});

Deno.test("UDPServer hands an empty datagram on", async () => {
  const sizes: number[] = [];
  await using server = new UDPServer(
    localhost,
    handling(({ request }) => {
      sizes.push((request as DatagramRequest)[0].length);
    }),
  );
  using peer = new UdpClient();
  await peer.send(server, "");
  await server.handleRequest();
  assertEquals(sizes, [0]);
});

for (
  const [how, make] of [
    ["by the class", (Handler: typeof BaseRequestHandler) => {
      class Server extends UDPServer {
        static override maxPacketSize = 4;
      }
      return new Server(localhost, Handler);
    }],
    [
      "by the option",
      (Handler: typeof BaseRequestHandler) =>
        new UDPServer(localhost, Handler, { maxPacketSize: 4 }),
    ],
    ["by the instance", (Handler: typeof BaseRequestHandler) => {
      const server = new UDPServer(localhost, Handler);
      server.maxPacketSize = 4;
      return server;
    }],
  ] as const
) {
  Deno.test(`maxPacketSize, set ${how}, cuts what is longer`, async () => {
    const texts: string[] = [];
    const Handler = handling(({ request }) => {
      texts.push(text((request as DatagramRequest)[0]));
    });
    await using server = make(Handler as typeof BaseRequestHandler);
    using peer = new UdpClient();
    for (const data of ["12345", "1234", "123"]) {
      await peer.send(server, data);
      await server.handleRequest();
    }
    assertEquals([server.maxPacketSize, ...texts], [4, "1234", "1234", "123"]);
  });
}

const wrong: readonly [options: unknown, type: string, text: string][] = [
  [
    { maxPacketSize: 0 },
    "RangeError",
    "the maxPacketSize must be 1 or more, not 0",
  ],
  [
    { maxPacketSize: 1.5 },
    "TypeError",
    "the maxPacketSize must be an integer, not 1.5",
  ],
  [
    { maxPacketSize: "1" },
    "TypeError",
    "the maxPacketSize must be an integer, not string",
  ],
  [
    { timeout: -1 },
    "RangeError",
    "a timeout must be 0 to 9223372036.854774 seconds, not -1",
  ],
];
for (const [options, type, message] of wrong) {
  Deno.test(`UDPServer refuses ${JSON.stringify(options)} and leaves nothing open`, () => {
    const error = assertThrows(
      () => new UDPServer(localhost, idle, options as UDPServerOptions),
      Error,
    );
    assertEquals([error.name, error.message], [
      type,
      `Cannot make a UDPServer: ${message}`,
    ]);
  });
}

Deno.test("UDPServer serves IPv6", { ignore: !hasIpv6Here }, async () => {
  await using server = new UDPServer<Inet6Address>(
    ["::1", 0],
    handling(async ({ request, clientAddress }) => {
      const [data, socket] = request;
      await socket.sendto(data, clientAddress);
    }),
    { addressFamily: AF_INET6 },
  );
  using peer = new UdpClient("::1");
  await peer.send(server, "hello");
  await server.handleRequest();
  assertEquals(await peer.receive(), "hello");
});

Deno.test("UDPServer throws EADDRINUSE for an address in use", async () => {
  await using server = new UDPServer(localhost, idle);
  const error = assertThrows(
    () => new UDPServer(server.serverAddress, idle),
    OSError,
  );
  assertEquals(error.code, "EADDRINUSE");
});

Deno.test("UDPServer closes no request, only says that it does", async () => {
  const called: string[] = [];
  class Server extends UDPServer {
    override closeRequest(request: DatagramRequest) {
      called.push(text(request[0]));
      return super.closeRequest(request);
    }
  }
  await using server = new Server(localhost, idle);
  using peer = new UdpClient();
  for (const data of ["a", "b"]) {
    await peer.send(server, data);
    await server.handleRequest();
  }
  assertEquals(called, ["a", "b"]);
});

Deno.test("UDPServer goes on after an answer to a client that is gone", async () => {
  await using server = new UDPServer(
    localhost,
    handling(async ({ request, clientAddress }) => {
      await (request as DatagramRequest)[1].sendto(
        bytes("answer"),
        clientAddress,
      );
    }),
  );
  const gone = new UdpClient();
  await gone.send(server, "hello");
  gone[Symbol.dispose]();
  await server.handleRequest();
  using peer = new UdpClient();
  await peer.send(server, "hello");
  // The first answer's "connection refused" may come as an error of its own.
  const serving = server.serveForever();
  assertEquals(await peer.receive(), "answer");
  await server.shutdown();
  await serving;
});

Deno.test("ThreadingUDPServer handles datagrams side by side, as many as maxConnections says", async () => {
  const gates = [new Gate(), new Gate(), new Gate()];
  let count = 0;
  await using server = new ThreadingUDPServer(
    localhost,
    handling(() => gates[count++].pass()),
    { maxConnections: 2 },
  );
  using peer = new UdpClient();
  for (const data of ["a", "b", "c"]) await peer.send(server, data);
  const serving = server.serveForever();
  await gates[1].reached();
  assertEquals(count, 2);
  gates[1].open();
  await gates[2].reached();
  for (const gate of gates) gate.open();
  await server.shutdown({ grace: 1000 });
  await serving;
});

Deno.test("serverClose() ends a wait for a datagram", async () => {
  const server = new UDPServer(localhost, idle);
  const serving = server.serveForever();
  await server.serverClose();
  await serving;
  assert(server.fileno() === -1);
  const error = await assertRejects(() => server.serveForever(), OSError);
  assertEquals(error.code, "EBADF");
  await server[Symbol.asyncDispose]();
});
