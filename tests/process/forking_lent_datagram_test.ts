// What a handler of datagrams does with the server's socket, whose descriptor its
// Worker is lent.
import { assert, assertEquals } from "@std/assert";
import {
  ForkingUDPServer,
  ForkingUnixDatagramServer,
} from "../../server/mod.ts";
import { handlers, until } from "../support/forking.ts";
import { openFiles } from "../support/open_files.ts";
import { folder } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { needsPython, runPython } from "../support/python.ts";
import { UdpClient } from "../server/support.ts";

const HOST: [string, number] = ["127.0.0.1", 0];
const lent = handlers("lent_datagram");
const options = { driver: posix, maxChildren: 3 };
const ignore = !hasPosix;

/** A server that keeps the errors that it is told of. */
class Keeping extends ForkingUDPServer {
  readonly errors: Error[] = [];
  #wake = () => {};

  override handleError(_request: unknown, _from: unknown, error: Error): void {
    this.errors.push(error);
    this.#wake();
  }

  /** Waits until there is an error. */
  async failed(): Promise<void> {
    if (this.errors.length > 0) return;
    await new Promise<void>((resolve) => this.#wake = resolve);
  }
}

/** Serves while something is done. */
async function during(
  server: ForkingUDPServer | ForkingUnixDatagramServer,
  work: () => Promise<void>,
): Promise<void> {
  await using _ = server;
  const served = server.serveForever();
  try {
    await work();
  } finally {
    await server.shutdown({ grace: 0 });
    await served;
  }
}

/** Lists the numbers of a server's socket. */
function holders(server: ForkingUDPServer): number[] {
  const files = openFiles();
  return [...files.keys()].filter((fd) =>
    files.get(fd) === files.get(server.fileno())
  );
}

/** Asks by a client of plain Deno's. */
async function ask(server: ForkingUDPServer, data: string): Promise<string> {
  using client = new UdpClient();
  await client.send(server, data);
  return await client.receive();
}

Deno.test({
  name:
    "a handler of datagrams is lent the server's socket under a number of its own [POSIX]",
  ignore,
  async fn() {
    const server = new Keeping(HOST, lent, options);
    await during(server, async () => {
      const path = `${folder}/number`;
      using client = new UdpClient();
      await client.send(server, `spin ${path}`);
      const number = Number(await client.receive());
      assertEquals(
        holders(server).toSorted(),
        [number, server.fileno()].toSorted(),
      );
      await Deno.writeTextFile(path, "");
    });
    assertEquals(server.errors, []);
  },
});

const CLIENTS = `
import socket, sys, threading
server = ("127.0.0.1", int(sys.argv[1])) if sys.argv[1].isdigit() else sys.argv[1]
def client(n):
    if isinstance(server, str):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.bind(f"{server}-{n}")
    else:
        s = socket.socket(type=socket.SOCK_DGRAM)
    s.settimeout(20)
    for m in range(50):
        s.sendto(b"hello %d.%d" % (n, m), server)
        assert s.recvfrom(100) == (b"HELLO %d.%d" % (n, m), server)
    good[n] = True
    s.close()
good = [False] * 8
threads = [threading.Thread(target=client, args=(n,)) for n in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
print(good.count(True))
`;

Deno.test({
  ...needsPython,
  name:
    "ForkingUDPServer's Workers answer many clients of CPython's at once out of the server's socket [POSIX]",
  ignore: needsPython.ignore || ignore,
  async fn() {
    const server = new Keeping(HOST, lent, options);
    const args = [`${server.serverAddress[1]}`];
    await during(server, async () => {
      assertEquals(await runPython(CLIENTS, { args }), "8\n");
    });
    assertEquals(server.errors, []);
  },
});

Deno.test({
  ...needsPython,
  name:
    "ForkingUnixDatagramServer's Workers answer many clients of CPython's at once out of the server's socket [POSIX]",
  ignore: needsPython.ignore || ignore,
  async fn() {
    const path = `${folder}/lent-datagrams`;
    const server = new ForkingUnixDatagramServer(path, lent, options);
    await during(server, async () => {
      assertEquals(await runPython(CLIENTS, { args: [path] }), "8\n");
    });
  },
});

Deno.test({
  ...needsPython,
  name:
    "sendmsg() of a handler of datagrams sends control messages too [POSIX]",
  ignore: needsPython.ignore || ignore,
  async fn() {
    const server = new Keeping(HOST, lent, options);
    const program = `
import socket, struct, sys
s = socket.socket(type=socket.SOCK_DGRAM)
s.settimeout(20)
IP_RECVTTL = 12
s.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
s.sendto(b"ttl 9", ("127.0.0.1", int(sys.argv[1])))
data, [(level, kind, value)], _, _ = s.recvmsg(100, 100)
print(data.decode(), level, kind, struct.unpack("i", value)[0])
`;
    const args = [`${server.serverAddress[1]}`];
    await during(server, async () => {
      assertEquals(await runPython(program, { args }), "so 0 2 9\n");
    });
  },
});

Deno.test({
  name:
    "close() in a handler of datagrams leaves the server's socket open [POSIX]",
  ignore,
  async fn() {
    const server = new Keeping(HOST, lent, { ...options, maxChildren: 1 });
    await during(server, async () => {
      using client = new UdpClient();
      await client.send(server, "close");
      assertEquals(await ask(server, "hello again"), "HELLO AGAIN");
    });
    assertEquals(server.errors, []);
  },
});

Deno.test({
  name:
    "a Worker that ends while it handles a datagram leaves the server's socket open, and nothing else [POSIX]",
  ignore,
  async fn() {
    const server = new Keeping(HOST, lent, { ...options, maxChildren: 1 });
    await during(server, async () => {
      using client = new UdpClient();
      for (let round = 0; round < 3; round++) {
        await client.send(server, "exit");
        assertEquals(await ask(server, "hello again"), "HELLO AGAIN");
      }
      assertEquals(server.errors.length, 3);
      await until(
        () => holders(server).length === 1,
        "only the server has its socket",
      );
    });
  },
});

Deno.test({
  name:
    "a Worker in an endless loop whose datagram is given up has the server's socket no more [POSIX]",
  ignore,
  async fn() {
    const path = `${folder}/spin`;
    using _ = {
      [Symbol.dispose]: () => Deno.writeTextFileSync(path, ""),
    };
    const server = new Keeping(HOST, lent, { ...options, requestTimeout: 1 });
    await during(server, async () => {
      const number = Number(await ask(server, `spin ${path}`));
      assert(holders(server).includes(number));
      await server.failed();
      server.requestTimeout = null;
      await until(
        () => !holders(server).includes(number),
        "the Worker has the server's socket no more",
      );
      // Nor has another one the number.
      const nowhere = openFiles().get(number);
      assert(nowhere?.startsWith("socket:"));
      for (let round = 0; round < 10; round++) {
        assertEquals(await ask(server, `hello ${round}`), `HELLO ${round}`);
      }
      assertEquals(openFiles().get(number), nowhere);
      await Deno.writeTextFile(path, "");
      await until(
        () => openFiles().get(number) !== nowhere,
        "the number is given back",
      );
    });
  },
});
