/** How lines end: see {@linkcode MakefileOptions.newline}. */
export type Newline = null | "" | "\n" | "\r" | "\r\n";

const LINE_END = /\r\n?|\n/;

/** Reads line ends as a file's `newline` says. */
export class NewlineReader {
  readonly #newline: Newline;
  /** What ends a line in the text that {@linkcode NewlineReader.translate} gives. */
  readonly #end: string | RegExp;
  /** Whether the last character that came was "\r". */
  #returned = false;
  readonly #seen = { "\r": false, "\n": false, "\r\n": false };

  constructor(newline: Newline) {
    this.#newline = newline;
    this.#end = newline === null ? "\n" : newline || LINE_END;
  }

  /** How many units before the end of a text a line's end may begin and not be whole. */
  get overlap(): number {
    return this.#newline === "\r\n" ? 1 : 0;
  }

  /** Finds the first line in a text and gives the index behind its end, or -1. */
  lineEnd(text: string): number {
    if (typeof this.#end === "string") {
      const index = text.indexOf(this.#end);
      return index < 0 ? -1 : index + this.#end.length;
    }
    const match = this.#end.exec(text);
    return match === null ? -1 : match.index + match[0].length;
  }

  /** The kinds of line ends that came; `null` for none, or if `newline` names one kind. */
  get seen(): string | string[] | null {
    const kinds = Object.entries(this.#seen)
      .filter(([, seen]) => seen).map(([kind]) => kind);
    return kinds.length > 1 ? kinds : kinds[0] ?? null;
  }

  /** Gives the text to read for text that came. */
  translate(text: string): string {
    if (this.#newline === null) return this.#translateAll(text);
    if (this.#newline === "") return this.#keepPairs(text);
    return text;
  }

  /** Gives the text that is left at the end of the stream. */
  finish(): string {
    if (!this.#returned) return "";
    this.#returned = false;
    this.#seen["\r"] = true;
    return this.#newline === "" ? "\r" : "";
  }

  /**
   * A "\r" at the end of what came is a line's end at once, and a "\n" that
   * then comes is dropped. CPython waits for the next character, which a peer
   * that awaits an answer will not send.
   */
  #translateAll(text: string): string {
    if (!this.#returned && !text.includes("\r")) {
      this.#seen["\n"] ||= text.includes("\n");
      return text;
    }
    let rest = text;
    if (this.#returned && text !== "") {
      const pair = text[0] === "\n";
      this.#seen[pair ? "\r\n" : "\r"] = true;
      if (pair) rest = text.slice(1);
      this.#returned = false;
    }
    if (rest === "") return "";
    this.#returned = rest.endsWith("\r");
    this.#note(this.#returned ? rest.slice(0, -1) : rest);
    return rest.replaceAll(/\r\n?/g, "\n");
  }

  /** Holds back a "\r" at the end of what came, for it may be half of a pair. */
  #keepPairs(text: string): string {
    if (text === "") return "";
    const whole = this.#returned ? `\r${text}` : text;
    this.#returned = whole.endsWith("\r");
    const ready = this.#returned ? whole.slice(0, -1) : whole;
    this.#note(ready);
    return ready;
  }

  #note(text: string): void {
    const seen = this.#seen;
    seen["\r\n"] ||= text.includes("\r\n");
    seen["\r"] ||= /\r(?!\n)/.test(text);
    seen["\n"] ||= /(?<!\r)\n/.test(text);
  }
}

/** Gives the text to write for a text that a program writes. */
export function newlinesToWrite(newline: Newline, text: string): string {
  return newline === "\r" || newline === "\r\n"
    ? text.replaceAll("\n", newline)
    : text;
}
