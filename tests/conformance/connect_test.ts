import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  AF_UNIX,
  BlockingIOError,
  ConnectionRefusedError,
  EAGAIN,
  OSError,
  SO_ERROR,
  Socket,
  SOL_SOCKET,
  TimeoutError,
} from "../../socket/mod.ts";
import { arrival, bytes, listening, text } from "../support/peers.ts";
import { conforms, type Setting } from "./suite.ts";

const isInternet = ({ family }: { family: number }) => family !== AF_UNIX;

function open({ transport, driver }: Setting): Socket {
  return new Socket(transport.family, undefined, 0, { driver });
}

/** An address where nobody listens. */
function nobody({ transport }: Setting): never {
  const { listener, address } = transport.listen();
  listener.close();
  return address as never;
}

conforms(
  "Socket.connect() connects, and both ends agree on the addresses",
  async (setting) => {
    const { listener, address } = setting.transport.listen();
    await using ours = open(setting);
    const [peer] = await Promise.all([
      listener.accept(),
      ours.connect(address as never),
    ]);
    listener.close();
    if (isInternet(setting.transport)) {
      const { hostname, port } = peer.remoteAddr as Deno.NetAddr;
      assertEquals((ours.getsockname() as unknown[]).slice(0, 2), [
        hostname,
        port,
      ]);
      assertEquals(
        (ours.getpeername() as unknown[]).slice(0, 2),
        (address as unknown[]).slice(0, 2),
      );
    } else {
      assertEquals(ours.getpeername(), address);
      assertEquals(ours.getsockname(), "");
    }
    peer.close();
  },
);

conforms(
  "Socket.connect() is refused where nobody listens, and can be tried again",
  async (setting) => {
    await using ours = open(setting);
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await assertRejects(
        () => ours.connect(nobody(setting)),
        OSError,
      );
      // A Unix listener of Deno removes its path when it closes.
      assert(["ECONNREFUSED", "ENOENT"].includes(error.code), error.message);
      assert(error.message.startsWith('Cannot connect to "'), error.message);
    }
    using server = listening(setting.transport, setting.driver);
    await ours.connect(server.getsockname() as never);
  },
);

conforms(
  "Socket.connectEx() gives the errno in place of the error",
  async (setting) => {
    await using ours = open(setting);
    const error = await ours.connect(nobody(setting)).catch((error) => error);
    assertEquals(await ours.connectEx(nobody(setting)), error.errno);
    using server = listening(setting.transport, setting.driver);
    assertEquals(await ours.connectEx(server.getsockname() as never), 0);
  },
);

conforms("Socket.connect() a second time is EISCONN", async (setting) => {
  using server = listening(setting.transport, setting.driver);
  await using ours = open(setting);
  await ours.connect(server.getsockname() as never);
  const again = () => ours.connect(server.getsockname() as never);
  assertEquals((await assertRejects(again, OSError)).code, "EISCONN");
});

conforms("Socket.connect() to port 0 is refused", async (setting) => {
  await using ours = open(setting);
  const [host] = setting.transport.fresh() as [string, number];
  await assertRejects(
    () => ours.connect([host, 0] as never),
    ConnectionRefusedError,
  );
}, isInternet);

conforms(
  "Socket.connect() rejects with an aborted signal's own reason, and can be tried again",
  async (setting) => {
    using server = listening(setting.transport, setting.driver);
    await using ours = open(setting);
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    const address = server.getsockname() as never;
    const pending = ours.connect(address, { signal });
    assertStrictEquals(await pending.catch((error) => error), reason);
    await ours.connect(address);
  },
);

conforms(
  "Socket.connect() on a non-blocking socket is in progress and goes on",
  async (setting) => {
    using server = listening(setting.transport, setting.driver);
    await using ours = open(setting);
    ours.setblocking(false);
    const address = server.getsockname() as never;
    const error = await assertRejects(
      () => ours.connect(address),
      BlockingIOError,
    );
    assertEquals(error.code, "EINPROGRESS");
    const [peer] = await server.accept();
    await arrival();
    assertEquals(ours.getsockopt(SOL_SOCKET, SO_ERROR), 0);
    assertEquals(await ours.send(bytes("hello")), 5);
    assertEquals(text(await peer.recv(8)), "hello");
    peer.close();
  },
  isInternet,
);

