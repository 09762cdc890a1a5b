import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
} from "../../socket/constants/poll.ts";
import {
  BlockingIOError,
  OSError,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  Socket,
  TimeoutError,
} from "../../socket/mod.ts";
import type { Endpoint } from "../../socket/mod.ts";
import { endpointOf } from "../../socket/socket.ts";
import { NO_WAIT, untilReady, waitOf, whenReady } from "../../socket/wait.ts";
import { arrival, bytes, connected, listening } from "../support/peers.ts";
import { datagramsConform } from "./datagram_suite.ts";
import { conforms } from "./suite.ts";

const BOTH = POLLIN | POLLOUT;

/** The endpoint under an open socket. */
function under(socket: Socket): Endpoint {
  return endpointOf(socket as Socket, "poll");
}

/** Waits for readiness, and tells what there is. */
function ready(socket: Socket, events: number): Promise<number> {
  return untilReady(under(socket), events, undefined, { syscall: "recv" });
}

conforms(
  "Endpoint.poll() of an unconnected stream is POLLOUT and POLLHUP, as on Linux",
  ({ transport, driver }) => {
    using fresh = new Socket(transport.family, undefined, 0, { driver });
    assertEquals(under(fresh).poll(BOTH), POLLOUT | POLLHUP);
    assertEquals(under(fresh).poll(POLLIN), POLLHUP);
  },
);

conforms(
  "Endpoint.poll() of a connection is POLLOUT, and POLLIN when bytes have come",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    assertEquals(under(pair.ours).poll(BOTH), POLLOUT);
    await pair.peer.write(bytes("hello"));
    assertEquals(await ready(pair.ours, POLLIN), POLLIN);
    assertEquals(under(pair.ours).poll(BOTH), BOTH);
    assertEquals(await pair.ours.recv(8), bytes("hello"));
    assertEquals(under(pair.ours).poll(BOTH), POLLOUT);
  },
);

conforms(
  "Endpoint.poll() has POLLIN at the end of the stream, and POLLHUP when both halves have ended",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    await pair.peer.closeWrite();
    assertEquals(await ready(pair.ours, POLLIN), POLLIN);
    assertEquals((await pair.ours.recv(8)).length, 0);
    assertEquals(under(pair.ours).poll(BOTH), BOTH);
    pair.ours.shutdown(SHUT_WR);
    assertEquals(under(pair.ours).poll(BOTH), BOTH | POLLHUP);
  },
);

conforms(
  "Endpoint.poll() has POLLIN after shutdown(SHUT_RD)",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const waiting = ready(pair.ours, POLLIN);
    pair.ours.shutdown(SHUT_RD);
    assertEquals(await waiting, POLLIN);
    pair.ours.shutdown(SHUT_RDWR);
    assertEquals(under(pair.ours).poll(BOTH), BOTH | POLLHUP);
  },
);

conforms(
  "whenReady() of a listener tells of a connection that waits, and takes none",
  async ({ transport, driver }) => {
    await using server = listening(transport, driver);
    assertEquals(under(server).poll(BOTH), 0);
    const waiting = ready(server, POLLIN);
    using client = await transport.connect(server.getsockname());
    assertEquals(await waiting, POLLIN);
    assertEquals(under(server).poll(BOTH), POLLIN);
    const [peer] = await server.accept();
    assertEquals(under(server).poll(BOTH), 0);
    await client.write(bytes("x"));
    assertEquals(await peer.recv(8), bytes("x"));
    await peer[Symbol.asyncDispose]();
  },
);

conforms(
  "whenReady() calls once, and not before it has returned",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    let calls = 0;
    whenReady(under(pair.ours), POLLOUT, () => calls++);
    assertEquals(calls, 0);
    await arrival();
    assertEquals(calls, 1);
    await pair.peer.write(bytes("hello"));
    await ready(pair.ours, POLLIN);
    await arrival();
    assertEquals(calls, 1);
  },
);

conforms(
  "whenReady() that is taken back is not called, and takes nothing that came",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    let calls = 0;
    const cancel = whenReady(under(pair.ours), POLLIN, () => calls++);
    cancel();
    cancel();
    await pair.peer.write(bytes("hello"));
    await arrival();
    assertEquals(calls, 0);
    assertEquals(await pair.ours.recv(8), bytes("hello"));
  },
);

conforms(
  "whenReady() takes no turn: a receive that waits gets the bytes, and the next ones are told",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const waiting = ready(pair.ours, POLLIN);
    const receiving = pair.ours.recv(8);
    await pair.peer.write(bytes("first"));
    assertEquals(await receiving, bytes("first"));
    assertEquals(under(pair.ours).poll(POLLIN), 0);
    await pair.peer.write(bytes("second"));
    assertEquals(await waiting, POLLIN);
    assertEquals(await pair.ours.recv(8), bytes("second"));
  },
);

conforms(
  "whenReady() waits for bytes after a receive has taken those that were there",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    await pair.peer.write(bytes("first"));
    await ready(pair.ours, POLLIN);
    const waiting = ready(pair.ours, POLLIN);
    assertEquals(await pair.ours.recv(8), bytes("first"));
    await pair.peer.write(bytes("second"));
    assertEquals(await waiting, POLLIN);
    assertEquals(await pair.ours.recv(8), bytes("second"));
  },
);

