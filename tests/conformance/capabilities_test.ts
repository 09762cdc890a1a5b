import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AF_UNIX,
  MSG_OOB,
  OSError,
  recvFds,
  sendFds,
  SO_LINGER,
  SO_RCVBUF,
  SO_REUSEADDR,
  SOCK_STREAM,
  Socket,
  socketpair,
  SOL_SOCKET,
} from "../../socket/mod.ts";
import { bytes, connected, listening, text } from "../support/peers.ts";
import { datagramsConform } from "./datagram_suite.ts";
import { conforms } from "./suite.ts";

// What CPython can do on Linux and the sandboxed driver cannot: its gaps in suite.ts.
// What it does in place of these is in tests/socket/sandbox/limits_test.ts.

type Family = { readonly family: number };

const isInternet = ({ family }: Family) => family !== AF_UNIX;
const isUnix = ({ family }: Family) => family === AF_UNIX;

/** Returns the code of the error that a call ends in. */
async function code(call: () => Promise<unknown>): Promise<string> {
  return (await assertRejects(call, OSError)).code;
}

conforms(
  "SO_REUSEADDR is 0 for a listener that has not set it, and for what it accepts",
  async ({ transport, driver }) => {
    await using server = listening(transport, driver);
    using client = await transport.connect(server.getsockname());
    const [accepted] = await server.accept();
    await using _accepted = accepted;
    assertEquals(server.getsockopt(SOL_SOCKET, SO_REUSEADDR), 0);
    assertEquals(accepted.getsockopt(SOL_SOCKET, SO_REUSEADDR), 0);
    client.closeWrite();
  },
  isInternet,
);

// Unix sockets have urgent data since Linux 5.15 only.
conforms(
  "Socket.recv(MSG_OOB) is EINVAL where there is nothing urgent",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    assertEquals(await code(() => pair.ours.recv(8, MSG_OOB)), "EINVAL");
  },
  isInternet,
);

conforms(
  "Socket.send(MSG_OOB) sends urgent data, which recv(MSG_OOB) gives",
  async ({ transport, driver }) => {
    await using server = listening(transport, driver);
    await using here = new Socket(transport.family, SOCK_STREAM, 0, { driver });
    await here.connect(server.getsockname() as never);
    const [there] = await server.accept();
    await using _there = there;
    assertEquals(await here.send(bytes("calm!"), MSG_OOB), 5);
    assertEquals(text(await there.recv(8)), "calm");
    assertEquals(text(await there.recv(8, MSG_OOB)), "!");
  },
  isInternet,
);

conforms(
  "Socket.setsockopt(SO_LINGER) of no time lets close() reset the connection",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const atOnce = new Uint8Array(Uint32Array.of(1, 0).buffer);
    pair.ours.setsockopt(SOL_SOCKET, SO_LINGER, atOnce);
    assertEquals(pair.ours.getsockopt(SOL_SOCKET, SO_LINGER, 8), atOnce);
    pair.ours.close();
    await assertRejects(
      () => pair.peer.read(new Uint8Array(8)),
      Deno.errors.ConnectionReset,
    );
  },
  isInternet,
);

conforms(
  "Socket.connect() to a socket that is bound and does not listen is ECONNREFUSED",
  async ({ transport, driver }) => {
    await using bound = new Socket(transport.family, SOCK_STREAM, 0, {
      driver,
    });
    bound.bind(transport.fresh() as never);
    await using ours = new Socket(transport.family, SOCK_STREAM, 0, { driver });
    const address = bound.getsockname() as never;
    assertEquals(await code(() => ours.connect(address)), "ECONNREFUSED");
  },
);

conforms(
  "Socket.connect() of a bound Unix socket tells the listener its path",
  async ({ transport, driver }) => {
    await using server = listening(transport, driver);
    await using ours = new Socket(AF_UNIX, SOCK_STREAM, 0, { driver });
    const path = transport.fresh() as string;
    ours.bind(path);
    await ours.connect(server.getsockname() as never);
    const [accepted, address] = await server.accept();
    await using _accepted = accepted;
    assertEquals([address, accepted.getpeername()], [path, path]);
  },
  isUnix,
);

conforms(
  "Socket.close() leaves the path of a Unix socket, as in Python",
  async ({ transport, driver }) => {
    const server = listening(transport, driver);
    const path = server.getsockname() as unknown as string;
    await server[Symbol.asyncDispose]();
    assert((await Deno.lstat(path)).isSocket);
    await Deno.remove(path);
  },
  isUnix,
);

conforms(
  "Socket.fileno() is a number, which Socket takes",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const number = pair.ours.fileno();
    assert(Number.isInteger(number) && number > 2, `${number}`);
    assertEquals<unknown>(pair.ours.detach(), number);
    await using again = new Socket(transport.family, SOCK_STREAM, 0, {
      driver,
      fileno: number,
    });
    await again.sendall(bytes("hello"));
    assertEquals(await pair.peer.read(new Uint8Array(8)), 5);
  },
);

conforms(
  "socketpair() gives two Unix sockets without a name",
  async ({ driver }) => {
    const [one, other] = await socketpair(undefined, undefined, undefined, {
      driver,
    });
    await using _one = one, _other = other;
    assertEquals<number>(one.family, AF_UNIX);
    assertEquals<unknown>([one.getsockname(), one.getpeername()], ["", ""]);
  },
  isUnix,
);

conforms(
  "sendFds() gives another socket a descriptor, which recvFds() takes",
  async ({ transport, driver }) => {
    await using pair = await connected(transport, driver);
    const [one, other] = await socketpair(AF_UNIX, SOCK_STREAM, 0, { driver });
    await using _one = one, _other = other;
    await sendFds(one, [bytes("take it")], [pair.ours.fileno()]);
    const [data, fds] = await recvFds(other, 16, 1);
    assertEquals([text(data), fds.length], ["take it", 1]);
    await using taken = new Socket(transport.family, SOCK_STREAM, 0, {
      driver,
      fileno: fds[0],
    });
    await taken.sendall(bytes("hello"));
    assertEquals(await pair.peer.read(new Uint8Array(8)), 5);
  },
);

datagramsConform(
  "Socket.setsockopt(SO_RCVBUF) sets the size of the kernel's buffer",
  async ({ open }) => {
    await using here = open();
    here.setsockopt(SOL_SOCKET, SO_RCVBUF, 20_000);
    // Linux doubles it, for what it needs itself.
    const size = here.getsockopt(SOL_SOCKET, SO_RCVBUF);
    assert([20_000, 40_000].includes(size), `${size}`);
  },
);

datagramsConform(
  "Socket.recv() of a connected UDP socket is ECONNREFUSED where nobody receives",
  async ({ open, bound }) => {
    const gone = bound();
    const address = gone.getsockname() as never;
    await gone[Symbol.asyncDispose]();
    await using here = open();
    await here.connect(address);
    assertEquals(await here.send(bytes("x")), 1);
    here.settimeout(5);
    assertEquals(await code(() => here.recv(8)), "ECONNREFUSED");
  },
  ({ udp }) => udp,
);
