import { assertEquals, assertRejects } from "@std/assert";
import {
  BlockingIOError,
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  type Socket,
  TimeoutError,
} from "../../socket/mod.ts";
import { bytes, text } from "../support/peers.ts";
import { datagramsConform } from "./datagram_suite.ts";

async function send(from: Socket, to: Socket, ...texts: string[]) {
  for (const each of texts) {
    await from.sendto(bytes(each), to.getsockname() as never);
  }
}

datagramsConform(
  "Socket.recvfrom() gives a datagram and its sender",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    await send(there, here, "hello");
    const [data, sender] = await here.recvfrom(100);
    assertEquals(text(data), "hello");
    assertEquals(data.constructor, Uint8Array);
    assertEquals(data.buffer.byteLength, 5);
    assertEquals(sender, there.getsockname());
  },
);

datagramsConform(
  "Socket.recv() keeps the borders between datagrams, and cuts without a word",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    await send(there, here, "one", "two", "three", "");
    assertEquals(text(await here.recv(100)), "one");
    assertEquals(text(await here.recv(1)), "t");
    const buffer = new Uint8Array(4);
    assertEquals(await here.recvInto(buffer), 4);
    assertEquals(text(buffer), "thre");
    assertEquals((await here.recv(100)).length, 0);
  },
);

datagramsConform(
  "Socket.recvmsg() tells with MSG_TRUNC that a datagram was cut",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    await send(there, here, "hello", "hello");
    const [data, ancillary, flags, sender] = await here.recvmsg(2);
    assertEquals([text(data), ancillary, flags], ["he", [], MSG_TRUNC]);
    assertEquals(sender, there.getsockname());
    const parts = [new Uint8Array(2), new Uint8Array(8)];
    const [count, , none] = await here.recvmsgInto(parts);
    assertEquals([count, none, text(parts[0])], [5, 0, "he"]);
    assertEquals(text(parts[1].subarray(0, 3)), "llo");
  },
);

datagramsConform(
  "Socket.recvfrom() of no bytes takes a datagram, recv() of none does not",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    await send(there, here, "one", "two");
    assertEquals((await here.recv(0)).length, 0);
    const [data, sender] = await here.recvfrom(0);
    assertEquals([data.length, sender], [0, there.getsockname()]);
    assertEquals(text(await here.recv(8)), "two");
  },
);

datagramsConform(
  "Socket.recvfrom() gives empty datagrams too",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    await send(there, here, "", "x");
    assertEquals(await here.recvfrom(8), [
      new Uint8Array(0),
      there.getsockname(),
    ]);
    assertEquals(await here.recvfromInto(new Uint8Array(8)), [
      1,
      there.getsockname(),
    ]);
  },
);

datagramsConform(
  "Socket.recvfrom() gives the longest datagram whole",
  async ({ bound, transport }) => {
    await using here = bound(), there = bound();
    const longest = !transport.udp ? 100_000 : 65507;
    const data = crypto.getRandomValues(new Uint8Array(60000));
    const whole = new Uint8Array(longest);
    whole.set(data);
    const receiving = here.recv(200_000);
    assertEquals(
      await there.sendto(whole, here.getsockname() as never),
      longest,
    );
    assertEquals(await receiving, whole);
  },
);

datagramsConform(
  "Socket.recv(MSG_PEEK) leaves the datagram",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    await send(there, here, "hello", "world");
    assertEquals(text(await here.recv(2, MSG_PEEK)), "he");
    assertEquals((await here.recvmsg(2, 0, MSG_PEEK))[2], MSG_TRUNC);
    assertEquals(text(await here.recv(9, MSG_PEEK)), "hello");
    assertEquals(text(await here.recv(9)), "hello");
    assertEquals(text(await here.recv(9)), "world");
  },
);

datagramsConform(
  "Socket.recv(MSG_WAITALL) waits for one datagram only",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    await send(there, here, "hello");
    assertEquals(text(await here.recv(100, MSG_WAITALL)), "hello");
  },
  ({ udp }) => udp,
);

datagramsConform(
  "Socket.recv(MSG_DONTWAIT) gives what is there, or EAGAIN",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    await assertRejects(() => here.recv(8, MSG_DONTWAIT), BlockingIOError);
    await send(there, here, "hello", "world");
    assertEquals(text(await here.recv(8, MSG_DONTWAIT)), "hello");
    here.setblocking(false);
    assertEquals(text((await here.recvfrom(8))[0]), "world");
    await assertRejects(() => here.recvfrom(8), BlockingIOError);
  },
);

datagramsConform(
  "Socket.recv() that may not wait finds what came before the first receive",
  async ({ bound }) => {
    for (let round = 0; round < 5; round++) {
      await using here = bound(), there = bound();
      await send(there, here, "hello");
      assertEquals(text(await here.recv(8, MSG_DONTWAIT)), "hello");
    }
  },
);

datagramsConform(
  "Socket.recvfrom() that times out or is aborted loses nothing",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    here.settimeout(0.01);
    await assertRejects(() => here.recvfrom(2), TimeoutError);
    const stop = new AbortController();
    const reason = new Error("enough");
    const aborted = here.recvInto(new Uint8Array(1), 0, 0, stop);
    const second = here.recv(100);
    stop.abort(reason);
    assertEquals(await assertRejects(() => aborted), reason);
    await assertRejects(() => second, TimeoutError);
    here.settimeout(null);
    await send(there, here, "hello", "world");
    assertEquals(text((await here.recvfrom(100))[0]), "hello");
    assertEquals(text((await here.recvfrom(100))[0]), "world");
  },
);

datagramsConform(
  "Socket.recv() calls are served in order",
  async ({ bound }) => {
    await using here = bound(), there = bound();
    const pending = ["a", "b", "c", "d"].map(() => here.recv(8));
    await send(there, here, "a", "b", "c", "d");
    assertEquals((await Promise.all(pending)).map(text), ["a", "b", "c", "d"]);
  },
);

datagramsConform(
  "Socket.recv() of an unbound socket waits until a send binds it",
  async ({ open, bound }) => {
    await using here = open(), there = bound();
    const pending = here.recvfrom(8);
    await send(here, there, "question");
    const [, asker] = await there.recvfrom(8);
    assertEquals((asker as [string, number])[1], here.getsockname()[1]);
    await there.sendto(bytes("answer"), asker as never);
    assertEquals(await pending, [bytes("answer"), there.getsockname()]);
  },
  ({ udp }) => udp,
);
