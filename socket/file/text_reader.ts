import { ByteBuffer } from "./byte_buffer.ts";
import { CharBuffer } from "./char_buffer.ts";
import type { Decoder, Piece } from "./codecs/decoder.ts";
import { UnicodeDecodeError } from "../text/unicode_errors.ts";
import { type Newline, NewlineReader } from "./codecs/newlines.ts";
import { Reader } from "./reader.ts";
import type { FileSource } from "./source.ts";

export interface TextInput {
  /** For errors. */
  readonly encoding: string;
  readonly decoder: Decoder;
  readonly newline: Newline;
}

/** Reads text like CPython's `TextIOWrapper` over a `BufferedReader`. */
export class TextReader extends Reader<string> {
  protected override readonly contents = new CharBuffer();
  protected override readonly overlap: number;
  readonly #bytes: ByteBuffer;
  readonly #encoding: string;
  readonly #decoder: Decoder;
  readonly #newlines: NewlineReader;
  /** Decoded pieces that are not in the contents yet; several only around bytes that cannot be decoded. */
  readonly #pieces: Piece[] = [];

  /** @param ahead How many bytes one receive brings at most. */
  constructor(source: FileSource, ahead: number, input: TextInput) {
    super(source);
    this.#bytes = new ByteBuffer(ahead);
    this.#encoding = input.encoding;
    this.#decoder = input.decoder;
    this.#newlines = new NewlineReader(input.newline);
    this.overlap = this.#newlines.overlap;
  }

  get newlines(): string | string[] | null {
    return this.#newlines.seen;
  }

  protected override lineEnd(from: number): number {
    const end = this.#newlines.lineEnd(this.contents.from(from));
    return end < 0 ? -1 : from + end;
  }

  protected override async fill(
    _wanted: number,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const pieces = this.#pieces;
    if (pieces.length === 0) {
      const count = await this.receive(this.#bytes.room(1), signal);
      this.#bytes.commit(count);
      const ended = count === 0;
      this.#bytes.skip(
        this.#decoder.decode(this.#bytes.peek(), ended, pieces),
      );
      if (ended && pieces.length === 0) {
        this.contents.push(this.#newlines.finish());
        return true;
      }
    }
    const piece = pieces.shift();
    if (typeof piece === "string") {
      this.contents.push(this.#newlines.translate(piece));
    } else if (piece !== undefined) {
      throw new UnicodeDecodeError(this.#encoding, piece.bytes, piece.reason);
    }
    return false;
  }
}
