// The rest of a socket's calls, on one that speaks TLS.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  EVENT_READ,
  PollSelector,
  SelectSelector,
} from "../../socket/selectors/mod.ts";
import { poll, POLLIN, select } from "../../socket/select/mod.ts";
import { OSError, SHUT_WR, type Socket } from "../../socket/mod.ts";
import { arrival, bytes, text } from "../support/peers.ts";
import { overAll, overBoth, tlsEnds } from "./tls_ends.ts";

overAll(
  "select() finds bytes that are decrypted already",
  async (make) => {
    await using ends = await make();
    const { client, server } = ends;
    await server.sendall(bytes("hello"));
    assertEquals(text(await client.recv(1)), "h");
    assertEquals(client.pending(), 4);
    assertEquals((await select([client], [], [], 0))[0], [client]);
    assertEquals(client.pending(), 4);
    assertEquals(text(await client.recv(8)), "ello");
    assertEquals(client.pending(), 0);
    assertEquals((await select([client], [], [], 0))[0], []);
    const waiting = select([client], [client], []);
    assertEquals((await waiting)[1], [client]);
  },
);

overAll(
  "select(), poll() and selectors wait for bytes, and are not woken by records without any",
  async (make) => {
    await using ends = await make();
    const { client, server } = ends;
    // What TLS 1.3 has sent besides is there already.
    await arrival();
    assertEquals((await select([client], [], [], 0.03))[0], []);
    const polling = poll<Socket>();
    polling.register(client as Socket, POLLIN);
    const selectors = [new SelectSelector(), new PollSelector()];
    for (const each of selectors) each.register(client, EVENT_READ);
    for (let round = 0; round < 3; round++) {
      const waits = Promise.all([
        select([client], [], []),
        polling.poll(),
        ...selectors.map((each) => each.select()),
      ]);
      await server.sendall(bytes("hello"));
      const [[readable], events, ...rest] = await waits;
      assertEquals(readable, [client]);
      assertEquals(events, [[client, POLLIN]]);
      for (const found of rest) assertEquals(found.length, 1);
      assertEquals(text(await client.recv(8)), "hello");
    }
    const ending = select([client], [], []);
    server.shutdown(SHUT_WR);
    assertEquals((await ending)[0], [client]);
    assertEquals((await client.recv(8)).length, 0);
    for (const each of selectors) each.close();
  },
);

overBoth(
  "SSLSocket.makefile(), sendfile(), readable and writable go through TLS",
  async (driver) => {
    await using ends = await tlsEnds(driver);
    const { client, server } = ends;
    await using here = client.makefile("rw");
    await using there = server.makefile("rwb");
    await here.write("one\ntwo\n");
    await here.flush();
    assertEquals(text(await there.readline()), "one\n");
    assertEquals(text(await there.readexactly(4)), "two\n");
    const refused = await assertRejects(() => client.sendfile(0), OSError);
    assert(["EOPNOTSUPP", "EINVAL", "ESPIPE"].includes(refused.code));
    const writer = client.writable.getWriter();
    const reader = server.readable.getReader();
    const [{ value }] = await Promise.all([
      reader.read(),
      writer.write(bytes("stream")),
    ]);
    assertEquals(text(value!), "stream");
    writer.releaseLock();
    await reader.cancel();
  },
);

Deno.test("SSLSocket.sendfile() of an open file goes through TLS", async () => {
  await using ends = await tlsEnds(
    (await import("../../socket/sandbox/driver.ts")).sandbox,
  );
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, new Uint8Array(300_000).fill(7));
    using file = await Deno.open(path);
    const sending = ends.client.sendfile(file);
    let got = 0;
    while (got < 300_000) {
      const part = await ends.server.recv(65536);
      assert(part.every((byte) => byte === 7));
      got += part.length;
    }
    assertEquals(await sending, 300_000);
  } finally {
    await Deno.remove(path);
  }
});

