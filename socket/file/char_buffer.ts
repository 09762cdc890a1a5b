import type { Contents } from "./reader.ts";

const PAIR = /[\ud800-\udbff][\udc00-\udfff]/g;

/** Counts the characters of a text as Python does, by code points. */
export function countCharacters(text: string): number {
  return text.length - (text.match(PAIR)?.length ?? 0);
}

/** A FIFO of text. */
export class CharBuffer implements Contents<string> {
  // Joined only when text is taken: joining at every piece would make reading
  // a long line quadratic in its length.
  #pieces: string[] = [];
  /** Where the unread part of the first piece begins. */
  #start = 0;
  #length = 0;
  #span = 0;

  get length(): number {
    return this.#length;
  }

  get span(): number {
    return this.#span;
  }

  lengthOf(start: number, end: number): number {
    if (this.#length === this.#span) return end - start;
    return countCharacters(this.from(start).slice(0, end - start));
  }

  /** Adds text at the end. */
  push(text: string): void {
    if (text === "") return;
    this.#pieces.push(text);
    this.#span += text.length;
    this.#length += countCharacters(text);
  }

  /** Gives the text from an offset on, without taking it. */
  from(offset: number): string {
    if (offset === 0) this.#join();
    const pieces = this.#pieces;
    let first = pieces.length;
    let begin = this.#span;
    while (begin > offset) begin -= pieces[--first].length;
    const text = first === pieces.length - 1
      ? pieces[first]
      : pieces.slice(first).join("");
    return text.slice(offset - begin);
  }

  indexOf(separator: string, from: number): number {
    const index = this.from(from).indexOf(separator);
    return index < 0 ? -1 : from + index;
  }

  #join(): void {
    if (this.#pieces.length < 2) return;
    this.#pieces = [this.#pieces.join("").slice(this.#start)];
    this.#start = 0;
  }

  take(length: number): string {
    if (this.#length === this.#span) return this.takeSpan(length);
    const text = this.from(0);
    let span = 0;
    for (let count = 0; count < length; count++) {
      span += text.codePointAt(span)! > 0xffff ? 2 : 1;
    }
    return this.takeSpan(span);
  }

  takeSpan(span: number): string {
    if (span === 0) return "";
    this.#join();
    const [piece] = this.#pieces;
    const end = this.#start + span;
    const text = piece.slice(this.#start, end);
    this.#length -= this.#length === this.#span ? span : countCharacters(text);
    this.#span -= span;
    this.#start = end;
    if (this.#span === 0) {
      this.#pieces = [];
      this.#start = 0;
    }
    return text;
  }
}
