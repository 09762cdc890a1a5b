import { IncompleteReadError, LimitOverrunError } from "./errors.ts";
import type { FileSource } from "./source.ts";
import { Lock } from "../lock.ts";

/**
 * Bytes or text that arrived and were not read yet.
 *
 * A buffer is counted in two ways, which are the same for bytes: its *length*
 * is what callers count, bytes or characters (code points, as Python counts);
 * its *span*, and every offset, is what a search counts, bytes or UTF-16 units.
 */
export interface Contents<T> {
  readonly length: number;
  readonly span: number;
  /** Counts the bytes or characters between two offsets. */
  lengthOf(start: number, end: number): number;
  /** Finds a separator from an offset on; -1 if it is not there. */
  indexOf(separator: T, from: number): number;
  /** Takes the first bytes or characters. */
  take(length: number): T;
  /** Takes all before an offset. */
  takeSpan(span: number): T;
}

/**
 * The reading half of a file.
 *
 * A call receives until its buffer holds enough, and takes its part only then.
 * So a call that fails has taken nothing.
 */
export abstract class Reader<T extends string | Uint8Array> {
  readonly #source: FileSource;
  readonly #lock = new Lock();
  #rejectReceive: ((error: Error) => void) | undefined;
  #closed: Error | undefined;

  constructor(source: FileSource) {
    this.#source = source;
  }

  protected abstract readonly contents: Contents<T>;

  /** How many bytes or UTF-16 units of an incomplete line end the contents may end in. */
  protected abstract readonly overlap: number;

  /** Finds the first line end from an offset on, and gives the offset behind it; -1 if there is none. */
  protected abstract lineEnd(from: number): number;

  /**
   * Receives once, more than is wanted or less.
   *
   * @param wanted How many more bytes or characters the caller needs; 1 if it does not know.
   * @returns Whether the stream ended.
   */
  protected abstract fill(
    wanted: number,
    signal: AbortSignal | undefined,
  ): Promise<boolean>;

  /** Reads `size` bytes or characters, fewer at the end of the stream; all if it is negative. */
  read(size: number, signal: AbortSignal | undefined): Promise<T> {
    const wanted = size < 0 ? Infinity : size;
    return this.attempt((ended) => {
      const { length } = this.contents;
      return length >= wanted || ended
        ? this.contents.take(Math.min(wanted, length))
        : wanted - length;
    }, signal);
  }

  readexactly(size: number, signal: AbortSignal | undefined): Promise<T> {
    return this.attempt((ended) => {
      const { length } = this.contents;
      if (length >= size) return this.contents.take(size);
      if (!ended) return size - length;
      throw new IncompleteReadError(this.contents.take(length), size);
    }, signal);
  }

  /** Reads up to the end of a line or of the stream, but no more than `limit` unless that is negative. */
  readline(limit: number, signal: AbortSignal | undefined): Promise<T> {
    let searched = 0;
    return this.attempt((ended) => {
      const { contents } = this;
      const end = this.lineEnd(searched);
      if (end >= 0 && (limit < 0 || contents.lengthOf(0, end) <= limit)) {
        return contents.takeSpan(end);
      }
      if (limit >= 0 && contents.length >= limit) return contents.take(limit);
      if (ended) return contents.take(contents.length);
      searched = Math.max(0, contents.span - this.overlap);
      return 1;
    }, signal);
  }

  /** Reads lines up to the end of the stream, or until they are longer than `hint` together if that is above 0. */
  async readlines(
    hint: number,
    signal: AbortSignal | undefined,
  ): Promise<T[]> {
    const most = hint > 0 ? hint : Infinity;
    const ends: number[] = [];
    let searched = 0;
    let last = 0;
    let length = 0;
    const lines: T[] = [];
    await this.attempt((ended) => {
      const { contents } = this;
      while (length <= most) {
        let end = this.lineEnd(Math.max(last, searched));
        if (end < 0) {
          searched = Math.max(0, contents.span - this.overlap);
          if (!ended) return 1;
          if (last === contents.span) break;
          end = contents.span;
        }
        length += contents.lengthOf(last, end);
        ends.push(end);
        last = end;
      }
      let start = 0;
      for (const end of ends) {
        lines.push(contents.takeSpan(end - start));
        start = end;
      }
      return lines;
    }, signal);
    return lines;
  }

  /** Reads up to and including a separator. */
  readuntil(
    separator: T,
    limit: number,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    let searched = 0;
    return this.attempt((ended) => {
      const { contents } = this;
      const start = contents.indexOf(separator, searched);
      searched = start >= 0
        ? start
        : Math.max(0, contents.span + 1 - separator.length);
      if (searched > limit && contents.lengthOf(0, searched) > limit) {
        const consumed = contents.lengthOf(0, searched);
        throw new LimitOverrunError(limit, consumed, start >= 0);
      }
      if (start >= 0) return contents.takeSpan(start + separator.length);
      if (!ended) return 1;
      throw new IncompleteReadError(contents.take(contents.length), null);
    }, signal);
  }

  /** Rejects all pending calls. */
  close(error: Error): void {
    this.#closed = error;
    this.#lock.rejectWaiting(error);
    this.#rejectReceive?.(error);
  }

  /**
   * Runs one call, after those before it.
   *
   * @param attempt Gives the result if the contents suffice, or else how many
   * more bytes or characters it needs; after the end of the stream it always
   * gives a result.
   */
  protected async attempt<R extends object | string>(
    attempt: (ended: boolean) => R | number,
    signal: AbortSignal | undefined,
  ): Promise<R> {
    const locked = this.#lock.acquire(signal);
    if (locked !== undefined) await locked;
    try {
      for (let ended = false;;) {
        const result = attempt(ended);
        if (typeof result !== "number") return result;
        ended = await this.fill(result, signal);
      }
    } finally {
      this.#lock.release();
    }
  }

  /** Runs a task after the calls before it. */
  protected async runExclusive<R>(
    task: () => Promise<R>,
    signal: AbortSignal | undefined,
  ): Promise<R> {
    const locked = this.#lock.acquire(signal);
    if (locked !== undefined) await locked;
    try {
      return await task();
    } finally {
      this.#lock.release();
    }
  }

  /** Receives once; rejects if the file is closed meanwhile. */
  protected receive(
    target: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) throw this.#closed;
      this.#rejectReceive = reject;
      const receiving = signal === undefined
        ? this.#source.recvInto(target)
        : this.#source.recvInto(target, 0, 0, { signal });
      receiving.then(resolve, reject);
    });
  }
}
