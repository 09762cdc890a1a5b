import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  BlockingIOError,
  createServer,
  OSError,
  socket,
} from "../../../socket/mod.ts";
import {
  arrival,
  bytes,
  connected,
  text,
  transports,
  writeAll,
} from "../../support/peers.ts";
import { datagramTransports } from "../../support/datagrams.ts";
import { sandbox } from "../../../socket/sandbox/driver.ts";

// What the sandboxed driver has begun for its caller, where the kernel would
// have been done at once or would have kept the data itself.

Deno.test(
  "Socket.connect() in progress is EALREADY to a second call, however near the peer",
  { permissions: { net: true } },
  async () => {
    await using server = createServer(["127.0.0.1", 0]);
    await using ours = socket();
    ours.setblocking(false);
    for (const code of ["EINPROGRESS", "EALREADY"]) {
      const error = await assertRejects(
        () => ours.connect(server.getsockname()),
        BlockingIOError,
      );
      assertEquals(error.code, code);
    }
    const [accepted] = await server.accept();
    accepted.close();
  },
);

for (const transport of transports) {
  Deno.test(
    `Socket.detach() refuses to lose what came to the driver [${transport.name}]`,
    async () => {
      await using pair = await connected(transport, sandbox);
      const { ours, peer } = pair;
      // The call that times out leaves a read behind, which takes what comes.
      ours.settimeout(0.01);
      await assertRejects(() => ours.recv(8), OSError, "timed out");
      await writeAll(peer, bytes("hello"));
      await arrival();
      assertEquals(assertThrows(() => ours.detach(), OSError).code, "EBUSY");
      assertEquals(text(await ours.recv(8)), "hello");
      (ours.detach() as Deno.Conn).close();
    },
  );
}

for (const { name, open, fresh } of datagramTransports) {
  Deno.test(
    `Socket.close() ends the sends that have not left with EBADF [${name}]`,
    async () => {
      await using here = open(sandbox), there = open(sandbox);
      there.bind(fresh() as never);
      const address = there.getsockname() as never;
      const sends = ["x", "y"].map((data) => here.sendto(bytes(data), address));
      const codes = sends.map(async (sending) =>
        (await assertRejects(() => sending, OSError)).code
      );
      here.close();
      assertEquals(await Promise.all(codes), ["EBADF", "EBADF"]);
    },
  );
}

for (const { name, open, fresh, udp } of datagramTransports) {
  if (udp) continue;
  Deno.test(
    `Socket.sendto() gives a socket a name, so that it can be answered [${name}]`,
    async () => {
      await using here = open(sandbox), there = open(sandbox);
      there.bind(fresh() as never);
      assertEquals(here.getsockname(), "");
      const pending = here.recvfrom(8);
      await here.sendto(bytes("question"), there.getsockname() as never);
      const [, asker] = await there.recvfrom(8);
      await there.sendto(bytes("answer"), asker as never);
      assertEquals(await pending, [bytes("answer"), there.getsockname()]);
      const bindAgain = () => here.bind(fresh() as never);
      assertEquals(assertThrows(bindAgain, OSError).code, "EINVAL");
    },
  );

  Deno.test(
    `Socket.connect() gives a socket a name, so that it can be answered [${name}]`,
    async () => {
      await using here = open(sandbox), there = open(sandbox);
      there.bind(fresh() as never);
      await here.connect(there.getsockname() as never);
      await here.send(bytes("question"));
      const [, asker] = await there.recvfrom(8);
      assertEquals<unknown>(asker, here.getsockname());
      await there.sendto(bytes("answer"), asker as never);
      assertEquals(text(await here.recv(8)), "answer");
    },
  );
}
