import { assertEquals, assertInstanceOf } from "@std/assert";
import { DatagramRequestHandler } from "../../server/mod.ts";
import { OSError } from "../../socket/mod.ts";
import { exchange, Server } from "../server/datagram_exchange.ts";
import { UdpClient } from "../server/support.ts";
import { needsPython, runPython } from "../support/python.ts";

Deno.test({
  ...needsPython,
  name:
    "a handler that writes nothing sends an empty datagram, as CPython's does",
  async fn() {
    const python = await runPython(`
import socket, socketserver
with socketserver.UDPServer(("127.0.0.1", 0), socketserver.DatagramRequestHandler) as server:
    c = socket.socket(type=socket.SOCK_DGRAM)
    c.sendto(b"hello", server.server_address)
    server.handle_request()
    print(len(c.recv(100)))
`);
    assertEquals(python.trim(), "0");
    const { answer, errors } = await exchange(DatagramRequestHandler, "hello");
    assertEquals([answer, errors], ["", []]);
  },
});

Deno.test({
  ...needsPython,
  name:
    "an answer that no datagram holds is an error of finish, as CPython's is",
  async fn() {
    const python = await runPython(`
import errno, socket, socketserver, sys
class Handler(socketserver.DatagramRequestHandler):
    def handle(self):
        self.wfile.write(b"a" * 70000)
class Server(socketserver.UDPServer):
    def handle_error(self, request, address):
        print(errno.errorcode[sys.exc_info()[1].errno])
with Server(("127.0.0.1", 0), Handler) as server:
    c = socket.socket(type=socket.SOCK_DGRAM)
    c.sendto(b"hello", server.server_address)
    server.handle_request()
`);
    class Handler extends DatagramRequestHandler {
      override async handle() {
        await this.wfile.write(new Uint8Array(70000));
      }
    }
    await using server = new Server(Handler);
    using client = new UdpClient();
    await client.send(server, "hello");
    await server.handleRequest();
    const [error] = server.errors;
    assertInstanceOf(error, OSError);
    assertEquals(error.code, python.trim());
  },
});
