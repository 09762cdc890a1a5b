// A Worker's side of a connection, over a port that only notes what is posted.
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { PortDatagrams } from "../../server/forking/worker/datagram_conn.ts";
import { PortConn } from "../../server/forking/worker/stream_conn.ts";
import { Calls } from "../../server/forking/worker/remote_server.ts";
import type { FromWorker } from "../../server/forking/wire/messages.ts";

/** The same 200,000 bytes in each kind of memory that a handler may send from. */
const kinds: Readonly<Record<string, () => Uint8Array>> = {
  "a Uint8Array": () => new Uint8Array(200_000).fill(1),
  "a node Buffer": () => Buffer.alloc(200_000, 1),
  "a part of a node Buffer": () =>
    Buffer.alloc(300_000, 1).subarray(50_000, 250_000),
  "shared memory": () => new Uint8Array(new SharedArrayBuffer(200_000)).fill(1),
};

for (const [kind, make] of Object.entries(kinds)) {
  Deno.test(`PortConn.write() of ${kind} leaves the handler its memory, and posts a copy of what is sent`, async () => {
    const posted: { message: FromWorker; transfer?: Transferable[] }[] = [];
    const conn = new PortConn((message, transfer) => {
      // As a port does.
      const copy = structuredClone(message, { transfer });
      posted.push({ message: copy, transfer });
    });
    const data = make();
    const count = await conn.write(data);
    assertEquals(data.length, 200_000);
    data.fill(2);
    const [{ message }] = posted;
    assert(message.type === "data");
    assertEquals([message.bytes.length, message.bytes.buffer.byteLength], [
      count,
      count,
    ]);
    assert(message.bytes.every((byte) => byte === 1));
  });

  Deno.test(`PortDatagrams.send() of ${kind} posts a copy of what is sent, and nothing else`, async () => {
    const posted: FromWorker[] = [];
    const calls = new Calls((call) => posted.push(call));
    const conn = new PortDatagrams(["127.0.0.1", 1], calls);
    const data = make();
    const sending = conn.send(data, {
      address: ["127.0.0.1", 2],
      host: "127.0.0.1",
    });
    data.fill(2);
    const [message] = posted;
    assert(message.type === "call" && message.task.name === "sendto");
    const { data: sent } = message.task;
    assertEquals([sent.length, sent.buffer.byteLength], [200_000, 200_000]);
    assert(sent.every((byte) => byte === 1));
    calls.answer({ type: "answer", id: message.id, value: 200_000 });
    assertEquals(await sending, 200_000);
  });
}
