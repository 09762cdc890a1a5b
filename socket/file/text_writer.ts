import type { ByteWriter } from "./byte_writer.ts";
import type { Encoder } from "./codecs/encoder.ts";
import { type Newline, newlinesToWrite } from "./codecs/newlines.ts";

/** How a file's text becomes bytes. */
export interface TextOutput {
  readonly encoder: Encoder;
  readonly newline: Newline;
  /** Whether to flush at each line's end. */
  readonly lineBuffering: boolean;
}

/** Writes text, as CPython's `TextIOWrapper` over a `BufferedWriter`, but through one buffer. */
export class TextWriter {
  readonly #out: ByteWriter;
  readonly #output: TextOutput;

  constructor(out: ByteWriter, output: TextOutput) {
    this.#out = out;
    this.#output = output;
  }

  /** Encodes and takes text, and sends where too much would wait or a line ends. */
  async write(text: string, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const { encoder, newline, lineBuffering } = this.#output;
    const bytes = encoder.encode(newlinesToWrite(newline, text));
    await this.#out.write(bytes, signal);
    if (lineBuffering && /[\r\n]/.test(text)) await this.#out.flush(signal);
  }
}
