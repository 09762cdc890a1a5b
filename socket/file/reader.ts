import type { Contents } from "./contents.ts";
import { IncompleteReadError, LimitOverrunError } from "./errors.ts";
import type { FileSource } from "./source.ts";
import { Turns } from "../lock.ts";

/**
 * The reading half of a file.
 *
 * A call looks at what has come and, until that is enough, receives more; only
 * then it takes its part out. So a call that fails has taken nothing.
 */
export abstract class Reader<T extends string | Uint8Array> {
  readonly #source: FileSource;
  readonly #turns = new Turns();
  #giveUp: ((error: Error) => void) | undefined;
  #closed: Error | undefined;

  constructor(source: FileSource) {
    this.#source = source;
  }

  /** What has come and was not yet read. */
  protected abstract readonly contents: Contents<T>;

  /** How many bytes or UTF-16 units before the end a line's end may begin and not be whole. */
  protected abstract readonly overlap: number;

  /** Finds the end of a line that begins at an offset, or further on, or -1. */
  protected abstract lineEnd(from: number): number;

  /**
   * Receives once, more than is wanted or less.
   *
   * @param wanted How many more bytes or characters the caller needs; 1 if it does not know.
   * @returns Whether the stream has ended.
   */
  protected abstract fill(
    wanted: number,
    signal: AbortSignal | undefined,
  ): Promise<boolean>;

  /** Reads a number of bytes or characters, fewer at the end of the stream, all if it is negative. */
  read(size: number, signal: AbortSignal | undefined): Promise<T> {
    const wanted = size < 0 ? Infinity : size;
    return this.attempt((ended) => {
      const { length } = this.contents;
      return length >= wanted || ended
        ? this.contents.take(Math.min(wanted, length))
        : wanted - length;
    }, signal);
  }

  /** Reads exactly a number of bytes or characters. */
  readexactly(size: number, signal: AbortSignal | undefined): Promise<T> {
    return this.attempt((ended) => {
      const { length } = this.contents;
      if (length >= size) return this.contents.take(size);
      if (!ended) return size - length;
      throw new IncompleteReadError(this.contents.take(length), size);
    }, signal);
  }

  /** Reads up to the end of a line, or of the stream, or up to a limit if that is not negative. */
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

  /** Reads lines to the end of the stream, or until there is more in them than `hint`, if that is above 0. */
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

  /** Reads up to a separator and with it. */
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

  /** Rejects all calls that are under way. */
  close(error: Error): void {
    this.#closed = error;
    this.#turns.end(error);
    this.#giveUp?.(error);
  }

  /**
   * Runs one call, after those before it.
   *
   * @param attempt Gives the result if there is enough for it, or else the
   * number of bytes or characters that it wants; after the end of the stream
   * it gives a result always.
   */
  protected async attempt<R extends object | string>(
    attempt: (ended: boolean) => R | number,
    signal: AbortSignal | undefined,
  ): Promise<R> {
    const turn = this.#turns.take(signal);
    if (turn !== undefined) await turn;
    try {
      for (let ended = false;;) {
        const result = attempt(ended);
        if (typeof result !== "number") return result;
        ended = await this.fill(result, signal);
      }
    } finally {
      this.#turns.pass();
    }
  }

  /** Runs one call that is more than attempts, after those before it. */
  protected async inTurn<R>(
    task: () => Promise<R>,
    signal: AbortSignal | undefined,
  ): Promise<R> {
    const turn = this.#turns.take(signal);
    if (turn !== undefined) await turn;
    try {
      return await task();
    } finally {
      this.#turns.pass();
    }
  }

  /** Receives once, unless the file is closed meanwhile. */
  protected receive(
    target: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) throw this.#closed;
      this.#giveUp = reject;
      const receiving = signal === undefined
        ? this.#source.recvInto(target)
        : this.#source.recvInto(target, 0, 0, { signal });
      receiving.then(resolve, reject);
    });
  }
}