overAll(
  "SSLSocket.shutdown(SHUT_WR) half-closes TLS, and the other half goes on",
  async (make) => {
    await using ends = await make();
    const { client, server } = ends;
    await client.sendall(bytes("question"));
    client.shutdown(SHUT_WR);
    const pipe = await assertRejects(() => client.send(bytes("x")), OSError);
    assertEquals(pipe.code, "EPIPE");
    assertEquals(text(await server.recv(16)), "question");
    assertEquals((await server.recv(16)).length, 0);
    await server.sendall(new Uint8Array(1 << 20));
    server.shutdown(SHUT_WR);
    let got = 0;
    for (let part; (part = await client.recv(65536)).length > 0;) {
      got += part.length;
    }
    assertEquals(got, 1 << 20);
  },
);

overBoth(
  "SSLSocket.send() of one byte after another, and empty ones, arrive",
  async (driver) => {
    await using ends = await tlsEnds(driver);
    const { client, server } = ends;
    for (const byte of bytes("small pieces")) {
      assertEquals(await client.send(Uint8Array.of(byte)), 1);
      assertEquals(await client.send(new Uint8Array()), 0);
    }
    await client.sendmsg([bytes(" and "), bytes("more")]);
    client.shutdown(SHUT_WR);
    let got = "";
    for (let part; (part = await server.recv(64)).length > 0;) {
      got += text(part);
    }
    assertEquals(got, "small pieces and more");
  },
);

overBoth(
  "SSLSocket.sendall() fails again and again when the peer has gone, and recv() still gives what it said before",
  async (driver) => {
    await using ends = await tlsEnds(driver, { suppressRaggedEofs: false });
    const { client, server } = ends;
    await server.sendall(bytes("before"));
    await server[Symbol.asyncDispose]();
    await assertRejects(async () => {
      while (true) await client.sendall(bytes("x"));
    }, OSError);
    for (let round = 0; round < 3; round++) {
      const error = await assertRejects(() => client.send(bytes("x")), OSError);
      assert(["EPIPE", "ECONNRESET"].includes(error.code), error.message);
    }
    assertEquals(text(await client.recv(16)), "before");
    assertEquals((await client.recv(16)).length, 0);
  },
);

overAll(
  "recv() gives arrays of their own, whole records and parts of them, in order",
  async (make) => {
    await using ends = await make();
    const { client, server } = ends;
    await server.sendall(bytes("hello"));
    await server.sendall(bytes("world"));
    const parts: string[] = [];
    for (const size of [2, 100, 1, 100]) {
      const data = await client.recv(size);
      assertEquals([data.byteOffset, data.buffer.byteLength], [0, data.length]);
      parts.push(text(data));
    }
    assertEquals(parts.join(""), "helloworld");
    assert(parts[0] === "he" && parts.every((part) => part !== ""), `${parts}`);
  },
);

overAll(
  "recv() that a signal, a timeout or another call interrupts loses nothing",
  async (make) => {
    await using ends = await make();
    const { client, server } = ends;
    const stop = new AbortController();
    const stopped = assertRejects(() =>
      client.recv(8, { signal: stop.signal })
    );
    stop.abort(new Error("enough"));
    await stopped;
    await server.sendall(bytes("one"));
    await arrival();
    assertEquals(text(await client.recv(2)), "on");
    assertEquals(text(await client.recv(8)), "e");
    client.settimeout(0.01);
    await assertRejects(() => client.recv(8), OSError);
    client.settimeout(null);
    const two = client.recv(8), three = client.recv(8);
    await server.sendall(bytes("two"));
    assertEquals(text(await two), "two");
    await server.sendall(bytes("three"));
    assertEquals(text(await three), "three");
    const into = client.recvInto(new Uint8Array(3));
    await server.sendall(bytes("four"));
    assertEquals([await into, text(await client.recv(8))], [3, "r"]);
  },
);
