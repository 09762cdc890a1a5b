// CPython's clients with our servers: framed bytes, HTTP and datagrams, random and
// checked.

import { assertEquals } from "@std/assert";
import {
  BaseRequestHandler,
  type DatagramRequest,
  DatagramRequestHandler,
  StreamRequestHandler,
  TCPServer,
  ThreadingTCPServer,
  ThreadingUDPServer,
  ThreadingUnixDatagramServer,
  ThreadingUnixStreamServer,
  UDPServer,
  UnixDatagramServer,
  UnixStreamServer,
} from "../../server/mod.ts";
import { AF_INET6, AF_UNIX } from "../../socket/mod.ts";
import { folder, hasIpv6Here, text } from "../support/peers.ts";
import { runProgram } from "../support/program.ts";
import { interpreter, needsPython, runPython } from "../support/python.ts";
import { Random } from "../support/random.ts";

class TCP6Server extends TCPServer {
  static override addressFamily = AF_INET6;
}
class ThreadingTCP6Server extends ThreadingTCPServer {
  static override addressFamily = AF_INET6;
}
class UDP6Server extends UDPServer {
  static override addressFamily = AF_INET6;
}

/** A class of servers; all are made in one way, though each has types of its own. */
interface Made {
  readonly name: string;
  new (address: never, Handler: never): {
    readonly serverAddress: unknown;
    serveForever(): Promise<void>;
    shutdown(): Promise<number>;
  } & AsyncDisposable;
}

/** A class of servers, the family as CPython calls it, and an address to bind. */
type Row = [Server: Made, family: string, fresh: () => unknown];

let paths = 0;
const v4 = () => ["127.0.0.1", 0];
const v6 = () => ["::1", 0];
const path = () => `${folder}/server${paths++}`;
const hasUnix = Deno.build.os !== "windows";

const streams: Row[] = [
  [TCPServer, "AF_INET", v4],
  [ThreadingTCPServer, "AF_INET", v4],
];
const datagrams: Row[] = [
  [UDPServer, "AF_INET", v4],
  [ThreadingUDPServer, "AF_INET", v4],
];
if (hasIpv6Here) {
  streams.push([TCP6Server, "AF_INET6", v6]);
  streams.push([ThreadingTCP6Server, "AF_INET6", v6]);
  datagrams.push([UDP6Server, "AF_INET6", v6]);
}
if (hasUnix) {
  streams.push([UnixStreamServer, "AF_UNIX", path]);
  streams.push([ThreadingUnixStreamServer, "AF_UNIX", path]);
  datagrams.push([UnixDatagramServer, "AF_UNIX", path]);
  datagrams.push([ThreadingUnixDatagramServer, "AF_UNIX", path]);
}
if (Deno.build.os === "linux") {
  const abstract = () => `\0${crypto.randomUUID()}`;
  streams.push([
    class AbstractServer extends UnixStreamServer {},
    "AF_UNIX",
    abstract,
  ]);
}

/** What all the programs begin with. */
const prelude = `
import json, os, random, socket, struct, sys, threading
family, address = getattr(socket, sys.argv[1]), json.loads(sys.argv[2])
address = tuple(address) if isinstance(address, list) else address
chance = random.Random(int(sys.argv[3]))
payload = lambda most: chance.randbytes(int(most ** chance.random()))

def how_many(act, threads):
    done = []
    started = [threading.Thread(target=act, args=(i, done)) for i in range(threads)]
    for each in started: each.start()
    for each in started: each.join()
    return len(done)
`;

const framesClient = prelude + `
def frames(number, done):
    with socket.socket(family) as s:
        s.settimeout(20)
        s.connect(address)
        f = s.makefile("rwb")
        for _ in range(20):
            data = payload(100_000)
            f.write(struct.pack(">I", len(data)) + data)
            f.flush()
            assert f.read(len(data)) == data[::-1]
        s.shutdown(socket.SHUT_WR)
        assert f.read() == b"bye"
    done.append(number)

print(how_many(frames, 8))
`;

/** Gives frames back, from back to front. */
class Frames extends StreamRequestHandler {
  override async handle() {
    let head;
    while ((head = await this.rfile.read(4)).length === 4) {
      const length = new DataView(head.buffer, head.byteOffset).getUint32(0);
      const frame = await this.rfile.read(length);
      await this.wfile.write(frame.slice().reverse());
    }
    await this.wfile.write(new TextEncoder().encode("bye"));
  }
}

const httpClient = prelude + `
import http.client

class Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(family)
        self.sock.settimeout(20)
        self.sock.connect(address)
        # As its own connect does.
        if family != getattr(socket, "AF_UNIX", None):
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

connection = Connection("localhost")
right = 0
for i in range(20):
    data = payload(50_000)
    connection.request("POST", f"/{i}?x=1", body=data, headers={"X-Number": str(i)})
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("X-Path")) == (200, f"/{i}?x=1")
    if answer.read() == data: right += 1
connection.close()
print(right)
`;

