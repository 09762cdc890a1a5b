import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { OSError, type Socket, socketpair, ssl } from "../../socket/mod.ts";
import {
  PROTOCOL_TLS_SERVER,
  SSLContext,
  SSLSocket,
} from "../../socket/ssl/mod.ts";
import { identity } from "../support/certificate.ts";
import { bytes, text } from "../support/peers.ts";

Deno.test("ssl() believes whoever is there, and reads and writes as Python 2's object", async () => {
  const [ours, peer] = await socketpair();
  const context = new SSLContext(PROTOCOL_TLS_SERVER);
  const { cert, key } = identity("selfSigned");
  context.loadCertChain(cert, { keyfile: key });
  const serving = context.wrapSocket(peer as Socket, { serverSide: true });
  await using s = await ssl(ours);
  await using server = await serving;
  assertInstanceOf(s, SSLSocket);
  assertEquals(await s.write(bytes("hello")), 5);
  assertEquals(text(await server.recv(8)), "hello");
  await server.sendall(bytes("and back"));
  assertEquals(text(await s.read(100)), "and back");
});

Deno.test("ssl() is an SSLError where the peer does not speak TLS", async () => {
  const [ours, peer] = await socketpair();
  using _peer = peer;
  await peer.sendall(bytes("220 smtp.example.com\r\n"));
  const error = await assertRejects(() => ssl(ours), OSError);
  assertEquals(error.name, "SSLError");
  assertEquals(ours.fileno(), -1);
});
