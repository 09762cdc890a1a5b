// A connection of Deno.connectTls or Deno.startTls can be taken over.
import { assertEquals } from "@std/assert";
import { createServer } from "node:net";
import { TLSSocket } from "node:tls";
import {
  AF_INET,
  createConnection,
  fromfd,
  SOCK_STREAM,
} from "../../socket/mod.ts";
import { certificate } from "../support/certificate.ts";
import { bytes, text } from "../support/peers.ts";

Deno.test({
  name: "fromfd() takes a Deno.TlsConn over, made by connectTls or by startTls",
  async fn() {
    const { ca, cert, key } = certificate();
    const server = Deno.listenTls({
      hostname: "127.0.0.1",
      port: 0,
      cert,
      key,
    });
    const { port } = server.addr as Deno.NetAddr;
    const serving = (async () => {
      for await (const conn of server) {
        const buffer = new Uint8Array(16);
        const count = await conn.read(buffer);
        await conn.write(buffer.subarray(0, count ?? 0));
        conn.close();
      }
    })();
    const connect = {
      connectTls: () =>
        Deno.connectTls({ hostname: "localhost", port, caCerts: [ca] }),
      async startTls() {
        const conn = await Deno.connect({ hostname: "127.0.0.1", port });
        return await Deno.startTls(conn, {
          hostname: "localhost",
          caCerts: [ca],
        });
      },
    };
    for (const make of [connect.startTls, connect.connectTls]) {
      const conn = await make().catch(() => undefined);
      // Where localhost is IPv6 first, nothing listens for connectTls.
      if (conn === undefined) continue;
      await using s = fromfd(conn, AF_INET, SOCK_STREAM);
      s.settimeout(10);
      await s.sendall(bytes("hello"));
      assertEquals(await s.recv(16), bytes("hello"));
      assertEquals(s.getpeername()[1], port);
    }
    server.close();
    await serving;
  },
});

Deno.test({
  name:
    "STARTTLS as the README has it: plain text, detach, Deno.startTls, fromfd",
  async fn() {
    const { ca, cert, key } = certificate();
    const server = createServer((plain) => {
      plain.once("data", (data) => {
        assertEquals(String(data), "STARTTLS\r\n");
        plain.write("220 go ahead\r\n");
        const secure = new TLSSocket(plain, { isServer: true, cert, key });
        secure.on("data", (data) => secure.end(`secure: ${data}`));
      });
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const { port } = server.address() as { port: number };

    const plain = await createConnection(["127.0.0.1", port], { timeout: 10 });
    await plain.sendall(bytes("STARTTLS\r\n"));
    assertEquals(text(await plain.recv(1024)), "220 go ahead\r\n");
    const conn = await Deno.startTls(plain.detach() as Deno.TcpConn, {
      hostname: "localhost",
      caCerts: [ca],
    });
    const s = fromfd(conn, AF_INET, SOCK_STREAM);
    s.settimeout(10);
    await s.sendall(bytes("hello"));
    assertEquals(text(await s.recv(1024)), "secure: hello");
    await s[Symbol.asyncDispose]();
    await new Promise((closed) => server.close(closed));
  },
});
