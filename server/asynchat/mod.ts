/**
 * Python's `asynchat` module: protocols of commands and answers, on `asyncore`.
 *
 * Python has had it until 3.11. It is here for programs that are written with it; new
 * ones are easier to write with `socketserver` and its files, or with one `for await`
 * over the lines of each connection. {@linkcode async_chat} does the work.
 *
 * @example Answer each line
 * ```ts
 * import { b } from "@berkeley/socket";
 * import * as asynchat from "@berkeley/socket/asynchat";
 * import * as asyncore from "@berkeley/socket/asyncore";
 * import { socketpair } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * class Shouter extends asynchat.async_chat {
 *   override terminator = b`\n`;
 *   override collectIncomingData(data: Uint8Array) {
 *     this._collectIncomingData(data);
 *   }
 *   override async foundTerminator() {
 *     const line = new TextDecoder().decode(this._getData());
 *     await this.push(new TextEncoder().encode(line.toUpperCase() + "!\n"));
 *     this.closeWhenDone();
 *   }
 * }
 *
 * const [a, client] = await socketpair();
 * using _ = client;
 * new Shouter(a);
 * await client.sendall(b`hello\n`);
 * await asyncore.loop();
 * assertEquals(await client.recv(100), b`HELLO!\n`);
 * ```
 *
 * Port of [`asynchat`](https://docs.python.org/3.11/library/asynchat.html).
 *
 * @module
 */
export { async_chat, type Terminator } from "./async_chat.ts";
export { type Producer, simple_producer } from "./simple_producer.ts";
export { findPrefixAtEnd } from "./find_prefix_at_end.ts";
