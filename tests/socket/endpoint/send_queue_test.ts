import { assertEquals } from "@std/assert";
import { copyForSend } from "../../../socket/endpoint/buffer_pool.ts";
import {
  type PendingSend,
  SendQueue,
} from "../../../socket/endpoint/send_queue.ts";

/** A send of one byte. */
function send(byte: number, owner: object, log: string[] = []): PendingSend {
  return {
    owner,
    bytes: copyForSend(new Uint8Array([byte])),
    gone: false,
    stop: () => log.push(`stop ${byte}`),
  };
}

Deno.test("SendQueue.push() tells whose turn it is at once", () => {
  const queue = new SendQueue<PendingSend>();
  const [one, two] = [send(1, queue), send(2, queue)];
  assertEquals([queue.push(one), queue.push(two)], [true, false]);
  assertEquals(queue.first, one);
  assertEquals(queue.shift(), two);
  assertEquals(queue.shift(), undefined);
});

Deno.test("SendQueue ends the watch over what it takes out", () => {
  const queue = new SendQueue<PendingSend>();
  const log: string[] = [];
  const sends = [1, 2, 3].map((byte) => send(byte, queue, log));
  for (const each of sends) queue.push(each);
  queue.remove(sends[1]);
  queue.shift();
  queue.shift();
  assertEquals(log, ["stop 2", "stop 1", "stop 3"]);
});

Deno.test("SendQueue.of() gives one owner's sends, or all", () => {
  const queue = new SendQueue<PendingSend>();
  const [a, b] = [{}, {}];
  const sends = [send(1, a), send(2, b), send(3, a)];
  for (const each of sends) queue.push(each);
  assertEquals(queue.of(a), [sends[0], sends[2]]);
  assertEquals(queue.of(), sends);
});

Deno.test("SendQueue.observe() is called whenever the queue has become empty", () => {
  const queue = new SendQueue<PendingSend>();
  let calls = 0;
  const cancel = queue.observe(() => calls++);
  queue.push(send(1, queue));
  queue.push(send(2, queue));
  queue.shift();
  assertEquals(calls, 0);
  queue.shift();
  assertEquals(calls, 1);
  cancel();
  queue.push(send(3, queue));
  queue.shift();
  assertEquals(calls, 1);
});

Deno.test("SendQueue.idle() and linger() resolve when nothing is under way", async () => {
  const queue = new SendQueue<PendingSend>();
  await queue.idle();
  queue.push(send(1, queue));
  const both = Promise.all([queue.idle(), queue.linger()]);
  queue.shift();
  await both;
});

Deno.test("SendQueue.linger() waits no longer than until its signal aborts", async () => {
  const queue = new SendQueue<PendingSend>();
  queue.push(send(1, queue));
  const stopping = new AbortController();
  const lingering = queue.linger(stopping.signal);
  stopping.abort();
  await lingering;
  await queue.linger(stopping.signal);
  assertEquals(queue.first?.bytes.length, 1);
  queue.shift();
});
