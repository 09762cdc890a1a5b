import type { ByteWriter } from "./byte_writer.ts";
import type { Encoder } from "./codecs/encoder.ts";
import { type Newline, newlinesToWrite } from "./codecs/newlines.ts";

export interface TextOutput {
  readonly encoder: Encoder;
  readonly newline: Newline;
  /** Whether to flush at each line's end. */
  readonly lineBuffering: boolean;
}

/** Writes text like CPython's `TextIOWrapper` over a `BufferedWriter`, but with one buffer. */
export class TextWriter {
  readonly #out: ByteWriter;
  readonly #output: TextOutput;

  constructor(out: ByteWriter, output: TextOutput) {
    this.#out = out;
    this.#output = output;
  }

  /** Encodes and takes text; sends if too much would be pending, or at a line's end if line-buffered. */
  async write(text: string, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const { encoder, newline, lineBuffering } = this.#output;
    const bytes = encoder.encode(newlinesToWrite(newline, text));
    await this.#out.write(bytes, signal);
    if (lineBuffering && /[\r\n]/.test(text)) await this.#out.flush(signal);
  }
}