conforms(
  "Socket.connect() on a non-blocking socket leaves its error in SO_ERROR, once",
  async (setting) => {
    await using ours = open(setting);
    ours.setblocking(false);
    const address = nobody(setting);
    await assertRejects(() => ours.connect(address), BlockingIOError);
    await arrival();
    using other = open(setting);
    const errno = await other.connectEx(address);
    assertEquals(ours.getsockopt(SOL_SOCKET, SO_ERROR), errno);
    assertEquals(ours.getsockopt(SOL_SOCKET, SO_ERROR), 0);
  },
  isInternet,
);

conforms(
  "Socket.connect() on a non-blocking Unix socket is done at once",
  async (setting) => {
    using server = listening(setting.transport, setting.driver);
    await using ours = open(setting);
    ours.setblocking(false);
    await ours.connect(server.getsockname() as never);
  },
  ({ family }) => family === AF_UNIX,
);

conforms(
  "Socket.send() and recv() wait for a connection in progress",
  async (setting) => {
    using server = listening(setting.transport, setting.driver);
    await using ours = open(setting);
    ours.setblocking(false);
    await ours.connectEx(server.getsockname() as never);
    ours.setblocking(true);
    const sending = ours.sendall(bytes("hello"));
    const [peer] = await server.accept();
    await sending;
    assertEquals(text(await peer.recv(8)), "hello");
    peer.close();
  },
  isInternet,
);

conforms(
  "Socket.connect() is EALREADY while another is under way, and leaves it alone",
  async (setting) => {
    const { listener, address } = setting.transport.listen(0);
    const first = await setting.transport.connect(address);
    const ours = open(setting);
    const controller = new AbortController();
    const { signal } = controller;
    const pending = ours.connect(address as never, { signal });
    const outcome = pending.catch((error) => error);
    await arrival();
    const twice = await assertRejects(
      () => ours.connect(address as never),
      BlockingIOError,
    );
    assertEquals(twice.code, "EALREADY");
    controller.abort("enough");
    assertEquals(await outcome, "enough");
    await ours[Symbol.asyncDispose]();
    first.close();
    listener.close();
  },
  ({ family }) => isInternet({ family }) && Deno.build.os === "linux",
);

conforms(
  "Socket.connect() times out, and connectEx() then gives EAGAIN",
  async (setting) => {
    // A listener whose queue is full leaves the next ones waiting.
    const { listener, address } = setting.transport.listen(0);
    const first = await setting.transport.connect(address);
    await using ours = open(setting);
    ours.settimeout(0.05);
    const connecting = () => ours.connect(address as never);
    await assertRejects(connecting, TimeoutError, "timed out");
    assertEquals(await ours.connectEx(address as never), EAGAIN);
    first.close();
    listener.close();
  },
  ({ family }) => isInternet({ family }) && Deno.build.os === "linux",
);

conforms(
  "Socket.connect() after bind() comes from the bound address",
  async (setting) => {
    using server = listening(setting.transport, setting.driver);
    await using ours = open(setting);
    ours.bind(setting.transport.fresh() as never);
    const local = ours.getsockname();
    await ours.connect(server.getsockname() as never);
    const [peer, address] = await server.accept();
    assertEquals(ours.getsockname(), local);
    assertEquals(address, local);
    await ours.sendall(bytes("ping"));
    await peer.sendall(await peer.recv(8));
    ours.settimeout(0.01);
    assertEquals(text(await ours.recv(8)), "ping");
    await assertRejects(() => ours.recv(8), TimeoutError);
    await peer.sendall(bytes("late"));
    peer.close();
    ours.settimeout(null);
    assertEquals(text(await ours.recv(8)), "late");
    assertEquals((await ours.recv(8)).length, 0);
  },
  isInternet,
);
