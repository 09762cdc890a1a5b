import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  OSError,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SOCK_DGRAM,
  type Socket,
  socketpair,
  TimeoutError,
} from "../../socket/mod.ts";
import { bytes, text } from "../support/peers.ts";
import { datagramsConform } from "./datagram_suite.ts";

async function code(call: () => unknown): Promise<string> {
  return (await assertRejects(async () => await call(), OSError)).code;
}

/** Sends to a socket that hears another only: the kernel may refuse it for Unix sockets. */
async function intrude(sender: Socket, address: unknown): Promise<void> {
  try {
    assertEquals(await sender.sendto(bytes("strange"), address as never), 7);
  } catch (error) {
    assert(error instanceof OSError && sender.family === AF_UNIX, `${error}`);
    // Of a socket that has no name, there is none to send to.
    assert(
      ["EPERM", "EINVAL", "ECONNREFUSED"].includes(error.code),
      error.code,
    );
  }
}

datagramsConform(
  "Socket.connect() sets the peer of send() and hears nobody else",
  async ({ open, bound, transport: { udp } }) => {
    // A Unix socket without a name of its own cannot be answered.
    await using here = udp ? open() : bound();
    await using there = bound(), stranger = bound();
    await here.connect(there.getsockname() as never);
    assertEquals(here.getpeername(), there.getsockname());
    assertEquals(await here.send(bytes("one")), 3);
    await here.sendall(bytes("two"));
    await here.sendmsg([bytes("th"), bytes("ree")]);
    let sender: unknown;
    for (const each of ["one", "two", "three"]) {
      const [data, from] = await there.recvfrom(9);
      assertEquals(text(data), each);
      sender = from;
    }
    assertEquals(sender, here.getsockname());
    const pending = here.recvfrom(9);
    await intrude(stranger, sender);
    await there.sendto(bytes("known"), sender as never);
    assertEquals(await pending, [bytes("known"), there.getsockname()]);
    here.settimeout(0.02);
    await intrude(stranger, sender);
    await assertRejects(() => here.recv(9), TimeoutError);
  },
);

datagramsConform(
  "Socket.connect() may be repeated, and sendto() goes elsewhere all the same",
  async ({ bound }) => {
    await using here = bound(), one = bound(), two = bound();
    await here.connect(one.getsockname() as never);
    await here.connect(two.getsockname() as never);
    assertEquals(here.getpeername(), two.getsockname());
    await here.send(bytes("to two"));
    assertEquals(text(await two.recv(9)), "to two");
    await here.sendto(bytes("to one"), one.getsockname() as never);
    assertEquals(text(await one.recv(9)), "to one");
    await intrude(one, here.getsockname());
    await two.sendto(bytes("y"), here.getsockname() as never);
    assertEquals(text(await here.recv(9)), "y");
  },
);

datagramsConform(
  "Socket.connect() of UDP tells the local address of the way there",
  async ({ open, bound, transport: { family } }) => {
    await using here = open(), there = bound();
    const [host, port] = there.getsockname() as [string, number];
    await here.connect(["", port] as never);
    assertEquals(here.getpeername()[0], host);
    assertEquals(here.getsockname()[0], host);
    assert(here.getsockname()[1] as number > 0);
    await using wide = open();
    wide.bind([family === AF_INET6 ? "::" : "0.0.0.0", 0] as never);
    await wide.connect(there.getsockname() as never);
    assertEquals(wide.getsockname()[0], host);
  },
  ({ udp }) => udp,
);

datagramsConform(
  "Socket.connect() of UDP to a name keeps to the family and hears the peer",
  async ({ open, bound }) => {
    await using here = open(), there = bound();
    const [, port] = there.getsockname() as [string, number];
    await here.connect(["localhost", port] as never);
    assertEquals(here.getpeername(), there.getsockname());
    await here.send(bytes("x"));
    const [, sender] = await there.recvfrom(9);
    await there.sendto(bytes("back"), sender as never);
    assertEquals(text(await here.recv(9)), "back");
  },
  ({ family }) => family === AF_INET,
);

