import { assert, assertEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import {
  AF_INET,
  AF_INET6,
  gaierror,
  MSG_DONTWAIT,
  OSError,
  SO_BROADCAST,
  SOL_SOCKET,
} from "../../socket/mod.ts";
import { bytes, text } from "../support/peers.ts";
import { datagramsConform } from "./datagram_suite.ts";

async function code(call: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => call, OSError)).code;
}

datagramsConform(
  "Socket.sendto() sends a datagram and tells its length",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    const to = here.getsockname() as never;
    assertEquals(await there.sendto(bytes("hello"), to), 5);
    assertEquals(await there.sendto(new Uint8Array(0), 0, to), 0);
    assertEquals(
      await there.sendmsg([bytes("a"), bytes("bc")], [], 0, to),
      3,
    );
    const came = [await here.recv(9), await here.recv(9), await here.recv(9)];
    assertEquals(came.map(text), ["hello", "", "abc"]);
  },
);

datagramsConform(
  "Socket.sendto() takes the bytes as they are at the call",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    const data = bytes("hello");
    const to = here.getsockname() as never;
    const sending = [there.sendto(data, to)];
    data.fill(88);
    sending.push(there.sendto(data, to));
    data.fill(89);
    await Promise.all(sending);
    assertEquals(text(await here.recv(9)), "hello");
    assertEquals(text(await here.recv(9)), "XXXXX");
  },
);

datagramsConform(
  "Socket.sendto() and sendmsg() take the bytes of node's Buffer as they are at the call, too",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    const to = here.getsockname() as never;
    const sends = [
      (data: Buffer) => there.sendto(data, to),
      (data: Buffer) => there.sendmsg([data], [], 0, to),
    ];
    for (const send of sends) {
      const data = Buffer.alloc(5, "a");
      const sending = [send(data)];
      data.fill("b");
      sending.push(send(data));
      data.fill("c");
      await Promise.all(sending);
      assertEquals(text(await here.recv(9)), "aaaaa");
      assertEquals(text(await here.recv(9)), "bbbbb");
    }
  },
);

datagramsConform(
  "Socket.sendto() calls leave in order, whether awaited or not",
  async ({ open, bound }) => {
    await using here = bound(), there = open();
    const to = here.getsockname() as never;
    // As many as a queue of Unix datagrams holds on Linux (max_dgram_qlen).
    for (let round = 0; round < 20; round++) {
      const sending = Array.from(
        { length: 10 },
        (_, index) => there.sendto(new Uint8Array([index]), to),
      );
      for (let index = 0; index < 10; index++) {
        assertEquals((await here.recv(8))[0], index);
      }
      await Promise.all(sending);
    }
  },
);

datagramsConform(
  "Socket.sendto() binds a socket that has no address",
  async ({ open, bound }) => {
    await using here = bound(), there = open();
    const before = there.getsockname();
    assertEquals(before[1], 0);
    const sending = there.sendto(bytes("x"), here.getsockname() as never);
    const [host, port] = there.getsockname() as [string, number];
    assertEquals(host, before[0]);
    assert(port > 0);
    await sending;
    const [, sender] = await here.recvfrom(8);
    await here.sendto(bytes("back"), sender as never);
    assertEquals(text(await there.recv(8)), "back");
    assertEquals(
      await code((async () => await there.bind(before as never))()),
      "EINVAL",
    );
  },
  ({ udp }) => udp,
);

datagramsConform(
  "Socket.send() without a peer says so",
  async ({ open, bound, transport: { udp } }) => {
    for (const socket of [open(), bound()]) {
      await using here = socket;
      const refused = udp ? "EDESTADDRREQ" : "ENOTCONN";
      assertEquals(await code(here.send(bytes("x"))), refused);
      assertEquals(await code(here.sendall(bytes("x"))), refused);
      assertEquals(await code(here.sendmsg([bytes("x")])), refused);
    }
  },
);

datagramsConform(
  "Socket.sendto() refuses a datagram that is too long",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    const to = here.getsockname() as never;
    const huge = new Uint8Array(1 << 20);
    assertEquals(await code(there.sendto(huge, to)), "EMSGSIZE");
    await there.sendto(bytes("x"), to);
    assertEquals(text(await here.recv(8)), "x");
  },
);

datagramsConform(
  "Socket.sendto() to port 0 is EINVAL",
  async ({ open, transport }) => {
    await using here = open();
    const [host] = transport.fresh() as [string, number];
    assertEquals(
      await code(here.sendto(bytes("x"), [host, 0] as never)),
      "EINVAL",
    );
  },
  ({ udp }) => udp,
);

datagramsConform(
  "Socket.sendto() where nobody receives succeeds",
  async ({ bound }) => {
    await using here = bound(), gone = bound();
    const to = gone.getsockname() as never;
    await gone[Symbol.asyncDispose]();
    assertEquals(await here.sendto(bytes("x"), to), 1);
  },
  ({ udp }) => udp,
);

