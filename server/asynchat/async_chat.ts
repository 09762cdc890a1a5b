import { concat } from "@std/bytes/concat";
import { indexOfNeedle } from "@std/bytes/index-of-needle";
import type { Address, InetAddress } from "../../socket/address.ts";
import {
  bytesOf,
  checkInteger,
  type Data,
  kindOf,
} from "../../socket/arguments.ts";
import { BlockingIOError, OSError } from "../../socket/errors.ts";
import { openEncoder } from "../../socket/file/codecs/encoder.ts";
import type { Socket } from "../../socket/socket.ts";
import type { Channel } from "../asyncore/channel.ts";
import { dispatcher } from "../asyncore/dispatcher.ts";
import { wake } from "../asyncore/wake.ts";
import type { Awaitable } from "../base_request_handler.ts";
import { findPrefixAtEnd } from "./find_prefix_at_end.ts";
import type { Producer } from "./simple_producer.ts";

/**
 * What ends a message: these bytes, so many bytes from here on, or, if it is `null`,
 * empty or 0, nothing.
 */
export type Terminator = Uint8Array | number | null;

/**
 * A dispatcher for protocols of commands and answers: what arrives is collected up to a
 * terminator, and what is pushed is sent in order, as fast as it is taken.
 *
 * A subclass has {@linkcode async_chat.collectIncomingData} and
 * {@linkcode async_chat.foundTerminator}, and sets the terminator.
 *
 * @example Answer each line
 * ```ts
 * import { b } from "@berkeley/socket";
 * import { async_chat } from "@berkeley/socket/asynchat";
 * import * as asyncore from "@berkeley/socket/asyncore";
 * import { socketpair } from "@berkeley/socket/socket";
 * import { assertEquals } from "@std/assert";
 *
 * class Shouter extends async_chat {
 *   override terminator = b`\n`;
 *   override collectIncomingData(data: Uint8Array) {
 *     this._collectIncomingData(data);
 *   }
 *   override async foundTerminator() {
 *     const line = new TextDecoder().decode(this._getData());
 *     await this.push(new TextEncoder().encode(line.toUpperCase() + "!\n"));
 *   }
 * }
 *
 * const [a, client] = await socketpair();
 * new Shouter(a);
 * const looping = asyncore.loop();
 * await client.sendall(b`hello\nworld\n`);
 * const file = client.makefile();
 * assertEquals([await file.readline(), await file.readline()], ["HELLO!\n", "WORLD!\n"]);
 * file.close();
 * client.close();
 * await looping;
 * ```
 *
 * Port of [`asynchat.async_chat`](https://docs.python.org/3.11/library/asynchat.html#asynchat.async_chat).
 *
 * @typeParam A The shape of the socket's addresses.
 * @typeParam S What is read and written: a socket, if not a subclass says otherwise.
 */
// deno-lint-ignore camelcase -- Python's name
export abstract class async_chat<
  A extends Address = InetAddress,
  S extends Channel = Socket<A>,
