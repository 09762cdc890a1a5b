import { assert, assertEquals, assertRejects } from "@std/assert";
import { OSError, SHUT_WR, SOCK_DGRAM, Socket } from "../../socket/mod.ts";
import { arrival, bytes, text } from "../support/peers.ts";
import { datagramsConform } from "./datagram_suite.ts";

async function code(call: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => call, OSError)).code;
}

datagramsConform(
  "Socket.close() of a datagram socket settles every pending call with EBADF",
  async ({ open, bound }) => {
    for (const here of [bound(), open()]) {
      await using there = bound();
      const calls = [
        here.recv(8),
        here.recvInto(new Uint8Array(8)),
        here.recvfrom(8),
        here.recvmsg(8),
      ];
      const codes = Promise.all(calls.map(code));
      await arrival();
      // What the driver has not sent yet fails too.
      const sends = ["x", "y"].map((data) =>
        here.sendto(bytes(data), there.getsockname() as never)
          .catch(({ code }) => code)
      );
      here.close();
      assertEquals(await codes, calls.map(() => "EBADF"));
      for (const sent of await Promise.all(sends)) {
        assert([1, "EBADF"].includes(sent), sent);
      }
    }
  },
);

datagramsConform(
  "Socket.close() of a datagram socket twice is nothing, and every use afterwards is EBADF",
  async ({ bound }) => {
    const here = bound();
    const to = here.getsockname() as never;
    here.close();
    here.close();
    const calls = [
      here.recv(8),
      here.recvfrom(8),
      here.send(bytes("x")),
      here.sendto(bytes("x"), to),
      here.connect(to),
    ];
    const codes = await Promise.all(calls.map(code));
    assertEquals(codes, calls.map(() => "EBADF"));
    for (
      const use of [() => here.getsockname(), () => here.shutdown(SHUT_WR)]
    ) {
      assertEquals(await code((async () => await use())()), "EBADF");
    }
  },
);

datagramsConform(
  "Socket[Symbol.asyncDispose]() frees the port",
  async ({ open, bound }) => {
    const here = bound();
    const address = here.getsockname() as never;
    const pending = code(here.recv(8));
    await here[Symbol.asyncDispose]();
    assertEquals(await pending, "EBADF");
    await using again = open();
    again.bind(address);
    assertEquals(again.getsockname(), address);
  },
  ({ udp }) => udp,
);

datagramsConform(
  "Socket.close() leaves the path of Unix datagrams, as in Python",
  async ({ open, bound, transport }) => {
    const here = bound();
    const path = here.getsockname() as string;
    await here[Symbol.asyncDispose]();
    await using again = open();
    assertEquals(
      await code((async () => await again.bind(path as never))()),
      "EADDRINUSE",
    );
    assertEquals(
      await code(again.sendto(bytes("x"), path as never)),
      "ECONNREFUSED",
    );
    await transport.unlink(path);
    assertEquals(
      await code(again.sendto(bytes("x"), path as never)),
      "ENOENT",
    );
    again.close();
    await using third = open();
    third.bind(path as never);
  },
  ({ udp }) => !udp,
);

datagramsConform(
  "Socket.dup() of a datagram socket shares it",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    await using copy = here.dup();
    const mine = code(here.recv(8));
    const its = copy.recv(8);
    here.close();
    assertEquals(await mine, "EBADF");
    await there.sendto(bytes("hello"), copy.getsockname() as never);
    assertEquals(text(await its), "hello");
    await copy.connect(there.getsockname() as never);
    await copy.send(bytes("x"));
    assertEquals((await there.recvfrom(8))[1], copy.getsockname());
  },
);

datagramsConform(
  "Socket.detach() gives a Deno.DatagramConn that goes on",
  async ({ driver, bound, transport: { family } }) => {
    await using there = bound();
    const here = bound();
    const address = here.getsockname() as never;
    const waiting = here.recv(8);
    assertEquals(await code((async () => await here.detach())()), "EBUSY");
    await there.sendto(bytes("1"), address);
    assertEquals(text(await waiting), "1");
    const resource = here.detach();
    assertEquals(await code(here.recv(8)), "EBADF");
    await using again = new Socket(family, SOCK_DGRAM, 0, {
      driver,
      fileno: resource,
    });
    assertEquals(again.getsockname(), address);
    await there.sendto(bytes("2"), address);
    assertEquals(text(await again.recv(8)), "2");
  },
  ({ name }) => !name.includes("node:") && Deno.listenDatagram !== undefined,
);

datagramsConform(
  "Socket receives and sends at the same time",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    await here.connect(there.getsockname() as never);
    for (let round = 0; round < 20; round++) {
      const pending = here.recv(8);
      await arrivalOf(round);
      await here.send(bytes(`${round}`));
      const [data, sender] = await there.recvfrom(8);
      assertEquals([text(data), sender], [`${round}`, here.getsockname()]);
      await there.sendto(data, sender as never);
      assertEquals(text(await pending), `${round}`);
    }
  },
);

/** Lets the receive begin, or not. */
async function arrivalOf(round: number): Promise<void> {
  if (round % 3 === 0) await arrival();
  else if (round % 3 === 1) await Promise.resolve();
}
