import { OSError } from "../errors.ts";
import { ByteBuffer } from "./byte_buffer.ts";
import type { FileSource } from "./source.ts";
import { Lock } from "../lock.ts";

// A driver may have to copy what it sends, so it gets no more than it can be
// expected to send at once.
const PIECE = 262144;

/**
 * Writes bytes like CPython's `BufferedWriter`.
 *
 * A write takes all its bytes, even if it then fails. Bytes are counted from
 * the file's first one; those that are taken but not sent are pending.
 */
export class ByteWriter {
  readonly #source: FileSource;
  readonly #size: number;
  readonly #lock = new Lock();
  readonly #pending = new ByteBuffer(0);
  #taken = 0;
  #sent = 0;

  /** @param size How many bytes may be pending; 0 to send each write at once. */
  constructor(source: FileSource, size: number) {
    this.#source = source;
    this.#size = size;
  }

  /** Whether there are bytes to flush. */
  get pending(): boolean {
    return this.#sent < this.#taken;
  }

  /**
   * Takes bytes, and sends if more than the buffer's size would be pending. All
   * are copied at the call: the socket may take only a part of them at a time,
   * and the caller may change them meanwhile.
   */
  async write(
    data: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { length } = data;
    if (length === 0) return;
    signal?.throwIfAborted();
    const before = this.#taken;
    const waiting = before - this.#sent;
    this.#pending.append(data);
    this.#taken += length;
    if (length >= this.#size) await this.#sendUpTo(this.#taken, signal);
    else if (waiting + length > this.#size) {
      await this.#sendUpTo(before, signal);
    }
  }

  /** Sends the bytes that were taken before the call. */
  async flush(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.pending) await this.#sendUpTo(this.#taken, signal);
  }

  async #sendUpTo(
    goal: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const locked = this.#lock.acquire(signal);
    if (locked !== undefined) await locked;
    try {
      while (this.#sent < goal) {
        await this.#send(Math.min(PIECE, goal - this.#sent), signal);
      }
    } finally {
      this.#lock.release();
    }
  }

  /** Sends once, and takes the bytes out that the socket took, even if the send failed. */
  async #send(most: number, signal: AbortSignal | undefined): Promise<void> {
    const piece = this.#pending.peek(most);
    let count = 0;
    try {
      count = signal === undefined
        ? await this.#source.send(piece)
        : await this.#source.send(piece, 0, { signal });
    } catch (error) {
      if (error instanceof OSError) count = error.bytesSent ?? 0;
      throw error;
    } finally {
      this.#sent += count;
      this.#pending.skip(count);
    }
  }
}
