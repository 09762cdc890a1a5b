import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as asynchat from "../../server/asynchat/mod.ts";
import * as asyncore from "../../server/asyncore/mod.ts";
import { UnicodeEncodeError } from "../../socket/mod.ts";
import { bytes, text } from "../support/peers.ts";
import {
  drivers,
  nameOf,
  newMap,
  pair,
  random,
  readSlowly,
  soon,
} from "./asyncore_support.ts";

class Chat extends asynchat.async_chat {
  override terminator: asynchat.Terminator = bytes("\n");
  readonly messages: string[] = [];
  readonly errors: unknown[] = [];
  override collectIncomingData(
    data: Uint8Array<ArrayBuffer>,
  ): void | Promise<void> {
    this._collectIncomingData(data);
  }
  override foundTerminator(): void | Promise<void> {
    this.messages.push(text(this._getData()));
  }
  override async handleError(error: unknown) {
    this.errors.push(error);
    await this.handleClose();
  }
}

for (const driver of drivers) {
  const own = `[${nameOf(driver)}]`;

  Deno.test(`async_chat.push() keeps all bytes in order, awaited or not ${own}`, async () => {
    const map = newMap();
    const [ours, peer] = await pair(driver);
    const chat = new Chat(ours, map);
    const data = random(3_000_000);
    const looping = asyncore.loop({ map, timeout: null });
    const reading = readSlowly(peer, data.length);
    for (let at = 0, n = 0; at < data.length; n++) {
      const size = [1, 100, 70_000, 9, 200_000][n % 5];
      const part = data.subarray(at, at + size);
      const pushing = n % 7 === 5
        ? chat.pushWithProducer(new asynchat.simple_producer(part, 30_000))
        : chat.push(part);
      if (n % 3 === 0) await pushing;
      at += size;
    }
    chat.closeWhenDone();
    assertEquals(await soon(reading), data);
    await soon(looping);
    assertEquals(await peer.read(new Uint8Array(1)), null);
    peer.close();
    await chat[Symbol.asyncDispose]();
  });

  Deno.test(`async_chat.push() takes the bytes as they are at the call ${own}`, async () => {
    const map = newMap();
    const [ours, peer] = await pair(driver);
    const chat = new Chat(ours, map);
    const size = 3_000_000; // more than goes at once
    const data = new Uint8Array(size).fill(1);
    chat.push(data);
    data.fill(2);
    chat.pushWithProducer(new asynchat.simple_producer(data, 100_000));
    data.fill(3);
    chat.closeWhenDone();
    const looping = asyncore.loop({ map, timeout: null });
    const received = await soon(readSlowly(peer, 2 * size));
    assert(received.subarray(0, size).every((byte) => byte === 1));
    assert(received.subarray(size).every((byte) => byte === 2));
    await soon(looping);
    peer.close();
    await chat[Symbol.asyncDispose]();
  });

  Deno.test(`async_chat.push() reaches a loop that waits ${own}`, async () => {
    const map = newMap();
    const [ours, peer] = await pair(driver);
    const chat = new Chat(ours, map);
    const looping = asyncore.loop({ map, timeout: null });
    await new Promise((resolve) => setTimeout(resolve, 0));
    const data = random(1_000_000);
    chat.push(data);
    assertEquals(await soon(readSlowly(peer, data.length)), data);
    await new Promise((resolve) => setTimeout(resolve, 0));
    chat.closeWhenDone();
    await soon(looping);
    peer.close();
    await chat[Symbol.asyncDispose]();
  });

  Deno.test(`async_chat.foundTerminator() is awaited before the next message ${own}`, async () => {
    const map = newMap();
    const [ours, peer] = await pair(driver);
    const steps: string[] = [];
    class Slow extends Chat {
      override async collectIncomingData(data: Uint8Array) {
        steps.push(`collects ${text(data)}`);
        await new Promise((resolve) => setTimeout(resolve, 0));
        steps.push("has collected");
      }
      override async foundTerminator() {
        steps.push("found");
        await new Promise((resolve) => setTimeout(resolve, 0));
        steps.push("done");
      }
    }
    const chat = new Slow(ours, map);
    await peer.write(bytes("one\ntwo\n"));
    peer.close();
    await soon(asyncore.loop({ map }));
    assertEquals(
      steps,
      ["one", "two"].flatMap((word) => [
        `collects ${word}`,
        "has collected",
        "found",
        "done",
      ]),
    );
    await chat[Symbol.asyncDispose]();
  });
}