datagramsConform(
  "Socket.sendto() takes special hosts as Python does",
  async ({ bound, transport: { family } }) => {
    await using here = bound(), there = bound();
    const [, port] = here.getsockname() as [string, number];
    await there.sendto(bytes("any"), ["", port] as never);
    assertEquals(text(await here.recv(8)), "any");
    const other = family === AF_INET ? "::1" : "127.0.0.1";
    await assertRejects(
      async () => await there.sendto(bytes("x"), [other, port] as never),
      gaierror,
    );
    await assertRejects(
      async () =>
        await there.sendto(bytes("x"), ["no.such.invalid", port] as never),
      gaierror,
    );
  },
  ({ udp }) => udp,
);

datagramsConform(
  "Socket.sendto() tells hosts with the same port apart, again and again",
  async ({ bound, open }) => {
    await using one = bound(), other = open(), there = bound();
    const [host, port] = one.getsockname() as [string, number];
    other.bind(["127.0.0.2", port] as never);
    for (let round = 0; round < 3; round++) {
      await there.sendto(bytes("one"), [host, port] as never);
      await there.sendto(bytes("other"), ["127.0.0.2", port] as never);
      assertEquals(text(await one.recv(9)), "one");
      const [data, sender] = await other.recvfrom(9);
      assertEquals(text(data), "other");
      assertEquals<unknown>(sender, there.getsockname());
    }
  },
  // macOS has no other address of the loopback.
  ({ family }) => family === AF_INET && Deno.build.os === "linux",
);

datagramsConform(
  "Socket.sendto() finds a name in the socket's own family, in order with the rest",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    const [host, port] = here.getsockname() as [string, number];
    const sending = [
      there.sendto(bytes("1"), ["localhost", port] as never),
      there.sendto(bytes("2"), [host, port] as never),
      there.sendto(bytes("3"), ["localhost", port] as never),
    ];
    await Promise.all(sending);
    const came = [await here.recv(9), await here.recv(9), await here.recv(9)];
    assertEquals(came.map(text), ["1", "2", "3"]);
  },
  ({ family }) => family === AF_INET,
);

datagramsConform(
  "Socket.sendto() to a broadcast address needs SO_BROADCAST",
  async ({ open, bound }) => {
    await using here = open();
    for (const host of ["255.255.255.255", "<broadcast>", "127.255.255.255"]) {
      const refused = here.sendto(bytes("x"), [host, 9] as never);
      assertEquals(await code(refused), "EACCES");
      const connecting = here.connect([host, 9] as never);
      assertEquals(await code(connecting), "EACCES");
    }
    await using wide = bound();
    wide.setsockopt(SOL_SOCKET, SO_BROADCAST, 1);
    assertEquals(
      await wide.sendto(bytes("x"), ["127.255.255.255", 9] as never),
      1,
    );
    wide.setsockopt(SOL_SOCKET, SO_BROADCAST, 0);
    assertEquals(
      await code(wide.sendto(bytes("x"), ["127.255.255.255", 9] as never)),
      "EACCES",
    );
  },
  ({ family }) => family === AF_INET,
);

datagramsConform(
  "Socket.bind() of :: takes IPv4 too, in mapped form",
  async ({ open }) => {
    await using here = open(), there = open();
    here.bind(["::", 0] as never);
    const [, port] = here.getsockname() as [string, number];
    const to = ["::ffff:127.0.0.1", port] as never;
    await there.sendto(bytes("four"), to);
    const [, sender] = await here.recvfrom(8);
    assertEquals(sender, [
      "::ffff:127.0.0.1",
      there.getsockname()[1] as number,
      0,
      0,
    ]);
    await there.sendto(bytes("six"), ["::1", port] as never);
    assertEquals((await here.recvfrom(8))[1]?.[0], "::1");
  },
  ({ family }) => family === AF_INET6,
);

datagramsConform(
  "Socket.sendto() under a signal or a timeout sends once, or not at all",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    const to = here.getsockname() as never;
    const reason = new Error("enough");
    const stopped = AbortSignal.abort(reason);
    assertEquals(
      await assertRejects(() =>
        there.sendto(bytes("x"), 0, to, { signal: stopped })
      ),
      reason,
    );
    there.settimeout(0);
    assertEquals(await there.sendto(bytes("now"), to), 3);
    there.settimeout(5);
    assertEquals(await there.sendto(bytes("soon"), MSG_DONTWAIT, to), 4);
    assertEquals(text(await here.recv(8)), "now");
    assertEquals(text(await here.recv(8)), "soon");
  },
);

datagramsConform(
  "Socket.sendall() sends several buffers as one datagram",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    await there.connect(here.getsockname() as never);
    await there.sendall([bytes("ab"), bytes("c")]);
    assertEquals(text(await here.recv(9)), "abc");
  },
);
