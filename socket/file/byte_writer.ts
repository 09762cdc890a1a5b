import { OSError } from "../errors.ts";
import { ByteBuffer } from "./byte_buffer.ts";
import type { FileSource } from "./source.ts";
import { Turns } from "../lock.ts";

// A driver may have to copy what it is given, so it gets no more than it can
// be expected to send at once.
const PIECE = 262144;

/**
 * Writes bytes, as CPython's `BufferedWriter`.
 *
 * What a write is given is in this object's care from then on, whether the
 * write fails or not: it counts bytes from the file's first one, and what is
 * between sent and taken waits here.
 */
export class ByteWriter {
  readonly #source: FileSource;
  readonly #size: number;
  readonly #turns = new Turns();
  readonly #pending = new ByteBuffer(0);
  #taken = 0;
  #sent = 0;

  /** @param size How many bytes may wait for a flush; 0 for none. */
  constructor(source: FileSource, size: number) {
    this.#source = source;
    this.#size = size;
  }

  /** Whether there is anything to flush. */
  get pending(): boolean {
    return this.#sent < this.#taken;
  }

  /** Takes bytes, and sends where too many would wait. */
  async write(
    data: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { length } = data;
    if (length === 0) return;
    signal?.throwIfAborted();
    const large = length >= this.#size;
    if (large && !this.pending && this.#turns.free) {
      await this.#sendAtOnce(data, signal);
      return;
    }
    const before = this.#taken;
    const waiting = before - this.#sent;
    this.#pending.append(data);
    this.#taken += length;
    if (large) await this.#sendUpTo(this.#taken, signal);
    else if (waiting + length > this.#size) {
      await this.#sendUpTo(before, signal);
    }
  }

  /** Sends all that was taken before the call. */
  async flush(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.pending) await this.#sendUpTo(this.#taken, signal);
  }

  async #sendUpTo(
    goal: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const turn = this.#turns.take(signal);
    if (turn !== undefined) await turn;
    try {
      while (this.#sent < goal) {
        const most = Math.min(PIECE, goal - this.#sent);
        await this.#send(this.#pending.view(most), signal, (count) => {
          this.#pending.skip(count);
        });
      }
    } finally {
      this.#turns.pass();
    }
  }

  /** Sends without copying; only if that fails what is left is copied to wait. */
  async #sendAtOnce(
    data: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const turn = this.#turns.take(signal);
    if (turn !== undefined) await turn;
    this.#taken += data.length;
    let sent = 0;
    try {
      while (sent < data.length) {
        const piece = data.subarray(sent, sent + PIECE);
        await this.#send(piece, signal, (count) => sent += count);
      }
    } catch (error) {
      this.#pending.prepend(data.subarray(sent));
      throw error;
    } finally {
      this.#turns.pass();
    }
  }

  /** Sends once, and tells how many bytes were taken even if it then failed. */
  async #send(
    piece: Uint8Array,
    signal: AbortSignal | undefined,
    onSent: (count: number) => void,
  ): Promise<void> {
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
      onSent(count);
    }
  }
}
