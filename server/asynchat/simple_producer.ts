import { bytesOf, checkInteger, type Data } from "../../socket/arguments.ts";
import type { Awaitable } from "../base_request_handler.ts";

/** What makes the data to send piece by piece, when it is time to send it. */
export interface Producer {
  /**
   * Returns the next piece: bytes or, if `useEncoding` is set, text. An empty one is
   * the end.
   */
  more(): Awaitable<Uint8Array | string>;
}

/**
 * Makes pieces of data that is there already.
 *
 * @example Usage
 * ```ts
 * import { b } from "@berkeley/socket";
 * import { simple_producer } from "@berkeley/socket/asynchat";
 * import { assertEquals } from "@std/assert";
 *
 * const producer = new simple_producer(b`hello`, 3);
 * assertEquals(producer.more(), b`hel`);
 * assertEquals(producer.more(), b`lo`);
 * assertEquals(producer.more(), b``);
 * ```
 *
 * Port of [`asynchat.simple_producer`](https://docs.python.org/3.11/library/asynchat.html).
 */
// deno-lint-ignore camelcase -- Python's name
export class simple_producer implements Producer {
  /** What is left. */
  data: Uint8Array;
  /** How many bytes a piece has at most. */
  bufferSize: number;

  /**
   * Makes the producer.
   *
   * @param data The bytes, taken as they are now.
   * @param bufferSize How many bytes a piece has at most.
   * @throws {TypeError} If the data is not bytes.
   * @throws {RangeError} If the size is less than 1.
   */
  constructor(data: Data, bufferSize = 512) {
    checkInteger("make a simple_producer", "bufferSize", bufferSize, 1);
    this.data = bytesOf("make a simple_producer", data).slice();
    this.bufferSize = bufferSize;
  }

  /**
   * Returns the next piece.
   *
   * @returns The bytes; none at the end.
   *
   * @example Usage
   * ```ts
   * import { b } from "@berkeley/socket";
   * import { simple_producer } from "@berkeley/socket/asynchat";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(new simple_producer(b`hello`).more(), b`hello`);
   * ```
   *
   * Port of [`simple_producer.more`](https://docs.python.org/3.11/library/asynchat.html).
   */
  more(): Uint8Array {
    const { data, bufferSize } = this;
    this.data = data.subarray(bufferSize);
    return data.subarray(0, bufferSize);
  }
}
