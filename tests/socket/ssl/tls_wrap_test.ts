// What of node:tls the engine leans on past its streams. Where one of these fails
// after an update of Deno, socket/ssl/tls_wrap.ts has to be looked at.
import { assert, assertEquals } from "@std/assert";
import { Duplex } from "node:stream";
import { connect, createSecureContext, TLSSocket } from "node:tls";
import { TlsEngine } from "../../../socket/ssl/tls_engine.ts";
import { type DirectTls, directTls } from "../../../socket/ssl/tls_wrap.ts";
import { identity } from "../../support/certificate.ts";

// deno-lint-ignore no-explicit-any
type Internals = any;

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Two ends after their handshake, through streams. */
async function secured(): Promise<
  { sockets: TLSSocket[]; directs: DirectTls[] }
> {
  const outs: Uint8Array[][] = [[], []];
  const raws = outs.map((out) =>
    new Duplex({
      allowHalfOpen: true,
      autoDestroy: false,
      read() {},
      write(bytes: Uint8Array, _encoding, done) {
        out.push(new Uint8Array(bytes));
        done();
      },
    })
  );
  const server = new TLSSocket(raws[0], {
    isServer: true,
    secureContext: createSecureContext(identity("leaf")),
  });
  const client = connect({
    socket: raws[1],
    ca: identity("ca").cert,
    servername: "localhost",
    checkServerIdentity: () => undefined,
  });
  const sockets = [server, client];
  for (const socket of sockets) socket.on("readable", () => {});
  for (let idle = 0; idle < 4; idle++) {
    await turn();
    for (const [index, out] of outs.entries()) {
      for (const bytes of out.splice(0)) {
        raws[1 - index].push(bytes);
        idle = 0;
      }
    }
  }
  const directs = sockets.map((socket) =>
    directTls((socket as Internals)._handle)!
  );
  return { sockets, directs };
}

function read(direct: DirectTls): Uint8Array {
  const into = new Uint8Array(1 << 20);
  return into.slice(0, direct.read(into));
}

Deno.test("directTls() encrypts at once, and decrypts at once", async () => {
  const { sockets, directs: [server, client] } = await secured();
  const hello = new TextEncoder().encode("hello");
  const sealed = client.seal(hello)!;
  assert(sealed.length > hello.length && sealed[0] === 23, `${sealed}`);
  hello.fill(0); // it has been taken
  assertEquals(server.receive(sealed), undefined);
  assertEquals(server.pending, 5);
  assertEquals(new TextDecoder().decode(read(server)), "hello");
  assertEquals([server.pending, read(server).length], [0, 0]);
  assertEquals(sockets[0].readableLength, 0);
  for (const socket of sockets) socket.destroy();
  await turn();
});

Deno.test("directTls() takes much at once, and gives it in any sizes", async () => {
  const { sockets, directs: [server, client] } = await secured();
  const much = new Uint8Array(300_000).map((_, index) => index % 251);
  client.receive(server.seal(much)!);
  assertEquals(client.pending, much.length);
  const got = new Uint8Array(much.length);
  for (let at = 0, size = 1; at < got.length; size = size * 3 % 40_009) {
    const count = client.read(got.subarray(at, at + size));
    assert(count > 0 && count <= size, `${count} of ${size} at ${at}`);
    at += count;
  }
  assertEquals(got, much);
  for (const socket of sockets) socket.destroy();
  await turn();
});

Deno.test("directTls().take() gives one record, or a part of it, in an array of its own", async () => {
  const { sockets, directs: [server, client] } = await secured();
  for (const word of ["hello", "you"]) {
    server.receive(client.seal(new TextEncoder().encode(word))!);
  }
  const taken = [2, 100, 3, 1].map((size) => server.take(size));
  const texts = taken.map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(texts, ["he", "llo", "you", ""]);
  assertEquals(taken[3], undefined);
  for (const bytes of taken.slice(0, 3)) {
    assertEquals(bytes!.buffer.byteLength, bytes!.length);
  }
  assertEquals(server.pending, 0);
  for (const socket of sockets) socket.destroy();
  await turn();
});

Deno.test("directTls() leaves the end of TLS to the socket", async () => {
  const { sockets: [server, client], directs } = await secured();
  const last = directs[1].seal(new Uint8Array(3))!;
  const raw = (client as Internals)._handle._parentWrap.stream;
  const ended: Uint8Array[] = [];
  raw._write = (bytes: Uint8Array, _encoding: string, done: () => void) => {
    ended.push(new Uint8Array(bytes));
    done();
  };
  client.end();
  for (let i = 0; i < 8; i++) await turn();
  assert(ended.length > 0, "nothing was sent at the end");
  directs[0].receive(last);
  for (const bytes of ended) directs[0].receive(bytes);
  assertEquals(directs[0].pending, 3);
  assert((server as Internals)._readableState.ended);
  for (const socket of [server, client]) socket.destroy();
  await turn();
});

for (const isDirect of [true, false]) {
  const how = isDirect ? "past node's streams" : "through node's streams";
  Deno.test(`TlsEngine sends and receives ${how}`, async () => {
    const engines: TlsEngine[] = [];
    const to = (index: number) => async (bytes: Uint8Array) => {
      await turn();
      engines[index].receive(new Uint8Array(bytes));
    };
    const { cert } = identity("ca");
    engines.push(
      new TlsEngine((raw) => {
        const secureContext = createSecureContext(identity("leaf"));
        return new TLSSocket(raw, { isServer: true, secureContext });
      }, to(1)),
      new TlsEngine((socket) => {
        const checkServerIdentity = () => undefined;
        const servername = "localhost";
        return connect({ socket, ca: cert, servername, checkServerIdentity });
      }, to(0)),
    );
    const [server, client] = engines;
    for (let i = 0; i < 40 && !(server.isSecure && client.isSecure); i++) {
      await turn();
    }
    for (let i = 0; i < 8; i++) await turn();
    if (isDirect) { for (const engine of engines) engine.direct(); }
    const much = new Uint8Array(100_000).map((_, index) => index % 251);
    for (const [from, into] of [[server, client], [client, server]]) {
      await from.write(much);
      for (let i = 0; i < 40 && into.pending < much.length; i++) await turn();
      const got = new Uint8Array(much.length);
      for (let at = 0; at < got.length;) {
        const count = into.read(got.subarray(at, at + 30_000));
        assert(count > 0, `nothing at ${at}`);
        at += count;
      }
      assertEquals(got, much);
    }
    await client.end();
    for (let i = 0; i < 8; i++) await turn();
    assert(server.hasEnded);
    for (const engine of engines) engine.close();
    await turn();
  });
}

Deno.test("directTls() is undefined where Deno has it otherwise", () => {
  assertEquals(directTls({} as Internals), undefined);
});