Deno.test("async_chat.initiateSend() does nothing while one is under way", async () => {
  const [ours, peer] = await pair(undefined);
  const chat = new Chat(ours, newMap());
  const first = chat.push(bytes("one "));
  assertEquals(chat.writable(), false);
  await chat.push(bytes("two "));
  assertEquals(chat.producerFifo.length, 2);
  await first;
  assertEquals(chat.producerFifo, [bytes("two ")]);
  assertEquals(chat.writable(), true);
  await chat.initiateSend();
  assertEquals(await readSlowly(peer, 8), bytes("one two "));
  await chat[Symbol.asyncDispose]();
  peer.close();
});

Deno.test("async_chat.pushWithProducer() waits for a slow producer, and the loop does not spin", async () => {
  const map = newMap();
  const [ours, peer] = await pair(undefined);
  let asked = 0;
  class Counting extends Chat {
    override writable() {
      asked++;
      return super.writable();
    }
  }
  const chat = new Counting(ours, map);
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  const pieces = [promise, bytes("")];
  chat.pushWithProducer({ more: () => pieces.shift()! });
  chat.closeWhenDone();
  const looping = asyncore.loop({ map, timeout: null });
  for (let turn = 0; turn < 10; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assert(asked < 4, `${asked} rounds`);
  resolve(bytes("hello"));
  await soon(looping);
  assertEquals(await readSlowly(peer, 9), bytes("hello"));
  peer.close();
  await chat[Symbol.asyncDispose]();
});

Deno.test("async_chat.discardBuffers() may come while a producer is waited for", async () => {
  const [ours, peer] = await pair(undefined);
  const chat = new Chat(ours, newMap());
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  const pushing = chat.pushWithProducer({ more: () => promise });
  chat.discardBuffers();
  chat.push(bytes("kept"));
  resolve(bytes("discarded"));
  await pushing;
  await chat.initiateSend();
  await chat[Symbol.asyncDispose]();
  assertEquals(await readSlowly(peer, 100), bytes("kept"));
  peer.close();
});

Deno.test("async_chat.discardBuffers() may come while a send is under way", async () => {
  const [ours, peer] = await pair(undefined);
  const chat = new Chat(ours, newMap());
  const pushing = chat.push(bytes("sent "));
  chat.discardBuffers();
  chat.push(bytes("kept"));
  await pushing;
  assertEquals(chat.producerFifo, [bytes("kept")]);
  await chat.initiateSend();
  await chat[Symbol.asyncDispose]();
  assertEquals(await readSlowly(peer, 100), bytes("sent kept"));
  peer.close();
});

Deno.test("async_chat.collectIncomingData() gets bytes of its own", async () => {
  const map = newMap();
  const [ours, peer] = await pair(undefined);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  class Spoiling extends Chat {
    override collectIncomingData(data: Uint8Array<ArrayBuffer>) {
      pieces.push(data.slice());
      assertEquals(data.buffer.byteLength, data.length);
      data.fill(0);
    }
  }
  const chat = new Spoiling(ours, map);
  await peer.write(bytes("one\ntwo\nthree\nrest"));
  peer.close();
  await soon(asyncore.loop({ map }));
  assertEquals(chat.errors, []);
  assertEquals(pieces.map(text), ["one", "two", "three", "rest"]);
  await chat[Symbol.asyncDispose]();
});

Deno.test("async_chat.setTerminator() refuses a negative count, and what is no terminator", () => {
  const chat = new Chat(null, newMap());
  assertThrows(
    () => chat.setTerminator(-1),
    RangeError,
    "Cannot set the terminator: the number of bytes must be 0 or more, not -1",
  );
  assertThrows(() => chat.setTerminator(1.5), TypeError);
  assertThrows(
    () => chat.setTerminator("\n"),
    TypeError,
    "Cannot set the terminator: it must be bytes, not a string; encode it with new TextEncoder().encode(text), or set useEncoding",
  );
  assertThrows(() => chat.setTerminator({} as never), TypeError);
});

Deno.test("async_chat.setTerminator() takes the bytes as they are at the call", () => {
  const chat = new Chat(null, newMap());
  const term = bytes("\r\n");
  chat.setTerminator(term);
  term.fill(0);
  assertEquals(chat.getTerminator(), bytes("\r\n"));
  chat.setTerminator(null);
  assertEquals(chat.getTerminator(), null);
});

Deno.test("async_chat.getTerminator() says that none was set", () => {
  const chat = new Chat(null, newMap());
  chat.terminator = undefined!;
  assertThrows(
    () => chat.getTerminator(),
    TypeError,
    "Cannot look for the terminator: there is none; call setTerminator() first",
  );
});

Deno.test("async_chat.useEncoding allows text as a terminator and of a producer", async () => {
  const map = newMap();
  const [ours, peer] = await pair(undefined);
  const chat = new Chat(ours, map);
  chat.useEncoding = true;
  chat.setTerminator("é");
  assertEquals(chat.getTerminator(), Uint8Array.of(0xe9));
  assertThrows(() => chat.setTerminator("€"), UnicodeEncodeError);
  const texts = ["é", ""];
  await chat.pushWithProducer({ more: () => texts.shift()! });
  chat.encoding = "utf-8";
  texts.push("€", "");
  await chat.pushWithProducer({ more: () => texts.shift()! });
  await chat.initiateSend();
  await chat[Symbol.asyncDispose]();
  assertEquals(
    await readSlowly(peer, 9),
    Uint8Array.of(0xe9, ...bytes("€")),
  );
  peer.close();
});

Deno.test("async_chat.handleError() is told of a producer of text without useEncoding", async () => {
  const map = newMap();
  const [ours, peer] = await pair(undefined);
  const chat = new Chat(ours, map);
  chat.producerFifo.push({ more: () => "text" });
  await soon(asyncore.loop({ map }));
  const [error] = chat.errors as [Error];
  assertEquals(
    error.message,
    "Cannot send what a producer makes: it must be bytes, not a string; encode it with new TextEncoder().encode(text), or set useEncoding",
  );
  peer.close();
  await chat[Symbol.asyncDispose]();
});

Deno.test("async_chat.push() and pushWithProducer() refuse what they cannot send", async () => {
  const chat = new Chat(null, newMap());
  await assertRejects(
    () => chat.push("text" as never),
    TypeError,
    "Cannot push: data must be bytes, not a string",
  );
  await assertRejects(
    () => chat.pushWithProducer(bytes("x") as never),
    TypeError,
    "Cannot pushWithProducer: the producer must have more(), not be Uint8Array",
  );
  await assertRejects(() => chat.pushWithProducer(null as never), TypeError);
  chat.acOutBufferSize = 0;
  await assertRejects(() => chat.push(bytes("x")), RangeError);
  assertEquals(chat.producerFifo, []);
});

Deno.test("simple_producer() refuses what is no data, and pieces of nothing", () => {
  assertThrows(() => new asynchat.simple_producer("text" as never), TypeError);
  assertThrows(
    () => new asynchat.simple_producer(bytes("x"), 0),
    RangeError,
  );
});

Deno.test("findPrefixAtEnd() finds the longest beginning at the end", () => {
  const rows: [haystack: string, needle: string, length: number][] = [
    ["qwerty\r", "\r\n", 1],
    ["qwertydkjf", "\r\n", 0],
    ["aaa", "aab", 2],
    ["\r\n\r", "\r\n\r\n", 3],
    ["", "ab", 0],
    ["a", "a", 0],
    ["x", "", -1], // as CPython
  ];
  for (const [haystack, needle, length] of rows) {
    assertEquals(
      asynchat.findPrefixAtEnd(bytes(haystack), bytes(needle)),
      length,
    );
  }
});
