import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  AF_UNIX,
  BlockingIOError,
  OSError,
  SHUT_RD,
  Socket,
  TimeoutError,
} from "../../socket/mod.ts";
import { arrival, bytes, listening, text } from "../support/peers.ts";
import { conforms } from "./suite.ts";

conforms(
  "Socket.accept() gives a connection and its peer's address",
  async ({ transport, driver }) => {
    using server = listening(transport, driver);
    const peer = await transport.connect(server.getsockname());
    const [connection, address] = await server.accept();
    assertEquals(address, connection.getpeername());
    assertEquals(
      [connection.family, connection.type, connection.proto],
      [server.family, server.type, server.proto],
    );
    await peer.write(bytes("hello"));
    assertEquals(text(await connection.recv(8)), "hello");
    peer.close();
    await connection[Symbol.asyncDispose]();
  },
);

conforms(
  "Socket.accept() loses no connection by a timeout or an abort",
  async ({ transport, driver }) => {
    using server = listening(transport, driver);
    server.settimeout(0.01);
    await assertRejects(() => server.accept(), TimeoutError);
    await assertRejects(() => server.accept(), TimeoutError);
    const controller = new AbortController();
    const pending = server.accept({ signal: controller.signal });
    controller.abort("enough");
    assertStrictEquals(await pending.catch((error) => error), "enough");
    server.settimeout(null);
    const peer = await transport.connect(server.getsockname());
    await arrival();
    const [connection] = await server.accept();
    await peer.write(bytes("hello"));
    assertEquals(text(await connection.recv(8)), "hello");
    peer.close();
    await connection[Symbol.asyncDispose]();
  },
);

conforms(
  "Socket.accept() on a non-blocking socket does not wait",
  async ({ transport, driver }) => {
    using server = listening(transport, driver);
    server.setblocking(false);
    await assertRejects(() => server.accept(), BlockingIOError);
    const peer = await transport.connect(server.getsockname());
    await arrival();
    const [connection] = await server.accept();
    assertEquals(connection.gettimeout(), null);
    connection.close();
    peer.close();
  },
);

conforms(
  "Socket.accept() serves concurrent calls in order",
  async ({ transport, driver }) => {
    using server = listening(transport, driver);
    const pending = [server.accept(), server.accept()];
    const order: number[] = [];
    pending.forEach((call, index) => call.then(() => order.push(index)));
    for (let index = 0; index < 2; index++) {
      const peer = await transport.connect(server.getsockname());
      await arrival();
      peer.close();
    }
    for (const [connection] of await Promise.all(pending)) connection.close();
    assertEquals(order, [0, 1]);
  },
);

conforms(
  "Socket.accept() is EINVAL before listen()",
  async ({ transport, driver }) => {
    await using ours = new Socket(transport.family, undefined, 0, { driver });
    for (let step = 0; step < 2; step++) {
      const error = await assertRejects(() => ours.accept(), OSError);
      assertEquals(error.code, "EINVAL");
      if (step === 0) ours.bind(transport.fresh() as never);
    }
  },
);

conforms(
  "Socket.shutdown(SHUT_RD) of a listener ends a waiting accept()",
  async ({ transport, driver }) => {
    await using server = listening(transport, driver);
    const pending = server.accept();
    server.shutdown(SHUT_RD);
    assertEquals((await assertRejects(() => pending, OSError)).code, "EINVAL");
  },
);

conforms(
  "Socket.bind() fails where another socket is, and close() frees the place",
  async ({ transport, driver }) => {
    const server = listening(transport, driver);
    const address = server.getsockname() as never;
    using other = new Socket(transport.family, undefined, 0, { driver });
    const pending = server.accept().catch((error) => error);
    try {
      other.bind(address);
      throw new Error("it could be bound");
    } catch (error) {
      assert(error instanceof OSError);
      assertEquals(error.code, "EADDRINUSE");
      assert(error.message.startsWith('Cannot bind to "'), error.message);
    }
    await server[Symbol.asyncDispose]();
    assertEquals((await pending).code, "EBADF");
    // As in Python, the path may still be there.
    if (transport.family === AF_UNIX) {
      await Deno.remove(address).catch(() => {});
    }
    other.bind(address);
    other.listen();
    const peer = await transport.connect(address);
    const [connection] = await other.accept();
    connection.close();
    peer.close();
  },
);

conforms(
  "Socket.getsockname() is right from bind() on, port 0 or an empty host",
  ({ transport, driver }) => {
    using ours = new Socket(transport.family, undefined, 0, { driver });
    const [any, port] = ours.getsockname() as [string, number];
    assertEquals(port, 0);
    ours.bind(["", 0] as never);
    const [host, bound] = ours.getsockname() as [string, number];
    assertEquals(host, any);
    assert(bound > 0);
  },
  ({ family }) => family !== AF_UNIX,
);

conforms(
  "Socket.listen() binds where nothing is bound",
  async ({ transport, driver }) => {
    using ours = new Socket(transport.family, undefined, 0, { driver });
    ours.listen();
    const [, port] = ours.getsockname() as [string, number];
    const [host] = transport.fresh() as [string, number];
    const peer = await transport.connect([host, port]);
    const [connection] = await ours.accept();
    connection.close();
    peer.close();
  },
  ({ family }) => family !== AF_UNIX,
);

conforms(
  "Socket.connections() goes on until the socket is closed",
  async ({ transport, driver }) => {
    const server = listening(transport, driver);
    let served = 0;
    const clients = (async () => {
      for (let client = 0; client < 5; client++) {
        const peer = await transport.connect(server.getsockname());
        await peer.read(new Uint8Array(1));
        peer.close();
      }
      server.close();
    })();
    for await (const [connection] of server) {
      served++;
      connection.close();
    }
    await clients;
    assertEquals(served, 5);
  },
);

conforms(
  "Socket.connections() ends quietly when its signal aborts, and the socket lives on",
  async ({ transport, driver }) => {
    using server = listening(transport, driver);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 5);
    for await (const _ of server.connections({ signal: controller.signal })) {
      throw new Error("nobody connected");
    }
    const peer = await transport.connect(server.getsockname());
    const [connection] = await server.accept();
    connection.close();
    peer.close();
  },
);
