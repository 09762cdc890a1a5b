import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AF_UNIX,
  OSError,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  Socket,
} from "../../socket/mod.ts";
import type { Driver } from "../../socket/mod.ts";
import {
  arrival,
  bytes,
  connected,
  listening,
  readAll,
  text,
  writeAll,
} from "../support/peers.ts";
import { conforms } from "./suite.ts";

async function code(call: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => call, OSError)).code;
}

conforms(
  "Socket.close() settles every pending call with EBADF",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const { ours } = pair;
    const calls = [
      ours.recv(8),
      ours.recvInto(new Uint8Array(8)),
      ours.recvmsg(8),
      ours.sendall(new Uint8Array(32 << 20)),
      ours.sendall(bytes("x")),
      ours.send(bytes("x")),
    ];
    const codes = Promise.all(calls.map(code));
    await arrival();
    ours.close();
    assertEquals(await codes, calls.map(() => "EBADF"));
  },
);

conforms(
  "Socket.close() of a listener settles every pending accept() with EBADF",
  async ({ transport, driver }) => {
    const server = listening(transport, driver);
    const calls = [server.accept(), server.accept()];
    const codes = Promise.all(calls.map(code));
    server.close();
    assertEquals(await codes, ["EBADF", "EBADF"]);
  },
);

conforms(
  "Socket.close() settles a pending connect() with EBADF",
  async ({ transport, driver }) => {
    const { listener, address } = transport.listen(0);
    const first = await transport.connect(address);
    const ours = new Socket(transport.family, undefined, 0, { driver });
    const pending = code(ours.connect(address as never));
    await arrival();
    ours.close();
    assertEquals(await pending, "EBADF");
    first.close();
    listener.close();
  },
  ({ family }) => family !== AF_UNIX && Deno.build.os === "linux",
);

conforms(
  "Socket.close() twice is nothing, and every use afterwards is EBADF",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const { ours } = pair;
    ours.close();
    ours.close();
    assertEquals(ours.fileno(), -1);
    assertEquals(ours.detach(), -1);
    const codes = await Promise.all([
      ours.recv(8),
      ours.recvInto(new Uint8Array(8)),
      ours.send(bytes("x")),
      ours.sendall(bytes("x")),
      ours.accept(),
      ours.connect(transport.fresh() as never),
    ].map(code));
    assertEquals(codes, codes.map(() => "EBADF"));
    for (
      const use of [
        () => ours.getsockname(),
        () => ours.getpeername(),
        () => ours.shutdown(SHUT_WR),
        () => ours.listen(),
        () => ours.settimeout(1),
        () => ours.makefile(),
        () => ours.dup(),
      ]
    ) {
      assertEquals(await code((async () => await use())()), "EBADF");
    }
  },
);

conforms(
  "Socket.close() ends the peer's stream",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    await pair.ours.sendall(bytes("bye"));
    pair.ours.close();
    assertEquals(text(await readAll(pair.peer)), "bye");
  },
);

conforms(
  "Socket.shutdown(SHUT_WR) half-closes, and reading goes on",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const pending = pair.ours.recv(8);
    await pair.ours.sendall(bytes("question"));
    pair.ours.shutdown(SHUT_WR);
    pair.ours.shutdown(SHUT_WR);
    assertEquals(text(await readAll(pair.peer)), "question");
    await writeAll(pair.peer, bytes("answer"));
    assertEquals(text(await pending), "answer");
  },
);

conforms(
  "Socket.shutdown(SHUT_RD) lets waiting and later receives return empty",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const pending = [pair.ours.recv(8), pair.ours.recv(8)];
    const into = pair.ours.recvInto(new Uint8Array(8));
    pair.ours.shutdown(SHUT_RD);
    assertEquals((await Promise.all(pending)).map(text), ["", ""]);
    assertEquals(await into, 0);
    assertEquals((await pair.ours.recv(8)).length, 0);
    await pair.ours.sendall(bytes("still"));
    const buffer = new Uint8Array(8);
    assertEquals(await pair.peer.read(buffer), 5);
  },
);

conforms(
  "Socket.shutdown(SHUT_RD) leaves what had come",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    await writeAll(pair.peer, bytes("hello"));
    await arrival();
    pair.ours.shutdown(SHUT_RD);
    assertEquals(text(await pair.ours.recv(8)), "hello");
    assertEquals((await pair.ours.recv(8)).length, 0);
  },
);

