import { assertEquals, assertMatch } from "@std/assert";
import {
  ForkingUDPServer,
  ForkingUnixDatagramServer,
} from "../../server/mod.ts";
import { sandbox } from "../../socket/sandbox/driver.ts";
import { hasListenDatagram } from "../support/datagrams.ts";
import { handlers } from "../support/forking.ts";
import { bytes, folder, text } from "../support/peers.ts";
import { runProgram } from "../support/program.ts";
import { needsPython, runPython } from "../support/python.ts";

const HOST: [string, number] = ["127.0.0.1", 0];

/** Asks a server by a plain socket of Deno's; gives so many answers. */
async function ask(
  server: ForkingUDPServer,
  command: string,
  answers = 1,
): Promise<string[]> {
  const client = Deno.listenDatagram({
    transport: "udp",
    hostname: "127.0.0.1",
    port: 0,
  });
  const [hostname, port] = server.serverAddress;
  await client.send(bytes(command), { transport: "udp", hostname, port });
  const texts: string[] = [];
  while (texts.length < answers) {
    texts.push(text((await client.receive())[0]));
  }
  client.close();
  return texts;
}

/** Serves while something is done. */
async function during<T>(
  server: ForkingUDPServer,
  work: () => Promise<T>,
): Promise<T> {
  await using _ = server;
  const served = server.serveForever();
  try {
    return await work();
  } finally {
    await server.shutdown({ grace: 0 });
    await served;
  }
}

const needsDatagrams = { ignore: !hasListenDatagram };

Deno.test({
  ...needsPython,
  name:
    "ForkingUDPServer's Workers answer CPython's clients out of the server's socket",
  async fn() {
    const server = new ForkingUDPServer(HOST, handlers("upper"), {
      maxChildren: 2,
    });
    const program = `
import socket, sys
server = ("127.0.0.1", int(sys.argv[1]))
for n in range(50):
    s = socket.socket(type=socket.SOCK_DGRAM)
    s.settimeout(20)
    s.sendto(b"hello %d" % n, server)
    data, sender = s.recvfrom(1024)
    assert (data, sender) == (b"HELLO %d" % n, server), (data, sender)
print("good")
`;
    const args = [String(server.serverAddress[1])];
    assertEquals(
      await during(server, () => runPython(program, { args })),
      "good\n",
    );
  },
});

Deno.test({
  ...needsDatagrams,
  name:
    "a receive on the server's socket in a Worker is EOPNOTSUPP in the sandbox",
  async fn() {
    const server = new ForkingUDPServer(HOST, handlers("datagram_commands"), {
      driver: sandbox,
    });
    const [answer] = await during(server, () => ask(server, "receive"));
    assertEquals(
      answer,
      "EOPNOTSUPP Cannot receive in a Worker: operation not supported (EOPNOTSUPP); the server receives, and makes a request of each datagram",
    );
  },
});

Deno.test({
  ...needsDatagrams,
  name: "sendto() in a Worker fails as the server's own does",
  async fn() {
    const server = new ForkingUDPServer(HOST, handlers("datagram_commands"));
    const [answer] = await during(server, () => ask(server, "send too much"));
    assertEquals(answer, "EMSGSIZE");
  },
});

Deno.test({
  ...needsDatagrams,
  name: "the socket of a datagram in a Worker has the server's address",
  async fn() {
    const server = new ForkingUDPServer(HOST, handlers("datagram_commands"));
    const [answer] = await during(server, () => ask(server, "addresses"));
    const [own, [host]] = JSON.parse(answer);
    assertEquals([own, host], [server.serverAddress, "127.0.0.1"]);
  },
});

Deno.test({
  ...needsDatagrams,
  name: "a datagram that a handler sends without waiting is sent all the same",
  async fn() {
    const server = new ForkingUDPServer(HOST, handlers("datagram_commands"));
    assertEquals(
      await during(server, () => ask(server, "unawaited", 2)),
      ["first", "second"],
    );
  },
});

Deno.test({
  ...needsDatagrams,
  name: "a handler of datagrams that throws costs its own request only",
  async fn() {
    const errors: string[] = [];
    class Server extends ForkingUDPServer {
      override handleError(_request: unknown, _from: unknown, error: Error) {
        errors.push(`${error.name}: ${error.message}`);
      }
    }
    const server = new Server(HOST, handlers("datagram_commands"), {
      maxChildren: 1,
    });
    await during(server, async () => {
      const client = Deno.listenDatagram({
        transport: "udp",
        hostname: "127.0.0.1",
        port: 0,
      });
      const [hostname, port] = server.serverAddress;
      await client.send(bytes("what?"), { transport: "udp", hostname, port });
      client.close();
      await ask(server, "addresses");
    });
    assertEquals(errors, ["TypeError: what?"]);
  },
});

Deno.test({
  ...needsPython,
  name: "ForkingUnixDatagramServer's Workers answer CPython's client",
  ignore: needsPython.ignore || !hasListenDatagram ||
    Deno.build.os !== "linux",
  async fn() {
    const path = `${folder}/forking-datagrams`;
    await using server = new ForkingUnixDatagramServer(path, handlers("upper"));
    const served = server.serveForever();
    const program = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1] + "-client")
s.settimeout(20)
for n in range(5):
    s.sendto(b"hello %d" % n, sys.argv[1])
    print(s.recvfrom(1024))
`;
    const answers = await runPython(program, { args: [path] });
    assertEquals(
      answers,
      [0, 1, 2, 3, 4].map((n) => `(b'HELLO ${n}', '${path}')\n`).join(""),
    );
    await server.shutdown();
    await served;
  },
});

Deno.test("ForkingUDPServer serves without --unstable-net too, and its process ends", async () => {
  const { code, stdout, stderr } = await runProgram(
    `
    import { ForkingUDPServer } from "${
      import.meta.resolve("../../server/mod.ts")
    }";
    import { Socket, AF_INET, SOCK_DGRAM } from "socket";
    console.log(typeof Deno.listenDatagram);
    const server = new ForkingUDPServer(["127.0.0.1", 0], "${
      handlers("upper")
    }");
    const client = new Socket(AF_INET, SOCK_DGRAM);
    await client.sendto(new TextEncoder().encode("hello"), server.serverAddress);
    await server.handleRequest();
    console.log(new TextDecoder().decode(await client.recv(100)));
    client.close();
    await server.serverClose();
    `,
    { flags: ["--allow-net", "--allow-read"] },
  );
  assertMatch(stdout, /^undefined\nHELLO\n$/);
  assertEquals(code, 0, stderr);
});
