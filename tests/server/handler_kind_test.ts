// What a server is given to handle its requests with has to fit them: a mistake
// shows in the editor, not only when the first client comes.
import { assertEquals } from "@std/assert";
import * as socketserver from "../../server/mod.ts";

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
