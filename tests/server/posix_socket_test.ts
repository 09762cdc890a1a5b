// What a server has on the POSIX driver and not in the sandbox: the kernel's own
// socket, which is Python's.
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  BaseRequestHandler,
  type StreamRequest,
  StreamRequestHandler,
  TCPServer,
  UnixStreamServer,
} from "../../server/mod.ts";
import {
  AF_UNIX,
  createServer,
  IPPROTO_TCP,
  OSError,
  SO_PEERCRED,
  SO_REUSEADDR,
  SOCK_SEQPACKET,
  Socket,
  SOL_SOCKET,
  TCP_INFO,
  type UnixAddress,
} from "../../socket/mod.ts";
import { bytes, folder, readAll, text } from "../support/peers.ts";
import { hasPosix, posix } from "../support/posix.ts";
import { handling } from "./support.ts";

const HOST: [string, number] = ["127.0.0.1", 0];
const options = { driver: posix };
const ignore = !hasPosix;

/** Connects with plain Deno. */
function connect(
  { serverAddress: [hostname, port] }: { serverAddress: [string, number] },
): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname, port });
}

Deno.test({
  name:
    "fileno() of a server is its descriptor, and -1 when it is closed [POSIX]",
  ignore,
  async fn() {
    const server = new TCPServer(HOST, BaseRequestHandler, options);
    assert(server.fileno() > 2);
    assertEquals(server.fileno(), server.socket.fileno());
    await server.serverClose();
    assertEquals(server.fileno(), -1);
  },
});

Deno.test({
  name: "a handler's connection has a descriptor of its own [POSIX]",
  ignore,
  async fn() {
    let number: number | undefined;
    const Handler = handling(({ request }) => {
      number = request.fileno();
    });
    await using server = new TCPServer(HOST, Handler, options);
    using _ = await connect(server);
    await server.handleRequest();
    assert(number !== undefined && number > server.fileno());
  },
});

Deno.test({
  name: "UnixStreamServer leaves its path, as Python's does [POSIX]",
  ignore,
  async fn() {
    const path = `${folder}/posix-path`;
    const make = () => new UnixStreamServer(path, BaseRequestHandler, options);
    await make()[Symbol.asyncDispose]();
    assert(Deno.statSync(path).isSocket);
    const error = assertThrows(make, OSError);
    assertEquals(error.code, "EADDRINUSE");
    await Deno.remove(path);
    await using _ = make();
  },
});

for (const allowReuseAddress of [false, true]) {
  const what = allowReuseAddress ? "takes" : "does not take";
  Deno.test({
    name:
      `a server with allowReuseAddress ${allowReuseAddress} ${what} the port of one that has just closed a connection [POSIX]`,
    ignore,
    async fn() {
      let address = HOST;
      const make = () =>
        new TCPServer(address, handling(() => {}), {
          ...options,
          allowReuseAddress,
        });
      {
        await using server = make();
        address = server.serverAddress;
        using conn = await connect(server);
        // It closes first, and so its end has to wait (TIME_WAIT).
        await server.handleRequest();
        assertEquals(await readAll(conn), bytes(""));
      }
      if (allowReuseAddress) {
        await using server = make();
        assert(server.socket.getsockopt(SOL_SOCKET, SO_REUSEADDR) !== 0);
      } else {
        assertEquals(assertThrows(make, OSError).code, "EADDRINUSE");
      }
    },
  });
}

Deno.test({
  name: "requestQueueSize is the kernel's bound of the queue [POSIX]",
  ignore,
  async fn() {
    await using server = new TCPServer(HOST, BaseRequestHandler, {
      ...options,
      requestQueueSize: 3,
    });
    using _one = await connect(server);
    using _other = await connect(server);
    const info = server.socket.getsockopt(IPPROTO_TCP, TCP_INFO, 104);
    // Of a listener tcpi_unacked is how many wait, and tcpi_sacked how many may.
    const words = new Uint32Array(info.slice().buffer);
    assertEquals([words[6], words[7]], [2, 3]);
  },
});

Deno.test({
  name: "a handler knows the process of a client of UnixStreamServer [POSIX]",
  ignore,
  async fn() {
    class Knowing extends StreamRequestHandler<UnixAddress> {
      override async handle() {
        const value = this.connection.getsockopt(SOL_SOCKET, SO_PEERCRED, 12);
        const [pid] = new Int32Array(value.slice().buffer);
        await this.wfile.write(bytes(`${pid}`));
      }
    }
    const path = `${folder}/posix-credentials`;
    await using server = new UnixStreamServer(path, Knowing, options);
    using conn = await Deno.connect({ transport: "unix", path });
    await server.handleRequest();
    assertEquals(text(await readAll(conn)), `${Deno.pid}`);
  },
});

Deno.test({
  name:
    "a server of another type of socket serves it: messages of SOCK_SEQPACKET [POSIX]",
  ignore,
  async fn() {
    class PacketServer extends TCPServer<UnixAddress> {
      static override addressFamily = AF_UNIX;
      static override socketType = SOCK_SEQPACKET;
    }
    class Echo extends BaseRequestHandler<StreamRequest<UnixAddress>> {
      override async handle() {
        for (let data; (data = await this.request.recv(100)).length > 0;) {
          await this.request.sendall(data);
        }
      }
    }
    await using server = new PacketServer(
      `\0${crypto.randomUUID()}`,
      Echo,
      options,
    );
    assertEquals(server.socketType, SOCK_SEQPACKET);
    using client = new Socket(AF_UNIX, SOCK_SEQPACKET, 0, options);
    await client.connect(server.serverAddress);
    await client.sendall(bytes("one"));
    await client.sendall(bytes("another"));
    const handled = server.handleRequest();
    assertEquals(text(await client.recv(100)), "one");
    assertEquals(text(await client.recv(100)), "another");
    client.close();
    await handled;
  },
});

Deno.test({
  name:
    "a server serves a listener that it was handed, as of socket activation [POSIX]",
  ignore,
  async fn() {
    class Hello extends StreamRequestHandler {
      override async handle() {
        await this.wfile.write(bytes("hello"));
      }
    }
    const fileno = createServer(HOST, options).detach() as number;
    await using server = new TCPServer(HOST, Hello, {
      ...options,
      bindAndActivate: false,
    });
    server.socket.close();
    server.socket = new Socket(undefined, undefined, undefined, {
      ...options,
      fileno,
    });
    const serving = server.serveForever();
    const [hostname, port] = server.socket.getsockname() as [string, number];
    using conn = await Deno.connect({ hostname, port });
    assertEquals(text(await readAll(conn)), "hello");
    await server.shutdown();
    await serving;
  },
});
