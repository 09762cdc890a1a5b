// What a server is given to handle its requests with has to fit them: a mistake
// shows in the editor, not only when the first client comes.
import { assertEquals } from "@std/assert";
import * as socketserver from "../../server/mod.ts";
import type { InetAddress, UnixAddress } from "../../socket/mod.ts";

class Datagrams extends socketserver.DatagramRequestHandler {}
class Streams extends socketserver.StreamRequestHandler {}
const options = { bindAndActivate: false };

Deno.test("TCPServer has no type for handlers of datagrams, and UDPServer none for those of connections", async () => {
  await using tcp = new socketserver.ThreadingTCPServer(
    ["127.0.0.1", 0],
    // @ts-expect-error -- its requests are connections
    Datagrams,
    options,
  );
  await using udp = new socketserver.ThreadingUDPServer(
    ["127.0.0.1", 0],
    // @ts-expect-error -- its requests are datagrams
    Streams,
    options,
  );
  // The types are all there is: which classes fit is not looked at here.
  assertEquals(tcp.RequestHandlerClass.name, "Datagrams");
  assertEquals(udp.RequestHandlerClass.name, "Streams");
});

/** Checks that a type is exactly another one: neither `any` nor wider. */
type Same<T, U> = (<V>() => V extends T ? 1 : 2) extends
  (<V>() => V extends U ? 1 : 2) ? true : false;

/** Compiles only if all are `true`. */
function types<_ extends readonly true[]>(): void {}

type Handler<R extends object = object> = socketserver.BaseRequestHandler<R>;

Deno.test("BaseRequestHandler that does not say what its requests are has no any", () => {
  types<[
    Same<Handler["request"], object>,
    Same<Handler["clientAddress"], unknown>,
    Same<Handler["server"]["serverAddress"], unknown>,
  ]>();
});

Deno.test("BaseRequestHandler knows the client's address by what its requests are", () => {
  type Stream = Handler<socketserver.StreamRequest>;
  type Datagram = Handler<socketserver.DatagramRequest>;
  type UnixStream = Handler<socketserver.StreamRequest<UnixAddress>>;
  type UnixDatagram = Handler<socketserver.DatagramRequest<UnixAddress>>;
  types<[
    Same<Stream["clientAddress"], InetAddress>,
    Same<Datagram["clientAddress"], InetAddress>,
    Same<UnixStream["clientAddress"], UnixAddress>,
    Same<UnixDatagram["clientAddress"], UnixAddress | null>,
    Same<UnixDatagram["server"]["serverAddress"], UnixAddress>,
  ]>();
});

Deno.test("DatagramRequestHandler of a Unix server may have a client without an address", () => {
  type Unix = socketserver.DatagramRequestHandler<UnixAddress>;
  type Server = socketserver.UnixDatagramServer;
  types<[
    Same<Unix["clientAddress"], UnixAddress | null>,
    Same<Awaited<ReturnType<Server["getRequest"]>>[1], UnixAddress | null>,
    Same<Server["serverAddress"], UnixAddress>,
  ]>();
});

Deno.test("this.server is of the class that the handler declares", async () => {
  class Counting extends socketserver.TCPServer {
    count = 0;
  }
  class Handler extends socketserver.StreamRequestHandler {
    declare readonly server: Counting;
    override handle() {
      this.server.count++;
    }
  }
  await using server = new Counting(["127.0.0.1", 0], Handler);
  const [hostname, port] = server.serverAddress;
  using _ = await Deno.connect({ hostname, port });
  await server.handleRequest();
  assertEquals(server.count, 1);
});
