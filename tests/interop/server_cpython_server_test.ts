// Our clients with CPython's own socketserver.

import { assertEquals } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  createConnection,
  SHUT_WR,
  SOCK_DGRAM,
  Socket,
} from "../../socket/mod.ts";
import { folder, hasIpv6Here } from "../support/peers.ts";
import { needsPython, spawnPython } from "../support/python.ts";
import { Random } from "../support/random.ts";

/** Starts a CPython server, which prints its address. */
const SERVER = `
import json, socket, socketserver, struct, sys
name, family, address = sys.argv[1], getattr(socket, sys.argv[2]), json.loads(sys.argv[3])

class Frames(socketserver.StreamRequestHandler):
    def handle(self):
        while len(head := self.rfile.read(4)) == 4:
            data = self.rfile.read(struct.unpack(">I", head)[0])
            self.wfile.write(data[::-1])
        self.wfile.write(b"bye")

class Mirror(socketserver.DatagramRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.read()[::-1])

class Server(getattr(socketserver, name)):
    address_family = family

handler = Mirror if Server.socket_type == socket.SOCK_DGRAM else Frames
with Server(tuple(address) if isinstance(address, list) else address, handler) as server:
    print(json.dumps(server.server_address), flush=True)
    server.serve_forever()
`;

const v4 = (name: string) => [name, "AF_INET", () => ["127.0.0.1", 0]] as const;
const v6 = (name: string) => [name, "AF_INET6", () => ["::1", 0]] as const;
let paths = 0;
const unix = (name: string) =>
  [name, "AF_UNIX", () => `${folder}/cpython${paths++}`] as const;
const hasUnix = Deno.build.os !== "windows";

const families = { AF_INET, AF_INET6, AF_UNIX };

const streams = [
  ...["TCPServer", "ThreadingTCPServer"].map(v4),
  ...(hasUnix ? [v4("ForkingTCPServer")] : []),
  ...(hasIpv6Here ? ["TCPServer", "ThreadingTCPServer"].map(v6) : []),
  ...(hasUnix
    ? ["UnixStreamServer", "ThreadingUnixStreamServer"].map(unix)
    : []),
];

const datagrams = [
  ...["UDPServer", "ThreadingUDPServer"].map(v4),
  ...(hasUnix ? [v4("ForkingUDPServer")] : []),
  ...(hasIpv6Here ? [v6("UDPServer")] : []),
  ...(hasUnix
    ? ["UnixDatagramServer", "ThreadingUnixDatagramServer"].map(unix)
    : []),
];

/** Does something with the address of a CPython server. */
async function withServer(
  [name, family, fresh]: readonly [string, string, () => unknown],
  meet: (address: never, random: Random) => Promise<void>,
): Promise<void> {
  await using python = spawnPython(SERVER, [
    name,
    family,
    JSON.stringify(fresh()),
  ]);
  const address = JSON.parse(await python.readLine() ?? "");
  const random = new Random();
  try {
    await meet(address as never, random);
  } catch (error) {
    throw new Error(`with SEED=${random.seed}`, { cause: error });
  }
}

async function connect(family: keyof typeof families, address: never) {
  if (family !== "AF_UNIX") {
    const [host, port]: [string, number] = address;
    return await createConnection([host, port]);
  }
  const client = new Socket(AF_UNIX);
  await client.connect(address);
  return client;
}

for (const row of streams) {
  const [name, family] = row;

  Deno.test({
    ...needsPython,
    name:
      `makefile() and CPython's socketserver exchange frames [${name}, ${family}]`,
    fn: () =>
      withServer(row, async (address, random) => {
        // A plain CPython server takes one after another.
        await Promise.all([1, 2, 3, 4, 5].map(async () => {
          await using client = await connect(family, address);
          await using file = client.makefile("rwb");
          for (let i = 0; i < 20; i++) {
            const data = random.bytes(random.size(100_000));
            const head = new Uint8Array(4);
            new DataView(head.buffer).setUint32(0, data.length);
            await file.write(head);
            await file.write(data);
            await file.flush();
            assertEquals(await file.read(data.length), data.toReversed());
          }
          client.shutdown(SHUT_WR);
          assertEquals(
            await file.read(),
            new TextEncoder().encode("bye"),
          );
        }));
      }),
  });
}

for (const row of datagrams) {
  const [name, family] = row;

  Deno.test({
    ...needsPython,
    name:
      `sendto() and CPython's socketserver exchange datagrams [${name}, ${family}]`,
    fn: () =>
      withServer(row, async (address, random) => {
        await Promise.all([1, 2, 3].map(async (number) => {
          await using client = new Socket(families[family], SOCK_DGRAM);
          client.settimeout(20);
          if (family === "AF_UNIX") {
            client.bind(`${address}.${number}` as never);
          }
          for (let i = 0; i < 30; i++) {
            const data = random.bytes(random.size(8000));
            await client.sendto(data, address);
            const [answer, sender] = await client.recvfrom(65536);
            assertEquals(answer, data.toReversed());
            assertEquals(sender, address);
          }
        }));
      }),
  });
}