conforms(
  "Socket.shutdown(SHUT_RDWR) ends both",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const pending = pair.ours.recvInto(new Uint8Array(8));
    pair.ours.shutdown(SHUT_RDWR);
    assertEquals(await pending, 0);
    assertEquals(await code(pair.ours.send(bytes("x"))), "EPIPE");
    assertEquals(await pair.peer.read(new Uint8Array(8)), null);
  },
);

conforms(
  "Socket.dup() shares: the last close closes, the first ends its own calls only",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    const direct = ours.recvInto(new Uint8Array(8));
    using copy = ours.dup();
    const late = copy.recv(8);
    const sending = ours.sendall(bytes("hello"));
    await sending;
    ours.close();
    assertEquals(await code(direct), "EBADF");
    await writeAll(peer, bytes("for the copy"));
    assertEquals(text(await late), "for the ");
    assertEquals(text(await copy.recv(8)), "copy");
    await copy.sendall(bytes(" world"));
    copy.close();
    assertEquals(text(await readAll(peer)), "hello world");
  },
);

conforms(
  "Socket.dup() during a send lets it end with its socket, and the duplicate go on",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    // More than fits, so that it waits for the peer.
    const blocked = ours.sendall(new Uint8Array(1 << 24));
    const ending = code(blocked);
    using copy = ours.dup();
    ours.close();
    const received = readAll(peer);
    assertEquals(await ending, "EBADF");
    await copy.sendall(bytes("the end"));
    copy.close();
    assertEquals(text((await received).slice(-7)), "the end");
  },
);

conforms(
  "Socket.sendall() behind one that waits goes after it, and a signal ends only its own",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const { ours, peer } = pair;
    const blocked = ours.sendall(new Uint8Array(1 << 24));
    const abort = new AbortController();
    const reason = new Error("not this one");
    const { signal } = abort;
    const given = assertRejects(() => ours.sendall(bytes("no"), { signal }));
    const last = ours.sendall(bytes("the end"));
    abort.abort(reason);
    assertEquals(await given as unknown, reason);
    const received = readAll(peer);
    await blocked;
    await last;
    ours.shutdown(SHUT_WR);
    const all = await received;
    assertEquals(all.length, (1 << 24) + 7);
    assertEquals(text(all.slice(-7)), "the end");
  },
);

conforms(
  "Socket.dup() of a listener shares it",
  async ({ transport, driver }) => {
    const server = listening(transport, driver);
    await using copy = server.dup();
    const pending = code(server.accept());
    server.close();
    assertEquals(await pending, "EBADF");
    const peer = await transport.connect(copy.getsockname());
    const [connection] = await copy.accept();
    connection.close();
    peer.close();
  },
);

conforms(
  "Socket.makefile() keeps the connection open until it is closed too",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const file = pair.ours.makefile("rw");
    pair.ours.close();
    await writeAll(pair.peer, bytes("one\ntwo\n"));
    assertEquals(await file.readline(), "one\n");
    await file.write("three\n");
    await file.close();
    assertEquals(text(await readAll(pair.peer)), "three\n");
  },
);

conforms(
  "Socket.detach() gives a resource that goes on, and leaves the socket closed",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const resource = pair.ours.detach();
    assertEquals(pair.ours.fileno(), -1);
    await using again = new Socket(transport.family, undefined, 0, {
      driver,
      fileno: resource,
    });
    await again.sendall(bytes("hello"));
    const buffer = new Uint8Array(8);
    assertEquals(await pair.peer.read(buffer), 5);
  },
);

conforms(
  "Socket.detach() refuses while a call waits, and loses nothing that came",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const { ours } = pair;
    const pending = ours.recv(5);
    assertEquals(codeOf(() => ours.detach()), "EBUSY");
    await writeAll(pair.peer, bytes("hello"));
    assertEquals(text(await pending), "hello");
    await writeAll(pair.peer, bytes("there"));
    await arrival();
    await using taken = handedOver(ours, driver);
    assertEquals(text(await taken.recv(8)), "there");
  },
);

/** Hands a connection over, unless the driver has read what it would lose. */
function handedOver(s: Socket, driver: Driver): Socket {
  try {
    const fileno = s.detach();
    return new Socket(s.family, undefined, 0, { driver, fileno });
  } catch (error) {
    assertEquals((error as OSError).code, "EBUSY");
    return s;
  }
}

/** Returns the code of the error of a call. */
function codeOf(call: () => unknown): string {
  return assertThrows(call, OSError).code;
}
