/** How lines end: see {@linkcode MakefileOptions.newline}. */
export type Newline = null | "" | "\n" | "\r" | "\r\n";

const LINE_END = /\r\n?|\n/;

/** Translates and finds line ends as a file's `newline` says. */
export class NewlineReader {
  readonly #newline: Newline;
  /** What ends a line in translated text. */
  readonly #end: string | RegExp;
  /** Whether the last character was "\r", and may be half of a "\r\n". */
  #pendingReturn = false;
  readonly #seen = { "\r": false, "\n": false, "\r\n": false };

  constructor(newline: Newline) {
    this.#newline = newline;
    this.#end = newline === null ? "\n" : newline || LINE_END;
  }

  /** How many UTF-16 units of an incomplete line end translated text may end in. */
  get overlap(): number {
    return this.#newline === "\r\n" ? 1 : 0;
  }

  /** Finds the first line end and gives the index behind it; -1 if there is none. */
  lineEnd(text: string): number {
    if (typeof this.#end === "string") {
      const index = text.indexOf(this.#end);
      return index < 0 ? -1 : index + this.#end.length;
    }
    const match = this.#end.exec(text);
    return match === null ? -1 : match.index + match[0].length;
  }

  /** The kinds of line ends read so far; `null` for none, or if `newline` names one kind. */
  get seen(): string | string[] | null {
    const kinds = Object.entries(this.#seen)
      .filter(([, seen]) => seen).map(([kind]) => kind);
    return kinds.length > 1 ? kinds : kinds[0] ?? null;
  }

  translate(text: string): string {
    if (this.#newline === null) return this.#translateAll(text);
    if (this.#newline === "") return this.#keepPairs(text);
    return text;
  }

  /** Gives the rest of the text at the end of the stream. */
  finish(): string {
    if (!this.#pendingReturn) return "";
    this.#pendingReturn = false;
    this.#seen["\r"] = true;
    return this.#newline === "" ? "\r" : "";
  }

  /**
   * A "\r" at the end ends its line at once, and a "\n" that follows later is
   * dropped. CPython waits for the next character, which a peer that waits for
   * an answer does not send.
   */
  #translateAll(text: string): string {
    if (!this.#pendingReturn && !text.includes("\r")) {
      this.#seen["\n"] ||= text.includes("\n");
      return text;
    }
    let rest = text;
    if (this.#pendingReturn && text !== "") {
      const pair = text[0] === "\n";
      this.#seen[pair ? "\r\n" : "\r"] = true;
      if (pair) rest = text.slice(1);
      this.#pendingReturn = false;
    }
    if (rest === "") return "";
    this.#pendingReturn = rest.endsWith("\r");
    this.#note(this.#pendingReturn ? rest.slice(0, -1) : rest);
    return rest.replaceAll(/\r\n?/g, "\n");
  }

  /** Holds back a "\r" at the end, which may be half of a "\r\n". */
  #keepPairs(text: string): string {
    if (text === "") return "";
    const whole = this.#pendingReturn ? `\r${text}` : text;
    this.#pendingReturn = whole.endsWith("\r");
    const ready = this.#pendingReturn ? whole.slice(0, -1) : whole;
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

/** Translates line ends in text to be written. */
export function newlinesToWrite(newline: Newline, text: string): string {
  return newline === "\r" || newline === "\r\n"
    ? text.replaceAll("\n", newline)
    : text;
}
