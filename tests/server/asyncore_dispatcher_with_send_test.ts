import { assert, assertEquals, assertRejects } from "@std/assert";
import * as asyncore from "../../server/asyncore/mod.ts";
import { bytes } from "../support/peers.ts";
import {
  drivers,
  nameOf,
  newMap,
  pair,
  Printed,
  random,
  readSlowly,
  soon,
} from "./asyncore_support.ts";

class Sender extends asyncore.dispatcher_with_send {
  override async handleRead() {
    await this.recv(1);
  }
  override handleClose() {
    this.close();
  }
}

for (const driver of drivers) {
  const own = `[${nameOf(driver)}]`;

  Deno.test(`dispatcher_with_send.send() keeps all bytes in order, awaited or not ${own}`, async () => {
    const map = newMap();
    const [ours, peer] = await pair(driver);
    const sender = new Sender(ours, map);
    const data = random(2_000_000);
    const looping = asyncore.loop({ map, timeout: null });
    const reading = readSlowly(peer, data.length);
    for (let at = 0, n = 0; at < data.length; n++) {
      const size = [1, 100, 70_000, 9, 200_000][n % 5];
      const sending = sender.send(data.subarray(at, at + size));
      if (n % 3 === 0) await sending;
      at += size;
    }
    assertEquals(await soon(reading), data);
    peer.close();
    await soon(looping);
    await sender[Symbol.asyncDispose]();
  });

  Deno.test(`dispatcher_with_send.send() takes the bytes as they are at the call ${own}`, async () => {
    const map = newMap();
    const [ours, peer] = await pair(driver);
    const sender = new Sender(ours, map);
    const looping = asyncore.loop({ map, timeout: null });
    const size = 3_000_000; // more than goes at once
    const data = new Uint8Array(size).fill(1);
    sender.send(data);
    data.fill(2);
    sender.send(data);
    data.fill(3);
    const received = await soon(readSlowly(peer, 2 * size));
    assert(received.subarray(0, size).every((byte) => byte === 1));
    assert(received.subarray(size).every((byte) => byte === 2));
    peer.close();
    await soon(looping);
    await sender[Symbol.asyncDispose]();
  });
}

Deno.test("dispatcher_with_send.initiateSend() does nothing while one is under way", async () => {
  const map = newMap();
  const [ours, peer] = await pair(undefined);
  const sender = new Sender(ours, map);
  sender.outBuffer = bytes("hello");
  const first = sender.initiateSend();
  assertEquals(sender.writable(), false);
  await sender.initiateSend();
  await first;
  assertEquals(sender.outBuffer.length, 0);
  assertEquals(await readSlowly(peer, 5), bytes("hello"));
  await sender[Symbol.asyncDispose]();
  assertEquals(await peer.read(new Uint8Array(1)), null);
  peer.close();
});

Deno.test("dispatcher_with_send.writable() is true without a connection, and while something is left", () => {
  const sender = new Sender(null, newMap());
  assertEquals(sender.writable(), true);
  sender.connected = true;
  assertEquals(sender.writable(), false);
  sender.outBuffer = bytes("hello");
  assertEquals(sender.writable(), true);
});

Deno.test("dispatcher_with_send.send() logs what it sends if debug is set, and returns its length", async () => {
  const [ours, peer] = await pair(undefined);
  const sender = new Sender(ours, newMap());
  using printed = new Printed();
  assertEquals(await sender.send(bytes("one")), 3);
  sender.debug = true;
  await sender.send(bytes("three"));
  assertEquals(printed.lines, ["out info: sending 5 bytes"]);
  await assertRejects(
    () => sender.send("text" as never),
    TypeError,
    "Cannot send: data must be bytes, not a string",
  );
  await sender[Symbol.asyncDispose]();
  peer.close();
});
