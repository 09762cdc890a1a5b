import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { OSError, TimeoutError } from "../../socket/mod.ts";
import { select } from "../../socket/select/mod.ts";
import {
  SSLEOFError,
  SSLError,
  SSLSocket,
  SSLWantReadError,
} from "../../socket/ssl/mod.ts";
import { arrival, bytes, text } from "../support/peers.ts";
import { closing, overAll, overBoth, tlsEnds } from "./tls_ends.ts";

overAll(
  "SSLSocket.unwrap() on both sides gives plain sockets that go on",
  async (ends) => {
    const { client, server } = await ends();
    await Promise.all([client.sendall(bytes("in TLS")), server.recv(6)]);
    await using plain = closing(
      ...await Promise.all([client.unwrap(), server.unwrap()]),
    );
    assertEquals([client.fileno(), server.fileno()], [-1, -1]);
    assertEquals(plain.client instanceof SSLSocket, false);
    await plain.client.sendall(bytes("question"));
    assertEquals(text(await plain.server.recv(16)), "question");
    await plain.server.sendall(bytes("answer"));
    assertEquals(text(await plain.client.recv(16)), "answer");
  },
);

overAll(
  "SSLSocket.unwrap() loses no plain bytes that come right behind the end",
  async (ends) => {
    const { client, server } = await ends();
    const receiving = server.recv(16);
    const unwrapping = client.unwrap();
    assertEquals((await receiving).length, 0);
    const [plain] = await Promise.all([
      server.unwrap().then(async (plain) => {
        await plain.sendall(bytes("pipelined"));
        return plain;
      }),
      arrival(),
    ]);
    await using both = closing(await unwrapping, plain);
    assertEquals(text(await both.client.recv(16)), "pipelined");
    await both.client.sendall(bytes("and back"));
    assertEquals(text(await both.server.recv(16)), "and back");
  },
);

overAll(
  "SSLSocket.unwrap() refuses while something is unread, and loses nothing",
  async (ends) => {
    const { client, server } = await ends();
    await server.sendall(bytes("unread"));
    const refused = await assertRejects(() => client.unwrap(), SSLError);
    assertEquals(refused.reason, "APPLICATION_DATA_AFTER_CLOSE_NOTIFY");
    assertEquals(text(await client.recv(3)), "unr");
    await assertRejects(() => client.unwrap(), SSLError);
    assertEquals(text(await client.recv(8)), "ead");
    await using both = closing(
      ...await Promise.all([client.unwrap(), server.unwrap()]),
    );
    await both.server.sendall(bytes("plain"));
    assertEquals(text(await both.client.recv(16)), "plain");
  },
);

overAll(
  "SSLSocket.unwrap() that a timeout, a signal or no time ends can be tried again",
  async (ends) => {
    const { client, server } = await ends();
    client.settimeout(0.01);
    await assertRejects(() => client.unwrap(), TimeoutError);
    client.settimeout(null);
    const reason = new Error("enough");
    const stop = new AbortController();
    const pending = client.unwrap({ signal: stop.signal });
    stop.abort(reason);
    assertEquals(await pending.catch((error) => error), reason);
    client.setblocking(false);
    await assertRejects(() => client.unwrap(), SSLWantReadError);
    const waiting = select([client], [], []);
    const plain = await server.unwrap();
    await plain.sendall(bytes("plain"));
    assertEquals((await waiting)[0], [client]);
    await using both = closing(await client.unwrap(), plain);
    both.client.setblocking(true);
    assertEquals(text(await both.client.recv(16)), "plain");
  },
);

overBoth(
  "SSLSocket.unwrap() waits for the sends that are under way",
  async (driver) => {
    const { client, server } = await tlsEnds(driver);
    const data = new Uint8Array(8 << 20).map((_, index) => index >> 8);
    const sending = client.sendall(data);
    const unwrapping = client.unwrap();
    let got = 0;
    for (let part; (part = await server.recv(1 << 20)).length > 0;) {
      assertEquals(part[0], data[got]);
      got += part.length;
    }
    await sending;
    await using _both = closing(
      ...await Promise.all([unwrapping, server.unwrap()]),
    );
    assertEquals(got, data.length);
  },
);

overBoth(
  "SSLSocket.unwrap() gives a receive that waits the end",
  async (driver) => {
    const { client, server } = await tlsEnds(driver);
    const receiving = client.recv(8);
    await using _both = closing(
      ...await Promise.all([client.unwrap(), server.unwrap()]),
    );
    assertEquals((await receiving).length, 0);
  },
);

overBoth(
  "SSLSocket.unwrap() leaves a closed socket, and nothing of its files goes out in plain text",
  async (driver) => {
    const { client, server } = await tlsEnds(driver);
    const file = client.makefile("w");
    await file.write("secret");
    await using both = closing(
      ...await Promise.all([client.unwrap(), server.unwrap()]),
    );
    for (
      const use of [
        () => client.sendall(bytes("secret")),
        () => client.unwrap(),
        () => client.doHandshake(),
        () => file.flush(),
      ]
    ) {
      assertEquals((await assertRejects(use, OSError)).code, "EBADF");
    }
    await file.close().catch(() => {});
    await both.client.sendall(bytes("plain"));
    assertEquals(text(await both.server.recv(16)), "plain");
  },
);

overBoth(
  "SSLSocket.unwrap() of a connection that ends without TLS's end is an SSLEOFError",
  async (driver) => {
    const { client, server } = await tlsEnds(driver);
    await using _client = client;
    const unwrapping = client.unwrap().catch((error) => error);
    await arrival();
    await server[Symbol.asyncDispose]();
    const outcome = await unwrapping;
    // A close tells the end by TLS, and then there is nobody to speak to.
    if (outcome instanceof Error) assertInstanceOf(outcome, SSLEOFError);
    else await (outcome as AsyncDisposable)[Symbol.asyncDispose]();
  },
);

overBoth(
  "SSLSocket.close() settles a pending unwrap() with EBADF at once",
  async (driver) => {
    await using ends = await tlsEnds(driver);
    const unwrapping = assertRejects(() => ends.client.unwrap(), OSError);
    await arrival();
    ends.client.close();
    assertEquals((await unwrapping).code, "EBADF");
  },
);
