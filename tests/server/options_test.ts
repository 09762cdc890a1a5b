// server/options.ts has types only: that every option is heard is shown here,
// what each does in the tests of the servers.

import { assertEquals } from "@std/assert";
import { AF_INET } from "../../socket/mod.ts";
import { PROTOCOL_TLS_SERVER, SSLContext } from "../../socket/ssl/mod.ts";
import {
  BaseRequestHandler,
  type ServerOptions,
  type SocketServerOptions,
  TCPServer,
  type TCPServerOptions,
  UDPServer,
  type UDPServerOptions,
} from "../../server/mod.ts";

const base: Required<ServerOptions> = {
  timeout: 7,
  maxConnections: 3,
  requestTimeout: 5,
};
const ofSockets: Required<Omit<SocketServerOptions, "driver">> = {
  ...base,
  bindAndActivate: false,
  addressFamily: AF_INET,
  allowReuseAddress: true,
  allowReusePort: true,
};
const ofTCP: Omit<Required<TCPServerOptions>, "driver"> = {
  ...ofSockets,
  requestQueueSize: 9,
  ssl: new SSLContext(PROTOCOL_TLS_SERVER),
  handshakeTimeout: 4,
};
const ofUDP: Omit<Required<UDPServerOptions>, "driver"> = {
  ...ofSockets,
  maxPacketSize: 9,
};

const address: [string, number] = ["127.0.0.1", 0];
const servers = [
  [() => new TCPServer(address, BaseRequestHandler, ofTCP), ofTCP],
  [() => new UDPServer(address, BaseRequestHandler, ofUDP), ofUDP],
] as const;

for (const [make, options] of servers) {
  const name = Object.keys(options).at(-1);
  Deno.test(`each option is an attribute, ${name} too`, async () => {
    await using server = make();
    const { bindAndActivate, ...attributes } = options;
    const found = Object.keys(attributes)
      .map((name) => [name, server[name as keyof typeof server]]);
    assertEquals(Object.fromEntries(found), attributes);
    assertEquals([bindAndActivate, server.serverAddress], [false, address]);
  });
}