> extends dispatcher<A, S> {
  /** How many bytes are received at a time, at most. */
  acInBufferSize = 65536;
  /** How many bytes are sent at a time, at most. */
  acOutBufferSize = 65536;
  /** Whether producers and terminators may be text. */
  useEncoding = false;
  /** The encoding of such text. */
  encoding = "latin-1";
  /** What ends a message; {@linkcode async_chat.setTerminator} checks what it is given. */
  terminator: Terminator | undefined;
  /** What was received and has not been collected. */
  acInBuffer: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** What `_collectIncomingData` has collected. */
  incoming: Uint8Array[] = [];
  /** What is to be sent: bytes, producers, and `null` where to close. */
  producerFifo: (Uint8Array | Producer | null)[] = [];
  #isSending = false;

  /**
   * Collects a piece of what arrives before the terminator.
   *
   * @param data The bytes, never none.
   * @returns Nothing, or a promise to wait for.
   *
   * @example Usage
   * ```ts
   * import { async_chat } from "@berkeley/socket/asynchat";
   *
   * class Counter extends async_chat {
   *   bytes = 0;
   *   override collectIncomingData(data: Uint8Array) {
   *     this.bytes += data.length;
   *   }
   *   override foundTerminator() {}
   * }
   * new Counter();
   * ```
   *
   * Port of [`async_chat.collect_incoming_data`](https://docs.python.org/3.11/library/asynchat.html#asynchat.async_chat.collect_incoming_data).
   */
  abstract collectIncomingData(data: Uint8Array<ArrayBuffer>): Awaitable<void>;

  /**
   * Handles a message, whose terminator has arrived.
   *
   * @returns Nothing, or a promise to wait for.
   *
   * @example A line, and then as many bytes as it says
   * ```ts
   * import { b } from "@berkeley/socket";
   * import { async_chat } from "@berkeley/socket/asynchat";
   *
   * class Reader extends async_chat {
   *   override terminator: Uint8Array | number = b`\n`;
   *   override collectIncomingData(data: Uint8Array) {
   *     this._collectIncomingData(data);
   *   }
   *   override foundTerminator() {
   *     const data = new TextDecoder().decode(this._getData());
   *     if (typeof this.terminator === "number") {
   *       console.log(data);
   *       this.setTerminator(b`\n`);
   *     } else this.setTerminator(Number(data));
   *   }
   * }
   * new Reader();
   * ```
   *
   * Port of [`async_chat.found_terminator`](https://docs.python.org/3.11/library/asynchat.html#asynchat.async_chat.found_terminator).
   */
  abstract foundTerminator(): Awaitable<void>;

  /**
   * Keeps a piece of what arrives, for a subclass's `collectIncomingData`.
   *
   * @param data The bytes.
   *
   * @example Usage
   * ```ts
   * import { async_chat } from "@berkeley/socket/asynchat";
   *
   * class Chat extends async_chat {
   *   override collectIncomingData(data: Uint8Array) {
   *     this._collectIncomingData(data);
   *   }
   *   override foundTerminator() {
   *     console.log(this._getData());
   *   }
   * }
   * new Chat();
   * ```
   *
   * Port of [`async_chat._collect_incoming_data`](https://docs.python.org/3.11/library/asynchat.html).
   */
  _collectIncomingData(data: Uint8Array): void {
    this.incoming.push(data);
  }

  /**
   * Returns all that `_collectIncomingData` has kept, and forgets it.
   *
   * @returns The bytes; none if nothing was kept.
   *
   * @example Usage
   * ```ts
   * import { b } from "@berkeley/socket";
   * import { async_chat } from "@berkeley/socket/asynchat";
   * import { assertEquals } from "@std/assert";
   *
   * class Chat extends async_chat {
   *   override collectIncomingData(data: Uint8Array) {
   *     this._collectIncomingData(data);
   *   }
   *   override foundTerminator() {}
   * }
   * const chat = new Chat();
   * chat.collectIncomingData(b`one `);
   * chat.collectIncomingData(b`two`);
   * assertEquals(chat._getData(), b`one two`);
   * ```
   *
   * Port of [`async_chat._get_data`](https://docs.python.org/3.11/library/asynchat.html).
   */
  _getData(): Uint8Array<ArrayBuffer> {
    const data = concat(this.incoming);
    this.incoming = [];
    return data;
  }

  /**
   * Sets what ends a message, from the next byte on.
   *
   * @param term These bytes; or so many bytes from here on, after which it is 0; or,
   * if it is `null`, empty or 0, nothing: all that arrives is collected. Text, if
   * `useEncoding` is set.
   * @throws {RangeError} If it is a negative number.
   * @throws {TypeError} If it is something else, or text without `useEncoding`.
   * @throws {UnicodeEncodeError} If it is text that the encoding does not have.
   *
   * @example Usage
   * ```ts
   * import { b } from "@berkeley/socket";
   * import { async_chat } from "@berkeley/socket/asynchat";
   *
   * class Reader extends async_chat {
   *   override collectIncomingData() {}
   *   override foundTerminator() {}
   * }
   * const reader = new Reader();
   * reader.setTerminator(b`\r\n`);
   * reader.setTerminator(100);
   * reader.setTerminator(null);
   * ```
   *
   * Port of [`async_chat.set_terminator`](https://docs.python.org/3.11/library/asynchat.html#asynchat.async_chat.set_terminator).
   */
  setTerminator(term: Data | string | number | null): void {
    const call = "set the terminator";
    if (typeof term === "string") {
      this.terminator = this.#encode(call, term);
    } else if (typeof term === "number") {
      checkInteger(call, "number of bytes", term, 0);
      this.terminator = term;
    } else this.terminator = term && bytesOf(call, term).slice();
  }

  /**
   * Returns what ends a message.
   *
   * @returns The terminator: the number of bytes that are still missing, if it is one.
   * @throws {TypeError} If none has been set, not even `null`.
   *
   * @example Usage
   * ```ts
   * import { async_chat } from "@berkeley/socket/asynchat";
   * import { assertEquals } from "@std/assert";
   *
   * class Reader extends async_chat {
   *   override collectIncomingData() {}
   *   override foundTerminator() {}
   * }
   * const reader = new Reader();
   * reader.setTerminator(100);
   * assertEquals(reader.getTerminator(), 100);
   * ```
   *
   * Port of [`async_chat.get_terminator`](https://docs.python.org/3.11/library/asynchat.html#asynchat.async_chat.get_terminator).
   */
  getTerminator(): Terminator {
    if (this.terminator !== undefined) return this.terminator;
    throw new TypeError(
      "Cannot look for the terminator: there is none; call setTerminator() first",
    );
  }

  /** Receives, collects, and handles the messages that are complete. */
  override handleRead(): Awaitable<void> {
    return this.#receive();
  }

  async #receive(): Promise<void> {
    let data: Uint8Array<ArrayBuffer>;
    try {
      data = await this.recv(this.acInBufferSize);
    } catch (error) {
      if (error instanceof BlockingIOError) return;
      if (!(error instanceof OSError)) throw error;
      return await this.handleError(error);
    }
    this.acInBuffer = this.acInBuffer.length === 0
      ? data
      : concat([this.acInBuffer, data]);
    while (this.acInBuffer.length > 0) {
      const terminator = this.getTerminator();
      const { length } = this.acInBuffer;
      if (terminator === null || terminator === 0) {
        await this.#collect(length);
      } else if (typeof terminator === "number") {
        const isComplete = length >= terminator;
        await this.#collect(isComplete ? terminator : length);
        if (isComplete) {
          this.terminator = 0;
          await this.foundTerminator();
        } else if (typeof this.terminator === "number") {
          this.terminator -= length;
        }
      } else if (terminator.length === 0) await this.#collect(length);
      else if (!await this.#search(terminator)) break;
    }
  }

  /** Looks for the terminator; returns whether there is more to look at without what comes next. */
  async #search(terminator: Uint8Array): Promise<boolean> {
    const { length } = this.acInBuffer;
    const index = indexOfNeedle(this.acInBuffer, terminator);
    if (index >= 0) {
      if (index > 0) await this.#collect(index);
      this.acInBuffer = this.acInBuffer.subarray(terminator.length);
      await this.foundTerminator();
      return true;
    }
    const kept = findPrefixAtEnd(this.acInBuffer, terminator);
    if (kept < length) await this.#collect(length - kept);
    return kept === 0;
  }

  /** Hands the first bytes of what was received over. */
  async #collect(count: number): Promise<void> {
    const buffer = this.acInBuffer;
    // What is handed over is the program's: it is no view of what is kept.
    const isAll = count === buffer.buffer.byteLength;
    const piece = isAll ? buffer : buffer.slice(0, count);
    await this.collectIncomingData(piece);
    this.acInBuffer = this.acInBuffer.subarray(count);
  }

  /** Sends what was pushed. */
  override handleWrite(): Awaitable<void> {
    return this.initiateSend();
  }

  /** Closes. */
  override handleClose(): Awaitable<void> {
    return this.close();
  }

  /**
   * Sends data after all that was pushed before: now what the socket takes, the rest by
   * the loop.
   *
   * Await it, so that what it throws reaches the loop.
   *
   * @param data The bytes, taken as they are at the call.
   * @throws {TypeError} If the data is not bytes.
   * @throws {RangeError} If `acOutBufferSize` is less than 1.
   *
   * @example Usage
   * ```ts
   * import { b } from "@berkeley/socket";
   * import { async_chat } from "@berkeley/socket/asynchat";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * class Chat extends async_chat {
   *   override collectIncomingData() {}
   *   override foundTerminator() {}
   * }
   * const [a, client] = await socketpair();
   * using _ = client;
   * using chat = new Chat(a);
   * await chat.push(b`hello`);
   * assertEquals(await client.recv(100), b`hello`);
   * ```
   *
   * Port of [`async_chat.push`](https://docs.python.org/3.11/library/asynchat.html#asynchat.async_chat.push).
   */
  async push(data: Data): Promise<void> {
    const bytes = bytesOf("push", data).slice();
    const size = this.acOutBufferSize;
    checkInteger("push", "acOutBufferSize", size, 1);
    this.producerFifo.push(bytes.subarray(0, size));
    for (let start = size; start < bytes.length; start += size) {
      this.producerFifo.push(bytes.subarray(start, start + size));
    }
    await this.initiateSend();
  }

  /**
   * Sends what a producer makes after all that was pushed before. It is asked for more
   * when what it has made is sent, until it makes nothing.
   *
   * @param producer The producer.
   * @throws {TypeError} If it has no `more()`.
   *
   * @example A long answer
   * ```ts
   * import { b } from "@berkeley/socket";
   * import { async_chat } from "@berkeley/socket/asynchat";
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * class Chat extends async_chat {
   *   override collectIncomingData() {}
   *   override foundTerminator() {}
   * }
   * const [a, client] = await socketpair();
   * using _ = client;
   * using chat = new Chat(a);
   * let left = 3;
   * await chat.pushWithProducer({ more: () => left-- > 0 ? b`again ` : b`` });
   * chat.closeWhenDone();
   * await asyncore.loop();
   * assertEquals(await client.recv(100), b`again again again `);
   * ```
   *
   * Port of [`async_chat.push_with_producer`](https://docs.python.org/3.11/library/asynchat.html#asynchat.async_chat.push_with_producer).
   */
  async pushWithProducer(producer: Producer): Promise<void> {
    if (typeof producer?.more !== "function") {
      throw new TypeError(
        `Cannot pushWithProducer: the producer must have more(), not be ${
          kindOf(producer)
        }`,
      );
    }
    this.producerFifo.push(producer);
    await this.initiateSend();
  }

  /** Always waits until something can be read. */
  override readable(): boolean {
    return true;
  }

  /** Tells whether something is to be sent, or there is no connection yet. */
  override writable(): boolean {
    const hasMore = this.producerFifo.length > 0 && !this.#isSending;
    return !this.connected || hasMore;
  }

  /**
   * Has the connection closed when all that was pushed before is sent.
   *
   * @example Usage
   * ```ts
   * import { b } from "@berkeley/socket";
   * import { async_chat } from "@berkeley/socket/asynchat";
   * import * as asyncore from "@berkeley/socket/asyncore";
   * import { socketpair } from "@berkeley/socket/socket";
   *
   * class Chat extends async_chat {
   *   override collectIncomingData() {}
   *   override foundTerminator() {}
   * }
   * const [a, client] = await socketpair();
   * using _ = client;
   * const chat = new Chat(a);
   * await chat.push(b`Goodbye\n`);
   * chat.closeWhenDone();
   * await asyncore.loop();
   * ```
   *
   * Port of [`async_chat.close_when_done`](https://docs.python.org/3.11/library/asynchat.html#asynchat.async_chat.close_when_done).
   */
  closeWhenDone(): void {
    this.producerFifo.push(null);
    wake(this._map);
  }

  /**
   * Sends a piece of what was pushed; does nothing while that is going on already.
   *
   * @returns A promise to wait for.
   * @throws {TypeError} If there is no socket, or a producer makes something else than
   * bytes.
   *
   * @example Usage
   * ```ts
   * import { b } from "@berkeley/socket";
   * import { async_chat } from "@berkeley/socket/asynchat";
   * import { socketpair } from "@berkeley/socket/socket";
   * import { assertEquals } from "@std/assert";
   *
   * class Chat extends async_chat {
   *   override collectIncomingData() {}
   *   override foundTerminator() {}
   * }
   * const [a, client] = await socketpair();
   * using _ = client;
   * using chat = new Chat(a);
   * chat.producerFifo.push(b`hello`);
   * await chat.initiateSend();
   * assertEquals(await client.recv(100), b`hello`);
   * ```
   *
   * Port of [`async_chat.initiate_send`](https://docs.python.org/3.11/library/asynchat.html).
   */
  async initiateSend(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      while (this.producerFifo.length > 0 && this.connected) {
        if (await this.#sendFirst()) return;
      }
    } finally {
      this.#isSending = false;
      if (this.producerFifo.length > 0) wake(this._map);
    }
  }

  /**
   * Does the first thing that is to be done; returns whether that was a send, or the end.
   *
   * While it waits, `discardBuffers` may take the first thing away.
   */
  async #sendFirst(): Promise<boolean> {
    const fifo = this.producerFifo;
    const [first] = fifo;
    if (first === null) {
      fifo.shift();
      await this.handleClose();
      return true;
    }
    const size = this.acOutBufferSize;
    if (!(first instanceof Uint8Array)) {
      const data = this.#bytesOf(await first.more());
      if (fifo[0] !== first) return false;
      if (data.length > 0) fifo.unshift(data);
      else fifo.shift();
      return false;
    }
    if (first.length === 0) fifo.shift();
    const data = first.subarray(0, size);
    let sent: number;
    try {
      sent = await this.send(data);
    } catch (error) {
      if (!(error instanceof OSError)) throw error;
      await this.handleError(error);
      return true;
    }
    if (sent > 0 && fifo[0] === first) {
      if (sent < first.length) fifo[0] = first.subarray(sent);
      else fifo.shift();
    }
    return true;
  }

  /**
   * Forgets all that was received and pushed, in an emergency.
   *
   * @example Usage
   * ```ts
   * import { async_chat } from "@berkeley/socket/asynchat";
   *
   * class Chat extends async_chat {
   *   override collectIncomingData() {}
   *   override foundTerminator() {}
   *   override async handleError() {
   *     this.discardBuffers();
   *     await this.handleClose();
   *   }
   * }
   * new Chat();
   * ```
   *
   * Port of [`async_chat.discard_buffers`](https://docs.python.org/3.11/library/asynchat.html#asynchat.async_chat.discard_buffers).
   */
  discardBuffers(): void {
    this.acInBuffer = new Uint8Array(0);
    this.incoming = [];
    this.producerFifo.length = 0;
  }

  #bytesOf(made: Uint8Array | string): Uint8Array {
    return typeof made === "string"
      ? this.#encode("send what a producer makes", made)
      : bytesOf("send what a producer makes", made);
  }

  #encode(call: string, text: string): Uint8Array<ArrayBuffer> {
    if (this.useEncoding) {
      return openEncoder(this.encoding, "strict").encode(text).slice();
    }
    throw new TypeError(
      `Cannot ${call}: it must be bytes, not a string; encode it with new TextEncoder().encode(text), or set useEncoding`,
    );
  }
}
