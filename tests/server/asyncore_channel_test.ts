// Dispatchers of what is no socket, with moments and errors that no peer can bring about.
import { assertEquals, assertThrows } from "@std/assert";
import * as asyncore from "../../server/asyncore/mod.ts";
import { OSError } from "../../socket/mod.ts";
import { osError } from "../../socket/errors.ts";
import { errno } from "../../socket/constants/errno.ts";
import { bytes } from "../support/peers.ts";
import { newMap } from "./asyncore_support.ts";

/** A channel whose calls the test settles. */
class FakeChannel implements asyncore.Channel {
  error = 0;
  closes = 0;
  closeError: string | undefined;
  received: PromiseWithResolvers<Uint8Array<ArrayBuffer>> = Promise
    .withResolvers();
  sent: PromiseWithResolvers<number> = Promise.withResolvers();

  recv() {
    return this.received.promise;
  }
  send() {
    return this.sent.promise;
  }
  getsockopt() {
    return this.error;
  }
  close() {
    this.closes++;
    const { closeError: code } = this;
    if (code !== undefined) throw osError({ code, syscall: "close" });
  }
  fileno() {
    return -1;
  }
}

class Fake extends asyncore.dispatcher<[string, number], FakeChannel> {
  readonly steps: string[] = [];
  override handleClose() {
    this.steps.push("close");
  }
  override handleExpt() {
    this.steps.push("expt");
  }
}

function fake(): [d: Fake, channel: FakeChannel] {
  const d = new Fake(null, newMap());
  const channel = new FakeChannel();
  d.setSocket(channel);
  return [d, channel];
}

const reset = osError({ code: "ECONNRESET", syscall: "recv" });

Deno.test("dispatcher.recv() and send() call handleClose() for a connection that is gone", async () => {
  const [d, channel] = fake();
  channel.received.reject(reset);
  channel.sent.reject(reset);
  assertEquals(await d.recv(1), new Uint8Array());
  assertEquals(await d.send(bytes("x")), 0);
  assertEquals(d.steps, ["close", "close"]);
});

Deno.test("dispatcher.recv() and send() call no handleClose() if the dispatcher was closed meanwhile", async () => {
  const [d, channel] = fake();
  const receiving = d.recv(1);
  const sending = d.send(bytes("x"));
  d.close();
  channel.received.reject(reset);
  channel.sent.reject(reset);
  assertEquals(await receiving, new Uint8Array());
  assertEquals(await sending, 0);
  assertEquals(d.steps, []);
});

Deno.test("dispatcher.send() takes EAGAIN for 0 bytes, recv() throws it", async () => {
  const [d, channel] = fake();
  const again = osError({ code: "EAGAIN", syscall: "send" });
  channel.sent.reject(again);
  channel.received.reject(again);
  assertEquals(await d.send(bytes("x")), 0);
  assertEquals(await d.recv(1).catch((error) => error), again);
  assertEquals(d.steps, []);
});

Deno.test("dispatcher.close() closes once the sends have returned, and once only", async () => {
  const [d, channel] = fake();
  const sending = d.send(bytes("x"));
  d.close();
  d.close();
  assertEquals(channel.closes, 0);
  channel.sent.resolve(1);
  await sending;
  await d[Symbol.asyncDispose]();
  assertEquals(channel.closes, 1);
});

Deno.test("dispatcher.close() ignores that the connection is gone, and nothing else", () => {
  const [d, channel] = fake();
  for (const code of ["ENOTCONN", "EBADF"]) {
    channel.closeError = code;
    d.close();
  }
  channel.closeError = "EIO";
  assertThrows(() => d.close(), OSError);
});

Deno.test("dispatcher.handleExptEvent() calls handleClose() for an error, else handleExpt()", async () => {
  const [d, channel] = fake();
  await d.handleExptEvent();
  channel.error = errno.ECONNRESET;
  await d.handleExptEvent();
  assertEquals(d.steps, ["expt", "close"]);
});

Deno.test("dispatcher.handleConnectEvent() throws the error of the socket", async () => {
  const [d, channel] = fake();
  channel.error = errno.ETIMEDOUT;
  d.addr = ["127.0.0.1", 1];
  const error = await Promise.resolve(d.handleConnectEvent())
    .catch((error) => error);
  assertEquals(
    error.message,
    'Cannot connect to "127.0.0.1:1": connection timed out (ETIMEDOUT)',
  );
  assertEquals(d.connected, false);
});