/** Enough HTTP/1.1 for http.client to keep a connection: bodies come back. */
class Http extends StreamRequestHandler {
  // Or each answer's second part waits for the client's delayed acknowledgement.
  override disableNagleAlgorithm = this.request.family !== AF_UNIX;
  static override wbufsize = -1;

  override async handle() {
    let request;
    while ((request = text(await this.rfile.readline())) !== "") {
      let length = 0;
      for await (const line of this.rfile) {
        const header = text(line).trimEnd();
        if (header === "") break;
        const [name, value] = header.split(": ");
        if (name.toLowerCase() === "content-length") length = Number(value);
      }
      const body = await this.rfile.read(length);
      const head = `HTTP/1.1 200 OK\r\nX-Path: ${
        request.split(" ")[1]
      }\r\nContent-Length: ${body.length}\r\n\r\n`;
      await this.wfile.write(new TextEncoder().encode(head));
      await this.wfile.write(body);
      await this.wfile.flush();
    }
  }
}

const datagramClient = prelude + `
def exchange(number, done):
    with socket.socket(family, socket.SOCK_DGRAM) as s:
        s.settimeout(20)
        if family == getattr(socket, "AF_UNIX", None):
            s.bind(f"{address}.{number}")
        for _ in range(50):
            data = payload(8000)
            s.sendto(data, address)
            answer, sender = s.recvfrom(65536)
            assert answer == data[::-1] and sender[:2] == (address if isinstance(address, str) else address)[:2]
    done.append(number)

print(how_many(exchange, 4))
`;

/** Gives a datagram back, from back to front, by files. */
class Mirror extends DatagramRequestHandler {
  override async handle() {
    await this.wfile.write((await this.rfile.read()).slice().reverse());
  }
}

/** The same by the server's socket. */
class RawMirror extends BaseRequestHandler<DatagramRequest> {
  override async handle() {
    const [data, socket] = this.request;
    await socket.sendto(data.slice().reverse(), this.clientAddress);
  }
}

/** Serves while CPython's client runs, and gives what that prints. */
async function meet(
  server: InstanceType<Made>,
  family: string,
  client: string,
): Promise<string> {
  const { seed } = new Random();
  const serving = server.serveForever();
  try {
    const args = [family, JSON.stringify(server.serverAddress), `${seed}`];
    return (await runPython(client, { args })).trim();
  } catch (error) {
    throw new Error(`with SEED=${seed}`, { cause: error });
  } finally {
    await server.shutdown();
    await serving;
  }
}

for (const [Server, family, fresh] of streams) {
  for (
    const [what, Handler, client, right] of [
      ["8 clients' frames", Frames, framesClient, "8"],
      ["http.client's requests", Http, httpClient, "20"],
    ] as const
  ) {
    Deno.test({
      ...needsPython,
      name: `serveForever() answers ${what} from CPython [${Server.name}]`,
      async fn() {
        await using server = new Server(fresh() as never, Handler as never);
        assertEquals(await meet(server, family, client), right);
      },
    });
  }
}

for (const [Server, family, fresh] of datagrams) {
  for (const Handler of [Mirror, RawMirror]) {
    Deno.test({
      ...needsPython,
      name:
        `serveForever() answers 4 clients' datagrams from CPython [${Server.name}, ${Handler.name}]`,
      async fn() {
        await using server = new Server(fresh() as never, Handler as never);
        assertEquals(await meet(server, family, datagramClient), "4");
      },
    });
  }
}

for (const kind of ["UDPServer", "ThreadingUDPServer"]) {
  Deno.test({
    ...needsPython,
    name:
      `serveForever() answers datagrams from CPython without --unstable-net [${kind}]`,
    async fn() {
      const library = new URL("../../server/mod.ts", import.meta.url);
      const ended = await runProgram(
        `
import * as socketserver from ${JSON.stringify(library)};
const [interpreter, client] = Deno.args;
if (Deno.listenDatagram !== undefined) throw new Error("the flag is there");
class Mirror extends socketserver.DatagramRequestHandler {
  async handle() {
    await this.wfile.write((await this.rfile.read()).slice().reverse());
  }
}
const server = new socketserver.${kind}(["127.0.0.1", 0], Mirror);
const serving = server.serveForever();
const { stdout } = await new Deno.Command(interpreter, {
  args: ["-I", "-S", "-c", client, "AF_INET", JSON.stringify(server.serverAddress), "1"],
  stderr: "inherit",
}).output();
await server.shutdown();
await serving;
await server.serverClose();
console.log(new TextDecoder().decode(stdout).trim());
`,
        {
          flags: ["--allow-net", "--allow-run"],
          args: [interpreter, datagramClient],
        },
      );
      assertEquals(ended, { code: 0, stdout: "4\n", stderr: "" });
    },
  });
}
