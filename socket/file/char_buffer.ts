import type { Contents } from "./contents.ts";

const PAIR = /[\ud800-\udbff][\udc00-\udfff]/g;

/** Counts the characters of a text as Python does, by code points. */
export function countCharacters(text: string): number {
  return text.length - (text.match(PAIR)?.length ?? 0);
}

/** Text in a row, put in at the end and taken out at the start. */
export class CharBuffer implements Contents<string> {
  // Joined only when something is taken out: to join at every piece that comes
  // would make reading a long line cost the square of its length.
  #pieces: string[] = [];
  /** Where the first piece's unread part begins. */
  #start = 0;
  #length = 0;
  #span = 0;

  /** How many characters there are. */
  get length(): number {
    return this.#length;
  }

  /** How many UTF-16 units there are. */
  get span(): number {
    return this.#span;
  }

  /** How many characters lie between two offsets. */
  lengthOf(start: number, end: number): number {
    if (this.#length === this.#span) return end - start;
    return countCharacters(this.from(start).slice(0, end - start));
  }

  /** Puts text behind what is there. */
  push(text: string): void {
    if (text === "") return;
    this.#pieces.push(text);
    this.#span += text.length;
    this.#length += countCharacters(text);
  }

  /** All text, from an offset on. */
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

  /** Finds text from an offset on and gives its own offset, or -1. */
  indexOf(separator: string, from: number): number {
    const index = this.from(from).indexOf(separator);
    return index < 0 ? -1 : from + index;
  }

  #join(): void {
    if (this.#pieces.length < 2) return;
    this.#pieces = [this.#pieces.join("").slice(this.#start)];
    this.#start = 0;
  }

  /** Takes the first characters out, as many as told. */
  take(length: number): string {
    if (this.#length === this.#span) return this.takeSpan(length);
    const text = this.from(0);
    let span = 0;
    for (let count = 0; count < length; count++) {
      span += text.codePointAt(span)! > 0xffff ? 2 : 1;
    }
    return this.takeSpan(span);
  }

  /** Takes out what lies before an offset. */
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