conforms(
  "whenReady() for POLLOUT waits while a send is under way",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const data = new Uint8Array(16 << 20);
    const sending = pair.ours.sendall(data);
    assertEquals(under(pair.ours).poll(BOTH), 0);
    let isReady = false;
    const waiting = ready(pair.ours, POLLOUT).then((events) => {
      isReady = true;
      return events;
    });
    await arrival();
    assertEquals(isReady, false);
    const buffer = new Uint8Array(1 << 16);
    for (let got = 0; got < data.length;) {
      got += (await pair.peer.read(buffer))!;
    }
    await sending;
    assertEquals(await waiting, POLLOUT);
  },
);

conforms(
  "whenReady() is answered with POLLNVAL by close()",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const endpoint = under(pair.ours);
    const { promise, resolve } = Promise.withResolvers<number>();
    whenReady(endpoint, POLLIN, () => resolve(endpoint.poll(POLLIN)));
    const waiting = assertRejects(() => ready(pair.ours, POLLIN), OSError);
    pair.ours.close();
    assertEquals(await promise, POLLNVAL);
    assertEquals((await waiting).code, "EBADF");
  },
);

conforms(
  "whenReady() of a duplicate goes on when the other is closed",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const copy = pair.ours.dup();
    const ended = assertRejects(() => ready(copy, POLLIN), OSError);
    const waiting = ready(pair.ours, POLLIN);
    copy.close();
    assertEquals((await ended).code, "EBADF");
    await pair.peer.write(bytes("x"));
    assertEquals(await waiting, POLLIN);
  },
);

conforms(
  "Endpoint.poll() tells the outcome of a non-blocking connect",
  async ({ transport, driver }) => {
    const { listener, address } = transport.listen();
    await using s = new Socket(transport.family, undefined, 0, { driver });
    s.setblocking(false);
    await assertRejects(() => s.connect(address as never), BlockingIOError);
    // Over loopback the kernel may be quick.
    assert([0, POLLOUT].includes(under(s).poll(BOTH)));
    const waiting = ready(s, BOTH);
    const peer = await listener.accept();
    assertEquals(await waiting, POLLOUT);
    assertEquals(await s.connectEx(address as never), 0);
    peer.close();
    listener.close();
  },
  ({ name }) => name !== "Unix",
);

conforms(
  "Endpoint.poll() has POLLERR when a non-blocking connect has failed",
  async ({ transport, driver }) => {
    const { listener, address } = transport.listen();
    listener.close();
    await using s = new Socket(transport.family, undefined, 0, { driver });
    s.setblocking(false);
    await assertRejects(() => s.connect(address as never), BlockingIOError);
    assertEquals(await ready(s, POLLIN), POLLIN | POLLERR | POLLHUP);
  },
  ({ name }) => name !== "Unix",
);

conforms(
  "untilReady() ends by a wait that never waits, a timeout or a signal, and takes nothing",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const endpoint = under(pair.ours);
    const fields = { syscall: "recv" };
    const now = await assertRejects(
      () => untilReady(endpoint, POLLIN, NO_WAIT, fields),
      BlockingIOError,
    );
    assertEquals(now.code, "EAGAIN");
    await assertRejects(
      () => untilReady(endpoint, POLLIN, waitOf(0.01), fields),
      TimeoutError,
    );
    const stop = new AbortController();
    const wait = waitOf(null, stop.signal);
    const aborted = untilReady(endpoint, POLLIN, wait, fields);
    stop.abort("enough");
    assertEquals(await aborted.catch((reason) => reason), "enough");
    await pair.peer.write(bytes("hello"));
    assertEquals(await pair.ours.recv(8), bytes("hello"));
  },
);

datagramsConform(
  "Endpoint.poll() of a datagram socket is POLLOUT, and POLLIN when one has come",
  async ({ bound, open }) => {
    await using receiver = bound();
    await using sender = open();
    assertEquals(under(receiver).poll(BOTH), POLLOUT);
    const waiting = ready(receiver, POLLIN);
    await sender.sendto(bytes("one"), receiver.getsockname());
    assertEquals(await waiting, POLLIN);
    assertEquals(under(receiver).poll(BOTH), BOTH);
    assertEquals(await receiver.recv(8), bytes("one"));
    assertEquals(under(receiver).poll(BOTH), POLLOUT);
  },
);

datagramsConform(
  "whenReady() of a datagram socket tells of the next datagram, when a receive has taken the first",
  async ({ bound, open }) => {
    await using receiver = bound();
    await using sender = open();
    const waiting = ready(receiver, POLLIN);
    const receiving = receiver.recv(8);
    await sender.sendto(bytes("one"), receiver.getsockname());
    assertEquals(await receiving, bytes("one"));
    await sender.sendto(bytes("two"), receiver.getsockname());
    assertEquals(await waiting, POLLIN);
    assertEquals(await receiver.recv(8), bytes("two"));
  },
);

datagramsConform(
  "whenReady() of a datagram socket is answered by close(), and taken back without loss",
  async ({ bound, open }) => {
    await using receiver = bound();
    await using sender = open();
    whenReady(under(receiver), POLLIN, () => {})();
    await sender.sendto(bytes("one"), receiver.getsockname());
    assertEquals(await receiver.recv(8), bytes("one"));
    const ended = assertRejects(() => ready(receiver, POLLIN), OSError);
    receiver.close();
    assertEquals((await ended).code, "EBADF");
  },
);