datagramsConform(
  "Socket.getpeername() without a peer is ENOTCONN, as are listen() and accept() unsupported",
  async ({ bound }) => {
    await using here = bound();
    assertEquals(await code(() => here.getpeername()), "ENOTCONN");
    assertEquals(await code(() => here.listen()), "EOPNOTSUPP");
    assertEquals(await code(() => here.accept()), "EOPNOTSUPP");
  },
);

datagramsConform(
  "Socket.bind() twice is EINVAL, and of a port in use EADDRINUSE",
  async ({ open, bound, transport }) => {
    await using here = bound(), other = open();
    const address = here.getsockname() as never;
    const fresh = transport.fresh() as never;
    assertEquals(await code(() => here.bind(fresh)), "EINVAL");
    assertEquals(await code(() => other.bind(address)), "EADDRINUSE");
  },
);

datagramsConform(
  "Socket.bind() to another machine's address is EADDRNOTAVAIL",
  async ({ open, transport: { family } }) => {
    await using here = open();
    const host = family === AF_INET6 ? "2001:db8::1" : "192.0.2.1";
    assertEquals(
      await code(() => here.bind([host, 0] as never)),
      "EADDRNOTAVAIL",
    );
  },
  ({ udp }) => udp,
);

datagramsConform(
  "Socket.shutdown(SHUT_WR) ends sending, SHUT_RD receiving",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    await here.connect(there.getsockname() as never);
    here.shutdown(SHUT_WR);
    assertEquals(await code(() => here.send(bytes("x"))), "EPIPE");
    await there.sendto(bytes("hello"), here.getsockname() as never);
    assertEquals(text(await here.recv(9)), "hello");
    const pending = [here.recv(9), here.recv(9)];
    await there.sendto(bytes("last"), here.getsockname() as never);
    assertEquals(text(await pending[0]), "last");
    here.shutdown(SHUT_RD);
    assertEquals((await pending[1]).length, 0);
    assertEquals((await here.recv(9)).length, 0);
    here.setblocking(false);
    assertEquals(await code(() => here.recv(9)), "EAGAIN");
  },
);

datagramsConform(
  "Socket.shutdown() of UDP without a peer works, and complains as Linux does",
  async ({ bound }) => {
    await using here = bound();
    const pending = here.recv(8);
    assertEquals(await code(() => here.shutdown(SHUT_RDWR)), "ENOTCONN");
    assertEquals((await pending).length, 0);
    assertEquals(
      await code(() => here.sendto(bytes("x"), here.getsockname() as never)),
      "EPIPE",
    );
  },
  ({ udp }) => udp,
);

datagramsConform(
  "socketpair(SOCK_DGRAM) gives two that hear each other only",
  async ({ driver, bound }) => {
    const [one, other] = await socketpair(AF_UNIX, SOCK_DGRAM, 0, { driver });
    await using _one = one, _other = other;
    assertEquals<number>(one.type, SOCK_DGRAM);
    assertEquals(one.getpeername(), other.getsockname());
    await using stranger = bound();
    await intrude(stranger, one.getsockname());
    await one.send(bytes("ping"));
    assertEquals(text(await other.recv(9)), "ping");
    await other.send(bytes("pong"));
    assertEquals(text(await one.recv(9)), "pong");
  },
  ({ udp }) => !udp,
);

datagramsConform(
  "Socket of a datagram type refuses another protocol",
  async ({ driver, transport: { family } }) => {
    for (const [proto, expected] of [[6, "EPROTONOSUPPORT"], [-1, "EINVAL"]]) {
      assertEquals(
        await code(async () =>
          await socketpair(family, SOCK_DGRAM, proto as number, { driver })
        ),
        expected,
      );
    }
  },
  ({ family }) => family === AF_INET,
);
