import { ByteReader } from "./byte_reader.ts";
import type { ByteWriter } from "./byte_writer.ts";
import { openDecoder } from "./codecs/decoder.ts";
import { openEncoder } from "./codecs/encoder.ts";
import type { FileFormat } from "./options.ts";
import type { FileSource } from "./source.ts";
import { TextReader } from "./text_reader.ts";
import { TextWriter } from "./text_writer.ts";

/** Makes the reading half that a format asks for; `undefined` for none. */
export function openReader(
  source: FileSource,
  format: FileFormat,
): ByteReader | TextReader | undefined {
  const { reading, bufferSize, text } = format;
  if (!reading) return undefined;
  if (text === undefined) return new ByteReader(source, bufferSize);
  const { encoding, errors, newline } = text;
  const decoder = openDecoder(encoding, errors);
  return new TextReader(source, bufferSize, { encoding, decoder, newline });
}

/** Makes what turns text into bytes for `writer`; `undefined` in binary mode. */
export function openTextWriter(
  writer: ByteWriter | undefined,
  format: FileFormat,
): TextWriter | undefined {
  if (writer === undefined || format.text === undefined) return undefined;
  const { encoding, errors, newline, lineBuffering } = format.text;
  const encoder = openEncoder(encoding, errors);
  return new TextWriter(writer, { encoder, newline, lineBuffering });
}
