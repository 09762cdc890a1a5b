import { assert, assertEquals, assertRejects } from "@std/assert";
import * as asyncore from "../../server/asyncore/mod.ts";
import { OSError } from "../../socket/mod.ts";
import { bytes, text } from "../support/peers.ts";
import { drivers, nameOf, newMap, pair, soon } from "./asyncore_support.ts";

/** Reads, and keeps what it has read. */
class Reader extends asyncore.dispatcher {
  text = "";
  override writable() {
    return false;
  }
  override async handleRead() {
    this.text += text(await this.recv(100));
  }
  override handleClose() {
    this.close();
  }
}

for (const driver of drivers) {
  for (const usePoll of [false, true]) {
    const how = `[${nameOf(driver)}, ${usePoll ? "poll" : "select"}]`;
    const options = { usePoll, timeout: null };

    Deno.test(`loop() ends when its signal aborts ${how}`, async () => {
      const map = newMap();
      const [ours, peer] = await pair(driver);
      await using reader = new Reader(ours, map);
      const controller = new AbortController();
      const { signal } = controller;
      const looping = asyncore.loop({ ...options, map, signal });
      controller.abort(new Error("Cannot go on: enough"));
      await soon(looping);
      assertEquals(map.get(ours), reader);
      await peer.write(bytes("hello"));
      // One that has aborted before begins nothing.
      await asyncore.loop({ ...options, map, signal });
      assertEquals(reader.text, "");
      await asyncore.loop({ ...options, map, count: 1 });
      assertEquals(reader.text, "hello");
      peer.close();
    });

    Deno.test(`loop() waits for the handler in which its signal aborts ${how}`, async () => {
      const map = newMap();
      const [ours, peer] = await pair(driver);
      const controller = new AbortController();
      const steps: string[] = [];
      class Aborting extends Reader {
        override async handleRead() {
          steps.push("begins");
          controller.abort();
          await super.handleRead();
          steps.push("ends");
        }
      }
      await using _ = new Aborting(ours, map);
      await peer.write(bytes("x"));
      const { signal } = controller;
      await soon(asyncore.loop({ ...options, map, signal }));
      assertEquals(steps, ["begins", "ends"]);
      peer.close();
    });

    Deno.test(`poll() rejects with its signal's reason ${how}`, async () => {
      const map = newMap();
      const [ours, peer] = await pair(driver);
      await using reader = new Reader(ours, map);
      const poll = usePoll ? asyncore.poll2 : asyncore.poll;
      const controller = new AbortController();
      const { signal } = controller;
      const polling = poll({ map, timeout: null, signal });
      const reason = new Error("Cannot wait: enough");
      controller.abort(reason);
      assertEquals(await soon(polling.catch((error) => error)), reason);
      assertEquals(
        await poll({ map, signal }).catch((error) => error),
        reason,
      );
      await peer.write(bytes("hello"));
      await soon(poll({ map, timeout: null }));
      assertEquals(reader.text, "hello");
      peer.close();
    });

    Deno.test(`loop() serves a dispatcher that comes while it waits ${how}`, async () => {
      const map = newMap();
      const [ours, peer] = await pair(driver);
      const [others, other] = await pair(driver);
      await using _ = new Reader(ours, map);
      const looping = asyncore.loop({ ...options, map });
      await other.write(bytes("hello"));
      const late = new Reader(others, map);
      other.close();
      peer.close();
      await soon(looping);
      assertEquals(late.text, "hello");
      await late[Symbol.asyncDispose]();
    });

    Deno.test(`loop() ends when its last dispatcher is closed while it waits ${how}`, async () => {
      const map = newMap();
      const [ours, peer] = await pair(driver);
      const reader = new Reader(ours, map);
      const looping = asyncore.loop({ ...options, map });
      // So that it waits.
      await new Promise((resolve) => setTimeout(resolve, 0));
      reader.close();
      await soon(looping);
      await reader[Symbol.asyncDispose]();
      peer.close();
    });

    Deno.test(`loop() goes on if one of its dispatchers is closed while it waits ${how}`, async () => {
      const map = newMap();
      const [ours, peer] = await pair(driver);
      const [others, other] = await pair(driver);
      const reader = new Reader(ours, map);
      const closed = new Reader(others, map);
      const looping = asyncore.loop({ ...options, map });
      await new Promise((resolve) => setTimeout(resolve, 0));
      closed.close();
      await peer.write(bytes("hello"));
      peer.close();
      await soon(looping);
      assertEquals(reader.text, "hello");
      await closed[Symbol.asyncDispose]();
      await reader[Symbol.asyncDispose]();
      other.close();
    });

    Deno.test(`loop() sends what is sent while it waits ${how}`, async () => {
      const map = newMap();
      const [ours, peer] = await pair(driver);
      class Sender extends asyncore.dispatcher_with_send {
        override async handleRead() {
          await this.recv(1);
        }
        override handleClose() {
          this.close();
        }
      }
      const sender = new Sender(ours, map);
      const looping = asyncore.loop({ ...options, map });
      await new Promise((resolve) => setTimeout(resolve, 0));
      const size = 1_000_000;
      sender.send(new Uint8Array(size)); // more than goes at once
      const buffer = new Uint8Array(65536);
      let length = 0;
      while (length < size) length += (await soon(peer.read(buffer)))!;
      peer.close();
      await soon(looping);
      await sender[Symbol.asyncDispose]();
    });

    Deno.test(`loop() waits for each handler before it calls the next ${how}`, async () => {
      const map = newMap();
      const steps: string[] = [];
      class Slow extends Reader {
        name = "";
        override async handleRead() {
          steps.push(`${this.name} begins`);
          await new Promise((resolve) => setTimeout(resolve, 0));
          await this.recv(100);
          steps.push(`${this.name} ends`);
        }
      }
      const pairs = [await pair(driver), await pair(driver)];
      const [one, other] = pairs.map(([ours]) => new Slow(ours, map));
      one.name = "one";
      other.name = "other";
      for (const [, peer] of pairs) await peer.write(bytes("x"));
      while (steps.length < 4) {
        await soon(asyncore.loop({ ...options, map, count: 1 }));
      }
      assertEquals(steps[0].split(" ")[0], steps[1].split(" ")[0]);
      assertEquals(steps.toSorted(), [
        "one begins",
        "one ends",
        "other begins",
        "other ends",
      ]);
      for (const [, peer] of pairs) peer.close();
      await one[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    });

    Deno.test(`loop() leaves timers their turn where a socket is always writable ${how}`, async () => {
      const map = newMap();
      const [ours, peer] = await pair(driver);
      class Writer extends asyncore.dispatcher {
        override handleWrite() {}
      }
      await using _ = new Writer(ours, map);
      const signal = AbortSignal.timeout(20);
      await soon(asyncore.loop({ ...options, map, signal }));
      assert(signal.aborted);
      peer.close();
    });

    Deno.test(`loop() does not spin where nobody wants what is there ${how}`, async () => {
      const map = newMap();
      const [ours, peer] = await pair(driver);
      class Sated extends Reader {
        asked = 0;
        override readable() {
          this.asked++;
          return this.text === "";
        }
      }
      await using reader = new Sated(ours, map);
      await peer.write(bytes("one"));
      await soon(asyncore.loop({ usePoll, map, count: 1 }));
      await peer.write(bytes("two"));
      reader.asked = 0;
      const signal = AbortSignal.timeout(20);
      await soon(asyncore.loop({ usePoll, map, signal }));
      assertEquals([reader.text, reader.asked], ["one", 1]);
      peer.close();
    });

    Deno.test(`loop() may be left and begun again, with what came meanwhile ${how}`, async () => {
      const map = newMap();
      const [ours, peer] = await pair(driver);
      await using reader = new Reader(ours, map);
      for (let i = 0; i < 20; i++) {
        await asyncore.loop({ usePoll, timeout: 0, map, count: 1 });
        await peer.write(bytes("x"));
        const { length } = reader.text;
        while (reader.text.length === length) {
          await soon(asyncore.loop({ usePoll, timeout: 1, map, count: 1 }));
        }
      }
      assertEquals(reader.text, "x".repeat(20));
      peer.close();
    });
  }
}

Deno.test("loop() tells of a socket that was closed without its dispatcher, poll2() has it closed", async () => {
  const map = newMap();
  const [ours, peer] = await pair(undefined);
  const reader = new Reader(ours, map);
  ours.close();
  const error = await assertRejects(() => asyncore.loop({ map }), OSError);
  assertEquals(error.code, "EBADF");
  await asyncore.loop({ map, usePoll: true });
  assertEquals(map.size, 0);
  await reader[Symbol.asyncDispose]();
  peer.close();
});

Deno.test("poll() refuses to wait for ever for nothing", async () => {
  const map = newMap();
  const [ours, peer] = await pair(undefined);
  class Idle extends Reader {
    override readable() {
      return false;
    }
  }
  await using _ = new Idle(ours, map);
  await assertRejects(
    () => asyncore.poll({ map, timeout: null }),
    TypeError,
    "Cannot poll: without a timeout, a dispatcher must be readable or writable",
  );
  const polling = asyncore.poll({ map, timeout: 100 });
  map.clear();
  new Reader(ours, map);
  await soon(polling); // woken
  peer.close();
});

Deno.test("poll() and poll2() refuse a negative timeout", async () => {
  for (const poll of [asyncore.poll, asyncore.poll2]) {
    await assertRejects(() => poll({ timeout: -1 }), RangeError);
  }
});

Deno.test("poll3() is poll2()", () => {
  assertEquals(asyncore.poll3, asyncore.poll2);
});

Deno.test("closeAll() waits for each close(), and clears the map", async () => {
  const map = newMap();
  const steps: string[] = [];
  class Slow extends Reader {
    override async close() {
      await new Promise((resolve) => setTimeout(resolve, 0));
      await super.close();
      steps.push("closed");
    }
  }
  const [ours, peer] = await pair(undefined);
  const d = new Slow(ours, map);
  await asyncore.closeAll({ map });
  assertEquals(steps, ["closed"]);
  assertEquals(map.size, 0);
  await d[Symbol.asyncDispose]();
  peer.close();
});
