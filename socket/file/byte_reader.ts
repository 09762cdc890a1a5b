import { ByteBuffer } from "./byte_buffer.ts";
import { DEFAULT_BUFFER_SIZE } from "./options.ts";
import { Reader } from "./reader.ts";
import type { FileSource } from "./source.ts";

const NEWLINE = Uint8Array.of(0x0a);

/**
 * Reads bytes like CPython's `BufferedReader`, or without read-ahead like its
 * `SocketIO`.
 */
export class ByteReader extends Reader<Uint8Array> {
  protected override readonly contents: ByteBuffer;
  protected override readonly overlap = 0;
  readonly #ahead: number;

  /** @param ahead How many bytes to read ahead at most; 0 for no read-ahead. */
  constructor(source: FileSource, ahead: number) {
    super(source);
    this.#ahead = ahead;
    this.contents = new ByteBuffer(ahead);
  }

  protected override lineEnd(from: number): number {
    return this.contents.indexOf(NEWLINE, from) + 1 || -1;
  }

  protected override async fill(
    wanted: number,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const count = await this.receive(this.contents.room(wanted), signal);
    this.contents.commit(count);
    return count === 0;
  }

  /** Reads a number of bytes, or all; without read-ahead, what one receive gives. */
  override read(
    size: number,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    return this.#ahead === 0 && size >= 0
      ? this.read1(size, signal)
      : super.read(size, signal);
  }

  /** Reads buffered bytes, or what one receive gives. */
  read1(size: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const most = size < 0 ? Infinity : size;
    return this.attempt((ended) => {
      const { length } = this.contents;
      return length > 0 || most === 0 || ended
        ? this.contents.take(Math.min(most, length))
        : size < 0
        ? this.#ahead || DEFAULT_BUFFER_SIZE
        : size;
    }, signal);
  }

  /** Returns buffered bytes, or what one receive gives, and leaves them to be read. */
  peek(signal: AbortSignal | undefined): Promise<Uint8Array> {
    return this.attempt(
      (ended) =>
        this.contents.length > 0 || ended ? this.contents.peek().slice() : 1,
      signal,
    );
  }

  /** Fills `target`, up to the end of the stream; without read-ahead, by one receive. */
  readinto(
    target: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    return this.#ahead === 0
      ? this.readinto1(target, signal)
      : this.runExclusive(() => this.#fillTarget(target, signal), signal);
  }

  /** Puts buffered bytes into `target`, or what one receive gives. */
  readinto1(
    target: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    return this.runExclusive(
      async () =>
        this.contents.takeInto(target) ||
        (target.length === 0 ? 0 : await this.receive(target, signal)),
      signal,
    );
  }

  async #fillTarget(
    target: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    let filled = this.contents.takeInto(target);
    try {
      while (filled < target.length) {
        const rest = target.subarray(filled);
        if (rest.length >= this.#ahead) {
          const count = await this.receive(rest, signal);
          if (count === 0) break;
          filled += count;
        } else {
          if (await this.fill(1, signal)) break;
          filled += this.contents.takeInto(rest);
        }
      }
    } catch (error) {
      this.contents.prepend(target.subarray(0, filled));
      throw error;
    }
    return filled;
  }
}
